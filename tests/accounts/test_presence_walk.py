"""Whatever comes, in whatever order and how often: an agent's time has no gap and no overlap."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import breaks, presence, supervision
from accounts.models import AgentSeat, AgentSession, AgentStateInterval, BreakReason, User
from core.errors import DomainError
from tests.factories import OrganizationFactory, UserFactory

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORDS = (
    *("open", "close", "ready", "break", "other break", "offline", "beat", "act", "sweep"),
    *("reserve 0", "reserve 1", "on_call", "wrap_up", "release"),
    *("lead", "login", "forced ready", "forced break", "forced logout"),
)
REFUSALS = {"illegal_move", "busy", "nothing_chosen", "not_at_work"}
# A word, how long after the one before, by how much the caller's clock is wrong, and how often.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(WORDS),
        st.sampled_from([0, 0, 1, 50, 130, 1000, 8000]),
        st.sampled_from([0, 0, 2, 90, -60]),
        st.sampled_from([1, 1, 1, 2]),
    ),
    max_size=30,
)


def on_seat(move: Callable[[AgentSeat, datetime], None]) -> Callable[[User, datetime], None]:
    """A move of the call, made as `calls` does: in a transaction, with the seat locked."""

    def run(user: User, now: datetime) -> None:
        with transaction.atomic():
            move(presence.lock(user), now)

    return run


def act(word: str, user: User, reasons: list[BreakReason], boss: User, now: datetime) -> None:
    """Does what a word says; refusals are part of life."""
    login = uuid.uuid5(uuid.NAMESPACE_OID, f"{word} {now}")
    calls = [uuid.uuid5(uuid.NAMESPACE_OID, f"{user.pk} {number}") for number in range(2)]
    verbs: dict[str, Callable[[User, datetime], object]] = {
        "open": lambda user, _: presence.open_session(user),
        "close": lambda user, _: presence.close_session(user, because="logout"),
        "ready": lambda user, _: presence.ready(user, [1]),
        "break": lambda user, _: presence.take_break(user, reasons[0]),
        "other break": lambda user, _: presence.take_break(user, reasons[1]),
        "offline": lambda user, _: presence.offline(user),
        "beat": lambda user, _: presence.beat(user, {}),
        "act": lambda user, _: presence.beat(user, {"activity": True}),
        "sweep": lambda _, now: presence.sweep(now),
        "reserve 0": on_seat(lambda seat, now: presence.reserve(seat, calls[0], now)),
        "reserve 1": on_seat(lambda seat, now: presence.reserve(seat, calls[1], now)),
        "on_call": on_seat(presence.on_call),
        "wrap_up": on_seat(
            lambda seat, now: presence.begin_wrap_up(seat, now + timedelta(seconds=30), now)
        ),
        "release": on_seat(presence.release),
        "lead": lambda user, _: presence.lead(user, login),
        "login": lambda user, _: presence.open_session(user, login=login),
        "forced ready": lambda user, _: supervision.force_ready(boss, user, "Why"),
        "forced break": lambda user, _: supervision.force_break(boss, user, reasons[0], "Why"),
        "forced logout": lambda user, _: supervision.force_logout(boss, user, "Why"),
    }
    try:
        verbs[word](user, now)
    except DomainError as refusal:
        assert refusal.code in REFUSALS  # noqa: PT017  # many steps are refused


def check(user: User) -> None:
    """What holds after every step."""
    seat = AgentSeat.objects.filter(user=user).first()
    open_intervals = list(AgentStateInterval.objects.filter(open_key=user.pk))
    sessions = list(AgentSession.objects.filter(user=user).order_by("login_at", "id"))
    live = [session for session in sessions if session.logout_at is None]
    assert [session.open_key for session in live] == [user.pk] * len(live)
    assert len(live) == len(open_intervals) <= 1
    if seat is None:
        return
    assert seat.session_id == (live[0].pk if live else None)
    assert (seat.call is not None) == (seat.state in presence.BUSY)
    if live:
        assert not live[0].ended_because or seat.state in presence.BUSY
        assert (open_intervals[0].state, open_intervals[0].start_at) == (seat.state, seat.since)
    else:
        assert seat.state == AgentSeat.State.OFFLINE
    for earlier, later in pairwise(sessions):
        assert earlier.logout_at is not None
        assert earlier.logout_at <= later.login_at
    for session in sessions:
        check_tiles(session)


def check_tiles(session: AgentSession) -> None:
    """The intervals of a shift follow one another from its beginning to its end."""
    intervals = list(AgentStateInterval.objects.filter(session=session).order_by("start_at", "id"))
    assert intervals[0].start_at == session.login_at
    assert intervals[-1].end_at == session.logout_at
    assert all(i.end_at is None or i.start_at <= i.end_at for i in intervals)
    for earlier, later in pairwise(intervals):
        assert earlier.end_at == later.start_at
        assert (earlier.state, earlier.reason) != (later.state, later.reason)


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_an_agents_time_is_accounted_for_whatever_happens(
    steps: list[tuple[str, int, int, int]],
) -> None:
    organization = OrganizationFactory.create()
    user = UserFactory.create(organization=organization)
    boss = UserFactory.create(organization=organization, role="manager")
    reasons = breaks.ensure(organization)
    clock = NOON

    for word, later, behind, often in steps:
        clock += timedelta(seconds=later)
        told = clock - timedelta(seconds=behind)
        for _ in range(often):
            with time_machine.travel(told, tick=False):
                act(word, user, reasons, boss, told)
            check(user)
