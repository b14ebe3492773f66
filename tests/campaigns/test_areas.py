"""Where a number's first digits say that it belongs."""

from datetime import UTC, datetime

import pytest

from campaigns import areas, facts, leads, rules, windows
from campaigns.eligibility import decide
from campaigns.models import Campaign
from tests.factories import CampaignFactory

# Three in the morning in San Juan.
NIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("+12125550123", ("US", "NY")),
        ("+14165550123", ("CA", "ON")),
        ("+17872345678", ("US", "PR")),
        ("+13407740100", ("US", "VI")),
        ("+16714725432", ("US", "GU")),
        ("+18092345678", ("DO", "")),
        ("+442079460123", ("GB", "")),
    ],
)
def test_a_numbers_beginning_names_the_law_it_falls_under(
    number: str, place: tuple[str, str]
) -> None:
    assert areas.place_of(number) == place


@pytest.mark.django_db
def test_us_1_the_territories_of_the_united_states_are_not_called_at_night() -> None:
    campaign = CampaignFactory.create(mode=Campaign.Mode.PROGRESSIVE)
    rules.ensure_defaults(campaign.organization)
    campaign = Campaign.objects.select_related("organization").get(pk=campaign.pk)

    lead = leads.add_lead(None, campaign, phone="+17872345678").lead

    known = facts.of_leads(campaign, [lead], promised=False, now=NIGHT)[lead.pk]
    assert "US-1" in [refusal.rule for refusal in decide(known, NIGHT).refusals]


@pytest.mark.django_db
def test_who_lives_in_a_territory_falls_under_the_same_law_whatever_the_number() -> None:
    campaign = CampaignFactory.create()

    lead = leads.add_lead(None, campaign, phone="+34912345678", country="Puerto Rico").lead

    assert windows.places_of(lead) == (("US", "PR"), ("ES", ""))
