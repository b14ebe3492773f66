"""Excel and OpenDocument workbooks are made into CSV by a child process with limits.

The file is the child's program too, so it imports nothing of the project: an uploaded workbook
is untrusted, and whatever it makes the reader do ends with that process.
"""

import csv
import datetime
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

_MEGABYTE: Final = 1024 * 1024
_MESSAGES: Final = {
    "memory": "The workbook needs too much memory; save the sheet as CSV and upload that.",
    "time": "The workbook takes too long to read; save the sheet as CSV and upload that.",
    "unpacked": "The workbook unpacks to {unpacked} MB, more than the {limit} MB that are"
    " allowed; save the sheet as CSV and upload that.",
    "too_large": "The sheet has more than {limit} MB of text; split it.",
    "password": "The workbook is protected by a password; save it without one.",
    "unreadable": "The workbook is damaged or of a kind that cannot be read.",
    "empty": "The workbook holds no rows.",
    "no_such_sheet": "The workbook has no such sheet.",
}


@dataclass(frozen=True)
class Limits:
    """What one conversion may use."""

    memory_mb: int = 1536
    cpu_s: int = 120
    unpacked_mb: int = 768
    text_mb: int = 512


@dataclass(frozen=True)
class Converted:
    """What a workbook held: the sheet that was read, and the names of all of them."""

    sheet: str
    sheets: list[str]
    rows: int


class WorkbookError(Exception):
    """A workbook that cannot be read; the text is a sentence, `code` a word."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(_MESSAGES[code].format(**facts))
        self.code, self.facts = code, facts


def convert(source: Path, target: Path, *, sheet: str = "", limits: Limits) -> Converted:
    """Writes one sheet (the first with rows, or the named one) to `target` as UTF-8 CSV.

    Blocks until the child has ended. Raises WorkbookError.
    """
    job = json.dumps({**asdict(limits), "source": str(source), "target": str(target)})
    try:
        done = subprocess.run(  # noqa: S603  # this very file, by this very interpreter
            [sys.executable, "-I", __file__, job, sheet],
            capture_output=True,
            timeout=limits.cpu_s * 2,
            check=False,
            env={"LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise WorkbookError("time") from error
    if done.returncode == 0:
        answer = json.loads(done.stdout)
        if "error" in answer:
            raise WorkbookError(answer["error"], **answer["facts"])
        return Converted(**answer)
    if done.returncode > 0:  # the reader gave up without a word
        raise WorkbookError("unreadable")
    # SIGXCPU, or SIGKILL at the hard limit; any other signal is an allocation that failed.
    raise WorkbookError("time" if done.returncode in (-24, -9) else "memory")


def _child(job: dict[str, Any], wanted: str) -> dict[str, Any]:
    """Converts within limits and answers what `convert` shall return or raise."""
    import resource

    memory = job["memory_mb"] * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_s"], job["cpu_s"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        return _convert(job, wanted)
    except WorkbookError as error:
        return {"error": error.code, "facts": error.facts}
    except MemoryError:
        return {"error": "memory", "facts": {}}


def _convert(job: dict[str, Any], wanted: str) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    source = Path(job["source"])
    _check_unpacked(source, job["unpacked_mb"])
    try:
        with source.open("rb") as opened:
            book = CalamineWorkbook.from_filelike(opened)
            names = _sheet_names(book)
            if wanted and wanted not in names:
                raise WorkbookError("no_such_sheet")
            for name in [wanted] if wanted else names:
                sheet = book.get_sheet_by_name(name)
                if sheet.height:
                    rows = _write(sheet, Path(job["target"]), job["text_mb"])
                    return {"sheet": name, "sheets": names, "rows": rows}
    except PasswordError as error:
        raise WorkbookError("password") from error
    except (CalamineError, ValueError, OSError) as error:
        raise WorkbookError("unreadable") from error
    raise WorkbookError("empty")


def _check_unpacked(source: Path, limit_mb: int) -> None:
    """Refuses an archive that unpacks to more than is allowed, before anything unpacks it."""
    import zipfile

    if not zipfile.is_zipfile(source):
        _refuse_encrypted(source)
        return  # the older binary formats are not compressed
    try:
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise WorkbookError("unreadable") from error
    if unpacked > limit_mb * _MEGABYTE:
        raise WorkbookError("unpacked", unpacked=unpacked // _MEGABYTE, limit=limit_mb)


def _refuse_encrypted(source: Path) -> None:
    """A newer workbook with a password is a stream of that name inside the older format."""
    import mmap

    with source.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as data:
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise WorkbookError("password")


def _sheet_names(book: Any) -> list[str]:
    """Worksheets by name, the visible ones first; charts and macro sheets are none."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda meta: bool(meta.visible != SheetVisibleEnum.Visible))
    return [meta.name for meta in sheets]


def _write(sheet: Any, target: Path, limit_mb: int) -> int:
    """Writes the rows, with leading empty ones so that row numbers stay those of the workbook."""
    written = rows = 0
    with target.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        for row in _texts(sheet):
            written += writer.writerow(row)
            rows += 1
            if written > limit_mb * _MEGABYTE:
                raise WorkbookError("too_large", limit=limit_mb)
    return rows


def _texts(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _text(cell: object) -> str:
    """A cell as a person would type it; whole numbers without a point."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    answer = _child(json.loads(sys.argv[1]), sys.argv[2])
    sys.stdout.write(json.dumps(answer))
