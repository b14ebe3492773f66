"""Shifts, and the time in each state: what stays on record of a seat's moves.

The only module that writes `AgentSession` and `AgentStateInterval`. While a shift is open, its
intervals follow one another without gap or overlap. The caller has locked the seat, and saves it.
"""

from datetime import datetime
from typing import Any

from accounts.models import AgentSeat, AgentSession, AgentStateInterval
from core import statements

S = AgentSeat.State


def begin(seat: AgentSeat, state: S, now: datetime) -> None:
    """Ends the seat's interval and begins the next, in a shift that is opened when missing."""
    now = max(now, seat.since)  # another node's clock may be behind
    if seat.session_id is None:
        seat.session = AgentSession.objects.create(
            user=seat.user,
            organization_id=seat.organization_id,
            open_key=seat.user_id,
            login_at=now,
        )
    _end_interval(seat, now)
    rest = _rest(seat) if state == S.BREAK else {}
    statements.insert(
        AgentStateInterval(
            user=seat.user,
            organization_id=seat.organization_id,
            session_id=seat.session_id,
            open_key=seat.user_id,
            state=state,
            start_at=now,
            **rest,
        )
    )
    seat.state, seat.since, seat.break_limit_s = state, now, rest.get("limit_s")


def will_end(session: AgentSession, because: str) -> None:
    """Says why a shift ends, now or with the call on its seat; empty: it goes on."""
    session.ended_because = because
    session.save(update_fields=["ended_because"])


def end(seat: AgentSeat, session: AgentSession, now: datetime) -> None:
    """Ends the seat's interval and its shift."""
    now = max(now, seat.since)
    _end_interval(seat, now)
    session.logout_at, session.open_key = now, None
    session.save()
    seat.state, seat.since, seat.session, seat.break_limit_s = S.OFFLINE, now, None, None


def _rest(seat: AgentSeat) -> dict[str, Any]:
    """The break as it is now: whoever edits it later does not edit what was."""
    reason = seat.break_reason
    if reason is None:
        return {}
    return {
        "reason": reason.code,
        "reason_label": reason.label,
        "limit_s": reason.limit_s,
        "is_paid": reason.is_paid,
    }


def _end_interval(seat: AgentSeat, now: datetime) -> None:
    AgentStateInterval.objects.filter(open_key=seat.user_id).update(end_at=now, open_key=None)
