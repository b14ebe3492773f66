"""What tests do with an agent's seat."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from django.db import transaction

from accounts import presence
from accounts.models import AgentSeat, User

S = AgentSeat.State
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CALL = uuid.UUID("0190a1f2-0000-4000-8000-000000000001")
type Person = Callable[..., User]


def at(seconds: float) -> time_machine.travel:
    """The clock so many seconds after noon."""
    return time_machine.travel(NOON + timedelta(seconds=seconds), tick=False)


def state_of(user: User) -> str:
    """What the database holds."""
    return AgentSeat.objects.get(user=user).state


def in_call(user: User, *, state: S = S.ON_CALL) -> None:
    """Puts a call on the seat and drives it to a state."""
    with transaction.atomic():
        seat = presence.lock(user)
        now = seat.since + timedelta(seconds=1)
        presence.reserve(seat, CALL, now)
        if state in (S.ON_CALL, S.WRAP_UP):
            presence.on_call(seat, now + timedelta(seconds=1))
        if state == S.WRAP_UP:
            presence.begin_wrap_up(seat, now + timedelta(minutes=2), now + timedelta(seconds=2))


def release(user: User, seconds: float = 3600) -> None:
    """Takes the call off the seat."""
    with transaction.atomic():
        presence.release(presence.lock(user), NOON + timedelta(seconds=seconds))
