"""Pages and API of rules and consent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from campaigns import consents, rules
from campaigns.consents import Terms
from campaigns.models import CallingRule, Campaign, ConsentRecord, SuppressionEntry
from tests.clients import browser
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
Person = Callable[..., User]
PHONE = "+12125550123"


@pytest.fixture
def manager(person: Person) -> User:
    return person("manager")


@pytest.fixture
def page(manager: User) -> Client:
    return browser(manager)


def rule(organization: Organization, code: str) -> CallingRule:
    rules.ensure_defaults(organization)
    return CallingRule.objects.get(organization=organization, code=code, replaced_by=None)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_an_organization_without_rules_begins_with_the_law_book(
    page: Client, organization: Organization
) -> None:
    assert "No rules yet" in text(page.get(reverse("campaigns:rules")))

    page.post(reverse("campaigns:rules_begin"))

    shown = text(page.get(reverse("campaigns:rules")))
    assert "Federal calling hours" in shown
    assert "Every day: 08:00 to 21:00" in shown
    assert "Not configured" in shown
    assert "not signed off yet" in shown


def test_the_list_of_rules_costs_a_fixed_number_of_queries(
    page: Client, organization: Organization, django_assert_max_num_queries: Any
) -> None:
    rules.ensure_defaults(organization)

    with django_assert_max_num_queries(14):
        page.get(reverse("campaigns:rules"))


def test_a_rule_is_signed_off_replaced_and_ended(
    page: Client, manager: User, organization: Organization
) -> None:
    row = rule(organization, "ST-FL-CAP")
    page.post(reverse("campaigns:rule_sign_off", args=[row.pk]))
    row.refresh_from_db()
    assert row.signed_off_by == manager

    form = {"title": row.title, "country": "US", "region": "FL", "limit": 2, "hours": "24",
            "scope": "number"}  # fmt: skip
    page.post(reverse("campaigns:rule_replace", args=[row.pk]), form)

    new = rule(organization, "ST-FL-CAP")
    assert (new.version, new.limit, new.period_s) == (2, 2, 86_400)
    shown = text(page.get(reverse("campaigns:rule", args=[new.pk])))
    assert "At most 2 calls within 24 hours for each number" in shown
    assert "At most 3 calls within 24 hours" in shown  # its history

    assert page.post(reverse("campaigns:rule_retire", args=[new.pk]), {}).status_code == 422
    page.post(reverse("campaigns:rule_retire", args=[new.pk]), {"because": "Sold."})
    new.refresh_from_db()
    assert not new.is_active
    assert "No version of ST-FL-CAP holds" in text(
        page.get(reverse("campaigns:rule", args=[new.pk]))
    )

    answer = page.post(reverse("campaigns:rule_bring_back", args=[row.pk]), follow=True)
    assert "holds again, as version 3" in text(answer)
    assert rule(organization, "ST-FL-CAP").limit == 3


def test_an_old_version_is_not_replaced_again(page: Client, organization: Organization) -> None:
    row = rule(organization, "US-1")
    form = {"title": "Hours", "country": "US", "start": "09:00", "end": "20:00", "days": "any"}
    address = reverse("campaigns:rule_replace", args=[row.pk])

    assert page.post(address, form).status_code == 302
    again = page.post(address, form)

    assert again.status_code == 422
    assert "later version" in text(again)


def test_wrong_terms_are_said_at_their_field(page: Client, organization: Organization) -> None:
    row = rule(organization, "US-1")
    form = {"title": "Hours", "country": "US", "start": "20:00", "end": "09:00", "days": "any"}

    answer = page.post(reverse("campaigns:rule_replace", args=[row.pk]), form)

    assert answer.status_code == 422
    assert "must end after they start" in text(answer)


def test_a_preview_says_what_would_change_and_keeps_nothing(
    page: Client, manager: User, organization: Organization
) -> None:
    row = rule(organization, "US-1")
    campaign = CampaignFactory.create(organization=organization, created_by=manager)
    LeadFactory.create_batch(3, campaign=campaign)
    address = reverse("campaigns:rule_preview", args=[row.pk])
    # Whatever hour it is, closing altogether changes something, or it is closed already.
    closed = {"title": "None", "country": "US", "days": "any", "campaign": campaign.pk}

    shown = text(page.post(address, closed))

    assert "Not by waiting" in shown
    assert rule(organization, "US-1").version == 1
    wrong = page.post(address, {**closed, "start": "20:00", "end": "08:00"})
    assert "must end after" in text(wrong)
    assert "Choose a campaign" in text(page.post(address, {"title": "x", "days": "any"}))


def test_the_end_of_a_rule_is_looked_at_before_it_ends(
    page: Client, manager: User, organization: Organization
) -> None:
    row = rule(organization, "EU-2")
    campaign = CampaignFactory.create(
        organization=organization, mode=Campaign.Mode.AI, created_by=manager
    )
    LeadFactory.create(campaign=campaign, country="DE", phone="+4930123456")
    body = {"ending": "1", "campaign": campaign.pk}

    shown = text(page.post(reverse("campaigns:rule_preview", args=[row.pk]), body))

    assert "Not by waiting" in shown
    assert "Now" in shown
    assert rule(organization, "EU-2").is_active


def test_consent_is_written_down_found_and_revoked(page: Client) -> None:
    form = {
        "number": "(212) 555-0123", "region": "us", "purpose": "marketing", "voice": "ai",
        "kind": "written", "source": "Web form", "given_on": "2026-01-05",
    }  # fmt: skip
    page.post(reverse("campaigns:consent_grant"), form)
    record = ConsentRecord.objects.get()
    assert record.phone == PHONE

    assert "Web form" in text(page.get(reverse("campaigns:consents"), {"q": "+1 212"}))
    assert "No consent of such" in text(page.get(reverse("campaigns:consents"), {"q": "+44"}))
    page.post(reverse("campaigns:consent_revoke", args=[record.pk]), {"because": "By letter."})

    assert "By letter." in text(page.get(reverse("campaigns:consents")))
    again = page.post(reverse("campaigns:consent_revoke", args=[record.pk]), {"because": "x"})
    assert again.status_code == 422


def test_what_is_no_consent_is_said_at_its_field(page: Client) -> None:
    form = {
        "number": "hello", "region": "US", "purpose": "marketing", "voice": "ai",
        "kind": "written", "source": "Web form", "given_on": "2026-01-05",
    }  # fmt: skip

    assert "not a telephone number" in text(page.post(reverse("campaigns:consent_grant"), form))
    late = page.post(
        reverse("campaigns:consent_grant"), {**form, "number": PHONE, "given_on": "2999-01-01"}
    )
    assert "time to come" in text(late)


def test_a_program_writes_consent_and_reads_it(page: Client) -> None:
    body = {"phone": PHONE, "purpose": "marketing", "voice": "ai", "kind": "written",
            "source": "CRM"}  # fmt: skip

    made = page.post("/api/consents", body, content_type="application/json")

    assert made.status_code == 201
    read = page.get("/api/consents", {"phone": PHONE}).json()
    assert [one["source"] for one in read["consents"]] == ["CRM"]
    wrong = page.post("/api/consents", {**body, "voice": "choir"}, content_type="application/json")
    assert wrong.status_code == 400


def test_us_9_a_program_says_stop(page: Client, organization: Organization) -> None:
    now = timezone.now()
    terms = Terms("marketing", "ai", "written", "Form", granted_at=now - timedelta(days=1))
    consents.grant(organization, PHONE, terms, now=now)

    answer = page.post("/api/consents/stop", {"phone": PHONE}, content_type="application/json")

    assert answer.status_code == 200
    assert SuppressionEntry.objects.get().source == "api"
    assert ConsentRecord.objects.get().revoked_at is not None


def test_the_dry_run_names_rules_by_their_titles(
    page: Client, manager: User, organization: Organization
) -> None:
    rule(organization, "US-1")
    campaign = CampaignFactory.create(
        organization=organization, mode=Campaign.Mode.AI, created_by=manager
    )
    LeadFactory.create(campaign=campaign)

    shown = text(page.get(reverse("campaigns:dry_run", args=[campaign.pk])))

    assert "Consent to artificial voices, anywhere (EU-2)" in shown


def test_a_rule_of_the_house_is_added_for_a_kind(page: Client, organization: Organization) -> None:
    address = reverse("campaigns:rule_new", args=["cap"])
    sent = {
        "code": "house-1",
        "title": "Twice a day",
        "limit": "2",
        "hours": "24",
        "scope": "number",
    }

    bad = page.post(address, {**sent, "region": "FL"})
    page.post(address, sent)
    again = page.post(address, sent)

    assert bad.status_code == 422
    assert "A region belongs to a country." in text(bad)
    row = CallingRule.objects.get(organization=organization, code="HOUSE-1")
    assert (row.kind, row.limit, row.period_s, row.version) == ("cap", 2, 86_400, 1)
    assert "There is such a rule." in text(again)
    assert "Weekdays" not in text(page.get(address))
    assert page.get(reverse("campaigns:rule_new", args=["nonsense"])).status_code == 404


def test_what_a_new_rule_would_change_is_seen_before_it_is_added(
    page: Client, manager: User, organization: Organization
) -> None:
    campaign = CampaignFactory.create(organization=organization, created_by=manager)
    LeadFactory.create_batch(3, campaign=campaign)

    shown = page.post(
        reverse("campaigns:rule_new_preview", args=["hours"]),
        {"code": "SHUT", "title": "Closed", "days": "any", "campaign": campaign.pk},
    )

    assert "Not by waiting" in text(shown)
    assert not CallingRule.objects.filter(code="SHUT").exists()
