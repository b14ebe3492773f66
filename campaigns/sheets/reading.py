"""Text tables as they come: which encoding, which delimiter, and rows one by one.

Memory is bounded by the longest line, whatever the file holds.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import IO, Any, Final

from core.errors import InputError

HEAD_BYTES: Final = 256 * 1024
LONGEST_LINE: Final = 1024 * 1024  # characters
MOST_COLUMNS: Final = 200
ENCODINGS: Final = (
    ("utf-8", "Unicode (UTF-8)"),
    ("utf-16", "Unicode (UTF-16)"),
    ("utf-16-le", "Unicode (UTF-16, little endian)"),
    ("utf-16-be", "Unicode (UTF-16, big endian)"),
    ("cp1252", "Western European (Windows)"),
    ("latin-1", "Western European (ISO 8859-1)"),
    ("cp1250", "Central European (Windows)"),
    ("cp1251", "Cyrillic (Windows)"),
    ("cp1254", "Turkish (Windows)"),
    ("mac-roman", "Western European (Mac)"),
    ("shift-jis", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
)
DELIMITERS: Final = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Vertical bar"))
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC: Final = (
    (b"%PDF", "a PDF document"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a text document"),
)
# Programs write web pages and XML under names such as list.xls.
_MARKUP: Final = (b"<html", b"<!doctype", b"<?xml", b"<table")
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_HARMLESS: Final = frozenset("\t\n\r\x0b\x0c\x1a\x00")


@dataclass(frozen=True)
class Layout:
    """How the bytes of a sheet become rows; kept with the sheet as JSON."""

    format: str  # text, workbook
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 0  # number of the header's row from 1; 0: the sheet has none
    table: str = ""  # the text made of a workbook: its name in the storage "sheets"
    sheet: str = ""  # the workbook's sheet that was read
    sheets: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `LeadSheet.layout`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file; `problem` is a sentence when its text is broken."""

    number: int  # from 1, header and empty rows included, as a spreadsheet counts
    cells: list[str]
    problem: str = ""


def is_workbook(head: bytes) -> bool:
    """Whether the content is that of Excel or OpenDocument, whatever the file is called.

    Raises InputError for content that is neither a workbook nor text.
    """
    if head.startswith(_WORKBOOKS):
        return True
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise InputError(
                f"This is {kind}, not a list. Upload a CSV, TSV, XLSX, XLS or ODS file.",
                code="not_a_table",
            )
    start = head[:256].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(_MARKUP):
        raise InputError(
            "This is a web page or XML under a spreadsheet's name; open it in a spreadsheet program"
            " and save it as XLSX or CSV.",
            code="not_a_table",
        )
    return False


