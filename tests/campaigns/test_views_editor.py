"""The campaign editor's lists, copying, and the page of recycling."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns import retries
from campaigns.models import Campaign, Lead, LeadSheet, RecycleRun
from campaigns.pacing import Rule
from campaigns.retries import Given
from tests.clients import browser
from tests.factories import CampaignFactory, DispositionFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def client(manager: User) -> Client:
    return browser(manager)


@pytest.fixture
def campaign(manager: User) -> Campaign:
    made = CampaignFactory.create(organization=manager.organization, created_by=manager)
    made.refresh_from_db()
    return made


FIELDS = {
    "name": "Spring",
    "mode": "preview",
    "default_region": "US",
    "delay_s": 5,
    "wrap_up_limit_s": 30,
    "ring_time_s": 20,
    "max_attempts": 3,
    "retry_after_min": 60,
    "window_start": "09:00",
    "window_end": "20:00",
}

RULES = {
    "after-busy-then": "again",
    "after-busy-minutes": "15",
    "after-busy-factor": "1.5",
    "after-busy-other_day_part": "on",
    "filter-0-field": "country",
    "filter-0-operator": "is",
    "filter-0-value": "US, CA",
    "filter-1-field": "custom:Plan",
    "filter-1-operator": "contains",
    "filter-1-value": "gold",
}


def save(client: Client, campaign: Campaign, **more: Any) -> int:
    data = {**FIELDS, **{name.replace("__", "-"): value for name, value in more.items()}}
    return client.post(reverse("campaigns:edit", args=[campaign.pk]), data).status_code


def test_retry_rules_and_filter_are_kept_and_shown_again(
    client: Client, manager: User, campaign: Campaign
) -> None:
    result = DispositionFactory.create(organization=manager.organization, finished=False)
    LeadFactory.create(campaign=campaign, custom={"Plan": "Gold"})

    answer = save(
        client,
        campaign,
        may_skip="",
        preview_limit_s="45",
        preview_gives_back="on",
        next_phone_on=["busy"],
        **{**RULES, f"result-{result.pk}-then": "finished"},
    )

    campaign.refresh_from_db()
    page = client.get(reverse("campaigns:edit", args=[campaign.pk])).content.decode()
    assert answer == 302
    assert (campaign.may_skip, campaign.preview_limit_s, campaign.preview_gives_back) == (
        False,
        45,
        True,
    )
    assert campaign.next_phone_on == ["busy"]
    assert retries.of_campaign(campaign) == [
        Given(Rule(900, Decimal("1.5"), other_day_part=True), outcome="busy"),
        Given(Rule(3600, finished=True), disposition=result.pk),
    ]
    assert campaign.lead_filter == {
        "all": [
            {"field": "country", "operator": "is", "values": ["US", "CA"]},
            {"field": "custom:Plan", "operator": "contains", "values": ["gold"]},
        ]
    }
    assert 'value="US, CA"' in page
    assert 'value="1.5"' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter-0-field": "country", "filter-0-operator": "contains", "filter-0-value": "U"},
        {"filter-0-field": "country", "filter-0-operator": "is", "filter-0-value": ""},
        {"after-busy-then": "again", "after-busy-minutes": "-1"},
        {"after-busy-then": "again", "after-busy-factor": "99"},
        {"next_phone_on": ["sometimes"]},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    client: Client, campaign: Campaign, wrong: dict[str, Any]
) -> None:
    assert save(client, campaign, **wrong) == 422

    campaign.refresh_from_db()
    assert campaign.lead_filter == {}
    assert campaign.name != "Spring"


def test_lists_get_their_shares_and_are_named_in_the_filter(
    client: Client, campaign: Campaign
) -> None:
    lists = [
        LeadSheet.objects.create(
            organization=campaign.organization,
            campaign=campaign,
            name=f"{name}.csv",
            size=1,
            rows_accepted=1,
        )
        for name in ("spring", "autumn")
    ]

    answer = save(
        client,
        campaign,
        **{
            f"share-{lists[0].pk}-share": "3",
            f"share-{lists[1].pk}-share": "1",
            "filter-0-field": "sheet",
            "filter-0-operator": "is",
            "filter-0-value": "Autumn.csv",
        },
    )

    lists[0].refresh_from_db()
    campaign.refresh_from_db()
    assert answer == 302
    assert lists[0].share == 3
    assert campaign.lead_filter["all"][0]["values"] == [str(lists[1].pk)]


def test_a_copy_is_made_with_one_press(client: Client, campaign: Campaign) -> None:
    answer = client.post(reverse("campaigns:copy", args=[campaign.pk]))

    made = Campaign.objects.exclude(pk=campaign.pk).get()
    assert answer["Location"] == reverse("campaigns:edit", args=[made.pk])
    assert made.status == "draft"


def test_recycling_counts_before_it_does_anything(client: Client, campaign: Campaign) -> None:
    LeadFactory.create_batch(3, campaign=campaign, status="finished", finished_because="busy")
    url = reverse("campaigns:recycle", args=[campaign.pk])

    counted = client.get(url, {"reasons": "busy"}, headers={"HX-Target": "recycle-count"})
    assert ">3</span> leads would go round again" in counted.content.decode()
    assert not RecycleRun.objects.exists()

    nothing = client.post(url, {})
    started = client.post(url, {"reasons": "busy", "days": "0"})
    page = client.get(url).content.decode()

    assert (nothing.status_code, started.status_code) == (422, 302)
    assert RecycleRun.objects.get().chosen == {"reasons": ["busy"], "days": 0}
    assert "At work" in page
    assert Lead.objects.filter(status="finished").count() == 3
