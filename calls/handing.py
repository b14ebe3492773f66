"""A call that was made without an agent goes to one."""

from datetime import datetime

from accounts import presence
from accounts.models import AgentSeat
from calls import lease, lifecycle, matching, news
from calls.models import Call
from campaigns import claims
from core.errors import DomainError

_GOING_ON = (Call.Status.IN_CALL, Call.Status.ON_HOLD)


def hand_to(call: Call, seat: AgentSeat, now: datetime) -> Call:
    """The agent, whose locked seat was reserved for it, has the call from here on.

    Within the caller's transaction. Raises DomainError "illegal_move" for one that is not going
    on, or has an agent.
    """
    _, call = lifecycle.hold(call.pk)
    if call.agent_id is not None or call.status not in _GOING_ON:
        raise DomainError("This call cannot be handed over any more.", code="illegal_move")
    claims.hand_to(call.attempt, seat.user)
    call.agent, call.live_agent = seat.user, seat.user.pk
    call.team_id = matching.team_of(seat.user, call.campaign_id)
    call.lease_until = now + lease.span()
    call.save()
    presence.on_call(seat, now)
    news.tell(call, "handed_over", now, agent=seat.user.pk)
    return call
