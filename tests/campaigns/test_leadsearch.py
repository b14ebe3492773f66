"""Leads are found by how a field begins."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns import leadsearch, load
from campaigns.models import Campaign, Lead, LeadPhone
from tests.clients import browser
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def campaign(manager: User) -> Campaign:
    return CampaignFactory.create(organization=manager.organization, created_by=manager)


@pytest.fixture
def ann(campaign: Campaign) -> Lead:
    return LeadFactory.create(
        campaign=campaign,
        name="Ann Archer",
        company="Zenith Ltd",
        email="ann@zenith.test",
        phone="+12125550123",
    )


@pytest.mark.parametrize(
    "text",
    [
        *("+12125550123", "+1212", "2125550", "12125550123", "(212) 555-01", "0012125550123"),
        *("Ann", "ann a", "zenith", "ANN@", "ann@zenith.test"),
    ],
)
def test_a_lead_is_found_by_its_beginnings(manager: User, ann: Lead, text: str) -> None:
    LeadFactory.create(campaign=ann.campaign, name="Bob", phone="+13015550199")

    assert leadsearch.search(manager, text).rows == [ann]


@pytest.mark.parametrize("text", ["", "A", "212", "rcher", "9999"])
def test_too_little_or_the_middle_finds_nothing(manager: User, ann: Lead, text: str) -> None:
    assert leadsearch.search(manager, text).rows == []


def test_a_named_field_alone_is_looked_at(manager: User, ann: Lead) -> None:
    assert leadsearch.search(manager, "zenith", field="name").rows == []
    assert leadsearch.search(manager, "zenith", field="company").rows == [ann]


def test_a_further_number_finds_its_lead(manager: User, ann: Lead) -> None:
    LeadPhone.objects.create(lead=ann, phone="+442071234567")

    assert leadsearch.search(manager, "+442071234567").rows == [ann]


@pytest.mark.parametrize("text", ["+1212", "212-555", "ann", "zenith", "ann@", "+442071234567"])
def test_within_a_campaign_its_own_leads_alone_are_found(ann: Lead, text: str) -> None:
    other = CampaignFactory.create(organization=ann.organization)
    same = {"name": ann.name, "company": ann.company, "email": ann.email, "phone": ann.phone}
    twin = LeadFactory.create(campaign=other, **same)
    for lead in (ann, twin):
        LeadPhone.objects.create(lead=lead, phone="+442071234567")

    assert leadsearch.within(ann.campaign, text).rows == [ann]
    assert leadsearch.within(ann.campaign, text, status=ann.status).rows == [ann]
    assert leadsearch.within(ann.campaign, text, status="retry").rows == []


def test_pages_within_a_campaign_follow_each_other(campaign: Campaign) -> None:
    leads = LeadFactory.create_batch(60, campaign=campaign, company="Acme")

    first = leadsearch.within(campaign, "acme")
    second = leadsearch.within(campaign, "acme", after=first.older or "")

    assert [*first.rows, *second.rows] == leads
    assert second.older is None


def test_nobody_finds_the_leads_of_others(
    manager: User, ann: Lead, person: Callable[..., User]
) -> None:
    other = person("manager", organization=CampaignFactory.create().organization)
    colleague = person("manager", organization=manager.organization)
    LeadFactory.create(
        campaign=CampaignFactory.create(organization=manager.organization), name="Ann Unseen"
    )

    assert leadsearch.search(other, "Ann").rows == []
    assert leadsearch.search(colleague, "Ann").rows == []
    assert leadsearch.search(manager, "Ann").rows == [ann]


def test_pages_follow_each_other_without_gaps(manager: User, campaign: Campaign) -> None:
    leads = [LeadFactory.create(campaign=campaign, name="Same Name") for _ in range(60)]
    leads += [LeadFactory.create(campaign=campaign, name=f"Same {n:03}") for n in range(60)]
    found: list[Lead] = []
    after: str | None = ""

    while after is not None:
        page = leadsearch.search(manager, "Same", after=after)
        found += page.rows
        after = page.older

    assert len(found) == 120
    assert set(found) == set(leads)


HALF = "WyJcdWQ4MDAiLCAxXQ=="  # of a character


@pytest.mark.parametrize("broken", ["x", "e30=", "WzEsMl0=", "é", HALF, "W1tb" * 4000])
def test_a_broken_cursor_begins_anew(manager: User, ann: Lead, broken: str) -> None:
    assert leadsearch.search(manager, "Ann", after=broken).rows == [ann]


@pytest.mark.parametrize("count", [1, 40])
def test_a_search_costs_the_same_queries_however_much_it_finds(
    manager: User, campaign: Campaign, count: int, django_assert_max_num_queries: Any
) -> None:
    LeadFactory.create_batch(count, campaign=campaign, name="Ann")

    with django_assert_max_num_queries(6):
        assert len(leadsearch.search(manager, "Ann").rows) == count


def test_the_page_finds_as_one_types(manager: User, ann: Lead) -> None:
    client: Client = browser(manager)
    url = reverse("campaigns:search")

    empty = client.get(url).content.decode()
    part = client.get(url, {"q": "Arch"}, headers={"HX-Target": "found-leads"}).content.decode()
    page = client.get(url, {"q": "ann"}).content.decode()

    assert "Find a lead in any campaign" in empty
    assert "No lead is found" in part
    assert "<form" not in part
    assert "Ann Archer" in page
    assert "Name begins with" in page


@pytest.mark.mariadb
@pytest.mark.parametrize(("field", "text"), [("name", "ba"), ("company", "ab"), ("email", "bca")])
def test_leads_of_other_campaigns_are_passed_over_unread(
    campaign: Campaign, field: str, text: str
) -> None:
    # given a long list in another campaign of the organization
    other = CampaignFactory.create(organization=campaign.organization)
    load.load(other, 3000)
    load.load(campaign, 300)

    plan = leadsearch.keys(leadsearch.Within(campaign), field, text).explain()

    # then the index alone tells which of them are of this one
    assert f"lead_to_find_{field}" in plan
    assert "Using index" in plan
