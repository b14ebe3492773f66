"""Who is idle or lost is found by the sweep, and comes back with a beat."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts import presence
from accounts.models import AgentSeat, AgentSession, User
from tests.accounts.seats import NOON, Person, S, at, in_call, release, state_of


def test_someone_without_beats_is_lost_and_returns_with_the_next_one(agent: User) -> None:
    with at(0):
        presence.ready(agent, [1])
    with at(44):
        early = presence.sweep(NOON + timedelta(seconds=44))
    with at(46):
        late = presence.sweep(NOON + timedelta(seconds=46))
    lost = state_of(agent)
    with at(50):
        presence.beat(agent, {"type": "heartbeat", "page": "x", "activity": False})

    assert (early, late) == (0, 1)
    assert lost == S.LOST
    assert state_of(agent) == S.READY


def test_beats_without_activity_let_someone_become_idle_and_activity_brings_them_back(
    agent: User,
) -> None:
    with at(0):
        presence.ready(agent, [1])
    with at(121):
        presence.beat(agent, {"activity": False})
        presence.sweep(NOON + timedelta(seconds=121))
        idle = state_of(agent)
        presence.beat(agent, {"activity": False})
        still = state_of(agent)
        presence.beat(agent, {"activity": True})

    assert (idle, still, state_of(agent)) == (S.IDLE, S.IDLE, S.READY)


def test_a_shift_lost_for_a_quarter_of_an_hour_is_closed_with_its_reason(agent: User) -> None:
    with at(0):
        presence.ready(agent, [1])
    presence.sweep(NOON + timedelta(seconds=60))

    presence.sweep(NOON + timedelta(seconds=961))

    session = AgentSession.objects.get(user=agent)
    assert session.ended_because == "lost"
    assert session.logout_at == NOON + timedelta(seconds=961)
    assert state_of(agent) == S.OFFLINE


def test_an_idle_shift_is_closed_too(agent: User) -> None:
    with at(0):
        presence.ready(agent, [1])
    for second in (130, 1031):
        AgentSeat.objects.update(last_seen_at=NOON + timedelta(seconds=second))
        presence.sweep(NOON + timedelta(seconds=second))

    assert AgentSession.objects.get(user=agent).ended_because == "idle"


def test_the_limits_are_configuration(agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_PRESENCE_LOST_AFTER_S", "5")
    with at(0):
        presence.ready(agent, [1])

    presence.sweep(NOON + timedelta(seconds=6))

    assert state_of(agent) == S.LOST


@pytest.mark.parametrize("state", [S.RESERVED, S.ON_CALL, S.WRAP_UP])
def test_the_sweep_leaves_calls_alone(agent: User, state: S) -> None:
    with at(0):
        presence.ready(agent, [1])
    in_call(agent, state=state)

    changed = presence.sweep(NOON + timedelta(days=1))

    assert (changed, state_of(agent)) == (0, state)


def test_a_call_taken_while_the_line_was_lost_returns_to_what_was_before(agent: User) -> None:
    with at(0):
        presence.ready(agent, [1])
    presence.sweep(NOON + timedelta(seconds=60))

    in_call(agent)
    release(agent)

    assert state_of(agent) == S.READY


def test_a_beat_of_someone_without_a_seat_is_harmless(person: Person) -> None:
    presence.beat(person("manager"), {"activity": True})

    assert not AgentSeat.objects.exists()


def test_a_beat_costs_two_queries(
    agent: User, django_assert_num_queries: Callable[[int], transaction.Atomic]
) -> None:
    presence.ready(agent, [1])

    with django_assert_num_queries(2):
        presence.beat(agent, {"activity": True})
