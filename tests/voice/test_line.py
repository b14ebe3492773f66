"""What becomes of dials that fail, of voices that die, and of news that comes twice."""

import pytest

from agentic.models import AgenticRun, AiCall, ProviderEvent
from tests.standins.voice.gemini import Turn
from tests.voice.conftest import Stage, fresh

pytestmark = pytest.mark.voice
HELLO = Turn(say="Hello, I am an automated voice.", seconds=0.8)


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("486", "busy"),
        ("480", "no_answer"),
        ("408", "no_answer"),
        ("603", "rejected"),
        ("404", "invalid_number"),
        ("503", "failed"),
        ("500", "unknown"),
        ("000", "unknown"),
    ],
)
def test_a_dial_that_fails_is_told_as_what_it_was_and_never_repeated(
    stage: Stage, run: AgenticRun, end: str, outcome: str
) -> None:
    ai = stage.call(run, HELLO, number=f"+12025550{end}")

    done = stage.over(ai)

    assert done.call.outcome == outcome
    assert len(stage.exchange.dials) == 1
    assert done.call.answered_at is None
    rests = done.lead.next_attempt_at is not None or done.lead.status == "finished"
    assert rests


def test_without_a_model_nobody_is_called(stage: Stage, run: AgenticRun) -> None:
    stage.gemini.refuses = True
    try:
        ai = stage.call(run)
        done = stage.over(ai)
    finally:
        stage.gemini.refuses = False

    assert done.problem.startswith("The model failed")
    assert done.call.answered_at is None


def test_a_voice_that_is_sent_twice_dials_once(stage: Stage, run: AgenticRun) -> None:
    ai = stage.call(run, HELLO)
    stage.answered(ai)

    stage.send_again(ai)
    stage.until(lambda: len(stage.exchange.assigned) == 2)
    stage.until(lambda: stage.gemini.talks[0].spoke_at)

    assert len(stage.exchange.dials) == 1
    assert fresh(ai).state == AiCall.State.PLACED
    stage.hang_up(ai)
    assert stage.over(ai).call.outcome == "answered"


def test_when_the_voice_dies_the_line_is_freed_and_the_call_settled(
    stage: Stage, run: AgenticRun
) -> None:
    ai = stage.call(run, HELLO)
    stage.answered(ai)
    stage.until(lambda: stage.gemini.talks[0].spoke_at)

    for process in stage.jobs():
        process.kill()

    done = stage.over(ai)
    assert (done.call.outcome, done.call.ended_by) == ("answered", "system")
    assert done.problem == "The voice left the call."
    stage.until(lambda: not stage.phone(ai).room.isconnected(), "the line is not freed")


def test_news_that_comes_again_changes_nothing(stage: Stage, run: AgenticRun) -> None:
    ai = stage.call(run, HELLO)
    stage.answered(ai)
    stage.hang_up(ai)
    before = stage.over(ai)
    stage.until(lambda: ProviderEvent.objects.filter(kind="room_finished").exists())
    count = ProviderEvent.objects.count()

    answers = {stage.loop(stage.exchange.post(*told)) for told in stage.exchange.events[::-1]}

    after = fresh(ai)
    assert answers == {200}
    assert ProviderEvent.objects.count() == count
    assert (after.call.ended_at, after.call.outcome) == (before.call.ended_at, before.call.outcome)
