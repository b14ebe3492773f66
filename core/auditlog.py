"""Reading the audit log: whose entries someone sees, filters, pages, and the whole as a file."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from core import audit
from core.models import AuditEntry

PAGE: Final = 50
_CHUNK: Final = 1000
HEADER: Final = (
    *("Time (UTC)", "Who", "As", "What", "Outcome", "On", "Id", "Name", "Before", "After"),
    *("Address", "Program", "Number", "Seal"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the log is narrowed to; empty fields narrow nothing."""

    person: str = ""  # part of an e-mail address
    noun: str = ""  # the first word of the action
    target: str = ""  # "campaigns.campaign:5", or part of a name
    outcome: str = ""
    since: date | None = None  # days in the viewer's zone, both included
    until: date | None = None

    def apply(self, entries: QuerySet[AuditEntry], zone: str) -> QuerySet[AuditEntry]:
        """The entries that match, unordered."""
        if self.person:
            entries = entries.filter(actor_name__icontains=self.person)
        if self.noun:
            entries = entries.filter(action__startswith=f"{self.noun}.")
        if self.outcome:
            entries = entries.filter(outcome=self.outcome)
        if self.since:
            entries = entries.filter(at__gte=_midnight(self.since, zone))
        if self.until:
            entries = entries.filter(at__lt=_midnight(self.until + timedelta(days=1), zone))
        return self._of_target(entries)

    def _of_target(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        if not self.target:
            return entries
        kind, colon, pk = self.target.partition(":")
        if colon and "." in kind:
            return entries.filter(target_type=kind, target_id=pk)
        return entries.filter(Q(target_name__icontains=self.target) | Q(target_id=self.target))


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and the numbers to go on with in either direction."""

    entries: list[AuditEntry]
    older: int | None = None
    newer: int | None = None


def of(user: Any) -> QuerySet[AuditEntry]:
    """The entries that a person may see: of their organization, or all for a superadmin."""
    entries = AuditEntry.objects.all()
    if user.is_superadmin:
        return entries
    if user.organization_id is None:
        return entries.none()
    return entries.filter(organization_id=user.organization_id)


def page(
    user: Any, filters: Filters, *, after: int | None = None, before: int | None = None
) -> Page:
    """A page of what the person sees: the newest, those older than `after`, or newer than `before`.

    By id, so that paging neither skips nor repeats an entry while others arrive.
    """
    entries = filters.apply(of(user), user.timezone)
    if before is not None:
        found = list(entries.filter(pk__gt=before).order_by("pk")[: PAGE + 1])
        shown = found[:PAGE][::-1]
        return Page(
            shown,
            older=shown[-1].pk if shown else None,
            newer=shown[0].pk if len(found) > PAGE else None,
        )
    if after is not None:
        entries = entries.filter(pk__lt=after)
    found = list(entries.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return Page(
        shown,
        older=shown[-1].pk if len(found) > PAGE else None,
        newer=shown[0].pk if after is not None and shown else None,
    )


def nouns(user: Any) -> list[str]:
    """The first words of the actions there are."""
    actions = of(user).order_by("action").values_list("action", flat=True).distinct()
    return sorted({action.partition(".")[0] for action in actions})


def compared(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """Each field that the entry tells of, with its value before and after."""
    names = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    return [(name, _shown(entry.before.get(name)), _shown(entry.after.get(name))) for name in names]


def export(user: Any, filters: Filters, kind: str) -> Iterator[tuple[str, ...]]:
    """The rows of a file of what the person sees, newest first; the export is an entry itself."""
    told = {name: value for name, value in asdict(filters).items() if value}
    # Known before the first row is sent: it is not part of what it tells of.
    newest = audit.record("audit.exported", after={"format": kind, **told}, actor=user)
    return _rows(filters.apply(of(user), user.timezone), newest.pk)


def _rows(entries: QuerySet[AuditEntry], below: int) -> Iterator[tuple[str, ...]]:
    while chunk := list(entries.filter(pk__lt=below).order_by("-pk")[:_CHUNK]):
        yield from map(_cells, chunk)
        below = chunk[-1].pk


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",
        entry.actor_name,
        entry.acting_as,
        entry.action,
        entry.outcome,
        entry.target_type,
        entry.target_id,
        entry.target_name,
        json.dumps(entry.before, ensure_ascii=False) if entry.before else "",
        json.dumps(entry.after, ensure_ascii=False) if entry.after else "",
        entry.address or "",
        entry.agent,
        str(entry.seq or ""),
        entry.digest,
    )


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
