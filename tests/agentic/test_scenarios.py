"""Scenarios are read line by line, run against the draft, and shown green or red."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agentic import rehearsing, scenarios, talking, wording
from agentic.models import AgenticCampaign, Rehearsal
from agentic.scenarios import Outcome
from core.errors import DomainError, InputError
from tests.agentic.test_views_campaigns import text_of
from tests.agentic.test_wording import make
from tests.clients import browser

pytestmark = pytest.mark.django_db
AGREES = """
# They agree.
lead name: Ann Smith
expect says: AUTOMATED | robot
expect not says: Bob
caller: Yes.
expect says: How many people
caller: 40
expect tool: record_answer size 40
expect no tool: mark_do_not_call
expect end
"""


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def voice(manager: User) -> AgenticCampaign:
    asked = [{"key": "size", "text": "How many people?", "kind": "number"}]
    return make(manager, questions=asked)


def outcome(row: AgenticCampaign, source: str) -> Outcome:
    """How a scenario goes."""
    script = scenarios.parse(source)
    brief = talking.brief(row, row.campaign, now=timezone.now(), facts=script.facts)
    return scenarios.run(script, brief, talking.voice())


def gone_through() -> None:
    """What a worker does."""
    now = timezone.now()
    for pk in rehearsing.due(now):
        rehearsing.run(pk, now)


def started(voice: AgenticCampaign, manager: User, *sources: str) -> Rehearsal:
    """A rehearsal of these scenarios."""
    for number, source in enumerate(sources):
        wording.save_scenario(manager, voice, name=f"Scenario {number}", source=source)
    return rehearsing.start(manager, voice, timezone.now())


def test_a_scenario_is_met(voice: AgenticCampaign) -> None:
    found = outcome(voice, AGREES)

    assert [one.met for one in found.findings] == [True] * 6
    assert found.passed
    assert "Am I speaking with Ann?" in found.turns[0].text


def test_what_is_not_met_says_what_there_was(voice: AgenticCampaign) -> None:
    found = outcome(
        voice,
        "caller: Never call me again.\nexpect no tool: mark_do_not_call\n"
        "expect result: interested\nexpect says: price\nexpect tool: confirm_email",
    )

    assert [one.met for one in found.findings] == [False] * 4
    assert "mark_do_not_call" in found.findings[0].seen
    assert found.findings[1].seen == "do_not_call"
    assert not found.passed


def test_lines_that_cannot_be_read_are_named() -> None:
    with pytest.raises(InputError) as refused:
        scenarios.parse("caller Hello\nexpect tool: sudo\nexpects: x")

    assert refused.value.errors["source"] == [
        "Line 1 is not understood: caller Hello",
        "Line 2: there is no tool sudo.",
        "Line 3 is not understood: expects: x",
    ]
    with pytest.raises(InputError, match="cannot be read"):
        scenarios.parse("caller: Hello")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("expect says: | ", "Line 1: no word is expected."),
        ("expect says: a\x00b", "Line 1: there is a character that cannot be shown."),
        ("caller: " + "x" * 1001, "Line 1: it has more than 1000 characters."),
        ("lead timezone: Mars/Base", "Line 1: there is no such time zone."),
        ("lead timezone: ../../etc/passwd", "Line 1: there is no such time zone."),
        ("expect tool: \u2003", "Line 1 is not understood: expect tool:"),
        ("{% include 'x' %}", "Line 1 is not understood: {% include 'x' %}"),
        ("x" * 40_001, "A scenario has at most 40000 characters."),
        ("expect end\n" * 201, "A scenario has at most 200 lines."),
    ],
)
def test_a_hostile_or_broken_scenario_is_refused_by_line(line: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        scenarios.parse(f"{line}\nexpect end")

    assert refused.value.errors["source"] == [problem]


def test_an_empty_choice_expects_nothing(voice: AgenticCampaign) -> None:
    found = outcome(voice, "expect says: zebra |\nexpect not says: | zebra")

    assert [one.met for one in found.findings] == [False, True]


def test_a_file_of_windows_is_read() -> None:
    script = scenarios.parse("\ufeff# Comment\r\ncaller: Hello\r\nexpect end\r\n")

    assert [(step.number, step.kind) for step in script.steps] == [(2, "caller"), (3, "end")]


def test_a_manager_writes_runs_and_deletes_scenarios(voice: AgenticCampaign, manager: User) -> None:
    page, pk = browser(manager), voice.campaign_id

    drawn = text_of(page.get(reverse("agentic:scenario_new", args=[pk])))
    wrong = page.post(reverse("agentic:scenario_new", args=[pk]), {"name": "A", "source": "x"})
    page.post(reverse("agentic:scenario_new", args=[pk]), {"name": "Agrees", "source": AGREES})
    kept = voice.campaign.scenarios.get()
    wording.save_scenario(manager, voice, name="Never", source="expect says: zebra")
    waiting = text_of(page.post(reverse("agentic:scenarios_run", args=[pk]), follow=True))
    again = page.post(reverse("agentic:scenarios_run", args=[pk]))
    gone_through()
    shown = text_of(page.get(reverse("agentic:scenarios_outcomes", args=[pk])))
    listed = text_of(page.get(reverse("agentic:scenarios", args=[pk])))
    page.post(reverse("agentic:scenario_delete", args=[pk, kept.pk]))

    assert "expect tool: mark_do_not_call" in drawn
    assert wrong.status_code == 422
    assert "Line 1 is not understood" in text_of(wrong)
    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "being gone through already" in text_of(again)
    assert "1 of 2 passed" in shown
    assert "every 2s" not in shown
    assert "1 of 2 passed" in listed
    assert "Simulator" in shown
    assert "Agrees" in listed
    assert voice.campaign.scenarios.get().name == "Never"


def test_after_a_kill_another_worker_goes_on_where_it_stood(
    voice: AgenticCampaign, manager: User
) -> None:
    # given a worker that was killed after the first of two scenarios
    row = started(voice, manager, AGREES, "expect says: zebra")
    first = {"name": "Scenario 0", "problem": "", "findings": [], "turns": []}
    later = timezone.now() + rehearsing.SILENT_FOR
    held = Rehearsal.objects.filter(pk=row.pk)
    held.update(state="running", tries=1, outcomes=[first], due_at=later)

    # then nobody disturbs it while it may live, and later somebody goes on
    rehearsing.run(row.pk, later - timedelta(seconds=1))
    assert held.get().tries == 1
    rehearsing.run(row.pk, later + timedelta(seconds=1))

    done = held.get()
    assert (done.state, done.tries, done.due_at) == ("done", 2, None)
    assert [one["name"] for one in done.outcomes] == ["Scenario 0", "Scenario 1"]
    assert done.outcomes[0] == first


def test_what_kills_its_workers_is_told_as_failed(voice: AgenticCampaign, manager: User) -> None:
    row = started(voice, manager, AGREES)
    Rehearsal.objects.filter(pk=row.pk).update(tries=rehearsing.MOST_TRIES)

    gone_through()

    row.refresh_from_db()
    assert (row.state, row.due_at) == ("failed", None)
    shown = text_of(browser(manager).get(reverse("agentic:scenarios", args=[voice.campaign_id])))
    assert "It was interrupted several times. Start it again." in shown


def test_a_worker_that_was_thought_dead_writes_no_more(
    voice: AgenticCampaign, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = started(voice, manager, AGREES)

    class Slow:
        label = "slow"

        def reply(self, *_: object) -> str:
            Rehearsal.objects.filter(pk=row.pk).update(tries=7)
            return "Well"

    monkeypatch.setattr(talking, "voice", Slow)
    rehearsing.run(row.pk, timezone.now())

    row.refresh_from_db()
    assert (row.state, row.outcomes) == ("running", [])


def test_results_are_those_of_the_words_that_were_tried(
    voice: AgenticCampaign, manager: User
) -> None:
    row = started(voice, manager, "expect says: automated")
    # when the draft is changed before a worker begins
    changed = wording.change(manager, voice, disclosure="I am a robot.")
    gone_through()

    row.refresh_from_db()
    assert row.outcomes[0]["findings"][0]["met"]
    page = reverse("agentic:scenarios_outcomes", args=[voice.campaign_id])
    assert "The draft has changed since" in text_of(browser(manager).get(page))
    back = wording.change(manager, changed, disclosure=row.words["disclosure"])
    version = wording.publish(manager, back)
    assert rehearsing.of_wordings(voice.campaign_id, [version]) == [row]
    versions = reverse("agentic:versions", args=[voice.campaign_id])
    assert "1 of 1 scenarios passed" in text_of(browser(manager).get(versions))


def test_a_model_that_does_not_answer_is_told(
    voice: AgenticCampaign, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = started(voice, manager, AGREES)

    class Mute:
        label = "mute"

        def reply(self, *_: object) -> str:
            raise DomainError("The model does not answer.", code="model_failed", status=502)

    monkeypatch.setattr(talking, "voice", Mute)
    gone_through()

    row.refresh_from_db()
    assert (row.state, row.problem) == ("failed", "The model does not answer.")
