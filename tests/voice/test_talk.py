"""Talks of the real voice, from the launch to the recording."""

from datetime import timedelta

import av
import pytest
from django.core.files.storage import storages
from django.utils import timezone

from agentic import commands
from agentic.models import (
    AgenticCampaign,
    AgenticRun,
    AiCall,
    PromptVersion,
    ToolUse,
)
from calls import assembly
from calls.models import Recording, TranscriptLine
from campaigns.models import SuppressionEntry
from tests.standins.voice.gemini import Turn
from tests.voice.conftest import Stage, fresh

pytestmark = pytest.mark.voice
HELLO = Turn(say="Hello, I am an automated voice.", seconds=0.8)
BYE = Turn(say="Goodbye", seconds=0.4)


def spoken() -> list[tuple[str, str]]:
    """What was said, in its order."""
    lines = TranscriptLine.objects.order_by("seq")
    return [(line.speaker, line.text) for line in lines]


def interested(stage: Stage, run: AgenticRun) -> AiCall:
    """A talk in which a question is answered, and that the voice ends."""
    question = {"key": "interest", "text": "Are you interested?", "kind": "yes_no"}
    PromptVersion.objects.update(questions=[question], tools=["record_answer"])
    answered = ("record_answer", {"key": "interest", "answer": "yes"})
    ai = stage.call(
        run,
        HELLO,
        Turn(heard="yes I am", tools=[answered, ("sell_house", {})]),
        Turn(say="Great, thank you", seconds=0.6),
        Turn(heard="bye now", tools=[("end_call", {})]),
    )
    stage.answered(ai)
    stage.until(lambda: len(spoken()) == 1)
    stage.says(ai)
    stage.until(lambda: len(spoken()) == 3)
    stage.says(ai)
    return stage.over(ai)


def test_a_talk_with_tools_is_on_record_with_its_sound(stage: Stage, run: AgenticRun) -> None:
    done = interested(stage, run)

    assert spoken() == [
        ("agent", "Hello, I am an automated voice."),
        ("customer", "yes I am"),
        ("agent", "Great, thank you"),
        ("customer", "bye now"),
    ]
    starts = list(TranscriptLine.objects.order_by("seq").values_list("start_ms", flat=True))
    assert starts == sorted(starts)
    assert starts[0] < 2000
    # How it began, and what the voice knew.
    (talk,) = stage.gemini.talks
    assert "I am an automated voice." in talk.prompts[0]
    assert done.lead.name in str(talk.setup["systemInstruction"])
    # What it did, how it ended, and what it took.
    assert done.answers.get().answer == "yes"
    assert set(ToolUse.objects.values_list("name", flat=True)) <= {"record_answer", "end_call"}
    assert (done.call.outcome, done.call.ended_by) == ("answered", "agent")
    assert done.answered_by == "human"
    assert len(stage.exchange.dials) == 1
    assert len(done.latencies_ms) >= 1
    assert done.usage
    assert abs(played_ms() - done.call.talk_ms) < 1500


def played_ms() -> float:
    """How long the call's recording plays, with a side for each."""
    assembly.join_due(timezone.now() + timedelta(minutes=10))
    recording = Recording.objects.get()
    assert recording.status == Recording.Status.READY
    with storages["recordings"].open(recording.file) as file, av.open(file, "r") as sound:
        assert sound.streams.audio[0].layout.name == "stereo"
        return (sound.duration or 0) / 1000


def test_the_called_may_interrupt_from_the_first_second_on(stage: Stage, run: AgenticRun) -> None:
    long = Turn(say="one two three four five six seven eight nine ten", seconds=5)
    ai = stage.call(run, long, Turn(heard="stop please", say="Sorry", seconds=0.4))
    stage.answered(ai)
    stage.until(lambda: stage.heard_s(ai) > 0.7)

    stage.says(ai, 0.8)

    stage.until(lambda: len(spoken()) == 3)
    first = TranscriptLine.objects.order_by("seq")[0]
    assert first.interrupted
    assert first.end_ms - first.start_ms < 4000
    assert stage.gemini.talks[0].interrupted == 1
    assert stage.heard_s(ai) < 4
    stage.hang_up(ai)
    assert stage.over(ai).call.ended_by == "customer"


def test_a_person_tells_the_voice_something_and_hangs_up(stage: Stage, run: AgenticRun) -> None:
    ai = stage.call(run, HELLO, Turn(say="What is your name?", seconds=0.4))
    stage.answered(ai)
    stage.until(lambda: len(spoken()) == 1)
    person = run.started_by

    commands.say(person, fresh(ai), "Ask for the name.")

    stage.until(lambda: len(spoken()) == 2)
    assert any("Ask for the name." in prompt for prompt in stage.gemini.talks[0].prompts)
    commands.hang_up(person, fresh(ai))
    done = stage.over(ai)
    assert (done.call.outcome, done.call.ended_by) == ("answered", "agent")


def test_a_wish_not_to_be_called_holds_though_the_model_forgets_it(
    stage: Stage, run: AgenticRun
) -> None:
    ai = stage.call(run, HELLO, Turn(heard="please do not call me again", say="Well", seconds=0.4))
    stage.answered(ai)
    stage.until(lambda: len(spoken()) == 1)

    stage.says(ai)

    stage.until(lambda: SuppressionEntry.objects.filter(phone=ai.call.number).exists())
    assert fresh(ai).opted_out
    stage.hang_up(ai)
    stage.over(ai)


def test_a_voicemail_is_left_by_itself(stage: Stage, run: AgenticRun) -> None:
    ai = stage.call(run, HELLO, Turn(heard="please leave a message after the tone"))
    stage.answered(ai)
    stage.until(lambda: len(spoken()) == 1)

    stage.says(ai)

    done = stage.over(ai)
    assert (done.call.outcome, done.answered_by) == ("machine", "voicemail")


def test_a_message_is_left_where_the_version_wants_one(stage: Stage, run: AgenticRun) -> None:
    text = 'Dear {{ name | "friend" }}, please call us.'
    PromptVersion.objects.update(voicemail="message", voicemail_text=text)
    message = Turn(say="Dear friend, please call us.", seconds=0.8)
    ai = stage.call(run, Turn(tools=[("detected_voicemail", {})]), message)

    done = stage.over(ai)

    assert (done.call.outcome, done.answered_by) == ("machine", "voicemail")
    assert f"Dear {ai.lead.name}, please call us." in stage.gemini.talks[0].prompts[-1]
    stage.until(lambda: ("agent", "Dear friend, please call us.") in spoken())


def test_silence_is_asked_about_and_then_left(stage: Stage, run: AgenticRun) -> None:
    AgenticCampaign.objects.update(silence_s=2)
    ai = stage.call(run, HELLO, Turn(say="Are you there?", seconds=0.4), BYE)

    done = stage.over(ai)

    assert [text for _, text in spoken()][1:] == ["Are you there?", "Goodbye"]
    assert (done.call.outcome, done.call.ended_by) == ("answered", "agent")


def test_a_talk_ends_politely_when_its_time_is_up(stage: Stage, run: AgenticRun) -> None:
    AgenticCampaign.objects.update(max_length_s=3)
    ai = stage.call(run, HELLO, BYE)

    done = stage.over(ai)

    assert spoken()[-1] == ("agent", "Goodbye")
    assert done.call.ended_by == "agent"
    (dial,) = stage.exchange.dials
    assert dial.max_call_duration.seconds == 48 + 3600
