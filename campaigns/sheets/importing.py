"""A confirmed sheet becomes leads, some rows at a time, each row exactly once.

It moves `LeadSheet.status` up to the import's end, as `undoing` does afterwards. A worker holds a
sheet by a lease; whoever finds the lease expired goes on at the first row that was not committed.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import batched, islice
from typing import Any, Final

from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from campaigns import consents, editing, queue
from campaigns.models import Campaign, LeadSheet
from campaigns.sheets import columns, consenting, landing, listing, reading, receiving
from campaigns.sheets.choices import Choices
from campaigns.sheets.reading import Layout, Row
from campaigns.sheets.rows import column_names
from core import config
from core.errors import DomainError, InputError
from core.retry import retried

LEASE: Final = timedelta(seconds=90)
MOST_TRIES: Final = 5  # without a row of progress between them
_TELL_EVERY: Final = timedelta(seconds=1)
_S = LeadSheet.Status

config.define(
    "sheets.chunk_rows",
    int,
    default=2000,
    minimum=10,
    help="Rows of a list that are imported in one transaction; on SQLite, a thousand at most.",
)


@retried
def start_import(
    user: User | None,
    sheet: LeadSheet,
    mapping: Sequence[str] | None = None,
    *,
    layout: dict[str, Any] | None = None,
    choices: Choices | None = None,
) -> LeadSheet:
    """Confirms what the columns hold and makes the import due; `mapping` names a field each.

    `layout` may correct encoding, delimiter and header_row. A failed or canceled import goes on
    where it stopped. Raises InputError for a mapping without a number and for choices that cannot
    be, DomainError once it has begun.
    """
    row = LeadSheet.objects.select_for_update().get(pk=sheet.pk)
    if row.status not in (_S.UPLOADED, _S.FAILED, _S.CANCELED):
        raise DomainError("The import of this sheet has begun already.", code="already_started")
    if row.rows_read == 0:
        row.layout = replace(Layout(**row.layout), **(layout or {})).as_json()
        fields = list(mapping) if mapping is not None else fields_of(row)
        _check(fields)
        row.mapping = {str(index): what for index, what in enumerate(fields)}
        row.rows_total = None
        if choices is not None:
            choices.put_on(row)
    row.status, row.problem, row.due_at = _S.WAITING, "", timezone.now()
    row.lease_until, row.tries = None, 0
    row.save()
    listing.activate_first(row)
    receiving.told(row, "sheet.confirmed", actor=user)
    return row


@retried
def cancel(user: User | None, sheet: LeadSheet) -> LeadSheet:
    """Stops an import after the rows that are in; it may go on later, or be undone."""
    row = LeadSheet.objects.select_for_update().get(pk=sheet.pk)
    if row.status not in (_S.WAITING, _S.IMPORTING):
        raise DomainError("No import of this sheet is going on.", code="not_importing")
    row.status, row.due_at, row.lease_until = _S.CANCELED, None, None
    row.save()
    _consent_came(row)
    receiving.told(row, "sheet.canceled", actor=user)
    return row


@retried
def discard(user: User | None, sheet: LeadSheet) -> None:
    """Forgets an upload of which no lead is left, with its files and its rejected rows.

    Raises DomainError "sheet_in_use" while leads or consent hang on it.
    """
    row = LeadSheet.objects.select_for_update().get(pk=sheet.pk)
    if row.due_at is not None or row.leads.exists():
        raise DomainError("Leads came from this sheet, so it stays.", code="sheet_in_use")
    if consents.came_on(row):
        said = "Consent came on this sheet; undo its import first."
        raise DomainError(said, code="sheet_in_use")
    names = [row.file, Layout(**row.layout).table]
    receiving.told(row, "sheet.discarded", actor=user)
    row.delete()

    def delete_files() -> None:
        for name in filter(None, names):
            storages[receiving.STORAGE].delete(name)

    transaction.on_commit(delete_files)


def fields_of(sheet: LeadSheet) -> list[str]:
    """The mapping as a list: the field of each column in order."""
    return [sheet.mapping[str(index)] for index in range(len(sheet.mapping))]


def due(now: datetime) -> list[int]:
    """Sheets that wait for a worker, or whose worker is gone."""
    # An undoing sheet is due as an importing one is: the same workers do both.
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return list(LeadSheet.objects.filter(free, due_at__lte=now).values_list("pk", flat=True))


def run_import(sheet_id: int) -> bool:
    """Imports a sheet that is due, to its end; False when it is not due or someone else has it.

    Harmless to call again at any time, in any number of processes.
    """
    sheet = _begin(sheet_id, timezone.now())
    if sheet is None:
        return False
    try:
        with receiving.opened_table(sheet) as (opened, layout):
            total = sheet.rows_total
            if total is None:
                total = reading.count(opened)
                opened.seek(0)
            run = Run(sheet, layout, total)
            if not run.through(reading.rows(opened, layout, skip=sheet.rows_read)):
                return False
        run.finish()
    except (InputError, FileNotFoundError) as error:
        text = error.message if isinstance(error, InputError) else "The file is gone."
        _fail(sheet_id, text)
    return True


@dataclass
class Run:
    """One worker's way through a sheet."""

    sheet: LeadSheet
    layout: Layout
    total: int
    told_at: datetime = field(default_factory=timezone.now)

    def __post_init__(self) -> None:
        self.campaign: Campaign = self.sheet.campaign
        self.fields = fields_of(self.sheet)
        self.names = column_names(self._header(), len(self.fields))
        self.read = self.sheet.rows_read
        self.look = connection.vendor == "sqlite"

    def _header(self) -> list[str]:
        if not self.layout.header_row:
            return []
        with receiving.opened_table(self.sheet) as (opened, layout):
            at = layout.header_row - 1
            row = next(islice(reading.rows(opened, layout), at, at + 1), None)
        return row.cells if row else []

    def through(self, rows: Iterator[Row]) -> bool:
        """Makes leads and rejects of all rows; False when another worker was faster.

        The next rows are read beside, while the database takes the last ones.
        """
        chunks = map(self._sorted, batched(rows, _chunk()))
        with ThreadPoolExecutor(max_workers=1) as beside:
            ahead = beside.submit(next, chunks, None)
            while (found := ahead.result()) is not None:
                ahead = beside.submit(next, chunks, None)
                batch, count = found
                if not self._commit(batch, count):
                    return False
                self.read += count
        return True

    def _sorted(self, chunk: Sequence[Row]) -> tuple[landing.Batch, int]:
        data = [row for row in chunk if row.number > self.layout.header_row]
        region = self.sheet.default_region or self.campaign.default_region
        return landing.sort(data, self.fields, self.names, region), len(chunk)

    @retried
    def _commit(self, batch: landing.Batch, rows: int) -> bool:
        now = timezone.now()
        sheet = LeadSheet.objects.select_for_update().get(pk=self.sheet.pk)
        # The compare-and-set that makes every row count once, whatever became of the lease.
        if sheet.status != _S.IMPORTING or sheet.rows_read != self.read:
            return False
        # First, so that whoever stops here becomes no lead that is called.
        heard = consenting.hear(sheet, self.campaign.purpose, batch, now)
        counts = landing.store(sheet, self.campaign, batch, now, look=self.look)
        # SQLite tells IDs apart by their case, so there the database does not say all.
        self.look = counts.met or connection.vendor == "sqlite"
        sheet.rows_accepted += counts.accepted
        sheet.rows_suppressed += counts.suppressed
        sheet.rows_scrubbed += counts.scrubbed
        sheet.rows_duplicate += counts.duplicate
        sheet.rows_invalid += counts.invalid
        sheet.rows_consented += heard.granted
        sheet.rows_stopped += heard.stopped
        sheet.rows_read += rows
        sheet.rows_total = self.total
        sheet.lease_until, sheet.tries = now + LEASE, 0
        sheet.save()
        queue.wake(self.campaign.pk)
        if now - self.told_at >= _TELL_EVERY:
            receiving.told(sheet, "sheet.progress")
            self.told_at = now
        return True

    def finish(self) -> None:
        """Marks the sheet as imported, once."""
        _finish(self.sheet.pk, self.read)


