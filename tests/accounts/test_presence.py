"""An agent's seat moves by one table, remembers wishes during a call, and accounts for its time."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from accounts import breaks, presence
from accounts.models import (
    AgentSeat,
    AgentSession,
    AgentStateInterval,
    BreakReason,
    Organization,
    User,
)
from core.errors import DomainError, InputError
from core.models import Event
from tests.accounts.seats import CALL, NOON, Person, S, at, in_call, release, state_of


def test_ready_names_campaigns_and_opens_a_shift(agent: User) -> None:
    seat = presence.ready(agent, [7, 9, 7])

    assert (seat.state, seat.ready_for) == (S.READY, [7, 9])
    assert AgentSession.objects.get(user=agent).open_key == agent.pk


def test_ready_without_a_campaign_is_refused(agent: User) -> None:
    with pytest.raises(InputError) as refusal:
        presence.ready(agent, [])

    assert "campaigns" in refusal.value.errors


def test_someone_without_an_organization_has_no_seat(person: Person) -> None:
    with pytest.raises(DomainError) as refusal:
        presence.ready(person("superadmin", organization=None), [1])

    assert refusal.value.code == "not_an_agent"


def test_a_repeated_wish_changes_nothing(agent: User) -> None:
    presence.ready(agent, [1])
    presence.ready(agent, [1, 2])

    assert AgentStateInterval.objects.filter(user=agent).count() == 1
    assert Event.objects.filter(kind="presence.changed").count() == 1
    assert AgentSeat.objects.get(user=agent).ready_for == [1, 2]


def test_a_break_has_its_reason_on_record(agent: User, lunch: BreakReason) -> None:
    presence.ready(agent, [1])

    seat = presence.take_break(agent, lunch)

    assert (seat.state, seat.break_reason) == (S.BREAK, lunch)
    interval = AgentStateInterval.objects.get(user=agent, open_key=agent.pk)
    assert (interval.state, interval.reason) == ("break", "lunch")


def test_another_break_begins_a_new_interval(agent: User, organization: Organization) -> None:
    first, second = breaks.ensure(organization)[:2]

    presence.take_break(agent, first)
    presence.take_break(agent, second)
    presence.take_break(agent, second)

    reasons = AgentStateInterval.objects.filter(user=agent).order_by("id")
    assert [interval.reason for interval in reasons] == [first.code, second.code]


def test_another_organizations_break_is_refused(person: Person, lunch: BreakReason) -> None:
    stranger = person("agent", organization=Organization.objects.create(name="Elsewhere"))

    with pytest.raises(InputError):
        presence.take_break(stranger, lunch)


def test_break_reasons_are_added_once_and_edits_stay(organization: Organization) -> None:
    breaks.ensure(organization)
    BreakReason.objects.filter(code="lunch").update(label="Mittag")

    again = breaks.ensure(organization)

    assert len(again) == len(breaks.REASONS)
    assert "Mittag" in {reason.label for reason in again}


def test_the_seat_follows_its_call_and_returns_to_ready(agent: User) -> None:
    presence.ready(agent, [1])
    states = []

    in_call(agent, state=S.WRAP_UP)
    states.append(state_of(agent))
    release(agent)
    states.append(state_of(agent))

    assert states == [S.WRAP_UP, S.READY]
    seat = AgentSeat.objects.get(user=agent)
    assert (seat.call, seat.wrap_up_until, seat.resume_state) == (None, None, "")
    order = AgentStateInterval.objects.filter(user=agent).order_by("id")
    assert [i.state for i in order] == ["ready", "reserved", "on_call", "wrap_up", "ready"]


@pytest.mark.parametrize("state", [S.RESERVED, S.ON_CALL, S.WRAP_UP])
def test_a_break_asked_for_during_a_call_follows_it(
    agent: User, lunch: BreakReason, state: S
) -> None:
    presence.ready(agent, [1])
    in_call(agent, state=state)

    during = presence.take_break(agent, lunch)
    release(agent)

    assert during.state == state
    seat = AgentSeat.objects.get(user=agent)
    assert (seat.state, seat.break_reason) == (S.BREAK, lunch)


def test_the_last_wish_during_a_call_counts(agent: User, lunch: BreakReason) -> None:
    presence.ready(agent, [1])
    in_call(agent)

    presence.take_break(agent, lunch)
    presence.offline(agent)
    presence.ready(agent, [2])
    release(agent)

    seat = AgentSeat.objects.get(user=agent)
    assert (seat.state, seat.ready_for, seat.break_reason) == (S.READY, [2], None)


def test_a_manual_call_of_an_agent_on_a_break_returns_to_that_break(
    agent: User, lunch: BreakReason
) -> None:
    presence.take_break(agent, lunch)

    in_call(agent)
    release(agent)

    seat = AgentSeat.objects.get(user=agent)
    assert (seat.state, seat.break_reason) == (S.BREAK, lunch)


def test_a_seat_holds_one_call(agent: User) -> None:
    presence.ready(agent, [1])
    in_call(agent, state=S.RESERVED)

    with transaction.atomic(), pytest.raises(DomainError) as refusal:
        presence.reserve(presence.lock(agent), uuid.uuid4(), NOON)

    assert refusal.value.code == "illegal_move"
    assert AgentSeat.objects.get(user=agent).call == CALL


def test_reserving_the_same_call_again_changes_nothing(agent: User) -> None:
    presence.ready(agent, [1])
    in_call(agent, state=S.ON_CALL)

    with transaction.atomic():
        presence.reserve(presence.lock(agent), CALL, NOON)

    assert state_of(agent) == S.ON_CALL


def test_releasing_a_seat_without_a_call_changes_nothing(agent: User) -> None:
    presence.ready(agent, [1])

    release(agent)

    assert state_of(agent) == S.READY
    assert AgentStateInterval.objects.filter(user=agent).count() == 1


def test_nobody_is_on_a_call_that_was_not_reserved(agent: User) -> None:
    presence.ready(agent, [1])

    with transaction.atomic(), pytest.raises(DomainError) as refusal:
        presence.on_call(presence.lock(agent), NOON)

    assert refusal.value.code == "illegal_move"


def test_logging_out_in_a_call_ends_the_shift_with_the_call(agent: User) -> None:
    presence.ready(agent, [1])
    in_call(agent)

    presence.close_session(agent, because="logout")
    during = AgentSession.objects.get(user=agent).logout_at
    release(agent)

    session = AgentSession.objects.get(user=agent)
    assert during is None
    assert session.logout_at is not None
    assert session.ended_because == "logout"
    assert state_of(agent) == S.OFFLINE
    assert not AgentStateInterval.objects.filter(open_key__isnull=False).exists()


def test_coming_back_before_that_calls_end_keeps_the_shift(agent: User) -> None:
    presence.ready(agent, [1])
    in_call(agent)
    presence.close_session(agent, because="logout")

    presence.open_session(agent)
    release(agent)

    session = AgentSession.objects.get(user=agent)
    assert (session.logout_at, session.ended_because) == (None, "")


def test_opening_a_shift_twice_opens_one(agent: User) -> None:
    first = presence.open_session(agent)
    second = presence.open_session(agent)

    assert first == second


def test_a_node_whose_clock_is_behind_ends_no_shift_before_its_last_state_began(
    agent: User,
) -> None:
    with at(10):
        presence.ready(agent, [1])

    with at(8):
        presence.close_session(agent, because="logout")

    assert AgentSession.objects.get(user=agent).logout_at == NOON + timedelta(seconds=10)
    interval = AgentStateInterval.objects.get(user=agent)
    assert interval.start_at == interval.end_at


def test_closing_the_shift_of_someone_who_never_sat_makes_no_seat(person: Person) -> None:
    presence.close_session(person("manager"), because="logout")

    assert not AgentSeat.objects.exists()


def test_each_change_is_told_to_the_agent_the_organization_and_the_teams(
    agent: User, organization: Organization
) -> None:
    team = agent.teams.create(organization=organization, name="Blue")

    presence.ready(agent, [1])

    event = Event.objects.get(kind="presence.changed")
    assert set(event.topics) == {
        f"agent:{agent.pk}",
        f"org:{organization.pk}:presence",
        f"team:{team.pk}:presence",
    }
    assert event.subject == {"agent": agent.pk}


def test_who_knows_campaigns_may_refuse_them(agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(user: User, ids: object) -> None:
        raise DomainError("That campaign is paused.", code="campaign_not_running")

    monkeypatch.setattr(presence, "_campaign_checks", [refuse])

    with pytest.raises(DomainError, match="paused"):
        presence.ready(agent, [1])

    assert not AgentSeat.objects.exists()
