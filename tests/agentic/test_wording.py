"""What a voice says is a draft until it is published, and each version stays as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from agentic import checking, trunks, wording
from agentic.models import AgenticCampaign, PromptVersion
from agentic.prompting import DISCLOSURE
from agentic.toolbox import SWITCHABLE
from campaigns import copying, editing
from campaigns.models import Campaign
from core.errors import DomainError, InputError
from core.models import AuditEntry, Event
from tests.factories import LeadFactory, TrunkFactory

pytestmark = pytest.mark.django_db
TEXTS = {"agent_text": "You are Ada.", "session_text": "Greet [Prospect Name]."}


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


def make(manager: User, **fields: Any) -> AgenticCampaign:
    made = wording.make(manager, **{"name": "Spring webinar", **TEXTS, **fields})
    return AgenticCampaign.objects.select_related("campaign", "published").get(pk=made.pk)


def test_a_new_one_is_a_campaign_in_mode_ai_that_discloses_itself(manager: User) -> None:
    row = make(manager, campaign={"purpose": "survey"})

    assert (row.campaign.mode, row.campaign.status) == ("ai", "draft")
    assert row.campaign.purpose == "survey"
    assert row.module == "spring-webinar"
    assert row.disclosure == DISCLOSURE
    assert row.tools == list(SWITCHABLE)
    assert row.published is None
    assert AgenticCampaign.objects.for_user(manager).get() == row


def test_short_names_do_not_meet(manager: User) -> None:
    make(manager)

    second = make(manager, name="Spring  webinar")
    with pytest.raises(InputError) as refused:
        make(manager, name="Third", module="spring-webinar")

    assert second.module == "spring-webinar-2"
    assert refused.value.errors == {"module": ["This short name is taken."]}
    assert Campaign.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "field", "word"),
    [
        ({"agent_text": "Hi [Prospect Nmae]"}, "agent_text", "Did you mean [Prospect Name]?"),
        ({"disclosure": "Hi {{ nmae }}"}, "disclosure", "Line 1, column 4"),
        ({"session_text": "a" * 20_001}, "session_text", "at most"),
        ({"tools": ["sudo"]}, "tools", "Choose from"),
        ({"questions": [{"text": ""}]}, "questions", "Question 1"),
        ({"questions": [{"text": "A", "kind": "choice", "choices": ["x"]}]}, "questions", "two"),
        ({"questions": {"a": 1}}, "questions", "list"),
        ({"temperature": 3}, "temperature", "2"),
        ({"max_calls": 0}, "max_calls", "1"),
        ({"max_length_s": 5}, "max_length_s", "30"),
        ({"provider": "parrot"}, "provider", "parrot"),
    ],
)
def test_wrong_fields_are_named(
    manager: User, fields: dict[str, Any], field: str, word: str
) -> None:
    row = make(manager)

    with pytest.raises(InputError) as refused:
        wording.change(manager, row, **fields)

    assert list(refused.value.errors) == [field]
    assert word in refused.value.errors[field][0]


def test_a_line_of_another_organization_is_none(manager: User) -> None:
    with pytest.raises(InputError) as refused:
        make(manager, trunk=TrunkFactory.create())

    assert "trunk" in refused.value.errors


def test_own_fields_of_the_list_are_known(manager: User) -> None:
    row = make(manager)
    LeadFactory.create(campaign=row.campaign, custom={"Webinar date": "May 2"})

    changed = wording.change(manager, row, session_text="It is on {{ webinar_date }}.")

    assert changed.session_text == "It is on {{ webinar_date }}."


def test_questions_get_keys_and_only_choices_have_choices(manager: User) -> None:
    asked = [
        {"text": "How many people?", "kind": "number", "choices": ["x"], "required": 1},
        {"text": "How many people?"},
    ]

    row = wording.change(manager, make(manager), questions=asked)

    assert [one["key"] for one in row.questions] == ["how_many_people", "how_many_people_2"]
    assert row.questions[0]["choices"] == []
    assert row.questions[0]["required"] is True


def test_what_is_said_first_does_not_hang_on_what_a_list_holds(manager: User) -> None:
    row = make(manager, disclosure="I am a machine calling [Prospect Name] at {{ company }}.")

    with pytest.raises(InputError) as refused:
        wording.publish(manager, row, "")
    kept = 'I am a machine calling {{ name | "you" }}.'
    wording.change(manager, row, disclosure=kept)
    version = wording.publish(manager, row, "")

    assert list(refused.value.errors) == ["disclosure"]
    assert "no name, company" in refused.value.errors["disclosure"][0]
    assert version.disclosure == kept


def test_what_is_published_stays_while_the_draft_goes_on(manager: User) -> None:
    row = make(manager)

    first = wording.publish(manager, row, "The beginning")
    wording.change(manager, row, agent_text="You are Bea.")
    second = wording.publish(manager, row)

    first.refresh_from_db()
    assert (first.number, first.agent_text, first.note) == (1, "You are Ada.", "The beginning")
    assert (second.number, second.agent_text) == (2, "You are Bea.")
    row.refresh_from_db()
    assert row.published == second
    assert [one.action for one in AuditEntry.objects.order_by("pk")][-3:] == [
        "prompt.published",
        "voice.changed",
        "prompt.published",
    ]
    assert Event.objects.filter(kind="prompt.published").count() == 2


def test_the_same_is_not_published_twice_and_half_a_wording_never(manager: User) -> None:
    row = make(manager)
    wording.publish(manager, row)

    with pytest.raises(DomainError) as same:
        wording.publish(manager, row)
    with pytest.raises(InputError) as half:
        wording.publish(manager, make(manager, name="Half", agent_text=" ", voicemail="message"))

    assert same.value.code == "nothing_new"
    assert set(half.value.errors) == {"agent_text", "voicemail_text"}


def test_rolling_back_returns_to_the_version_before_and_skips_those_rolled_back(
    manager: User,
) -> None:
    row = make(manager)
    for name in ("Ada", "Bea", "Cleo"):
        wording.change(manager, row, agent_text=f"You are {name}.")
        wording.publish(manager, row)

    numbers = [wording.roll_back(manager, row).number, wording.roll_back(manager, row).number]
    with pytest.raises(DomainError, match="no earlier"):
        wording.roll_back(manager, row)

    assert numbers == [2, 1]
    gone = PromptVersion.objects.exclude(rolled_back_at=None).values_list("number", flat=True)
    assert set(gone) == {2, 3}
    wording.change(manager, row, agent_text="You are Dora.")
    assert wording.publish(manager, row).number == 4


def test_a_version_comes_back_as_the_draft(manager: User) -> None:
    row = make(manager)
    first = wording.publish(manager, row)
    wording.change(manager, row, agent_text="You are Bea.")

    restored = wording.restore(manager, row, first)

    assert restored.agent_text == "You are Ada."
    with pytest.raises(DomainError):
        wording.restore(manager, make(manager, name="Other"), first)


def test_a_campaign_starts_only_with_something_to_say(manager: User) -> None:
    row = make(manager)

    with pytest.raises(DomainError) as refused:
        editing.set_status(manager, row.campaign, "running")
    wording.publish(manager, row)
    running = editing.set_status(manager, row.campaign, "running")

    assert refused.value.code == "nothing_published"
    assert running.status == "running"


def test_a_missing_disclosure_warns(manager: User) -> None:
    row = make(manager)

    assert checking.warnings(row) == []
    row = wording.change(manager, row, disclosure=" ", voicemail="message")
    assert "does not say that it is one" in checking.warnings(row)[0]
    assert "message is empty" in checking.warnings(row)[1]


def test_a_campaign_of_a_voice_is_not_copied_without_it(manager: User) -> None:
    with pytest.raises(DomainError, match="not copied"):
        copying.copy_campaign(manager, make(manager).campaign)


def test_lines_are_made_changed_and_put_aside(manager: User) -> None:
    line = trunks.add(manager, name=" Main ", max_calls=3)
    changed = trunks.change(manager, line, max_calls=4)
    with pytest.raises(InputError) as taken:
        trunks.add(manager, name="Main")
    with pytest.raises(InputError) as wrong:
        trunks.change(manager, line, max_calls=0)

    assert (changed.name, changed.max_calls) == ("Main", 4)
    assert "name" in taken.value.errors
    assert "max_calls" in wrong.value.errors
    assert trunks.archive(manager, line).is_active is False


def test_a_line_in_use_stays(manager: User) -> None:
    line = trunks.add(manager, name="Main")
    row = make(manager, trunk=line)
    wording.publish(manager, row)
    editing.set_status(manager, row.campaign, "running")

    with pytest.raises(DomainError) as refused:
        trunks.archive(manager, line)

    assert refused.value.code == "trunk_in_use"


def test_scenarios_have_names_of_their_own(manager: User) -> None:
    row = make(manager)
    kept = wording.save_scenario(manager, row, name="Yes", source="caller: Hello")

    with pytest.raises(InputError):
        wording.save_scenario(manager, row, name="Yes", source="caller: Hello")
    wording.save_scenario(manager, row, name="No", source="caller: Hi", scenario=kept)
    wording.delete_scenario(manager, kept)

    assert not row.campaign.scenarios.exists()
