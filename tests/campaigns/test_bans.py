"""Who is not called, whatever the reason is kept as."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from campaigns import bans, nationallists, patterns, suppression
from campaigns.bans import Person
from campaigns.models import Campaign
from tests.campaigns.lists import upload
from tests.factories import CampaignFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
NUMBER = "+12125550123"
ANN = Person(NUMBER, "ann@sales.example.com")


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(purpose=Campaign.Purpose.MARKETING)


def rules(person: Person, campaign: Campaign, *, now: datetime = NOW) -> list[str]:
    """The rules that speak against it, as one and as one of many: both must say the same."""
    one = bans.of_one(campaign.organization_id, person, campaign, now)
    many = bans.of_many(campaign.organization_id, [person], campaign, now)[person]
    assert one == many
    return [refusal.rule for refusal in one]


def list_number(organization: Organization, *numbers: str) -> None:
    file = upload("Number\n" + "\n".join(numbers))
    nationallists.copy(file, organization, "US-DNC", as_of=date(2026, 11, 20), now=NOW)


def test_where_nothing_is_known_nothing_speaks_against_a_call(campaign: Campaign) -> None:
    assert rules(ANN, campaign) == []


def test_each_way_not_to_be_called_is_a_rule_of_its_own(campaign: Campaign) -> None:
    suppression.suppress(campaign.organization, NUMBER, source="manager", now=NOW)
    patterns.add(campaign.organization, "prefix", "+1 212", now=NOW)
    patterns.add(campaign.organization, "domain", "example.com", now=NOW)
    list_number(campaign.organization, "2125550123")

    assert rules(ANN, campaign) == [
        "suppressed",
        "suppressed_prefix",
        "suppressed_domain",
        "national_list",
    ]


@pytest.mark.parametrize(
    ("prefix", "phone", "stopped"),
    [
        ("+1 900", "+19005550123", True),
        ("+1 900", "+19015550123", False),
        ("+44", "+442071234567", True),
        ("0044 7", "+447400123456", True),
        (NUMBER, NUMBER, True),
        ("+121255501234", NUMBER, False),
    ],
)
def test_a_beginning_stops_the_numbers_that_begin_so(
    campaign: Campaign, prefix: str, phone: str, stopped: bool
) -> None:
    patterns.add(campaign.organization, "prefix", prefix, now=NOW)

    assert bool(rules(Person(phone), campaign)) is stopped


@pytest.mark.parametrize(
    ("email", "stopped"),
    [
        ("ann@example.com", True),
        ("Ann@Sales.EXAMPLE.com", True),
        ("ann@example.com.", True),
        ("ann@notexample.com", False),
        ("ann@example.com.evil.org", False),
        ("ann@com", False),
        ("no address", False),
        ("", False),
    ],
)
def test_a_domain_stops_the_people_at_it_and_below_it(
    campaign: Campaign, email: str, stopped: bool
) -> None:
    patterns.add(campaign.organization, "domain", "@Example.com", now=NOW)

    assert bool(rules(Person(NUMBER, email), campaign)) is stopped


def test_what_holds_for_one_campaign_or_organization_holds_for_no_other(
    campaign: Campaign,
) -> None:
    other = CampaignFactory.create(organization=campaign.organization)
    patterns.add(campaign.organization, "prefix", "+1212", campaign=campaign, now=NOW)
    neighbor = CampaignFactory.create()
    patterns.add(neighbor.organization, "domain", "example.com", now=NOW)
    list_number(neighbor.organization, "2125550123")

    assert rules(ANN, campaign) == ["suppressed_prefix"]
    assert rules(ANN, other) == []


def test_a_pattern_that_is_over_stops_nobody(campaign: Campaign) -> None:
    end = NOW + timedelta(days=1)
    patterns.add(campaign.organization, "prefix", "+1212", until=end, now=NOW)

    (refusal,) = bans.of_one(campaign.organization_id, ANN, campaign, NOW)

    assert refusal.until == end
    assert rules(ANN, campaign, now=end) == []


@pytest.mark.parametrize(
    ("purpose", "stopped"), [("marketing", True), ("service", False), ("debt", False)]
)
def test_a_national_list_is_about_marketing(purpose: str, stopped: bool) -> None:
    campaign = CampaignFactory.create(purpose=purpose)
    list_number(campaign.organization, "2125550123")

    assert bool(rules(ANN, campaign)) is stopped


def test_a_call_for_no_said_purpose_is_held_to_be_marketing() -> None:
    organization = OrganizationFactory.create()
    list_number(organization, "2125550123")

    assert bans.of_one(organization.pk, ANN, None, NOW)


def test_a_number_that_nothing_speaks_against_costs_one_query(campaign: Campaign) -> None:
    patterns.add(campaign.organization, "prefix", "+44", now=NOW)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        bans.of_one(campaign.organization_id, ANN, campaign, NOW)

    assert len(queries) == 1


def test_many_people_cost_as_many_queries_as_few(campaign: Campaign) -> None:
    patterns.add(campaign.organization, "prefix", "+12125550", now=NOW)
    people = [Person(f"+1212555{number:04}") for number in range(300)]

    with CaptureQueriesContext(connection) as few:
        bans.of_many(campaign.organization_id, people[:2], campaign, NOW)
    with CaptureQueriesContext(connection) as many:
        found = bans.of_many(campaign.organization_id, people, campaign, NOW)

    assert len(many) == len(few) == 3
    assert len([person for person in people if found[person]]) == 300
