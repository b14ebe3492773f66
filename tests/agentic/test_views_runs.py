"""Pages of runs, of their calls, and of taking them over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import presence
from accounts.models import User
from agentic import handover, sink
from agentic.forms import MOST_LISTED
from agentic.models import AgenticRun, AiCall, AiCommand
from calls import transcripts
from calls.models import Call
from campaigns.models import Lead
from tests.agentic.voices import NOW, claimed
from tests.campaigns.lists import imported
from tests.clients import browser
from tests.factories import (
    AgenticFactory,
    CampaignFactory,
    DispositionFactory,
    LeadFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(run: AgenticRun) -> User:
    """Whoever manages the run's campaign."""
    user = UserFactory.create(role="manager", organization=run.organization)
    run.campaign.managers.add(user)
    return user


@pytest.fixture
def talk(run: AgenticRun) -> Callable[..., AiCall]:
    """Makes a call in which something was said."""

    def begin(name: str = "Ann") -> AiCall:
        ai = claimed(run, name=name)
        sink.take(ai.pk, NOW)
        sink.answered(ai.pk, NOW)
        line = transcripts.Line(1, "customer", "Who is <b>there</b>?", NOW, 500, 1500)
        sink.said(ai.pk, [line])
        return ai

    return begin


def test_a_run_shows_its_calls_and_its_numbers(
    run: AgenticRun, manager: User, talk: Callable[..., AiCall]
) -> None:
    sink.ended(talk(name="Ann Over").pk, NOW + timedelta(seconds=90), by="remote")
    talk(name="Ben Live")

    page = browser(manager).get(reverse("agentic:run", args=[run.public_id])).content.decode()

    assert "Ben Live" in page
    assert "Ann Over" in page
    assert "Simulator" in page
    assert "1:30" in page
    assert "Who is &lt;b&gt;there&lt;/b&gt;?" in page


