"""What comes of a call when it is over, and whose word stands."""

from datetime import timedelta

import pytest

from agentic import extraction, outcomes, sink, tools
from agentic.extraction import Form, Reading
from agentic.models import AgenticRun, AiAnswer, AiCall, PromptVersion
from calls.models import Call, CallTranscription
from calls.transcripts import Line
from campaigns.models import Callback, Disposition, Lead
from core.errors import DomainError
from tests.agentic.voices import NOW, claimed
from tests.factories import DispositionFactory

pytestmark = pytest.mark.django_db
END = NOW + timedelta(seconds=60)
FORM = Form.model_validate(
    {
        "answers": [{"key": "pain", "answer": "the cost"}, {"key": "secret", "answer": "x"}],
        "disposition": "lost",
        "summary": "They have one already.",
        "next_step": "None.",
    }
)


@pytest.fixture
def ai(run: AgenticRun) -> AiCall:
    """A call in which somebody has answered, with a question and results."""
    questions = [{"key": "pain", "text": "What hurts?", "kind": "text"}]
    tools_on = ["set_disposition", "schedule_callback", "record_answer"]
    PromptVersion.objects.filter(pk=run.version_id).update(questions=questions, tools=tools_on)
    run.version.refresh_from_db()
    results: list[Disposition] = [
        DispositionFactory.create(organization=run.organization, code=code, **flags)
        for code, flags in (
            ("sale", {"success": True}),
            ("lost", {}),
            ("later", {"callback": True, "finished": False}),
            ("dnc", {"do_not_call": True}),
        )
    ]
    run.campaign.dispositions.set(results)
    found = claimed(run)
    sink.take(found.pk, NOW)
    sink.answered(found.pk, NOW)
    return found


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A reader that answers what a test puts here; an error is raised."""
    answers: list[object] = [FORM]

    def read(ai: AiCall) -> Reading:
        if isinstance(answers[0], DomainError):
            raise answers[0]
        assert isinstance(answers[0], Form)
        return extraction.checked(ai, answers[0])

    monkeypatch.setattr(extraction, "read", read)
    return answers


def over(ai: AiCall, *said: str) -> AiCall:
    """The call ends after the called said this."""
    for number, text in enumerate(said, 1):
        line = Line(number, "customer", text, NOW, number * 1000, number * 1000 + 900, confidence=1)
        sink.said(ai.pk, [line])
        outcomes.heard(ai.pk, line)
    sink.ended(ai.pk, END, by="remote")
    assert outcomes.due(END) == [ai.pk]
    outcomes.read(ai.pk, END)
    ai.refresh_from_db()
    return ai


def test_a_reading_gives_answers_and_a_result(ai: AiCall, model: object) -> None:
    over(ai, "It costs too much.", "We have one.")

    answer = AiAnswer.objects.get()
    assert (answer.key, answer.question, answer.source) == ("pain", "What hurts?", "extraction")
    call = Call.objects.get()
    assert call.disposition is not None
    assert call.disposition.code == "lost"
    assert (ai.disposed_by, ai.summary) == ("extraction", "They have one already.")
    assert Lead.objects.get().status == "finished"
    whole = CallTranscription.objects.get()
    assert (whole.words, whole.provider, whole.confidence) == (7, "simulator", 1.0)
    assert outcomes.due(END) == []
    assert not outcomes.read(ai.pk, END)


def test_what_a_tool_wrote_stands(ai: AiCall, model: object) -> None:
    tools.use(ai.pk, "set_disposition", {"code": "sale", "note": "They buy."}, NOW)
    tools.use(ai.pk, "record_answer", {"key": "pain", "answer": "the time"}, NOW)

    over(ai, "I take it.")

    assert Call.objects.get().disposition == Disposition.objects.get(code="sale")
    assert AiAnswer.objects.get().answer == "the time"
    assert (ai.disposed_by, ai.summary) == ("tool", "They buy.")


def test_a_no_is_stronger_than_any_reading(ai: AiCall, model: object) -> None:
    over(ai, "Never call me again.")

    assert Call.objects.get().disposition == Disposition.objects.get(code="dnc")
    assert (ai.disposed_by, Lead.objects.get().status) == ("guard", "suppressed")


def test_a_promise_becomes_a_callback(ai: AiCall, model: object) -> None:
    tools.use(ai.pk, "schedule_callback", {"when_local": "2026-03-03T15:30"}, NOW)

    over(ai, "Tomorrow at half past three.")

    promise = Callback.objects.get()
    assert promise.due_at.isoformat() == "2026-03-03T20:30:00+00:00"
    assert promise.owner is None


@pytest.mark.parametrize("code", ["dnc", "later", "no such"])
def test_a_reading_never_gives_what_needs_a_tool(
    ai: AiCall, model: list[object], code: str
) -> None:
    model[0] = FORM.model_copy(update={"disposition": code})

    over(ai, "Well.")

    assert ai.disposition is None
    assert Call.objects.get().disposition is None


def test_a_model_that_fails_is_asked_again_and_at_last_left_out(
    ai: AiCall, model: list[object]
) -> None:
    model[0] = DomainError("It does not answer.", code="model_failed")
    over(ai, "Hello?")
    assert (ai.read_at, ai.read_due_at) == (None, END + timedelta(seconds=40))

    at = END
    for _ in range(10):
        at += timedelta(hours=1)
        outcomes.read(ai.pk, at)

    ai.refresh_from_db()
    assert (ai.read_tries, ai.problem) == (5, "It does not answer.")
    assert ai.read_at is not None


def test_without_a_key_the_last_words_are_the_summary(ai: AiCall) -> None:
    over(ai, "I am busy. Send me a letter.")

    assert ai.summary == "They said last: Send me a letter."


def test_a_call_that_nobody_answered_is_read_without_words(run: AgenticRun) -> None:
    busy = claimed(run)
    sink.take(busy.pk, NOW)
    sink.ended(busy.pk, END, sip_status=486)

    assert outcomes.read(busy.pk, END)

    busy.refresh_from_db()
    assert (busy.summary, busy.disposition) == ("", None)
    assert not CallTranscription.objects.exists()
