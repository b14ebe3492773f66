"""Campaigns are counted: why leads are finished, and counts that are remembered."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.models import User
from campaigns import reports
from campaigns.models import Campaign, Lead
from tests.clients import browser
from tests.factories import AttemptFactory, CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db


class Store(LocMemCache):
    """A cache of its own that tells for how long things are remembered."""

    def __init__(self) -> None:
        super().__init__(uuid4().hex, {})
        self.spans: list[float | None] = []

    def set(self, *args: object, **named: object) -> None:
        """Notes the span, then remembers."""
        self.spans.append(args[2] if len(args) > 2 else named["timeout"])  # type: ignore[arg-type]
        super().set(*args, **named)  # type: ignore[arg-type]  # as it is called


def ticking(step: float) -> Callable[[], float]:
    """A clock on which `step` seconds are between two looks."""

    def ticks() -> Iterator[float]:
        at = 0.0
        while True:
            yield at
            at += step

    moments = ticks()
    return lambda: next(moments)


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def campaign(manager: User) -> Campaign:
    return CampaignFactory.create(organization=manager.organization, created_by=manager)


def finished(campaign: Campaign, because: str, count: int = 1) -> None:
    LeadFactory.create_batch(
        count, campaign=campaign, status=Lead.Status.FINISHED, finished_because=because, attempts=1
    )


@pytest.mark.parametrize(("took", "span"), [(0.05, 2), (1.0, 21), (60.0, 300)])
def test_a_long_count_is_remembered_for_twenty_times_its_time(
    campaign: Campaign, took: float, span: int
) -> None:
    store = Store()
    memory = reports.Memory(store, ticking(took))
    LeadFactory.create(campaign=campaign)

    first = reports.numbers([campaign.pk], memory)[campaign.pk]
    LeadFactory.create(campaign=campaign)
    again = reports.numbers([campaign.pk], memory)[campaign.pk]

    assert (first.total, again.total) == (1, 1)
    assert again.counted_at == first.counted_at
    assert store.spans == [span]


def test_a_quick_count_is_not_remembered(campaign: Campaign) -> None:
    store = Store()
    memory = reports.Memory(store, ticking(0.049))

    assert reports.numbers([campaign.pk], memory)[campaign.pk].total == 0
    LeadFactory.create(campaign=campaign)

    assert reports.numbers([campaign.pk], memory)[campaign.pk].total == 1
    assert store.spans == []


def test_a_campaign_that_is_not_remembered_is_counted_beside_one_that_is(
    campaign: Campaign,
) -> None:
    memory = reports.Memory(Store(), ticking(1))
    reports.numbers([campaign.pk], memory)
    other = LeadFactory.create().campaign

    both = reports.numbers([campaign.pk, other.pk], memory)

    assert (both[campaign.pk].total, both[other.pk].total) == (0, 1)


def test_while_nothing_can_be_remembered_everything_is_counted(campaign: Campaign) -> None:
    class Gone(Store):
        def get_many(self, *_: Any, **__: Any) -> dict[Any, Any]:
            raise RedisConnectionError("There is no Redis.")

        def set_many(self, *_: Any, **__: Any) -> list[Any]:
            raise RedisConnectionError("There is no Redis.")

    memory = reports.Memory(Gone(), ticking(1))
    reports.numbers([campaign.pk], memory)
    LeadFactory.create(campaign=campaign)

    assert reports.numbers([campaign.pk], memory)[campaign.pk].total == 1


def test_only_a_count_of_some_age_tells_its_time() -> None:
    now = timezone.now()

    assert not reports.Numbers().is_old
    assert reports.Numbers(counted_at=now - timedelta(seconds=10)).is_old


def test_outcomes_are_shares_of_the_finished_with_the_rare_ones_together(
    campaign: Campaign,
) -> None:
    finished(campaign, "max_attempts", 5)
    finished(campaign, "failed", 3)
    for number in range(8):
        finished(campaign, f"own-{number}")

    rows = reports.outcomes(campaign).rows

    assert [(row.label, row.leads) for row in rows[:2]] == [("Attempts used up", 5), ("Failed", 3)]
    assert (rows[-1].label, rows[-1].leads, len(rows)) == ("Others", 2, 9)
    assert rows[0].percent == pytest.approx(31.25)
    assert sum(row.percent for row in rows) == pytest.approx(100)


def test_the_contact_rate_is_by_lead_and_of_the_dialed(manager: User, campaign: Campaign) -> None:
    reached, missed, *_ = LeadFactory.create_batch(3, campaign=campaign, attempts=1)
    LeadFactory.create(campaign=campaign)
    for lead, live in ((reached, True), (reached, True), (missed, False)):
        AttemptFactory.create(campaign=campaign, lead=lead, agent=None, live_answer=live)

    page = browser(manager).get(reverse("campaigns:detail", args=[campaign.pk]))

    assert reports.outcomes(campaign).contact_rate(3) == pytest.approx(100 / 3)
    assert "33.3 %" in page.content.decode()


def test_the_page_shows_outcomes_and_penetration(manager: User, campaign: Campaign) -> None:
    finished(campaign, "max_attempts")
    LeadFactory.create_batch(2, campaign=campaign)

    page = browser(manager).get(reverse("campaigns:detail", args=[campaign.pk]))

    shown = page.content.decode()
    assert "Attempts used up" in shown
    assert "100.0 %" in shown
    assert "33.3 %" in shown
    assert "counted at" not in shown
