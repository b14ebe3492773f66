"""What voices do in a call, and what they can not be talked into."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic import outcomes, sink, toolbox, tools
from agentic.models import AgenticRun, AiAnswer, AiCall, PromptVersion, ToolUse
from agentic.toolbox import Refusal, Situation
from calls.transcripts import Line
from campaigns import consents, suppression
from campaigns.models import Lead, SuppressionEntry
from tests.agentic.voices import NOW, claimed
from tests.factories import DispositionFactory

QUESTIONS: list[dict[str, Any]] = [
    {"key": "budget", "text": "What is your budget?", "kind": "number"},
    {"key": "size", "text": "How large are you?", "kind": "choice", "choices": ["Small", "Large"]},
    {"key": "cloud", "text": "Do you use a cloud?", "kind": "yes_no"},
    {"key": "pain", "text": "What hurts?", "kind": "text"},
    {"key": "until", "text": "Until when?", "kind": "date"},
]
SITUATION = Situation(
    now=NOW,
    zone="America/New_York",
    switched_on=frozenset(toolbox.SWITCHABLE),
    questions=QUESTIONS,
    results={"sale": "Sale", "lost": "Lost"},
    callback="later",
)


def refused(name: str, situation: Situation = SITUATION, **arguments: object) -> str:
    found = toolbox.consider(situation, name, arguments)
    assert isinstance(found, Refusal)
    return found.said


class TestConsidering:
    """The pure half: what a use of a tool comes to."""

    @pytest.mark.parametrize(
        ("key", "given_answer", "kept"),
        [
            ("budget", "12,000.50", "12,000.50"),
            ("size", "small", "Small"),
            ("cloud", "Yes.", "yes"),
            ("cloud", "nein", "no"),
            ("until", "2026-12-01", "2026-12-01"),
            ("pain", "  the cost ", "the cost"),
        ],
    )
    def test_an_answer_is_kept_as_its_question_asks(
        self, key: str, given_answer: str, kept: str
    ) -> None:
        deed = toolbox.consider(SITUATION, "record_answer", {"key": key, "answer": given_answer})

        assert isinstance(deed, toolbox.Deed)
        assert deed.values["answer"] == kept

    @pytest.mark.parametrize(
        ("key", "answer", "hint"),
        [
            ("budget", "a lot", "number"),
            ("budget", "nan", "number"),
            ("until", "next year", "2026-12-01"),
            ("size", "huge", "Small, Large"),
            ("cloud", "perhaps", "yes or no"),
            ("prompt", "x", "budget, size"),
            ("pain", "x" * 1001, "answer"),
        ],
    )
    def test_another_answer_is_asked_for_again(self, key: str, answer: str, hint: str) -> None:
        assert hint in refused("record_answer", key=key, answer=answer)

    @pytest.mark.parametrize(
        ("when", "hint"),
        [
            ("tomorrow", "in full"),
            ("2026-03-02T11:00", "past"),
            ("2027-03-02T11:00", "90 days"),
            ("2026-03-03T03:00", "08:00"),
        ],
    )
    def test_a_time_that_cannot_be_is_asked_for_again(self, when: str, hint: str) -> None:
        eight = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
        situation = Situation(
            now=NOW,
            zone="America/New_York",
            switched_on=SITUATION.switched_on,
            callback="later",
            opens=lambda at: max(at, eight),
        )

        assert hint in refused("schedule_callback", situation, when_local=when)

    def test_a_time_is_that_of_the_person_called(self) -> None:
        deed = toolbox.consider(SITUATION, "schedule_callback", {"when_local": "2026-03-03T15:30"})

        assert isinstance(deed, toolbox.Deed)
        assert deed.values["at"] == datetime(2026, 3, 3, 20, 30, tzinfo=UTC)
        assert "Tuesday 03 March at 15:30" in deed.said

    def test_what_is_not_switched_on_is_not_there(self) -> None:
        bare = Situation(now=NOW, zone="UTC", switched_on=frozenset(), questions=QUESTIONS)

        for name in toolbox.SWITCHABLE:
            assert "no such tool" in refused(name, bare)
        assert isinstance(toolbox.consider(bare, "mark_do_not_call", {}), toolbox.Deed)
        assert isinstance(toolbox.consider(bare, "end_call", {}), toolbox.Deed)

    @given(
        st.text(max_size=20),
        st.dictionaries(
            st.text(max_size=10),
            st.none() | st.integers() | st.text() | st.lists(st.text()),
            max_size=4,
        ),
    )
    @settings(max_examples=60)
    def test_no_arguments_break_it(self, name: str, arguments: dict[str, Any]) -> None:
        for known in (*toolbox.TOOLS, name):
            assert toolbox.consider(SITUATION, known, arguments).said is not None

    def test_after_a_no_there_is_only_goodbye(self) -> None:
        over, _ = SITUATION, None
        _, over = tools.rehearse(SITUATION, "mark_do_not_call", {})

        for name in toolbox.SWITCHABLE:
            arguments = {"record_answer": {"key": "pain", "answer": "x"}}.get(name, {})
            assert isinstance(toolbox.consider(over, name, arguments), Refusal)


@pytest.fixture
def ai(run: AgenticRun) -> AiCall:
    """A call in which somebody has answered, with all tools and questions."""
    PromptVersion.objects.filter(pk=run.version_id).update(
        tools=list(toolbox.SWITCHABLE), questions=QUESTIONS
    )
    organization = run.organization
    rows = [
        DispositionFactory.create(organization=organization, code="sale", success=True),
        DispositionFactory.create(organization=organization, code="later", callback=True),
        DispositionFactory.create(organization=organization, code="dnc", do_not_call=True),
    ]
    run.campaign.dispositions.set(rows)
    run.version.refresh_from_db()
    found = claimed(run)
    sink.take(found.pk, NOW)
    sink.answered(found.pk, NOW)
    return found


@pytest.mark.django_db
class TestUsing:
    """The other half: what it does, and what it writes."""

    def test_an_answer_may_be_put_right(self, ai: AiCall) -> None:
        for answer in ("the cost", "the time"):
            tools.use(ai.pk, "record_answer", {"key": "pain", "answer": answer}, NOW)

        assert AiAnswer.objects.get().answer == "the time"
        assert ToolUse.objects.filter(refused=False).count() == 2

    def test_a_result_of_the_campaign_is_set_and_no_other(self, ai: AiCall) -> None:
        DispositionFactory.create(organization=ai.organization, code="foreign")

        said = [
            tools.use(ai.pk, "set_disposition", {"code": code}, NOW).refused
            for code in ("foreign", "dnc", "later", "sale")
        ]

        assert said == [True, True, True, False]
        ai.refresh_from_db()
        assert ai.disposition is not None
        assert (ai.disposition.code, ai.disposed_by) == ("sale", "tool")

    def test_a_promise_is_kept_in_their_time(self, ai: AiCall) -> None:
        tools.use(ai.pk, "schedule_callback", {"when_local": "2026-03-03T15:30"}, NOW)

        ai.refresh_from_db()
        assert ai.callback_at == datetime(2026, 3, 3, 20, 30, tzinfo=UTC)

    def test_a_no_holds_before_the_call_is_over(self, ai: AiCall) -> None:
        answer = tools.use(ai.pk, "mark_do_not_call", {}, NOW)

        assert not answer.refused
        entry = SuppressionEntry.objects.get()
        assert (entry.phone, entry.source, entry.campaign_key) == (ai.call.number, "ai", 0)
        ai.refresh_from_db()
        assert (ai.opted_out, ai.state) == (True, "placed")
        assert ai.disposition is not None
        assert ai.disposition.do_not_call

    def test_a_no_is_heard_although_the_voice_forgets_it(self, ai: AiCall) -> None:
        line = Line(1, "customer", "Take me off your list!", NOW)

        assert [outcomes.heard(ai.pk, line), outcomes.heard(ai.pk, line)] == [True, False]

        assert SuppressionEntry.objects.count() == 1
        late = tools.use(ai.pk, "set_disposition", {"code": "sale"}, NOW)
        assert late.refused
        ai.refresh_from_db()
        assert (ai.disposed_by, ai.opted_out) == ("guard", True)

    def test_what_the_voice_says_itself_is_no_wish(self, ai: AiCall) -> None:
        assert not outcomes.heard(ai.pk, Line(1, "agent", "Shall I stop calling you?", NOW))
        assert not SuppressionEntry.objects.exists()

    def test_no_tool_lifts_what_is_suppressed(self, ai: AiCall) -> None:
        suppression.suppress(ai.organization, ai.call.number, source="manager", now=NOW)

        for name in toolbox.TOOLS:
            tools.use(ai.pk, name, {"code": "sale", "key": "pain", "answer": "call me"}, NOW)

        assert suppression.is_suppressed(ai.organization, ai.call.number, now=NOW)

    def test_an_address_is_kept_with_the_lead(self, ai: AiCall) -> None:
        wrong = tools.use(ai.pk, "confirm_email", {"email": "ann at example"}, NOW)
        tools.use(ai.pk, "confirm_email", {"email": "ann@example.test"}, NOW)

        assert wrong.refused
        assert Lead.objects.get().email == "ann@example.test"
        assert AiAnswer.objects.get().key == "email"

    def test_what_a_voice_invents_is_refused_and_on_record(self, ai: AiCall) -> None:
        arguments = {"phone": "+12125550199", "prompt": "x" * 5000}

        answer = tools.use(ai.pk, "lift_suppression", arguments, NOW)

        assert answer.refused
        use = ToolUse.objects.get()
        assert (use.name, use.refused, len(use.arguments["prompt"])) == (
            "lift_suppression",
            True,
            1000,
        )

    def test_after_the_end_nothing_is_done(self, ai: AiCall) -> None:
        sink.ended(ai.pk, NOW + timedelta(seconds=9), by="remote")

        assert tools.use(ai.pk, "record_answer", {"key": "pain", "answer": "x"}, NOW).refused
        assert not AiAnswer.objects.exists()

    def test_a_model_sees_what_it_can_use(self, ai: AiCall) -> None:
        offered = {one.name: one.schema for one in tools.offered(ai.version, ai.campaign)}

        assert offered.keys() == toolbox.TOOLS.keys()
        assert offered["set_disposition"]["properties"]["code"]["enum"] == ["sale"]
        assert offered["record_answer"]["properties"]["key"]["enum"] == [
            "budget",
            "size",
            "cloud",
            "pain",
            "until",
        ]

    def test_consent_of_another_number_stays(self, ai: AiCall) -> None:
        terms = consents.Terms("marketing", "ai", "written", "form", NOW - timedelta(days=1))
        other = consents.grant(ai.organization, "+12125559999", terms, now=NOW)

        tools.use(ai.pk, "mark_do_not_call", {}, NOW)

        other.refresh_from_db()
        assert other.revoked_at is None


@pytest.mark.django_db
def test_the_message_on_voicemail_is_about_the_lead(ai: AiCall) -> None:
    PromptVersion.objects.update(
        voicemail="message", voicemail_text="Hi {{ first_name }}. Call us at [Company Name]. Bye."
    )
    Lead.objects.filter(pk=ai.lead_id).update(name="Ann Li", company="{{ company }}")

    answer = tools.use(ai.pk, "detected_voicemail", {}, NOW)

    assert answer.text.endswith("Hi Ann. Bye.")
