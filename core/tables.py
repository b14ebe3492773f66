"""Tables as files for people: CSV, XLSX and JSON, written while they are sent."""

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

import xlsxwriter

type Row = Sequence[str]

# A cell that begins so is a formula to a spreadsheet, unless it is just a number.
# The wide signs are those of Japanese spreadsheets.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER: Final = re.compile(r"[+-]?[\d\s().]*")
# What XML cannot hold, and so no workbook.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_ROWS: Final = 1_048_575  # without the header
_CELL_CHARACTERS: Final = 32_767
_PIECE: Final = 65_536

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def written(kind: str, header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    """The pieces of a file of one of `TYPES`; at no time more than a few rows are in memory."""
    return _WRITERS[kind](header, rows)


def neutral(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def _csv(header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff".encode()
    for row in chain((header,), rows):
        yield writer.writerow([neutral(cell) for cell in row]).encode("utf-8", "replace")


def _json(header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    between = "[\n"
    for row in rows:
        yield (between + json.dumps(dict(zip(header, row, strict=True)))).encode()
        between = ",\n"
    yield b"[]\n" if between == "[\n" else b"\n]\n"


def _xlsx(header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        # Cells are texts, whatever they look like: no formulas, no links, no numbers.
        texts = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
        book = xlsxwriter.Workbook(file, {"constant_memory": True, **texts})
        sheet, at = None, 0
        for row in rows:
            if sheet is None or at == _SHEET_ROWS:
                sheet, at = _sheet(book, header), 0
            at += 1
            _put(sheet, at, row)
        if sheet is None:
            _sheet(book, header)
        book.close()
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _sheet(book: Any, header: Row) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    _put(sheet, 0, header)
    return sheet


def _put(sheet: Any, at: int, row: Row) -> None:
    for column, cell in enumerate(row):
        sheet.write_string(at, column, _UNPRINTABLE.sub("", cell)[:_CELL_CHARACTERS])


_WRITERS: Final[dict[str, Callable[[Row, Iterable[Row]], Iterator[bytes]]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
}
