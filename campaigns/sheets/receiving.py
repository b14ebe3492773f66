"""An uploaded list is checked, understood and kept; nothing is imported yet."""

import codecs
import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from accounts.models import User
from campaigns.models import Campaign, LeadSheet, SheetTemplate
from campaigns.sheets import columns, reading, templates, workbook
from campaigns.sheets.choices import Choices
from campaigns.sheets.reading import Layout
from campaigns.sheets.rows import column_names
from core import audit, config, realtime
from core.errors import DomainError, InputError

STORAGE: Final = "sheets"
_MEGABYTE: Final = 1024 * 1024
SAMPLE_ROWS: Final = 200

config.define(
    "sheets.text_mb",
    int,
    default=2048,
    help="Largest CSV, TSV or TXT file that may be uploaded, in megabytes.",
    minimum=1,
)
config.define(
    "sheets.workbook_mb",
    int,
    default=200,
    help="Largest XLSX, XLS or ODS file that may be uploaded, in megabytes.",
    minimum=1,
)
config.define(
    "sheets.workbook_memory_mb",
    int,
    default=1536,
    help="Memory that reading one workbook may take, in megabytes.",
    minimum=256,
)
config.define(
    "sheets.workbook_unpacked_mb",
    int,
    default=2048,
    help="Largest size to which a workbook may unpack, in megabytes.",
    minimum=1,
)
config.define(
    "sheets.workbook_cpu_s",
    int,
    default=120,
    help="Processor time that reading one workbook may take, in seconds.",
    minimum=1,
)


@dataclass(frozen=True)
class Table:
    """An uploaded file that was understood: how its bytes become rows, and what columns hold."""

    file: "File[Any]"
    converted: Path | None  # the text that was made of a workbook
    layout: Layout
    sha256: str
    names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Its text from the beginning, for `reading.rows`."""
        if self.converted:
            with self.converted.open("rb") as text:
                yield text
            return
        # The upload's own stream is left open and rewound.
        self.file.seek(0)
        stream: IO[bytes] = self.file.file if self.file.file is not None else self.file
        yield stream
        self.file.seek(0)


def largest_upload() -> int:
    """Bytes beyond which no upload is accepted, whatever it is."""
    return int(max(config.get("sheets.text_mb"), config.get("sheets.workbook_mb")) * _MEGABYTE)


def receive_upload(
    user: User | None,
    campaign: Campaign,
    file: "File[Any]",
    *,
    template: SheetTemplate | None = None,
    choices: Mapping[str, Any] | None = None,
) -> LeadSheet:
    """Keeps an uploaded file as a sheet of the campaign, with its layout and a proposed mapping.

    The kind of file is told by its content; a template that fits its columns by that. `choices`
    are fields of `Choices` that go before those of the template. Raises InputError, or
    DomainError with status 413, with a sentence for people; then nothing is kept.
    """
    with understood(file) as table:
        return _keep(user, campaign, table, template, choices or {})


@contextmanager
def understood(file: "File[Any]") -> Iterator[Table]:
    """An uploaded file as a table with a proposed mapping, kept nowhere.

    Raises as `receive_upload` does.
    """
    head, sha256, utf8 = _survey(file)
    with tempfile.TemporaryDirectory(prefix="sheet-") as folder:
        converted = None
        if reading.is_workbook(head):
            _refuse_size(file.size, "sheets.workbook_mb", "A workbook")
            converted = Path(folder) / "table.csv"
            layout = _convert(file, converted, Path(folder))
        else:
            _refuse_size(file.size, "sheets.text_mb", "A text file")
            encoding = reading.recognize_encoding(head, utf8=utf8)
            delimiter = reading.recognize_delimiter(head, encoding)
            layout = Layout("text", encoding, delimiter)
        table = Table(file, converted, layout, sha256)
        yield _understand(table)


def sample(opened: IO[bytes], layout: Layout) -> list[list[str]]:
    """The first rows of a table, empty ones included."""
    return [row.cells for row in islice(reading.rows(opened, layout), SAMPLE_ROWS)]


def recognize(found: list[list[str]], header_row: int) -> list[str]:
    """The field of each column of a sample with this header."""
    header = found[header_row - 1] if header_row else []
    return columns.recognize(header, found[header_row:])


@contextmanager
def opened_table(sheet: LeadSheet) -> Iterator[tuple[IO[bytes], Layout]]:
    """The sheet's text and layout, ready for `reading.rows`."""
    layout = Layout(**sheet.layout)
    with storages[STORAGE].open(layout.table or sheet.file, "rb") as stored:
        yield stored, layout


def _survey(file: "File[Any]") -> tuple[bytes, str, bool]:
    """One pass over the upload: its head, its checksum, and whether all of it is UTF-8."""
    if not file.size:
        raise InputError("The file is empty.", code="empty")
    if file.size > largest_upload():
        _refuse_size(file.size, "sheets.text_mb", "A file")
    digest, head = hashlib.sha256(), b""
    decoder, utf8 = codecs.getincrementaldecoder("utf-8")(), True
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
        if len(head) < reading.HEAD_BYTES:
            head += chunk[: reading.HEAD_BYTES - len(head)]
        if utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
    file.seek(0)
    return head, digest.hexdigest(), utf8