def test_a_run_costs_a_fixed_number_of_queries(
    run: AgenticRun,
    manager: User,
    talk: Callable[..., AiCall],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client, address = browser(manager), reverse("agentic:run", args=[run.public_id])
    for _ in range(6):
        talk()

    with django_assert_max_num_queries(16):
        client.get(address)


def test_a_run_is_started_paused_and_stopped(manager: User, run: AgenticRun) -> None:
    limits = AgenticFactory.create(
        campaign=CampaignFactory.create(organization=manager.organization, mode="ai")
    )
    limits.campaign.managers.add(manager)
    lead = LeadFactory.create(campaign=limits.campaign)
    client, start = browser(manager), reverse("agentic:run_start")

    refused = client.post(start, {"campaign": limits.campaign_id, "kind": "one"})
    assert refused.status_code == 422
    assert "Pick the one prospect" in refused.content.decode()
    client.post(start, {"campaign": limits.campaign_id, "kind": "one", "leads": [lead.pk]})
    begun = AgenticRun.objects.get(live_campaign=limits.campaign_id)
    assert (begun.kind, begun.started_by) == ("one", manager)
    for verb, status in (("pause", "paused"), ("resume", "running"), ("end", "stopped")):
        client.post(reverse(f"agentic:run_{verb}", args=[begun.public_id]))
        begun.refresh_from_db()
        assert begun.status == status


def test_prospects_of_another_campaign_cannot_be_picked(manager: User, run: AgenticRun) -> None:
    other = CampaignFactory.create(organization=manager.organization)
    other.managers.add(manager)
    lead: Lead = LeadFactory.create(campaign=other)
    given = {"campaign": run.campaign_id, "kind": "one", "leads": [lead.pk]}

    answer = browser(manager).post(reverse("agentic:run_start"), given)

    assert answer.status_code == 422
    assert "another campaign" in answer.content.decode()


def test_prospects_are_found_among_many_and_those_picked_stay(
    manager: User, run: AgenticRun, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    # given more than are listed, of whom one is picked and another looked for
    leads = LeadFactory.create_batch(MOST_LISTED + 3, campaign=run.campaign, name="Person")
    picked, wanted = leads[-1], leads[-2]
    Lead.objects.filter(pk=picked.pk).update(name="Paula Picked")
    Lead.objects.filter(pk=wanted.pk).update(name="Wanda Wanted")
    client, start = browser(manager), reverse("agentic:run_start")
    asked: dict[str, Any] = {"campaign": run.campaign_id, "kind": "selection"}
    asked["leads"] = [picked.pk]

    # when
    first = client.get(start, {"campaign": run.campaign_id}).content.decode()
    with django_assert_max_num_queries(30):
        found = client.get(start, asked | {"q": "wan"}).content.decode()

    # then
    assert "Wanda Wanted" not in first
    assert "Wanda Wanted" in found
    assert f'value="{picked.pk}" aria-label="Pick Paula Picked" checked' in found
    assert found.count('name="leads"') == 2


def test_only_leads_of_the_active_list_are_offered(manager: User, run: AgenticRun) -> None:
    imported(run.campaign, "Name,Phone\nAda Active,2125550123\n")
    imported(run.campaign, "Name,Phone\nRob Resting,2125550124\n")

    asked = f"{reverse('agentic:run_start')}?campaign={run.campaign_id}&kind=selection"
    shown = browser(manager).get(asked).content.decode()

    assert "Ada Active" in shown
    assert "Rob Resting" not in shown


def test_a_lead_is_called_by_voice_from_its_page(manager: User, run: AgenticRun) -> None:
    lead = LeadFactory.create(campaign=run.campaign)
    client = browser(manager)

    page = client.get(reverse("campaigns:lead", args=[lead.pk])).content.decode()
    asked = f"{reverse('agentic:run_start')}?campaign={run.campaign_id}&kind=one&leads={lead.pk}"
    chosen = client.get(asked).content.decode()

    assert asked.replace("&", "&amp;") in page
    assert f'value="{lead.pk}" aria-label="Pick {lead.name}" checked' in chosen


def test_whoever_watches_learns_in_a_sentence_that_nobody_is_ready(
    manager: User, talk: Callable[..., AiCall]
) -> None:
    ai = talk()

    answer = browser(manager).post(reverse("agentic:call_colleague", args=[ai.public_id]))

    assert answer.status_code == 409
    assert "none of the campaign&#x27;s people is ready" in answer.content.decode()


def test_a_call_that_is_over_is_not_said_to_be_ended(
    manager: User, talk: Callable[..., AiCall]
) -> None:
    ai = talk()
    sink.ended(ai.pk, NOW + timedelta(seconds=9), by="remote")

    page = browser(manager).post(reverse("agentic:call_hang_up", args=[ai.public_id]), follow=True)

    assert "This call is over already." in page.content.decode()
    assert "A word to the voice" not in page.content.decode()


def test_a_word_to_the_voice_and_its_end_are_commands(
    manager: User, talk: Callable[..., AiCall]
) -> None:
    ai, client = talk(), browser(manager)

    client.post(reverse("agentic:call_say", args=[ai.public_id]), {"text": "Ask for the name."})
    client.post(reverse("agentic:call_hang_up", args=[ai.public_id]))

    kinds = AiCommand.objects.order_by("pk").values_list("kind", "body", "by")
    assert list(kinds) == [("say", "Ask for the name.", manager.pk), ("hang_up", "", manager.pk)]


def test_an_agent_takes_a_call_over_and_writes_its_result(
    run: AgenticRun, manager: User, talk: Callable[..., AiCall]
) -> None:
    team, work = (
        TeamFactory.create(organization=run.organization),
        CampaignFactory.create(organization=run.organization),
    )
    agent = UserFactory.create(organization=run.organization)
    team.members.add(agent)
    for campaign in (run.campaign, work):
        campaign.teams.add(team)
    presence.open_session(agent)
    presence.ready(agent, [work.pk])
    DispositionFactory.create(organization=run.organization, code="sale")
    ai, client = talk(name="Ann Taken"), browser(agent)

    browser(manager).post(reverse("agentic:call_colleague", args=[ai.public_id]))
    rings = client.get(reverse("agentic:offer")).content.decode()
    assert "Ann Taken" in rings
    assert "Who is &lt;b&gt;there&lt;/b&gt;?" in rings
    offer = handover.offered_to(agent)
    assert offer is not None
    shown = client.post(reverse("agentic:offer_accept", args=[offer.public_id]), follow=True)
    assert "Ann Taken" in shown.content.decode()
    sink.ended(ai.pk, NOW + timedelta(seconds=60), by="remote")
    client.post(reverse("agentic:taken_result", args=[ai.call.public_id]), {"disposition": "sale"})

    call = Call.objects.get()
    assert call.disposition is not None
    assert (call.status, call.disposition.code) == ("wrapped_up", "sale")
    assert presence.current(agent).state == "ready"


def test_the_record_of_a_call_shows_what_was_said(
    manager: User, talk: Callable[..., AiCall]
) -> None:
    ai = talk()

    page = browser(manager).get(reverse("calls:detail", args=[ai.call.public_id])).content.decode()

    assert "Who is &lt;b&gt;there&lt;/b&gt;?" in page
    assert reverse("agentic:call", args=[ai.public_id]) in page
    assert "Simulator" in page
    assert "Simulator" in browser(manager).get(reverse("calls:history")).content.decode()
