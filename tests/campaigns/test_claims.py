"""Claiming leads and numbers: who gets what, and why there is nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from campaigns import claims, queue
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState, QueueEntry
from core.errors import DomainError
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
People = Callable[..., User]


def test_claim_next_takes_the_new_lead_of_the_lowest_rank(person: People) -> None:
    agent = person()
    campaign = CampaignFactory.create(organization=agent.organization)
    LeadFactory.create(campaign=campaign, rank=2)
    first = LeadFactory.create(campaign=campaign, rank=1)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert claim.attempt is not None
    assert claim.attempt.lead == first
    assert claim.attempt.live_agent == agent.pk
    first.refresh_from_db()
    assert first.status == Lead.Status.CLAIMED
    assert PhoneState.objects.get(phone=first.phone).live_attempt == claim.attempt.pk
    assert not QueueEntry.objects.filter(lead=first).exists()