def recognize_encoding(head: bytes, *, utf8: bool) -> str:
    """The encoding of text that begins with `head`; `utf8`: the whole file decodes as such.

    Raises InputError when the content is not text.
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    encoding = _utf16_without_mark(head)
    encoding = encoding or ("utf-8" if utf8 or _mostly_utf8(head) else "cp1252")
    _refuse_binary(head.decode(encoding, errors="replace"))
    return encoding


def _mostly_utf8(head: bytes) -> bool:
    """Whether more letters than not are UTF-8, as where lists of two sources were joined."""
    text = head.decode("utf-8", errors="surrogateescape")
    broken = sum("\udc80" <= c <= "\udcff" for c in text)
    return broken < sum(c > "\x7f" for c in text) - broken


def _western(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are read as Western European, so that no letter is lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return broken.decode("cp1252", errors="replace"), error.end


codecs.register_error("western", _western)


def _utf16_without_mark(head: bytes) -> str:
    """UTF-16 of mostly Latin text has a NUL in every second byte."""
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) / half > 0.4 and head[0::2].count(0) / half < 0.1:
        return "utf-16-le"
    if head[0::2].count(0) / half > 0.4 and head[1::2].count(0) / half < 0.1:
        return "utf-16-be"
    return ""


def _refuse_binary(text: str) -> None:
    strange = sum(1 for c in text if (c < " " and c not in _HARMLESS) or c in "\x7f\ufffd")
    if strange > max(8, len(text) * 0.02) or text.count("\0") > len(text) * 0.3:
        raise InputError(
            "The file is not text: it looks like a program, a picture or a damaged download."
            " Upload a CSV, TSV, XLSX, XLS or ODS file.",
            code="not_a_table",
        )


def recognize_delimiter(head: bytes, encoding: str) -> str:
    """The delimiter that splits the first rows most evenly, then into most columns."""
    text = head.decode(encoding, errors="replace").lstrip("\ufeff")
    if text[:4].lower() == "sep=" and text[4:5]:
        return text[4]
    best, delimiter = (0.0, 1), ","
    for candidate, _name in DELIMITERS:
        # The last row of the head may be cut in two.
        sample = list(islice(_records(_lines(io.StringIO(text, newline="")), candidate), 60))
        widths = [len(row.cells) for row in sample if any(row.cells)][: 59 if len(sample) else None]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = (round(widths.count(usual) / len(widths), 1), usual)
        if usual > 1 and score > best:
            best, delimiter = score, candidate
    return delimiter


def rows(opened: IO[bytes], layout: Layout, *, skip: int = 0) -> Iterator[Row]:
    """Every record of a table after the first `skip`; raises InputError when it is none at all."""
    encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    errors = "western" if layout.encoding == "utf-8" else "replace"
    text = io.TextIOWrapper(opened, encoding=encoding, errors=errors, newline="")
    try:
        yield from islice(_records(_lines(text), layout.delimiter), skip, None)
    finally:
        text.detach()


def count(opened: IO[bytes]) -> int:
    """About how many rows a table has, quickly: its line ends, those within cells included."""
    line_feeds = returns = 0
    while block := opened.read(HEAD_BYTES):
        line_feeds += block.count(b"\n")
        returns += block.count(b"\r")
    return max(line_feeds, returns) or 1


def _lines(text: IO[str]) -> Iterator[str]:
    """Lines without NULs and marks of byte order, each of bounded length."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise InputError(
                "The file has a line of more than a million characters; it is not a list.",
                code="not_a_table",
            )
        if "\0" in line or "\ufeff" in line:
            line = line.replace("\0", "").replace("\ufeff", "")
        yield line


class _Taken:
    """Lines on their way into the CSV reader, remembered while a record is being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.again = lines, list[str]()
        self.taken: list[str] = []

    def __iter__(self) -> "_Taken":
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.lines)
        self.taken.append(line)
        return line

    def first_alone(self) -> str:
        """The record's first line; those after it will be read again."""
        first, *others = self.taken
        self.again.extend(reversed(others))
        return first


def _records(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """Rows, where a quotation mark that is never closed costs one row and not the rest."""
    source = _Taken(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    number = 0
    while True:
        source.taken.clear()
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            several = len(source.taken) > 1
            cells, problem = _loosely(source.first_alone(), delimiter, several=several)
            reader = csv.reader(source, delimiter=delimiter, strict=True)
        number += 1
        if number == 1 and cells and _is_separator_line(cells, delimiter):
            cells = []
        if len(cells) > MOST_COLUMNS:
            cells, problem = _narrowed(cells, problem)
        yield Row(number, cells, problem)


def _is_separator_line(cells: list[str], delimiter: str) -> bool:
    """Excel's own first line, `sep=;`, which is not data."""
    return delimiter.join(cells).lower() in (f"sep={delimiter}", "sep=")


def _narrowed(cells: list[str], problem: str) -> tuple[list[str], str]:
    """A row without the columns past the limit, unless these are empty a rejected one."""
    if not any(cells[MOST_COLUMNS:]):
        return cells[:MOST_COLUMNS], problem
    return cells[:MOST_COLUMNS], f"The row has more than {MOST_COLUMNS} columns."


def _loosely(line: str, delimiter: str, *, several: bool) -> tuple[list[str], str]:
    """One line whose quotation marks are wrong, read as well as can be, and what is wrong."""
    problem = "A quotation mark is opened and never closed." if several else ""
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line[:500]], "A cell is longer than 131,072 characters."
    if not problem and line.count('"') % 2:
        problem = "A quotation mark is opened and never closed."
    return [cell.rstrip("\r\n") for cell in cells], problem
