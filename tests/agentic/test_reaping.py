"""What stays too long in a passing state is reconciled, and nothing is ever dialed again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agentic import commands, launching, reaping, sink
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from agentic.providers import Standing, register
from calls import lifecycle
from calls.models import Call
from campaigns.models import DialAttempt, Lead, PhoneState
from core.errors import DomainError
from tests.agentic.standin import StandIn
from tests.agentic.voices import NOW, claimed
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db
OUT_OF_REACH = DomainError("Nobody answers.", code="provider_unreachable")


@pytest.fixture
def voice() -> Iterator[StandIn]:
    made = StandIn()
    register(made, "simulator")
    yield made
    register(None, "simulator")


@pytest.fixture
def ai(run: AgenticRun, voice: StandIn) -> AiCall:
    """A queued call."""
    return claimed(run, AiCall.State.QUEUED)


def later(clock: time_machine.Traveller, seconds: float) -> int:
    """So much time passes without a word; how many calls the reapers ended."""
    clock.shift(seconds)
    return lifecycle.reap(timezone.now()) + reaping.reap(timezone.now())


def talking(ai: AiCall) -> None:
    launching.launch(ai.pk)
    sink.take(ai.pk, timezone.now())
    sink.answered(ai.pk, timezone.now())


def given_back(ai: AiCall) -> None:
    ai.refresh_from_db()
    assert (ai.state, ai.call.status) == ("over", "wrapped_up")
    assert ai.problem
    assert DialAttempt.objects.get().dialed_at is None
    assert Lead.objects.get().status == "retry"
    assert Lead.objects.get().attempts == 0
    assert PhoneState.objects.get().live_attempt is None


def test_a_call_that_no_worker_launches_is_given_back(
    ai: AiCall, clock: time_machine.Traveller
) -> None:
    assert later(clock, 299) == 0
    assert later(clock, 2) == 1

    given_back(ai)
    assert not launching.launch(ai.pk)


@pytest.mark.parametrize(
    ("state", "since", "limit"),
    [
        ("launching", "launched_at", 30),
        ("dispatched", "dispatched_at", 20),
    ],
)
def test_a_voice_that_never_comes_gives_the_call_back_and_its_room_is_closed(
    ai: AiCall,
    voice: StandIn,
    clock: time_machine.Traveller,
    state: str,
    since: str,
    limit: int,
) -> None:
    AiCall.objects.update(state=state, **{since: NOW})

    assert later(clock, limit - 1) == 0
    assert later(clock, 1) == 1

    given_back(ai)
    assert voice.freed == [ai.pk]
    # Should it come after all, it gets no leave.
    assert sink.take(ai.pk, timezone.now()) is None


def test_a_voice_that_dies_in_mid_call_loses_its_line_and_the_call_is_settled(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller
) -> None:
    talking(ai)
    clock.shift(30)
    sink.alive(ai.pk, timezone.now())

    assert later(clock, 44) == 0
    assert later(clock, 2) == 2

    ai.refresh_from_db()
    assert (ai.state, ai.problem) == ("over", "The voice was lost.")
    assert (ai.call.outcome, ai.call.end_presumed) == ("answered", True)
    assert ai.call.talk_ms == 30_000
    assert voice.freed == [ai.pk]
    assert later(clock, 60) == 0


def test_a_dial_whose_end_nobody_knows_rests_and_is_not_repeated(
    ai: AiCall, clock: time_machine.Traveller
) -> None:
    launching.launch(ai.pk)
    sink.take(ai.pk, NOW)

    later(clock, 46)

    lead = Lead.objects.get()
    assert Call.objects.get().outcome == "unknown"
    assert lead.next_attempt_at is not None
    assert lead.next_attempt_at >= timezone.now() + timedelta(minutes=9)
    AgenticRun.objects.update(due_at=timezone.now())
    assert launching.launch_due(timezone.now()) == []


@pytest.mark.parametrize("found", [Standing.GONE, Standing.ALONE])
def test_a_silent_voice_whose_line_is_gone_or_alone_ends_at_once(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller, found: Standing
) -> None:
    talking(ai)
    voice.found = found

    assert later(clock, 19) == 0
    assert later(clock, 1) == 1

    ai.refresh_from_db()
    assert (ai.state, ai.call.outcome, ai.call.end_reason) == ("over", "answered", "lost")


@pytest.mark.parametrize("found", [Standing.UNKNOWN, Standing.TALKING])
def test_a_silent_voice_that_may_still_talk_is_left_its_time(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller, found: Standing
) -> None:
    talking(ai)
    voice.found = found

    assert later(clock, 30) == 0
    assert AiCall.objects.get().state == "placed"


def test_a_call_that_a_person_took_over_outlives_its_voice(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller
) -> None:
    talking(ai)
    AiCall.objects.update(taken_over_at=timezone.now())
    voice.found = Standing.TALKING
    for _ in range(200):
        assert later(clock, 10) == 0
    assert voice.freed == []

    voice.found = Standing.ALONE
    later(clock, 20)
    assert later(clock, 5) + AiCall.objects.filter(state="over").count() >= 1
    assert voice.freed == [ai.pk]


def test_a_voice_that_does_not_hang_up_loses_its_line(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller
) -> None:
    talking(ai)
    commands.end(ai)

    later(clock, 7)
    assert voice.freed == []
    later(clock, 1)
    assert voice.freed == [ai.pk]


def test_a_call_that_outlasts_everything_loses_its_line(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller
) -> None:
    AgenticCampaign.objects.update(max_length_s=60)
    talking(ai)
    for _ in range(14):
        clock.shift(10)
        sink.alive(ai.pk, timezone.now())
        later(clock, 0)
    assert voice.freed == []

    later(clock, 10)
    assert voice.freed == [ai.pk]


def test_a_provider_out_of_reach_stops_nobody_from_being_reaped(
    ai: AiCall, voice: StandIn, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: AiCall) -> None:
        raise OUT_OF_REACH

    monkeypatch.setattr(voice, "hang_up", fail)
    talking(ai)

    assert later(clock, 46) == 2
    assert AiCall.objects.get().state == "over"


def test_a_run_whose_voice_died_goes_on_with_others(
    run: AgenticRun, ai: AiCall, clock: time_machine.Traveller
) -> None:
    AgenticCampaign.objects.update(max_calls=1)
    talking(ai)
    LeadFactory.create(campaign=run.campaign)
    AgenticRun.objects.filter(pk=run.pk).update(due_at=NOW)
    assert launching.launch_due(timezone.now()) == []

    later(clock, 61)

    assert len(launching.launch_due(timezone.now())) == 1
