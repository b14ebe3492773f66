"""One lead at a time: what a further request leaves as it is known."""

from typing import Any

import pytest

from campaigns import leads, windows
from campaigns.models import Campaign, Lead
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db
EAST, WEST = "America/New_York", "America/Los_Angeles"
PHONE = "+12125550123"


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(default_region="US")


def told(campaign: Campaign, phone: str = PHONE, **texts: Any) -> Lead:
    """The lead of one external ID after another request about it."""
    leads.add_lead(None, campaign, phone=phone, external_id="crm-1", **texts)
    return Lead.objects.get(campaign=campaign)


@pytest.mark.parametrize("place", [{"postal_code": "94105"}, {"region": "California"}])
def test_us_1_a_place_that_is_not_sent_again_still_counts(
    campaign: Campaign, place: dict[str, str]
) -> None:
    told(campaign, **place)

    lead = told(campaign, name="Ann")

    assert set(windows.zones_of(lead)) == {EAST, WEST}
    assert windows.places_of(lead) == (("US", "CA"), ("US", "NY"))


def test_a_zone_that_someone_named_stays_until_another_is_named(campaign: Campaign) -> None:
    told(campaign, timezone="Hawaii")

    kept = windows.zones_of(told(campaign, name="Ann"))
    moved = windows.zones_of(told(campaign, timezone="Pacific"))

    assert kept == ("Pacific/Honolulu",)
    assert moved == (WEST,)


def test_a_country_stays_and_one_that_only_the_number_told_goes_with_it(
    campaign: Campaign,
) -> None:
    told(campaign, country="Mexico")

    stated = told(campaign, name="Ann").country
    Lead.objects.update(country="US")
    followed = told(campaign, phone="+442079460123").country

    assert (stated, followed) == ("MX", "GB")


def test_another_number_adds_its_zones_to_those_of_the_place(campaign: Campaign) -> None:
    told(campaign, postal_code="94105")

    lead = told(campaign, phone="+13125550123")

    assert set(windows.zones_of(lead)) == {"America/Chicago", WEST}
