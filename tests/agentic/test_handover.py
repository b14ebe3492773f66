"""A voice's call goes to a person, or back to the talk."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat, User
from agentic import handover, sink, tools
from agentic.models import AgenticRun, AiCall, AiCommand, HandOver, PromptVersion
from agentic.providers import register
from calls import lifecycle
from calls.models import Call
from campaigns.models import DialAttempt
from core.errors import DomainError
from core.models import AuditEntry
from tests.agentic.standin import StandInWithDoor
from tests.agentic.voices import NOW, claimed
from tests.factories import CampaignFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ai(run: AgenticRun) -> AiCall:
    """A call in which somebody has answered, and the voice may ask for a colleague."""
    PromptVersion.objects.filter(pk=run.version_id).update(tools=["send_to_human"])
    run.version.refresh_from_db()
    found = claimed(run)
    sink.take(found.pk, NOW)
    sink.answered(found.pk, NOW)
    return found


@pytest.fixture
def closer(ai: AiCall, clock: time_machine.Traveller) -> Callable[[], User]:
    """Makes a person of the campaign's team who is ready for another campaign."""
    team = TeamFactory.create(organization=ai.organization)
    ai.campaign.teams.add(team)
    work = CampaignFactory.create(organization=ai.organization)
    work.teams.add(team)

    def come() -> User:
        user = UserFactory.create(organization=ai.organization)
        team.members.add(user)
        presence.open_session(user)
        presence.ready(user, [work.pk])
        clock.shift(1)
        return user

    return come


def ask(ai: AiCall) -> tools.ToolAnswer:
    return tools.use(ai.pk, "send_to_human", {"reason": "They want a person."}, NOW)


def state(user: User) -> str:
    return AgentSeat.objects.get(user=user).state


def test_whoever_is_ready_longest_is_asked(ai: AiCall, closer: Callable[[], User]) -> None:
    first, second = closer(), closer()

    answer = ask(ai)

    assert not answer.refused
    assert (state(first), state(second)) == ("reserved", "ready")
    offer = handover.offered_to(first)
    assert offer is not None
    assert (offer.because, offer.state) == ("They want a person.", "offered")
    assert ask(ai).refused


def test_without_anybody_the_voice_goes_on(ai: AiCall) -> None:
    answer = ask(ai)

    assert answer.refused
    assert "Nobody is free" in answer.text


def test_who_accepts_has_the_call_and_wraps_it_up(
    ai: AiCall, closer: Callable[[], User], clock: time_machine.Traveller
) -> None:
    user = closer()
    ask(ai)
    offer = handover.offered_to(user)
    assert offer is not None

    call = handover.accept(user, offer)

    assert (call.agent, state(user)) == (user, "on_call")
    assert DialAttempt.objects.get().agent == user
    assert AiCommand.objects.get().kind == "take_over"
    ai.refresh_from_db()
    assert ai.taken_over_by == user
    with pytest.raises(DomainError, match="not waiting"):
        handover.accept(user, offer)

    clock.shift(30)
    sink.ended(ai.pk, NOW + timedelta(seconds=40), by="remote")
    assert (Call.objects.get().status, state(user)) == ("ended", "wrap_up")
    lifecycle.wrap_up(Call.objects.get())
    assert state(user) == "ready"


def test_who_declines_is_passed_by_and_the_next_is_asked(
    ai: AiCall, closer: Callable[[], User]
) -> None:
    first, second = closer(), closer()
    ask(ai)
    offer = handover.offered_to(first)
    assert offer is not None

    handover.decline(first, offer)

    assert (state(first), state(second)) == ("ready", "reserved")
    other = handover.offered_to(second)
    assert other is not None
    handover.decline(second, other)
    assert [command.kind for command in AiCommand.objects.all()] == ["say"]


def test_an_offer_that_nobody_answers_runs_out(
    ai: AiCall, closer: Callable[[], User], clock: time_machine.Traveller
) -> None:
    user = closer()
    ask(ai)

    assert handover.expire(NOW + timedelta(seconds=24)) == 0
    assert handover.expire(NOW + timedelta(seconds=25)) == 1

    assert (HandOver.objects.get().state, state(user)) == ("expired", "ready")
    assert "Nobody is free" in AiCommand.objects.get().body


