"""What phones report: every event is kept once, and moves its call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from calls import lease, lifecycle, timing
from calls.models import Call, CallEvent
from calls.timing import Happened, Sent, Told
from core import config
from core.errors import DomainError
from core.retry import retried

PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Batch:
    """The events of one request, with its page's clocks as it left; none is a heartbeat."""

    page: str
    sent_mono_ms: float
    sent_wall_ms: float
    events: Sequence[Told] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """The call as it then is, and up to which `seq` of the page nothing is missing."""

    call: Call
    acknowledged: int


def apply(call: Call, batch: Batch, *, received: datetime | None = None) -> Applied:
    """Writes events of a call and moves it; repeated or out of order, the result is the same."""
    received = received or timezone.now()
    if not batch.events:
        lease.renew(call.pk, received)
        return _answer(call.pk, batch)
    _apply(call.pk, batch, received)
    return _answer(call.pk, batch)


@retried
def _apply(pk: int, batch: Batch, received: datetime) -> None:
    seat, call = lifecycle.hold(pk)
    rows = list(call.events.filter(source=PHONE).order_by("pk"))
    known = {row.client_id for row in rows}
    fresh: dict[str, Told] = {}
    for told in batch.events:
        if told.client_id not in known:
            fresh.setdefault(told.client_id, told)
    if len(rows) + len(fresh) > config.get("calls.most_events"):
        raise DomainError("This call has too many events.", code="too_many_events", status=413)
    sent = Sent(batch.page, batch.sent_mono_ms, batch.sent_wall_ms, received)
    before = [Happened(row.kind, row.at, row.page, row.seq, row.data) for row in rows]
    ordered = sorted(fresh.values(), key=lambda told: (told.page, told.seq))
    placed = timing.place(ordered, before, sent, earliest=call.reserved_at)
    lifecycle.follow(seat, call, timing.read([*before, *placed]), received)
    CallEvent.objects.bulk_create(
        CallEvent(
            call=call,
            source=PHONE,
            client_id=told.client_id,
            page=event.page,
            seq=event.seq,
            kind=event.kind,
            at=event.at,
            received_at=received,
            data=dict(event.data),
        )
        for told, event in zip(ordered, placed, strict=True)
    )


def _answer(pk: int, batch: Batch) -> Applied:
    page = batch.events[0].page if batch.events else batch.page
    call = Call.objects.select_related("disposition").get(pk=pk)
    seqs = call.events.filter(source=PHONE, page=page).values_list("seq", flat=True)
    return Applied(call, timing.acknowledged(list(seqs)))
