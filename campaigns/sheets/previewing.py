"""What a sheet seems to hold, for people to check before it is imported."""

from dataclasses import dataclass, replace
from typing import Any

from campaigns.models import LeadSheet, SheetTemplate
from campaigns.sheets import columns, importing, receiving, templates
from campaigns.sheets.reading import Layout
from campaigns.sheets.rows import column_names


@dataclass(frozen=True)
class Column:
    """A column: its name, what it is taken for, and its first filled cells."""

    index: int
    name: str
    field: str
    examples: list[str]


@dataclass(frozen=True)
class Preview:
    """The first rows of a sheet under the layout and mapping it would be imported with."""

    layout: Layout
    columns: list[Column]
    rows: list[list[str]]
    template: SheetTemplate | None = None  # that the columns were mapped by

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [column.name for column in self.columns]


def preview(
    sheet: LeadSheet,
    rows: int = 50,
    *,
    layout: dict[str, Any] | None = None,
    template: SheetTemplate | None = None,
) -> Preview:
    """The sheet's first rows; with a corrected `layout`, the columns are recognized anew.

    `layout` may hold encoding, delimiter and header_row; `template` maps the columns it names.
    """
    with receiving.opened_table(sheet) as (opened, stored):
        current = replace(stored, **(layout or {}))
        found = receiving.sample(opened, current)
    if layout and (current.encoding, current.delimiter) != (stored.encoding, stored.delimiter):
        current = replace(current, header_row=columns.header_row(found))
    fields = importing.fields_of(sheet)
    if current != stored:
        fields = receiving.recognize(found, current.header_row)
    header = found[current.header_row - 1] if current.header_row else []
    names = column_names(header, len(fields))
    template = template or _template(sheet, names, fields, current)
    if template is not None:
        fields = templates.fields(template, names, fields)
    body = [row for row in found[current.header_row :] if any(cell.strip() for cell in row)]
    shown = [[*row[: len(fields)], *[""] * (len(fields) - len(row))] for row in body[:rows]]
    described = [
        Column(index, name, field, _examples(shown, index))
        for index, (name, field) in enumerate(zip(names, fields, strict=True))
    ]
    return Preview(current, described, shown, template)


def _template(
    sheet: LeadSheet, names: list[str], fields: list[str], layout: Layout
) -> SheetTemplate | None:
    """The template that a sheet of these columns was mapped by, unless someone corrected it."""
    found = templates.matching(sheet.organization_id, names) if layout.header_row else None
    return found if found and templates.fields(found, names, fields) == fields else None


def _examples(rows: list[list[str]], index: int) -> list[str]:
    filled = dict.fromkeys(row[index].strip() for row in rows if row[index].strip())
    return list(filled)[:3]
