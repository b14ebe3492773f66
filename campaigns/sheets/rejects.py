"""The rows that became no lead, as a CSV of the sheet's own shape with the reason beside."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from campaigns.models import LeadSheet, SheetReject
from campaigns.sheets import importing
from campaigns.sheets.reading import Layout
from campaigns.sheets.rows import column_names
from core.tables import neutral


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def as_csv(sheet: LeadSheet) -> Iterator[str]:
    """Lines of the file, one by one: the header, then each rejected row and its reason."""
    layout = Layout(**sheet.layout)
    writer = csv.writer(Echo(), delimiter=layout.delimiter)
    rejects = iter(sheet.rejects.order_by("row").iterator(chunk_size=2000))
    reject: SheetReject | None = next(rejects, None)
    width = len(sheet.mapping)
    yield "\ufeff"
    if not layout.header_row:
        yield _line(writer, [*column_names([], width), "Reason"])
    for row in importing.rows_of(sheet):
        if row.number == layout.header_row:
            yield _line(writer, [*column_names(row.cells, width), "Reason"])
        while reject is not None and reject.row < row.number:
            reject = next(rejects, None)
        if reject is None and row.number > layout.header_row:
            return
        if reject is not None and reject.row == row.number:
            cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
            yield _line(writer, [*cells, f"Row {row.number}: {reject.reason}"])


def _line(writer: Any, cells: Iterable[str]) -> str:
    line: str = writer.writerow([neutral(cell) for cell in cells])
    return line
