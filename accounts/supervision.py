"""What a supervisor does to an agent's seat: ready, a break, or the end of their shift.

Each with a reason, which the agent is shown and the audit log keeps.
"""

from accounts import calling, logins, presence
from accounts.models import AgentSeat, BreakReason, User
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried


@retried
def force_ready(by: User, agent: User, because: str) -> AgentSeat:
    """Makes an agent ready for the campaigns that they chose last; during a call, after it.

    Raises DomainError "nothing_chosen" when they have chosen none in this shift.
    """
    because, seat = _reason(because), _seat(agent)
    if not seat.ready_for:
        sentence = "They have not chosen a campaign yet in this shift."
        raise DomainError(sentence, code="nothing_chosen")
    was = seat.state
    return _moved(presence.ready(agent, seat.ready_for), by, because, was, to="ready")


@retried
def force_break(by: User, agent: User, reason: BreakReason, because: str) -> AgentSeat:
    """Sends an agent on a break; during a call, after it."""
    because, seat = _reason(because), _seat(agent)
    was = seat.state
    return _moved(presence.take_break(agent, reason), by, because, was, to=f"break {reason.code}")


@retried
def force_logout(by: User, agent: User, because: str) -> None:
    """Ends an agent's call, then their shift and all their logins."""
    because = _reason(because)
    was = _seat(agent).state
    calling.end_call(agent)
    logins.close_all(agent, because="supervisor", by=by, note=because)
    seat = presence.lock(agent)
    _moved(seat, by, because, was, to="logout")


def _seat(agent: User) -> AgentSeat:
    seat = presence.lock(agent)
    if seat.session_id is None:
        raise DomainError("They are not at work.", code="not_at_work")
    return seat


def _reason(because: str) -> str:
    because = because.strip()
    if not because:
        problem = {"because": ["Say why: the agent reads it."]}
        raise InputError("Say why: the agent reads it.", errors=problem)
    return because[:200]


def _moved(seat: AgentSeat, by: User, because: str, was: str, *, to: str) -> AgentSeat:
    presence.moved(seat, by, because)
    audit.record(
        "seat.moved_by_supervisor",
        seat.user,
        before={"state": was},
        after={"to": to, "because": because},
        actor=by,
    )
    return seat
