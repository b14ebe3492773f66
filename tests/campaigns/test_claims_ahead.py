"""Leads taken ahead of the agents: decided as any other, by nobody yet."""

from datetime import timedelta

import pytest

from accounts.models import User
from campaigns import callbacks, claims, suppression
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState, QueueEntry
from core.errors import DomainError
from tests.campaigns.claiming import NIGHT, NOW, by_day_only
from tests.factories import CampaignFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
S = Lead.Status


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(mode=Campaign.Mode.POWER)


def test_so_many_leads_are_taken_as_lines_are_free_and_no_more(campaign: Campaign) -> None:
    first, second, third = (LeadFactory.create(campaign=campaign, rank=rank) for rank in (1, 2, 3))

    attempts = claims.claim_ahead(campaign.pk, 2, now=NOW)

    assert [attempt.lead_id for attempt in attempts] == [first.pk, second.pk]
    for attempt in DialAttempt.objects.all():
        assert (attempt.agent, attempt.live_agent, attempt.mode) == (None, None, "power")
        assert attempt.decision == "allowed"
        assert PhoneState.objects.get(phone=attempt.phone).live_attempt == attempt.pk
    assert set(Lead.objects.filter(status=S.CLAIMED)) == {first, second}
    assert QueueEntry.objects.get().lead == third


def test_what_is_taken_ahead_is_dialed_after_a_second_decision_and_settled(
    campaign: Campaign,
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    (attempt,) = claims.claim_ahead(campaign.pk, 5, now=NOW)

    claims.approve_dial(attempt, now=NOW)
    claims.settle(attempt, outcome="no_answer", now=NOW + timedelta(seconds=30))

    lead.refresh_from_db()
    assert (lead.status, lead.attempts) == (S.RETRY, 1)
    assert PhoneState.objects.get(phone=lead.phone).live_attempt is None


def test_a_refused_lead_is_passed_over(campaign: Campaign) -> None:
    bad, good = (LeadFactory.create(campaign=campaign, rank=rank) for rank in (1, 2))
    suppression.suppress(campaign.organization, bad.phone, source="api", now=NOW)

    attempts = claims.claim_ahead(campaign.pk, 2, now=NOW)

    assert [attempt.lead_id for attempt in attempts] == [good.pk]
    assert Lead.objects.get(pk=bad.pk).status == S.SUPPRESSED


def test_a_callback_of_an_agent_waits_for_that_agent(campaign: Campaign) -> None:
    agent: User = UserFactory.create(organization=campaign.organization)
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(lead, due_at=NOW - timedelta(minutes=1), owner=agent, now=NOW)

    assert claims.claim_ahead(campaign.pk, 3, now=NOW) == []


def test_outside_the_hours_nothing_is_taken(campaign: Campaign) -> None:
    by_day_only(campaign)
    LeadFactory.create(campaign=campaign)

    assert claims.claim_ahead(campaign.pk, 3, now=NIGHT) == []


@pytest.mark.parametrize("mode", ["manual", "preview", "progressive"])
def test_where_agents_take_their_leads_nothing_is_taken_ahead(mode: str) -> None:
    campaign = CampaignFactory.create(mode=mode)

    with pytest.raises(DomainError, match="agents take their leads themselves"):
        claims.claim_ahead(campaign.pk, 1, now=NOW)


def test_a_campaign_that_does_not_run_takes_nothing(campaign: Campaign) -> None:
    Campaign.objects.update(status=Campaign.Status.PAUSED)
    LeadFactory.create(campaign=campaign)

    assert claims.claim_ahead(campaign.pk, 1, now=NOW) == []
    assert claims.claim_ahead(campaign.pk, 0, now=NOW) == []


@pytest.mark.parametrize(
    ("first", "each", "ready", "live", "lines"),
    [
        (True, 2.5, 4, 1, 3),
        (False, 2.5, 4, 1, 9),
        (False, 1.5, 3, 0, 4),
        (False, 2.0, 0, 0, 0),
        (False, 1.0, 2, 5, 0),
    ],
)
def test_lines_follow_the_agents_who_are_ready(
    first: bool, each: float, ready: int, live: int, lines: int
) -> None:
    campaign = Campaign(reserve_agent_first=first, lines_per_agent=each)

    assert claims.lines_free(campaign, ready=ready, live=live) == lines
