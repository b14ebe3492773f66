"""Claiming leads: who gets what, and why there is nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from campaigns import claims, queue, suppression
from campaigns.models import (
    Campaign,
    Lead,
    PhoneState,
    QueueEntry,
)
from tests.campaigns.claiming import NIGHT, NOW, by_day_only, callback, taken, zones_class
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
S = Lead.Status
People = Callable[..., User]


@pytest.fixture
def agent(person: People) -> User:
    return person()


@pytest.fixture
def campaign(agent: User) -> Campaign:
    return CampaignFactory.create(organization=agent.organization)


def test_claim_next_takes_the_new_lead_of_the_lowest_rank(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, rank=2)
    first = LeadFactory.create(campaign=campaign, rank=1)

    attempt = taken(agent, campaign)

    first.refresh_from_db()
    assert attempt.lead == first
    assert (attempt.live_agent, attempt.decision) == (agent.pk, "allowed")
    assert first.status == S.CLAIMED
    assert PhoneState.objects.get(phone=first.phone).live_attempt == attempt.pk
    assert not QueueEntry.objects.filter(lead=first).exists()


def test_no_lead_is_claimed_twice(person: People, campaign: Campaign) -> None:
    LeadFactory.create_batch(3, campaign=campaign)
    agents = [person() for _ in range(4)]

    attempts = [claims.claim_next(agent, [campaign.pk], now=NOW).attempt for agent in agents]

    leads = {attempt.lead_id for attempt in attempts if attempt}
    assert len(leads) == 3
    assert attempts[3] is None


def test_a_claim_costs_a_fixed_number_of_queries(
    agent: User,
    person: People,
    campaign: Campaign,
    django_assert_num_queries: Callable[..., object],
) -> None:
    LeadFactory.create_batch(30, campaign=campaign)
    taken(person(), campaign)

    with django_assert_num_queries(10):  # type: ignore[attr-defined]  # a context manager
        taken(agent, campaign)


def test_a_retry_comes_before_new_leads_and_a_callback_before_a_retry(
    agent: User, person: People, campaign: Campaign
) -> None:
    LeadFactory.create(campaign=campaign)
    retry = LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=NOW)
    attempt = claims.claim_number(
        person(),
        phone=(promised := LeadFactory.create(campaign=campaign)).phone,
        campaign=campaign,
        lead=promised,
        now=NOW,
    )
    claims.dispose(attempt, callback(campaign), now=NOW, callback_at=NOW + timedelta(hours=1))
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)
    later = NOW + timedelta(hours=1)

    order = [taken(person(), campaign, now=later).lead for _ in range(2)]

    assert order == [promised, retry]


def test_the_agents_own_callback_comes_first_and_to_no_one_else(
    agent: User, person: People, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    attempt = taken(agent, campaign)
    claims.dispose(attempt, callback(campaign), now=NOW, callback_at=NOW, owner=agent)
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)
    later = NOW + timedelta(minutes=5)

    nothing = claims.claim_next(person(), [campaign.pk], now=NOW)
    own = taken(agent, campaign, now=later)

    assert nothing.attempt is None
    assert own.lead == lead


def test_a_campaign_with_something_due_is_served_before_one_with_new_leads(
    agent: User, campaign: Campaign
) -> None:
    other = CampaignFactory.create(organization=agent.organization)
    LeadFactory.create(campaign=campaign)
    due = LeadFactory.create(campaign=other, status=S.RETRY, next_attempt_at=NOW)
    for row in (campaign, other):
        queue.fill(row.pk, NOW)

    assert taken(agent, campaign, other).lead == due


def test_a_number_that_is_in_a_call_elsewhere_is_passed_over(
    agent: User, person: People, campaign: Campaign
) -> None:
    other = CampaignFactory.create(organization=agent.organization)
    theirs = LeadFactory.create(campaign=other)
    ours = LeadFactory.create(campaign=campaign, phone=theirs.phone, rank=1)
    next_one = LeadFactory.create(campaign=campaign, rank=2)
    queue.fill(campaign.pk, NOW)
    taken(person(), other)

    attempt = taken(agent, campaign)

    ours.refresh_from_db()
    assert attempt.lead == next_one
    assert (ours.status, ours.blocked_by) == (S.RETRY, "live_elsewhere")
    assert ours.next_attempt_at == NOW + timedelta(seconds=60)


def test_a_number_suppressed_after_filling_is_passed_over(agent: User, campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)
    organization = campaign.organization
    suppression.suppress(organization, lead.phone, source="manager", now=NOW)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    lead.refresh_from_db()
    assert (claim.attempt, claim.code) == (None, "list_finished")
    assert lead.status == S.SUPPRESSED


def test_a_claim_gives_up_after_twenty_refused_leads(agent: User, campaign: Campaign) -> None:
    LeadFactory.create_batch(25, campaign=campaign)
    queue.fill(campaign.pk, NOW)
    Lead.objects.update(attempts=99)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.attempt, claim.code) == (None, "queue_stale")
    assert claim.next_at == NOW + timedelta(seconds=1)
    assert Lead.objects.filter(status=S.FINISHED, finished_because="max_attempts").count() == 20


def test_without_a_campaign_the_claim_asks_for_one(agent: User) -> None:
    claim = claims.claim_next(agent, [], now=NOW)

    assert (claim.code, claim.message) == ("no_campaign", "Choose a campaign to call for.")


def test_another_organizations_campaign_is_none(agent: User) -> None:
    theirs = LeadFactory.create().campaign

    assert claims.claim_next(agent, [theirs.pk], now=NOW).code == "no_campaign"


def test_a_paused_campaign_says_so_at_once(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)
    Campaign.objects.update(status=Campaign.Status.PAUSED)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.message) == ("campaign_paused", "The campaign is paused.")


def test_a_campaign_that_starts_later_says_when(agent: User, campaign: Campaign) -> None:
    Campaign.objects.update(starts_on=date(2026, 11, 25))

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert claim.code == "campaign_dates"
    assert claim.next_at == datetime(2026, 11, 25, tzinfo=UTC)


def test_outside_the_calling_hours_the_claim_says_when_they_begin(
    agent: User, campaign: Campaign
) -> None:
    by_day_only(campaign)
    LeadFactory.create(campaign=campaign, window_class=zones_class("America/New_York"))

    claim = claims.claim_next(agent, [campaign.pk], now=NIGHT)

    assert (claim.code, claim.next_at) == ("outside_window", NIGHT.replace(hour=13))


def test_before_the_next_retry_the_claim_says_when_it_is_due(
    agent: User, campaign: Campaign
) -> None:
    due = NOW + timedelta(minutes=20)
    LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=due)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.next_at) == ("nothing_due", due)


def test_while_others_have_the_last_leads_the_claim_asks_to_come_back(
    agent: User, person: People, campaign: Campaign
) -> None:
    LeadFactory.create(campaign=campaign)
    taken(person(), campaign)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.next_at) == ("nothing_due", NOW + timedelta(seconds=15))


def test_a_list_that_is_worked_through_is_finished(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, status=S.FINISHED)

    assert claims.claim_next(agent, [campaign.pk], now=NOW).code == "list_finished"


def test_leads_without_a_known_hour_are_not_a_finished_list(
    agent: User, campaign: Campaign
) -> None:
    by_day_only(campaign)
    LeadFactory.create(campaign=campaign, timezone="", window_class=zones_class())

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.next_at) == ("outside_window", None)