def _chunk() -> int:
    """Rows of one transaction. SQLite has one writer at a time, and claims are waiting for it."""
    rows = int(config.get("sheets.chunk_rows"))
    return min(rows, 1000) if connection.vendor == "sqlite" else rows


@retried
def _begin(sheet_id: int, now: datetime) -> LeadSheet | None:
    """Takes the lease of a sheet that is due."""
    sheet = LeadSheet.objects.select_for_update().filter(pk=sheet_id).first()
    if sheet is None or sheet.due_at is None or sheet.due_at > now or sheet.status == _S.UNDOING:
        return None
    if sheet.lease_until is not None and sheet.lease_until > now:
        return None
    if sheet.tries >= MOST_TRIES:
        sheet.status, sheet.due_at, sheet.lease_until = _S.FAILED, None, None
        sheet.problem = "The import stopped several times at the same place; try it again."
        sheet.save()
        _consent_came(sheet)
        receiving.told(sheet, "sheet.failed", severity="error")
        return None
    sheet.status, sheet.lease_until = _S.IMPORTING, now + LEASE
    sheet.tries += 1
    sheet.started_at = sheet.started_at or now
    sheet.save()
    receiving.told(sheet, "sheet.progress")
    return sheet


@retried
def _finish(sheet_id: int, read: int) -> None:
    sheet = LeadSheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.status != _S.IMPORTING or sheet.rows_read != read:
        return
    sheet.status, sheet.due_at, sheet.lease_until = _S.DONE, None, None
    sheet.rows_total, sheet.finished_at = read, timezone.now()
    sheet.save()
    _consent_came(sheet)
    receiving.told(sheet, "sheet.imported")


def _consent_came(sheet: LeadSheet) -> None:
    """Decisions that asked for consent are old now."""
    if sheet.rows_consented:
        editing.rules_changed(sheet.organization_id)


@retried
def _fail(sheet_id: int, problem: str) -> None:
    sheet = LeadSheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.status != _S.IMPORTING:  # canceled meanwhile, or done by another worker
        return
    sheet.status, sheet.due_at, sheet.lease_until = _S.FAILED, None, None
    sheet.problem = problem
    sheet.save()
    _consent_came(sheet)
    receiving.told(sheet, "sheet.failed", severity="error")


def _check(fields: Sequence[str]) -> None:
    """Refuses a mapping that makes no leads."""
    unknown = sorted(set(fields) - set(columns.FIELDS))
    if unknown:
        raise InputError(
            f"There is no field called {unknown[0]}.", errors={"mapping": ["Unknown field."]}
        )
    if not {"phone", "further_phone"} & set(fields):
        message = "Say which column holds the telephone number."
        raise InputError(message, errors={"mapping": [message]})
    for what in fields:
        if what not in columns.MANY and list(fields).count(what) > 1:
            message = f"Only one column can be “{columns.FIELDS[what]}”."
            raise InputError(message, errors={"mapping": [message]})


def rows_of(sheet: LeadSheet) -> Iterator[Row]:
    """Every record of the sheet's table again, in order."""
    with receiving.opened_table(sheet) as (opened, layout):
        yield from reading.rows(opened, layout)
