"""Lists side by side, each with its share of the calls."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from campaigns import mix, queue
from campaigns.models import Campaign, Lead, LeadSheet, QueueEntry
from campaigns.ranking import rank
from core.errors import InputError
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def sheet(campaign: Campaign, share: int, leads: int, priority: int = 0) -> LeadSheet:
    made = LeadSheet.objects.create(
        organization=campaign.organization,
        campaign=campaign,
        name=f"{share}.csv",
        size=1,
        share=share,
        rows_accepted=leads,
    )
    for row in range(1, leads + 1):
        LeadFactory.create(
            campaign=campaign,
            sheet=made,
            sheet_row=row,
            priority=priority,
            rank=rank(priority, made.pk, row),
        )
    return made


def ready(campaign: Campaign) -> list[Lead]:
    rows = QueueEntry.objects.filter(campaign=campaign).order_by("tier", "rank", "id")
    return [entry.lead for entry in rows.select_related("lead__sheet")]


def test_lists_without_shares_follow_each_other() -> None:
    campaign = CampaignFactory.create()
    first, second = sheet(campaign, 1, 5), sheet(campaign, 1, 5)

    queue.fill(campaign.pk, NOW)

    assert [lead.sheet for lead in ready(campaign)] == [first] * 5 + [second] * 5


def test_each_list_gets_its_share_all_the_time() -> None:
    campaign = CampaignFactory.create()
    often, seldom = sheet(campaign, 3, 80), sheet(campaign, 1, 80)

    queue.fill(campaign.pk, NOW)
    order = [lead.sheet for lead in ready(campaign)]

    assert Counter(order[:40]) == {often: 30, seldom: 10}
    assert Counter(order[:8]) == {often: 6, seldom: 2}

    for entry in QueueEntry.objects.order_by("rank")[:40]:
        entry.delete()
        Lead.objects.filter(pk=entry.lead_id).update(status="finished")
    queue.fill(campaign.pk, NOW + timedelta(minutes=1))
    order = [lead.sheet for lead in ready(campaign)]

    assert len(order) == 50
    assert abs(Counter(order)[often] - 37) <= 2


def test_priority_goes_before_shares() -> None:
    campaign = CampaignFactory.create()
    sheet(campaign, 9, 5)
    urgent = sheet(campaign, 1, 3, priority=5)

    queue.fill(campaign.pk, NOW)

    assert [lead.sheet for lead in ready(campaign)][:3] == [urgent] * 3


def test_a_lead_that_is_to_be_dialed_next_goes_before_all() -> None:
    campaign = CampaignFactory.create()
    sheet(campaign, 2, 3)
    next_one = LeadFactory.create(campaign=campaign, rank=-(1 << 60))

    queue.fill(campaign.pk, NOW)

    assert ready(campaign)[0] == next_one


def test_a_share_is_changed_within_bounds(person: Callable[..., User]) -> None:
    manager = person("manager")
    campaign = CampaignFactory.create(organization=manager.organization)
    row = sheet(campaign, 1, 1)

    mix.set_shares(manager, campaign, {row.pk: 4})
    with pytest.raises(InputError):
        mix.set_shares(manager, campaign, {row.pk: 0})

    row.refresh_from_db()
    assert row.share == 4
