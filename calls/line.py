"""What a line without a phone tells of its call: a voice's own, whose clock is the server's."""

from datetime import datetime
from typing import Any

from calls import lease, lifecycle, timing
from calls.models import Call, CallEvent
from calls.timing import Happened
from core import statements
from core.retry import retried

# In a talk each comes once; a hand-over may hold several times, and numbers them itself.
SOURCE = "voice"
_TOLD = "t0.call_id = %s AND t0.source = %s ORDER BY t0.id"


@retried
def tell(call: Call, kind: str, at: datetime, *, client_id: str = "", **data: Any) -> Call:
    """Writes what happened on the line and moves the call; told again, nothing changes.

    Kinds are those of a phone: ringing, answered, ended, failed. `data` may hold `sip_status`,
    `cause` and `by`: local for the voice, remote for the called, system for neither.
    """
    seat, held = lifecycle.hold(call.pk, nobodys=call.agent_id is None)
    rows = statements.find(CallEvent, _TOLD, [held.pk, SOURCE])
    client_id = client_id or kind
    if any(row.client_id == client_id for row in rows):
        return held
    at = max(at, held.reserved_at)
    told = statements.insert(
        CallEvent(
            call=held,
            source=SOURCE,
            client_id=client_id,
            page=SOURCE,
            seq=len(rows) + 1,
            kind=kind,
            at=at,
            received_at=at,
            data=data,
        )
    )
    events = [Happened(row.kind, row.at, row.page, row.seq, row.data) for row in [*rows, told]]
    lifecycle.follow(seat, held, timing.read(events), at)
    return held


def alive(call: Call, now: datetime) -> None:
    """Renews the lease of a call whose voice is there."""
    lease.renew(call.pk, now)
