"""What holds for every provider of voices: one suite, each of them on its own stage."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agentic import launching, reaping
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from agentic.providers import Standing, provider, register
from calls.models import Call
from campaigns.models import DialAttempt, PhoneState
from tests.agentic.voices import claimed
from tests.contract.voices import Stage, stage
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db
PROMPTLY_S = 2.0


@pytest.fixture(params=["simulator", "livekit"])
def on(request: pytest.FixtureRequest, settings: Any) -> Iterator[Stage]:
    """A provider on its stage, in the place where the product looks for it."""
    with stage(request.param, settings) as made:
        register(made.provider, made.provider.name)
        yield made
        register(None, made.provider.name)


@pytest.fixture
def ai(on: Stage) -> AiCall:
    """A queued call of a run of this provider."""
    AgenticCampaign.objects.update(provider=on.provider.name)
    run: AgenticRun = RunFactory.create(provider=on.provider.name)
    run.campaign.agentic.provider = on.provider.name
    run.campaign.agentic.save()
    ai = claimed(run, AiCall.State.QUEUED)
    AiCall.objects.filter(pk=ai.pk).update(queued_at=timezone.now())
    return ai


def fresh(ai: AiCall) -> AiCall:
    return AiCall.objects.select_related("call").get(pk=ai.pk)


def test_it_has_the_name_under_which_campaigns_choose_it(on: Stage) -> None:
    assert on.provider.name in AgenticCampaign.Provider.values
    assert provider(on.provider.name) is on.provider
    assert on.provider.problems() == []


def test_a_launch_returns_at_once_and_dials_nobody_by_itself(on: Stage, ai: AiCall) -> None:
    begun = time.monotonic()

    assert launching.launch(ai.pk)

    assert time.monotonic() - begun < PROMPTLY_S
    assert fresh(ai).state == "dispatched"
    assert on.provider.standing(fresh(ai)) == Standing.WAITING
    assert DialAttempt.objects.get().dialed_at is None


def test_however_often_it_is_launched_one_number_is_dialed_once(on: Stage, ai: AiCall) -> None:
    launching.launch(ai.pk)
    on.provider.launch(fresh(ai))

    assert [on.dials(ai) for _ in range(3)] == [True, False, False]
    assert Call.objects.get().events.filter(kind="dialing").count() == 1


def test_it_knows_whether_it_dials_or_talks(on: Stage, ai: AiCall) -> None:
    launching.launch(ai.pk)
    on.dials(ai)
    dialing = on.provider.standing(fresh(ai))
    on.answers(ai)

    assert (dialing, on.provider.standing(fresh(ai))) == (Standing.DIALING, Standing.TALKING)


def test_hung_up_the_line_is_free_and_the_call_on_record(on: Stage, ai: AiCall) -> None:
    launching.launch(ai.pk)
    on.dials(ai)
    on.answers(ai)

    on.provider.hang_up(fresh(ai))
    on.provider.hang_up(fresh(ai))
    on.obeys(ai)

    assert on.provider.standing(fresh(ai)) == Standing.GONE
    assert fresh(ai).state == "over"
    assert fresh(ai).call.status == "wrapped_up"
    assert PhoneState.objects.get().live_attempt is None


def test_to_hang_up_what_is_gone_is_no_error(on: Stage, ai: AiCall) -> None:
    on.provider.hang_up(fresh(ai))
    launching.launch(ai.pk)
    on.dials(ai)
    on.provider.hang_up(fresh(ai))
    on.obeys(ai)

    on.provider.hang_up(fresh(ai))

    assert fresh(ai).state == "over"


def test_a_voice_that_comes_too_late_dials_nobody(on: Stage, ai: AiCall) -> None:
    launching.launch(ai.pk)

    reaping.reap(timezone.now() + timedelta(seconds=21))

    assert fresh(ai).problem == "No voice came to dial it."
    assert not on.dials(ai)
    assert DialAttempt.objects.get().dialed_at is None