def _refuse_size(size: int, setting: str, what: str) -> None:
    limit = config.get(setting)
    if size > limit * _MEGABYTE:
        raise DomainError(
            f"{what} may have at most {limit} MB, and this one has {size / _MEGABYTE:.0f} MB."
            " Split it, or save it as CSV.",
            code="too_large",
            status=413,
        )


def _convert(file: "File[Any]", table: Path, folder: Path) -> Layout:
    """A workbook as text in `table`; the reader is a process of its own."""
    if hasattr(file, "temporary_file_path"):
        source = Path(file.temporary_file_path())
    else:
        source = folder / "workbook"
        with source.open("wb") as target:
            shutil.copyfileobj(file, target)
        file.seek(0)
    limits = workbook.Limits(
        memory_mb=config.get("sheets.workbook_memory_mb"),
        cpu_s=config.get("sheets.workbook_cpu_s"),
        unpacked_mb=config.get("sheets.workbook_unpacked_mb"),
    )
    try:
        done = workbook.convert(source, table, limits=limits)
    except workbook.WorkbookError as error:
        raise InputError(str(error), code=error.code) from error
    return Layout("workbook", "utf-8", ",", sheet=done.sheet, sheets=done.sheets)


def _understand(table: Table) -> Table:
    """The table with its header row, and what each column seems to hold."""
    with table.opened() as opened:
        found = sample(opened, table.layout)
    if not any(cell.strip() for row in found for cell in row):
        raise InputError("The file holds no rows.", code="empty")
    header_row = columns.header_row(found)
    fields = recognize(found, header_row)
    header = found[header_row - 1] if header_row else []
    return replace(
        table,
        layout=replace(table.layout, header_row=header_row),
        names=tuple(column_names(header, len(fields))),
        fields=tuple(fields),
    )


def _keep(
    user: User | None,
    campaign: Campaign,
    table: Table,
    template: SheetTemplate | None,
    choices: Mapping[str, Any],
) -> LeadSheet:
    """Stores the files under names that cannot be guessed, and the row that knows them."""
    storage, layout = storages[STORAGE], table.layout
    stored = storage.save(f"{uuid.uuid4()}.bin", table.file)
    kept = [stored]
    try:
        if table.converted:
            with table.converted.open("rb") as opened:
                kept.append(storage.save(f"{uuid.uuid4()}.csv", File(opened)))
            layout = replace(layout, table=kept[-1])
        with transaction.atomic():
            sheet = LeadSheet(
                organization_id=campaign.organization_id,
                campaign=campaign,
                name=Path(str(table.file.name or "sheet")).name[-255:],
                file=stored,
                size=table.file.size,
                sha256=table.sha256,
                layout=layout.as_json(),
                created_by=user,
            )
            fields = _fields(sheet, table, template)
            sheet.mapping = {str(index): what for index, what in enumerate(fields)}
            replace(Choices.of(sheet), **choices).put_on(sheet)
            sheet.save()
            told(sheet, "sheet.uploaded", actor=user)
    except BaseException:
        for stored_name in kept:
            storage.delete(stored_name)
        raise
    return sheet


def _fields(sheet: LeadSheet, table: Table, template: SheetTemplate | None) -> list[str]:
    """What the columns hold: by a template of such sheets, with its choices, or guessed."""
    if template is not None and not templates.fits(template, table.names):
        said = "This template is of other columns: the list has none of them."
        raise InputError(said, errors={"template": [said]})
    if template is None and table.layout.header_row:
        template = templates.matching(sheet.organization_id, table.names)
    if template is None:
        return list(table.fields)
    Choices.read(template.choices).put_on(sheet)
    return templates.fields(template, table.names, table.fields)


_AUDITED: Final = frozenset(
    f"sheet.{what}"
    for what in (
        *("uploaded", "discarded", "confirmed", "imported", "failed", "canceled"),
        *("undo_started", "undone", "activated"),
    )
)


def told(sheet: LeadSheet, kind: str, *, actor: User | None = None, severity: str = "info") -> None:
    """Records what happened to a sheet, for its page, its campaign's and the activity feed.

    All but its progress is in the audit log too.
    """
    facts = {
        "status": sheet.status,
        "read": sheet.rows_read,
        "accepted": sheet.rows_accepted,
        "duplicate": sheet.rows_duplicate,
        "invalid": sheet.rows_invalid,
        "scrubbed": sheet.rows_scrubbed,
        "removed": sheet.rows_removed,
        "consented": sheet.rows_consented,
        "stopped": sheet.rows_stopped,
    }
    if kind in _AUDITED:
        file = {"campaign": sheet.campaign_id, "size": sheet.size}
        audit.record(kind, sheet, after=facts | file, actor=actor)
    realtime.record(
        kind,
        organization=sheet.organization_id,
        topics=[f"sheet:{sheet.pk}", f"campaign:{sheet.campaign_id}"],
        subject={"sheet": sheet.pk, "campaign": sheet.campaign_id},
        data=facts,
        actor=actor,
        severity=severity,
    )
