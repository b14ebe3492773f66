"""Files of numbers that are not called: read into the list, and written from it."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from accounts.models import Organization
from campaigns import suppression
from campaigns.models import Campaign, SuppressionEntry
from campaigns.sheets import Table, reading, rejects, understood
from core import audit, phone
from core.errors import InputError
from core.tables import neutral

if TYPE_CHECKING:
    from django.core.files import File

CHUNK: Final = 1000
_SHOWN: Final = 50
_PHONES: Final = frozenset({"phone", "further_phone"})
HEADER: Final = ("Number", "Scope", "Source", "Reason", "Since", "Until")


@dataclass
class Report:
    """What became of a file: how many numbers were new, known before, or no numbers; of a file of
    consent also for how many it is over by now."""

    added: int = 0
    known: int = 0
    invalid: int = 0
    ended: int = 0
    problems: list[tuple[int, str, str]] = field(default_factory=list)  # row, text, why

    def refuse(self, row: int, text: str, why: str) -> None:
        """Counts a row that holds no number; the first fifty are kept to be shown."""
        self.invalid += 1
        if len(self.problems) < _SHOWN:
            self.problems.append((row, text[:64], why))


def receive(
    file: "File[Any]",
    organization: Organization,
    *,
    region: str,
    reason: str = "",
    campaign: Campaign | None = None,
    until: datetime | None = None,
    by: Any = None,
    now: datetime,
) -> Report:
    """Suppresses every number of a file, a thousand at a time; the column is found by itself.

    `region` (ISO 3166-1) reads numbers without a country code. Good numbers stay when others are
    none. Raises InputError for a file without any column of numbers, having changed nothing.
    """
    report = Report()
    with understood(file) as table:
        for chunk in batched(numbers(table, region, report), CHUNK, strict=False):
            added = suppression.suppress_many(
                organization,
                chunk,
                source=SuppressionEntry.Source.IMPORT,
                reason=reason,
                by=by,
                campaign=campaign,
                until=until,
                now=now,
            )
            report.added += added
            report.known += len(chunk) - added
    audit.record(
        "suppression.imported",
        campaign or organization,
        after={"added": report.added, "known": report.known, "invalid": report.invalid},
        organization=organization,
        actor=by,
    )
    return report


def as_csv(entries: Iterable[SuppressionEntry], campaigns: dict[int, str]) -> Iterator[str]:
    """Lines of a file, one by one, that no spreadsheet takes for formulas; times are UTC."""
    writer = csv.writer(rejects.Echo())
    yield "\ufeff" + writer.writerow(HEADER)
    for entry in entries:
        scope = campaigns.get(entry.campaign_key, "") if entry.campaign_key else "Everywhere"
        until = f"{entry.expires_at:%Y-%m-%d %H:%M}" if entry.expires_at else ""
        source = entry.get_source_display()
        since = f"{entry.created_at:%Y-%m-%d %H:%M}"
        cells = (entry.phone, scope, source, entry.reason, since, until)
        yield writer.writerow([neutral(cell) for cell in cells])


def numbers(table: Table, region: str, report: Report) -> Iterator[str]:
    """The numbers (E.164) of all columns that hold such; what is none is reported.

    Raises InputError when no column holds any.
    """
    wanted = {index for index, what in enumerate(table.fields) if what in _PHONES}
    if not wanted:
        raise InputError(
            "No column of this file holds telephone numbers. Put one number in each row.",
            code="no_numbers",
        )
    with table.opened() as opened:
        for row in reading.rows(opened, table.layout, skip=table.layout.header_row):
            yield from _of_row(row, wanted, region, report)


def _of_row(row: reading.Row, wanted: set[int], region: str, report: Report) -> Iterator[str]:
    for index, cell in enumerate(row.cells):
        if index not in wanted or not cell.strip():
            continue
        try:
            yield phone.normalize(cell, region).e164
        except phone.PhoneError as error:
            report.refuse(row.number, cell, error.message)
