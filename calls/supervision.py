"""A call that ends because its agent has to go: the line is free, and nothing more is awaited."""

from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat, User
from calls import lifecycle
from calls.models import Call
from calls.timing import Timeline


def end_call(agent: User) -> None:
    """Ends the call on the agent's seat, and its wrap-up without a result; none changes nothing.

    A reservation that was not dialed is given back. Within the caller's transaction.
    """
    now, seat = timezone.now(), presence.lock(agent)
    call = Call.objects.filter(public_id=seat.call).first() if seat.call else None
    if call is None:
        return
    held, call = lifecycle.hold(call.pk)
    if call.status in Call.LIVE:
        line = Timeline(
            moves=[(Call.Status.ENDED, now)],
            ringing_at=call.ringing_at,
            answered_at=call.answered_at,
            held_since=call.held_since,
            hold_ms=call.hold_ms,
            ended_at=now,
            cause="supervisor",
            by="system",
        )
        lifecycle.follow(held, call, line, now)
    if _is_wrapping_up(agent):
        lifecycle.wrap_up(call)


def _is_wrapping_up(agent: User) -> bool:
    return AgentSeat.objects.filter(user=agent, state=AgentSeat.State.WRAP_UP).exists()
