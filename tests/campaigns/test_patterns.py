"""Beginnings of numbers and domains that are not called, as managers keep them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns import patterns
from campaigns.models import Campaign, SuppressionPattern
from core.errors import InputError
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import CampaignFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


@pytest.fixture
def manager(campaign: Campaign) -> User:
    return UserFactory.create(organization=campaign.organization, role=User.Role.MANAGER)


@pytest.fixture
def page(manager: User) -> Client:
    return browser(manager)


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("prefix", " +44 (0)", "+440"),
        ("prefix", "0049-151", "+49151"),
        ("prefix", "+1", "+1"),
        ("domain", "Ann@Example.COM", "example.com"),
        ("domain", "@mail.example.co.uk.", "mail.example.co.uk"),
    ],
)
def test_a_pattern_is_stored_in_one_way(kind: str, text: str, stored: str) -> None:
    assert patterns.read(kind, text) == stored


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("prefix", "212"),
        ("prefix", "+0"),
        ("prefix", "+"),
        ("prefix", "+12125550123456789"),
        ("prefix", "+1%"),
        ("domain", "com"),
        ("domain", "exa mple.com"),
        ("domain", "%.com"),
        ("domain", "-example.com"),
        ("domain", "a" * 130 + ".com"),
    ],
)
def test_what_is_no_pattern_is_refused_with_an_example(
    campaign: Campaign, kind: str, text: str
) -> None:
    with pytest.raises(InputError, match="such as") as refused:
        patterns.add(campaign.organization, kind, text, now=NOW)

    assert "pattern" in refused.value.errors
    assert not SuppressionPattern.objects.exists()


def test_a_new_pattern_makes_every_decision_of_its_organization_old(campaign: Campaign) -> None:
    neighbor = CampaignFactory.create()

    row = patterns.add(campaign.organization, "prefix", "+1 900", now=NOW)
    after = Campaign.objects.get(pk=campaign.pk).rule_version
    patterns.lift(row, because="A mistake.", by=None)

    assert after == campaign.rule_version + 1
    assert Campaign.objects.get(pk=campaign.pk).rule_version == campaign.rule_version + 2
    assert Campaign.objects.get(pk=neighbor.pk).rule_version == neighbor.rule_version


def test_the_same_pattern_again_stands_for_the_longer_time(campaign: Campaign) -> None:
    day, week = NOW + timedelta(days=1), NOW + timedelta(days=7)
    for until in (day, week, day):
        row = patterns.add(campaign.organization, "prefix", "+1900", until=until, now=NOW)
    assert row.expires_at == week

    patterns.add(campaign.organization, "prefix", "+1900", now=NOW)
    row = patterns.add(campaign.organization, "prefix", "+1900", until=week, now=NOW)

    assert row.expires_at is None
    assert SuppressionPattern.objects.count() == 1


def test_a_time_that_is_over_is_refused(campaign: Campaign) -> None:
    with pytest.raises(InputError, match="over already"):
        patterns.add(campaign.organization, "prefix", "+1900", until=NOW, now=NOW)


def test_a_pattern_is_lifted_with_a_reason_that_is_kept(campaign: Campaign, manager: User) -> None:
    row = patterns.add(campaign.organization, "domain", "example.com", by=manager, now=NOW)
    with pytest.raises(InputError, match="Say why"):
        patterns.lift(row, because=" ", by=manager)

    patterns.lift(row, because="They are customers again.", by=manager)
    patterns.lift(row, because="Twice.", by=manager)

    assert not SuppressionPattern.objects.exists()
    entries = AuditEntry.objects.filter(action__startswith="suppression.pattern").order_by("pk")
    assert [entry.action for entry in entries] == [
        "suppression.pattern_added",
        "suppression.pattern_lifted",
    ]
    assert entries[1].after == {"because": "They are customers again."}


def test_a_manager_adds_and_lifts_a_pattern_on_the_pages(page: Client, campaign: Campaign) -> None:
    bad = page.post(reverse("campaigns:pattern_add"), {"kind": "prefix", "pattern": "900"})
    assert bad.status_code == 422
    assert "such as +44 7" in bad.content.decode()

    page.post(
        reverse("campaigns:pattern_add"),
        {"kind": "domain", "pattern": "example.com", "reason": "Asked by letter."},
    )
    row = SuppressionPattern.objects.get()
    listed = page.get(reverse("campaigns:patterns")).content.decode()
    assert "example.com" in listed
    assert "Asked by letter." in listed

    page.post(reverse("campaigns:pattern_lift", args=[row.pk]), {"because": "Resolved."})
    assert not SuppressionPattern.objects.exists()


def test_a_search_for_a_number_tells_of_patterns_too(page: Client, campaign: Campaign) -> None:
    patterns.add(campaign.organization, "prefix", "+1 900", now=NOW)

    found = page.get(reverse("campaigns:suppression"), {"q": "+1 900 555 0123"}).content.decode()

    assert "Numbers that begin with +1900 are not called." in found
    assert "may be called" not in found
