"""Numbers that are not called."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns import queue, suppression
from campaigns.models import Lead, SuppressionEntry
from core.models import Event
from tests.factories import CampaignFactory, LeadFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
NUMBER = "+12125550100"


def test_a_number_is_suppressed_in_its_organization_alone() -> None:
    ours, theirs = OrganizationFactory.create(), OrganizationFactory.create()

    suppression.suppress(ours, NUMBER, source="api", reason="Asked by letter.", now=NOW)

    assert suppression.is_suppressed(ours, NUMBER, now=NOW)
    assert not suppression.is_suppressed(theirs, NUMBER, now=NOW)


def test_a_number_may_be_suppressed_in_one_campaign_alone() -> None:
    campaign = CampaignFactory.create()
    other = CampaignFactory.create(organization=campaign.organization)

    suppression.suppress(
        campaign.organization, NUMBER, source="manager", campaign=campaign, now=NOW
    )

    organization = campaign.organization
    assert suppression.is_suppressed(organization, NUMBER, campaign=campaign, now=NOW)
    assert not suppression.is_suppressed(organization, NUMBER, campaign=other, now=NOW)
    assert not suppression.is_suppressed(organization, NUMBER, now=NOW)


def test_suppressing_again_makes_it_stand_for_good() -> None:
    organization = OrganizationFactory.create()
    entry = suppression.suppress(organization, NUMBER, source="import", now=NOW)
    SuppressionEntry.objects.update(expires_at=NOW + timedelta(days=1))

    again = suppression.suppress(organization, NUMBER, source="agent", now=NOW)

    assert again == entry
    assert again.expires_at is None


def test_what_stands_longer_is_dated_by_the_word_that_made_it_so() -> None:
    organization = OrganizationFactory.create()
    over, later = NOW - timedelta(days=30), NOW - timedelta(days=90)
    known: dict[str, Any] = {
        "source": "import", "reason": "Away.", "until": over, "now": later,
    }  # fmt: skip
    suppression.suppress(organization, NUMBER, **known)
    suppression.suppress(organization, "+12125550101", **known)

    suppression.suppress(organization, NUMBER, source="agent", reason="Asked.", now=NOW)
    suppression.suppress_many(
        organization, ["+12125550101"], source="agent", reason="Asked.", now=NOW
    )

    rows = SuppressionEntry.objects.values_list("source", "reason", "created_at", "expires_at")
    assert list(rows) == [("agent", "Asked.", NOW, None)] * 2


def test_an_expired_suppression_does_not_count() -> None:
    organization = OrganizationFactory.create()
    suppression.suppress(organization, NUMBER, source="import", now=NOW)
    SuppressionEntry.objects.update(expires_at=NOW)

    assert not suppression.is_suppressed(organization, NUMBER, now=NOW)


def test_leads_of_the_number_leave_the_ready_tables_at_once() -> None:
    campaign = CampaignFactory.create()
    other = CampaignFactory.create(organization=campaign.organization)
    leads = [LeadFactory.create(campaign=row, phone=NUMBER) for row in (campaign, other)]
    bystander = LeadFactory.create(campaign=campaign)
    for row in (campaign, other):
        queue.fill(row.pk, NOW)

    suppression.suppress(
        campaign.organization, NUMBER, source="manager", campaign=campaign, now=NOW
    )
    first = [Lead.objects.get(pk=lead.pk).status for lead in (*leads, bystander)]
    suppression.suppress(campaign.organization, NUMBER, source="manager", now=NOW)
    second = [Lead.objects.get(pk=lead.pk).status for lead in (*leads, bystander)]

    assert first == ["suppressed", "queued", "queued"]
    assert second == ["suppressed", "suppressed", "queued"]


def test_the_news_of_a_suppression_holds_no_number() -> None:
    suppression.suppress(OrganizationFactory.create(), NUMBER, source="api", now=NOW)

    event = Event.objects.get(kind="number.suppressed")
    assert NUMBER not in f"{event.data} {event.subject} {event.topics}"
