"""The order of events: numbers them after their commit, and reads them in that order.

The only module that writes `Event.seq` and, beside `core.sealing`, `Sequence`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Min, QuerySet

from core.models import Event, Sequence
from core.retry import retried

NAME = "events"
ACTIVITY = "activity"  # the topic that every event has
BATCH = 500
REPLAY_LIMIT = 1_000
# Reading past this many foreign events costs more than the page's fresh look at everything.
SCAN_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Told:
    """An event as its readers get it; `subject` holds ids, `data` no personal data."""

    id: int
    seq: int
    kind: str
    category: str
    severity: str
    topics: tuple[str, ...]
    subject: dict[str, Any]
    data: dict[str, Any]
    organization: int | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """What a reader missed up to `head`; `complete` is False when it has to look afresh."""

    head: int
    events: list[Told] = field(default_factory=list)
    complete: bool = True


def number() -> int:
    """Gives committed events that have none the next numbers; returns how many it numbered.

    Numbers become visible in their own order, because whoever gives them holds the one row of
    `Sequence` until the commit: a reader that saw one has all smaller ones in sight.
    """
    if not Event.objects.filter(seq=None).exists():
        return 0
    return _number()


def catch_up() -> None:
    """Numbers all that wait now, in transactions of one batch each."""
    while number() == BATCH:
        pass


@retried
def _number() -> int:
    counter, _ = Sequence.objects.select_for_update().get_or_create(name=NAME)
    waiting = list(Event.objects.filter(seq=None).order_by("id").only("id")[:BATCH])
    for seq, event in enumerate(waiting, counter.last + 1):
        event.seq = seq
    if waiting:
        Event.objects.bulk_update(waiting, ["seq"])
        Sequence.objects.filter(pk=counter.pk).update(last=F("last") + len(waiting))
    return len(waiting)


def head() -> int:
    """The last number given: what a page has seen when it is rendered after asking for it."""
    return Sequence.objects.filter(name=NAME).values_list("last", flat=True).first() or 0


def after(seq: int, *, limit: int = BATCH) -> list[Told]:
    """The next events behind a number, in order."""
    return [told(row) for row in _numbered(seq__gt=seq)[:limit]]


def replay(last: int | None, topics: Iterable[str]) -> Replay:
    """What a reader of these topics missed since `last`; nothing for one that starts now."""
    now = head()
    if last is None or last == now:
        return Replay(now)
    watched = set(topics)
    if not 0 <= last <= now or now - last > SCAN_LIMIT or last < _forgotten(now):
        return Replay(now, complete=False)
    rows = map(told, _numbered(seq__gt=last, seq__lte=now))
    missed = [event for event in rows if not watched.isdisjoint(event.topics)]
    if len(missed) > REPLAY_LIMIT:
        return Replay(now, complete=False)
    return Replay(now, missed)


def told(event: Event) -> Told:
    """A numbered row as its readers get it."""
    return Told(
        id=event.pk,
        seq=event.seq or 0,
        kind=event.kind,
        category=event.category,
        severity=event.severity,
        topics=(*event.topics, ACTIVITY),
        subject=event.subject,
        data=event.data,
        organization=event.organization_id,
        actor=str(event.actor or ""),
        at=event.at,
    )


def _numbered(**where: int) -> QuerySet[Event]:
    return Event.objects.filter(**where).select_related("actor").order_by("seq")


def _forgotten(now: int) -> int:
    """The last number whose event retention has deleted."""
    oldest = Event.objects.aggregate(seq=Min("seq"))["seq"]
    return now if oldest is None else oldest - 1
