"""A lead's page: what happened so far, what happens next, and which rules say no."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from campaigns import callbacks, claims, queue, suppression, timeline
from campaigns.models import Campaign, Lead
from tests.campaigns.lists import imported
from tests.clients import browser
from tests.factories import CallFactory, CampaignFactory, LeadFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
S = Lead.Status


@pytest.fixture
def campaign() -> Campaign:
    # As it is stored: the factory's own has texts for times.
    return Campaign.objects.get(pk=CampaignFactory.create(name="Spring").pk)


@pytest.fixture
def agent(campaign: Campaign) -> User:
    return UserFactory.create(name="Ada Agent", organization=campaign.organization)


@pytest.fixture
def manager(campaign: Campaign) -> User:
    manager = UserFactory.create(organization=campaign.organization, role=User.Role.MANAGER)
    team = TeamFactory.create(organization=campaign.organization)
    team.managers.add(manager)
    campaign.teams.add(team)
    return manager


def titles(lead: Lead) -> list[str]:
    return [moment.title for moment in timeline.moments(lead)]


def test_the_story_begins_with_the_list(campaign: Campaign) -> None:
    sheet = imported(campaign, "Name,Phone\nAnn,2125550123\n", name="may.csv")

    (moment,) = timeline.moments(Lead.objects.get())

    assert (moment.title, moment.detail) == ("Imported", f"{sheet.name}, row 2")


def test_what_agents_did_is_told_newest_first(campaign: Campaign, agent: User) -> None:
    lead = LeadFactory.create(campaign=campaign)
    first = claims.claim_number(agent, phone=lead.phone, campaign=campaign, lead=lead, now=NOON)
    claims.release(first, now=NOON, reason="skipped", delay_s=600)
    later = NOON + timedelta(hours=1)
    lead.refresh_from_db()
    second = claims.claim_number(agent, phone=lead.phone, campaign=campaign, lead=lead, now=later)
    claims.approve_dial(second, now=later)
    claims.settle(second, outcome="no_answer", now=later + timedelta(seconds=30))

    told = timeline.moments(lead)

    assert [(one.title, one.detail, one.by) for one in told if one.by] == [
        ("Dialed", "No answer", "Ada Agent"),
        ("Given back undialed", "The agent skipped it.", "Ada Agent"),
    ]
    times = [one.at for one in told]
    assert times == sorted(times, reverse=True)


def test_promises_and_suppression_belong_to_the_story(campaign: Campaign, agent: User) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(lead, due_at=NOON + timedelta(days=1), owner=agent, now=NOON)
    callbacks.complete([lead.pk], NOON + timedelta(hours=2))
    suppression.suppress(
        campaign.organization, lead.phone, source="agent", reason="Do not call", by=agent, now=NOON
    )

    assert {"Callback promised", "The promise is settled", "Its number is not called"} <= set(
        titles(lead)
    )


def test_another_campaigns_suppression_is_not_its_story(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign)
    other = CampaignFactory.create(organization=campaign.organization)
    suppression.suppress(
        campaign.organization, lead.phone, source="manager", campaign=other, now=NOON
    )

    assert titles(lead) == ["Added by a program"]
    assert timeline.outlook(lead, NOON).refusals == ()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "It waits for its turn among the new leads."),
        ({"status": S.QUEUED}, "It is ready: one of the next agents gets it."),
        ({"status": S.CLAIMED}, "An agent has it now."),
        ({"status": S.FINISHED}, "It is not called again."),
        (
            {"status": S.RETRY, "next_attempt_at": NOON - timedelta(minutes=1)},
            "It is due, and goes before new leads.",
        ),
        (
            {"status": S.RETRY, "next_attempt_at": NOON + timedelta(hours=1)},
            "It is looked at again.",
        ),
    ],
)
def test_what_happens_next_is_said(
    campaign: Campaign, fields: dict[str, Any], sentence: str
) -> None:
    lead = LeadFactory.create(campaign=campaign, **fields)

    assert timeline.outlook(lead, NOON).sentence == sentence


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(S.QUEUED, "It is ready: a voice calls it next."), (S.CLAIMED, "A voice has it now.")],
)
def test_who_calls_by_itself_is_a_voice(campaign: Campaign, status: str, sentence: str) -> None:
    Campaign.objects.update(mode="ai")
    campaign.refresh_from_db()
    lead = LeadFactory.create(campaign=campaign, status=status)

    assert timeline.outlook(lead, NOON).sentence == sentence


def test_a_promise_names_who_keeps_it_and_when(campaign: Campaign, agent: User) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    due = NOON + timedelta(days=1)
    callbacks.create(lead, due_at=due, owner=agent, now=NOON)

    found = timeline.outlook(lead, NOON)

    assert (found.sentence, found.at) == ("It was promised a call, by Ada Agent.", due)


def test_every_rule_that_says_no_is_named(campaign: Campaign) -> None:
    campaign.window_start, campaign.window_end = "09:00", "10:00"
    campaign.save()
    lead = LeadFactory.create(campaign=campaign, attempts=campaign.max_attempts)
    suppression.suppress(campaign.organization, lead.phone, source="api", now=NOON)
    lead = Lead.objects.select_related("campaign__organization").get(pk=lead.pk)

    rules = {refusal.rule for refusal in timeline.outlook(lead, NOON).refusals}

    assert rules == {"suppressed", "max_attempts", "calling_window"}


def test_the_page_shows_the_story_and_asks_for_the_calls(campaign: Campaign, manager: User) -> None:
    lead = LeadFactory.create(
        campaign=campaign, name="Zoë Ørsted", custom={"Favourite": "<b>tea</b>"}
    )
    page = browser(manager)

    text = page.get(reverse("campaigns:lead", args=[lead.pk])).content.decode()

    assert "Zoë Ørsted" in text
    assert "&lt;b&gt;tea&lt;/b&gt;" in text
    assert f"{reverse('calls:history')}?lead={lead.pk}" in text


def test_the_calls_of_one_lead_are_its_own(campaign: Campaign, manager: User, agent: User) -> None:
    lead, other = LeadFactory.create_batch(2, campaign=campaign)
    CallFactory.create(attempt__campaign=campaign, attempt__lead=lead, attempt__agent=agent)
    CallFactory.create(attempt__campaign=campaign, attempt__lead=other, attempt__agent=agent)

    answer = browser(manager).get(
        reverse("calls:history"), {"lead": lead.pk}, headers={"HX-Target": "history-rows"}
    )

    assert answer.content.decode().count("<tr") == 2  # the header's and the call's


def test_another_organizations_lead_does_not_exist(manager: User) -> None:
    foreign = LeadFactory.create()

    assert browser(manager).get(reverse("campaigns:lead", args=[foreign.pk])).status_code == 404


def test_a_long_story_costs_a_fixed_number_of_queries(
    campaign: Campaign, agent: User, django_assert_max_num_queries: Any
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    for n in range(12):
        at = NOON + timedelta(days=n)
        attempt = claims.claim_number(agent, phone=lead.phone, campaign=None, now=at)
        claims.release(attempt, now=at, reason="skipped")
    lead = Lead.objects.select_related("campaign__organization", "sheet").get(pk=lead.pk)

    with django_assert_max_num_queries(12):
        timeline.moments(lead)
        timeline.outlook(lead, NOON)


def test_who_is_not_chosen_waits_for_another_filter(campaign: Campaign) -> None:
    campaign.lead_filter = {"all": [{"field": "country", "operator": "is", "values": ["CA"]}]}
    campaign.save()
    LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOON)

    lead = Lead.objects.select_related("campaign__organization").get()

    assert "filter or active list" in timeline.outlook(lead, NOON).sentence