def test_an_offer_ends_with_its_call(ai: AiCall, closer: Callable[[], User]) -> None:
    user = closer()
    ask(ai)
    offer = handover.offered_to(user)
    assert offer is not None
    sink.ended(ai.pk, NOW + timedelta(seconds=5), by="remote")

    with pytest.raises(DomainError, match="not waiting"):
        handover.accept(user, offer)
    assert handover.expire(NOW + timedelta(seconds=6)) == 1

    assert (HandOver.objects.get().state, state(user)) == ("withdrawn", "ready")


def test_nobody_is_asked_before_an_answer(run: AgenticRun) -> None:
    other = claimed(run)
    sink.take(other.pk, NOW)

    with pytest.raises(DomainError, match="answered"):
        handover.request(other, "", NOW)


@pytest.fixture
def doors(ai: AiCall) -> Iterator[StandInWithDoor]:
    """People join the call with their own voice."""
    made = StandInWithDoor()
    register(made, "simulator")
    yield made
    register(None, "simulator")


def accepted(ai: AiCall, user: User) -> Call:
    """The person says that they take the call over."""
    ask(ai)
    offer = handover.offered_to(user)
    assert offer is not None
    return handover.accept(user, offer)


def test_a_call_with_a_door_is_the_persons_once_they_came_in(
    ai: AiCall, closer: Callable[[], User], doors: StandInWithDoor
) -> None:
    user, other = closer(), closer()

    call = accepted(ai, user)

    ai.refresh_from_db()
    assert (call.agent, ai.taken_over_by, ai.taken_over_at) == (None, user, None)
    assert (state(user), handover.offered_to(user)) == ("reserved", None)
    assert ask(ai).refused
    assert not handover.joined(ai.pk, other.pk, NOW)

    assert handover.joined(ai.pk, user.pk, NOW + timedelta(seconds=3))
    assert handover.joined(ai.pk, user.pk, NOW + timedelta(seconds=4))

    ai.refresh_from_db()
    assert (Call.objects.get().agent, ai.taken_over_at) == (user, NOW + timedelta(seconds=3))
    assert (HandOver.objects.get().state, state(user)) == ("accepted", "on_call")
    assert AuditEntry.objects.filter(action="ai_call.taken_over", actor_id=user.pk).count() == 1
    with pytest.raises(DomainError, match="left this call already"):
        handover.give_back(user, ai)


def test_who_accepts_and_does_not_come_loses_the_call_to_the_next(
    ai: AiCall, closer: Callable[[], User], doors: StandInWithDoor, clock: time_machine.Traveller
) -> None:
    first, second = closer(), closer()
    accepted(ai, first)
    clock.shift(29)
    assert handover.expire(timezone.now()) == 0
    clock.shift(2)

    assert handover.expire(timezone.now()) == 1

    ai.refresh_from_db()
    assert (ai.taken_over_by, Call.objects.get().agent) == (None, None)
    assert (state(first), state(second)) == ("ready", "reserved")
    assert HandOver.objects.get(agent=first).state == "missed"
    assert AuditEntry.objects.filter(action="ai_call.hand_over_missed").count() == 1
    assert not handover.joined(ai.pk, first.pk, timezone.now())


def test_without_another_the_voice_is_told_to_go_on(
    ai: AiCall, closer: Callable[[], User], doors: StandInWithDoor
) -> None:
    user = closer()
    accepted(ai, user)

    handover.give_back(user, ai)

    assert [each.kind for each in AiCommand.objects.order_by("pk")] == ["take_over", "say"]
    assert not handover.missed(ai.pk, user.pk, NOW)


def test_a_call_that_ends_before_they_came_frees_its_person(
    ai: AiCall, closer: Callable[[], User], doors: StandInWithDoor
) -> None:
    user = closer()
    accepted(ai, user)
    sink.ended(ai.pk, NOW + timedelta(seconds=5), by="remote")

    assert not handover.joined(ai.pk, user.pk, NOW + timedelta(seconds=6))
    assert handover.expire(NOW + timedelta(seconds=6)) == 1

    assert (HandOver.objects.get().state, state(user)) == ("withdrawn", "ready")
