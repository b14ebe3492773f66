"""Pages about what a voice says: written, previewed, compared, published; its lists; its lines."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agentic import trunks, wording
from agentic.editorforms import VoiceForm
from agentic.models import AgenticCampaign, Trunk
from tests.agentic.test_wording import make
from tests.campaigns.lists import imported
from tests.clients import browser
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def page(manager: User) -> Client:
    return browser(manager)


def filled(manager: User, row: AgenticCampaign | None = None, **changes: Any) -> dict[str, Any]:
    """What the editor sends, as it was drawn."""
    form = VoiceForm(manager, instance=row)
    shown = {name: form[name].value() for name in form.fields}
    for many in ("dispositions", "teams"):
        shown[many] = [getattr(one, "pk", one) for one in shown[many] or []]
    trunk = shown.pop("trunk")
    shown["trunk"] = getattr(trunk, "pk", trunk)
    known = {name: value for name, value in shown.items() if value is not None}
    return {name: value for name, value in {**known, **changes}.items() if value is not False}


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_voice_is_written_on_one_page(page: Client, manager: User) -> None:
    question: dict[str, Any] = {"question-0-text": "Budget?", "question-0-kind": "number"}
    sent = filled(
        manager,
        name="Spring",
        purpose="survey",
        agent_text="You are Ada.",
        session_text="Greet [Prospect Name].",
        **question,
    )

    answer = page.post(reverse("agentic:create"), sent)

    row = AgenticCampaign.objects.get()
    assert answer["Location"] == reverse("agentic:detail", args=[row.campaign_id])
    assert row.questions[0]["key"] == "budget"
    shown = text_of(page.get(answer["Location"]))
    assert "Spring" in shown
    assert "Simulator" in shown
    assert "Upload a list of prospects." in shown


def test_a_mistake_is_shown_beside_its_text(page: Client, manager: User) -> None:
    row = make(manager)
    sent = filled(manager, row, session_text="Hello\n[Prospect Nmae]")

    answer = page.post(reverse("agentic:edit", args=[row.campaign_id]), sent)

    assert answer.status_code == 422
    shown = text_of(answer)
    assert 'id="id_session_text_error"' in shown
    assert "Line 2, column 1" in shown
    assert "Did you mean [Prospect Name]?" in shown


def test_the_editor_takes_what_it_was_drawn_with(page: Client, manager: User) -> None:
    row = make(manager, questions=[{"text": "Budget?", "kind": "choice", "choices": ["a", "b"]}])
    drawn = text_of(page.get(reverse("agentic:edit", args=[row.campaign_id])))
    questions = {"question-0-text": "Budget?", "question-0-kind": "choice"}
    questions |= {"question-0-choices": "a, b", "question-0-key": "budget"}

    page.post(reverse("agentic:edit", args=[row.campaign_id]), filled(manager, row, **questions))

    before = wording.words(row)
    row.refresh_from_db()
    assert wording.words(row) == before
    assert 'data-insert="resource_name"' in drawn


def test_results_that_tools_alone_set_are_not_offered_and_stay(page: Client, manager: User) -> None:
    row = make(manager)
    of_tools = row.campaign.dispositions.filter(Q(callback=True) | Q(do_not_call=True))
    kept = {one.pk: one.label for one in of_tools}
    drawn = page.get(reverse("agentic:edit", args=[row.campaign_id])).content.decode()
    lost = row.campaign.dispositions.get(code="lost")

    sent = filled(manager, row, dispositions=[lost.pk])
    page.post(reverse("agentic:edit", args=[row.campaign_id]), sent)

    assert len(kept) == 2
    for pk in kept:
        assert f'name="dispositions" value="{pk}"' not in drawn
    assert f'name="dispositions" value="{lost.pk}"' in drawn
    assert {one.pk for one in row.campaign.dispositions.all()} == {lost.pk, *kept}


def test_taking_the_disclosure_away_warns(page: Client, manager: User) -> None:
    row = make(manager)
    sent = filled(manager, row)
    del sent["disclosure"]

    answer = page.post(reverse("agentic:edit", args=[row.campaign_id]), sent, follow=True)

    assert "does not say that it is one" in text_of(answer)


def test_the_preview_shows_a_real_lead_and_marks_what_is_missing(
    page: Client, manager: User
) -> None:
    row = make(manager)
    lead = LeadFactory.create(campaign=row.campaign, name="Ann <b>", company="")
    texts = {
        "agent_text": 'Hi {{ name }}. Of [Company Name]. {{ company | "your firm" }}',
        "session_text": "Hello [Jbo Title]",
        "preview_lead": lead.pk,
    }

    shown = text_of(page.post(reverse("agentic:preview", args=[row.campaign_id]), texts))
    example = text_of(page.post(reverse("agentic:preview_new"), texts))

    assert re.search(r"<mark[^>]*>Ann \(b\)</mark>", shown)
    assert re.search(r"<del[^>]*>Of \[Company Name\].</del>", shown)
    assert re.search(r"<mark[^>]*title=\"Fallback[^>]*>your firm</mark>", shown)
    assert "Did you mean [Job Title]?" in shown
    assert "Ann Example" in example


def test_a_draft_is_compared_and_published_with_a_note(page: Client, manager: User) -> None:
    row = make(manager)
    address = reverse("agentic:versions", args=[row.campaign_id])
    publish = reverse("agentic:publish", args=[row.campaign_id])

    page.post(publish, {"note": "The first"})
    wording.change(manager, row, agent_text="You are Bea.")
    shown = text_of(page.get(address))

    assert "<del" in shown
    assert re.search(r"<del[^>]*>Ada.</del>", shown)
    assert re.search(r"<ins[^>]*>Bea.</ins>", shown)
    assert "The first" in shown
    part = page.get(f"{address}?from=1&to=1", headers={"HX-Target": "comparison"})
    assert "They say the same." in text_of(part)


def test_what_cannot_be_published_says_why(page: Client, manager: User) -> None:
    row = make(manager, session_text="")

    answer = page.post(reverse("agentic:publish", args=[row.campaign_id]))

    assert answer.status_code == 422
    assert "Say how the talk goes." in text_of(answer)


def test_a_version_is_rolled_back_and_restored(page: Client, manager: User) -> None:
    row = make(manager)
    wording.publish(manager, row)
    wording.change(manager, row, agent_text="You are Bea.")
    wording.publish(manager, row)

    page.post(reverse("agentic:roll_back", args=[row.campaign_id]))
    page.post(reverse("agentic:restore", args=[row.campaign_id, 1]))

    row = AgenticCampaign.objects.select_related("published").get(pk=row.pk)
    assert row.published is not None
    assert row.published.number == 1
    assert row.agent_text == "You are Ada."
    assert page.post(reverse("agentic:restore", args=[row.campaign_id, 9])).status_code == 404


def test_a_campaign_is_started_on_its_page(page: Client, manager: User) -> None:
    row = make(manager)
    address = reverse("agentic:status", args=[row.campaign_id])

    refused = page.post(address, {"status": "running"})
    wording.publish(manager, row)
    page.post(address, {"status": "running"})

    assert refused.status_code == 409
    row.campaign.refresh_from_db()
    assert row.campaign.status == "running"


def test_lists_of_prospects_stand_on_the_page_with_what_can_be_done(
    page: Client, manager: User
) -> None:
    row = make(manager)
    first = imported(row.campaign, "Name,Phone\nAnn,2125550123\n")
    second = imported(row.campaign, "Name,Phone\nBob,2125550124\n")

    page.post(reverse("campaigns:sheet_activate", args=[second.pk]))
    shown = text_of(page.get(reverse("agentic:detail", args=[row.campaign_id])))

    assert reverse("campaigns:sheet_file", args=[first.pk]) in shown
    assert reverse("campaigns:sheet_activate", args=[first.pk]) in shown
    assert reverse("campaigns:sheet_activate", args=[second.pk]) not in shown
    assert reverse("campaigns:sheet_undo", args=[first.pk]) in shown


def test_the_list_is_searched_and_costs_the_same_for_many(
    page: Client, manager: User, django_assert_max_num_queries: Any
) -> None:
    for name in ("Spring", "Summer", "Autumn", "Winter"):
        wording.publish(manager, make(manager, name=name))
    page.get(reverse("agentic:list"))

    with django_assert_max_num_queries(20):
        shown = text_of(page.get(reverse("agentic:list")))
    found = text_of(page.get(reverse("agentic:list") + "?q=summ"))

    assert "Version 1" in shown
    assert "Summer" in found
    assert "Winter" not in found


def test_lines_are_kept_on_their_page(page: Client, manager: User) -> None:
    sent = {"name": "Main", "max_calls": 4, "calls_per_second": "2"}

    page.post(reverse("agentic:trunk_new"), sent)
    line = Trunk.objects.get()
    taken = page.post(reverse("agentic:trunk_new"), sent)
    page.post(reverse("agentic:trunk", args=[line.pk]), {**sent, "max_calls": 9})
    page.post(reverse("agentic:trunk_archive", args=[line.pk]))

    shown = text_of(page.get(reverse("agentic:trunks")))
    assert taken.status_code == 422
    assert "There is a line of this name." in text_of(taken)
    assert "Put aside" in shown
    line.refresh_from_db()
    assert (line.max_calls, line.is_active) == (9, False)
    page.post(reverse("agentic:trunk_archive", args=[line.pk]))
    assert trunks.listed(manager).get().is_active


def test_the_campaigns_own_editor_leaves_the_mode_alone(page: Client, manager: User) -> None:
    row = make(manager)

    shown = text_of(page.get(reverse("campaigns:edit", args=[row.campaign_id])))

    assert '<option value="ai" selected>' in shown
    assert '<option value="manual">' not in shown
