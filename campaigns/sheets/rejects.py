"""The rows that became no lead, as a CSV of the sheet's own shape with the reason beside."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from campaigns.models import LeadSheet, SheetReject
from campaigns.sheets import importing
from campaigns.sheets.reading import Layout
from campaigns.sheets.rows import column_names

# A cell that begins so is a formula to a spreadsheet, unless it is just a number.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?[\d\s().]*")


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


def neutral(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _line(writer: Any, cells: Iterable[str]) -> str:
    line: str = writer.writerow([neutral(cell) for cell in cells])
    return line
