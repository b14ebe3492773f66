"""A talk without a phone: by rules, by the model's stand-in, on its page; nothing is written."""

import json
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agentic import rulevoice, talking
from agentic.models import AgenticCampaign, AiCall, ToolUse
from agentic.talking import Turn
from calls.models import Call
from campaigns.models import SuppressionEntry
from core.errors import DomainError
from tests.agentic.test_views_campaigns import text_of
from tests.agentic.test_wording import make
from tests.clients import browser
from tests.factories import LeadFactory
from tests.standins.voice.generating import Generating

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"key": "size", "text": "How many people work there?", "kind": "number"},
    {"key": "tool", "text": "Which tool do you use?"},
]


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def voice(manager: User) -> AgenticCampaign:
    return make(manager, questions=QUESTIONS)


def talk(row: AgenticCampaign, *lines: str) -> list[Turn]:
    """A talk with whoever speaks."""
    speaker = talking.voice()
    brief = talking.brief(row, row.campaign, now=timezone.now())
    turns = talking.begin(brief, speaker)
    for line in lines:
        turns = talking.go_on(brief, turns, line, speaker)
    return turns


def test_by_rules_the_questions_are_asked_and_answers_kept(voice: AgenticCampaign) -> None:
    turns = talk(voice, "Yes, speaking.", "about forty", "40", "None")

    said = [turn.text for turn in turns if turn.by == "agent"]
    assert said[0].startswith(voice.disclosure)
    assert "Am I speaking with Ann?" in said[0]
    assert said[1] == "How many people work there?"
    assert "by a number" in said[2]
    assert said[3] == "Which tool do you use?"
    kept = {use.arguments["key"]: use.arguments["answer"] for use in turns[-3].uses}
    assert kept == {"size": "40"}
    assert talking.is_over(turns)


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("Please stop calling me.", "mark_do_not_call"),
        ("Write to ann@example.test", "confirm_email"),
        ("I want to talk to a real person", "send_to_human"),
        ("Leave a message after the tone.", "detected_voicemail"),
    ],
)
def test_by_rules_a_line_calls_for_its_tool(voice: AgenticCampaign, line: str, tool: str) -> None:
    turns = talk(voice, line)

    assert tool in [use.name for use in talking.uses(turns)]


def test_a_talk_goes_in_and_out_of_json(voice: AgenticCampaign) -> None:
    turns = talk(voice, "Do not call me again.")

    assert talking.unpacked(json.loads(json.dumps(talking.packed(turns)))) == turns
    assert talking.result(turns) == "do_not_call"


def test_the_model_gets_the_wording_and_its_tools_are_tried(
    voice: AgenticCampaign, gemini: Generating
) -> None:
    call = {"name": "record_answer", "args": {"key": "size", "answer": "40"}}
    unknown = {"name": "sudo", "args": {}}
    gemini.script = [
        [{"text": "Hello Ann."}],
        [{"functionCall": call}, {"functionCall": unknown}],
        [{"text": "Thank you."}],
    ]

    turns = talk(voice, "We are 40.")

    assert turns[-1].text == "Thank you."
    assert [(use.name, use.refused) for use in turns[-1].uses] == [
        ("record_answer", False),
        ("sudo", True),
    ]
    told = gemini.asked[0]["systemInstruction"]["parts"][0]["text"]
    assert told.startswith("# Rules of the platform")
    names = [one["name"] for one in gemini.asked[0]["tools"][0]["functionDeclarations"]]
    assert "mark_do_not_call" in names
    answered = gemini.asked[2]["contents"][-1]["parts"]
    assert answered[0]["functionResponse"]["response"] == {"result": "Noted."}


def test_an_opt_out_holds_even_if_the_model_forgets(
    voice: AgenticCampaign, gemini: Generating
) -> None:
    gemini.script = [
        [{"text": "Hello."}],
        [{"functionCall": {"name": "set_disposition", "args": {"code": "interested"}}}],
        [{"text": "Great!"}],
    ]

    turns = talk(voice, "Never call me again!")

    assert talking.result(turns) == "do_not_call"
    assert [use.refused for use in turns[-1].uses] == [False, True]


def test_a_model_that_does_not_answer_is_said(voice: AgenticCampaign, gemini: Generating) -> None:
    gemini.status = 400

    with pytest.raises(DomainError) as refused:
        talk(voice)

    assert refused.value.code == "model_failed"


def test_a_talk_on_the_page_writes_nothing(voice: AgenticCampaign, manager: User) -> None:
    page = browser(manager)
    lead = LeadFactory.create(campaign=voice.campaign, name="Bob Builder")
    address = reverse("agentic:try_say", args=[voice.campaign_id])

    shown = text_of(page.get(reverse("agentic:try", args=[voice.campaign_id])))
    first = page.post(address, {"lead": lead.pk})
    kept = first.context["talk"]
    second = text_of(page.post(address, {"talk": kept, "line": "Stop calling me."}))
    forged = text_of(page.post(address, {"talk": kept + "x", "line": "Hello"}))

    assert rulevoice.RuleVoice.label in shown
    assert "Am I speaking with Bob?" in text_of(first)
    assert "mark do not call" in second
    assert "The call is over." in second
    assert "Stop calling" not in forged
    for model in (AiCall, ToolUse, Call, SuppressionEntry):
        assert not model.objects.exists()
