"""The numbers that are not called, as managers keep them: one by one, by file, and lifted again."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from campaigns import queue, suppression, suppressionlists
from campaigns.models import Campaign, Lead, QueueEntry, SuppressionEntry
from core.errors import InputError
from core.models import AuditEntry
from tests.campaigns.lists import upload, workbook
from tests.clients import browser
from tests.factories import (
    CampaignFactory,
    LeadFactory,
    OrganizationFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)
NUMBER = "+12125550123"


@pytest.fixture
def organization() -> Organization:
    return OrganizationFactory.create()


@pytest.fixture
def manager(organization: Organization) -> User:
    return UserFactory.create(organization=organization, role=User.Role.MANAGER)


@pytest.fixture
def campaign(organization: Organization, manager: User) -> Campaign:
    team = TeamFactory.create(organization=organization)
    team.managers.add(manager)
    campaign = CampaignFactory.create(organization=organization)
    campaign.teams.add(team)
    return campaign


@pytest.fixture
def page(manager: User) -> Client:
    return browser(manager)


def numbers(**wanted: Any) -> set[str]:
    return set(SuppressionEntry.objects.filter(**wanted).values_list("phone", flat=True))


def receive(
    content: bytes | str, organization: Organization, **how: Any
) -> suppressionlists.Report:
    name = "numbers.xlsx" if isinstance(content, bytes) else "numbers.csv"
    return suppressionlists.receive(
        upload(content, name), organization, region="US", now=NOW, **how
    )


def test_every_number_of_a_file_is_not_called_any_more(organization: Organization) -> None:
    report = receive(
        "Name;Phone;Mobile\nAnn;(212) 555-0123;+44 20 7946 0123\nBob;12;\nCy;2125550123;\n",
        organization,
        reason="National list of May",
    )

    assert numbers(organization=organization) == {NUMBER, "+442079460123"}
    assert (report.added, report.known, report.invalid) == (2, 1, 1)
    assert [(row, text) for row, text, _why in report.problems] == [(3, "12")]
    entry = SuppressionEntry.objects.get(phone=NUMBER)
    assert (entry.reason, entry.source, entry.expires_at) == (
        "National list of May",
        "import",
        None,
    )
    audited = AuditEntry.objects.get(action="suppression.imported")
    assert audited.after == {"added": 2, "known": 1, "invalid": 1}


def test_a_workbook_does_as_well(organization: Organization) -> None:
    report = receive(workbook([["Phone"], ["+12125550123"], ["+12125550124"]]), organization)

    assert report.added == 2


def test_more_numbers_than_one_transaction_takes_are_all_kept(organization: Organization) -> None:
    lines = "\n".join(f"+1212555{n:04}" for n in range(2300))

    report = receive(f"phone\n{lines}\n", organization)

    assert report.added == len(numbers(organization=organization)) == 2300
    assert receive(f"phone\n{lines}\n", organization).known == 2300


def test_a_file_without_numbers_is_refused_and_changes_nothing(organization: Organization) -> None:
    with pytest.raises(InputError, match="No column"):
        receive("Name,City\nAnn,Bonn\n", organization)

    assert not SuppressionEntry.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_number_that_stood_for_a_time_stands_for_good(organization: Organization) -> None:
    SuppressionEntry.objects.create(
        organization=organization,
        phone=NUMBER,
        source="api",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )

    assert receive(f"{NUMBER}\n{NUMBER[:-1]}4\n", organization).added == 2
    assert SuppressionEntry.objects.get(phone=NUMBER).expires_at is None


def test_leads_leave_the_ready_table_with_their_numbers(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign, phone=NUMBER)
    queue.fill(campaign.pk, timezone.now())
    assert QueueEntry.objects.filter(lead=lead).exists()

    receive(f"phone\n{NUMBER}\n", campaign.organization)

    lead.refresh_from_db()
    assert lead.status == Lead.Status.SUPPRESSED
    assert not QueueEntry.objects.exists()


def test_a_lifted_number_brings_its_leads_back(campaign: Campaign, manager: User) -> None:
    lead = LeadFactory.create(campaign=campaign, phone=NUMBER, status=Lead.Status.SUPPRESSED)
    entry = suppression.suppress(campaign.organization, NUMBER, source="agent", now=NOW)

    suppression.lift(entry, by=manager, because="They asked by letter to be called.", now=NOW)

    lead.refresh_from_db()
    assert (lead.status, lead.next_attempt_at) == (Lead.Status.RETRY, NOW)
    assert not SuppressionEntry.objects.exists()
    audited = AuditEntry.objects.get(action="suppression.lifted")
    assert audited.actor_id == manager.pk
    assert audited.before["phone"] == NUMBER
    assert audited.after == {"because": "They asked by letter to be called."}


def test_what_another_entry_keeps_from_being_called_stays(
    campaign: Campaign, manager: User
) -> None:
    lead = LeadFactory.create(campaign=campaign, phone=NUMBER, status=Lead.Status.SUPPRESSED)
    suppression.suppress(campaign.organization, NUMBER, source="agent", now=NOW)
    own = suppression.suppress(
        campaign.organization, NUMBER, source="manager", campaign=campaign, now=NOW
    )

    suppression.lift(own, by=manager, because="Only for this campaign.", now=NOW)

    lead.refresh_from_db()
    assert lead.status == Lead.Status.SUPPRESSED


def test_nothing_is_lifted_without_a_reason(campaign: Campaign, page: Client) -> None:
    entry = suppression.suppress(campaign.organization, NUMBER, source="agent", now=NOW)

    answer = page.post(reverse("campaigns:suppression_lift", args=[entry.pk]), {"because": "  "})

    assert answer.status_code == 422
    assert SuppressionEntry.objects.filter(pk=entry.pk).exists()


def test_a_manager_adds_a_number_and_finds_it(campaign: Campaign, page: Client) -> None:
    posted = page.post(
        reverse("campaigns:suppression_add"),
        {"number": "(212) 555-0123", "region": "us", "reason": "Letter", "campaign": campaign.pk},
    )

    assert posted.status_code == 302
    entry = SuppressionEntry.objects.get()
    assert (entry.phone, entry.campaign_key, entry.source) == (NUMBER, campaign.pk, "manager")
    audited = AuditEntry.objects.get(action="suppression.added")
    assert (audited.after["phone"], audited.after["reason"]) == (NUMBER, "Letter")
    shown = page.get(reverse("campaigns:suppression"), {"q": "212-555-0123"}).content.decode()
    assert "is on the list below" in shown
    assert campaign.name in shown
    assert "Lift</a>" in shown
    other = page.get(reverse("campaigns:suppression"), {"q": "212-555-0199"}).content.decode()
    assert "it may be called" in other


def test_a_wrong_number_is_said_where_it_was_typed(page: Client) -> None:
    answer = page.post(reverse("campaigns:suppression_add"), {"number": "12", "region": "US"})

    assert answer.status_code == 422
    assert not SuppressionEntry.objects.exists()
    assert "id_number_error" in answer.content.decode()


def test_another_organizations_campaign_is_no_scope(page: Client) -> None:
    foreign = CampaignFactory.create()

    answer = page.post(
        reverse("campaigns:suppression_add"),
        {"number": NUMBER, "region": "US", "campaign": foreign.pk},
    )

    assert answer.status_code == 422
    assert not SuppressionEntry.objects.exists()


def test_a_file_by_the_page_says_what_became_of_it(page: Client) -> None:
    answer = page.post(
        reverse("campaigns:suppression_file"),
        {"file": upload(f"phone\n{NUMBER}\nnobody\n"), "region": "US"},
    )

    text = answer.content.decode()
    assert answer.status_code == 200
    assert numbers() == {NUMBER}
    assert "nobody" in text


def test_the_export_holds_the_own_organization_alone_and_no_formulas(
    campaign: Campaign, page: Client
) -> None:
    suppression.suppress(
        campaign.organization, NUMBER, source="api", reason='=HYPERLINK("x")', now=NOW
    )
    suppression.suppress(OrganizationFactory.create(), "+12125550199", source="api", now=NOW)

    answer = page.get(reverse("campaigns:suppression_export"))
    text = answer.getvalue().decode()

    lines = text.removeprefix("\ufeff").splitlines()
    assert lines[0] == "Number,Scope,Source,Reason,Since,Until"
    assert len(lines) == 2
    assert lines[1].startswith(f"{NUMBER},Everywhere,API,\"'=HYPERLINK(")
    assert AuditEntry.objects.filter(action="suppression.exported").count() == 1


def test_the_list_costs_a_fixed_number_of_queries(
    organization: Organization, page: Client, django_assert_max_num_queries: Any
) -> None:
    lines = "\n".join(f"+1212555{n:04}" for n in range(200))
    receive(f"phone\n{lines}\n", organization)

    with django_assert_max_num_queries(14):
        answer = page.get(reverse("campaigns:suppression"))

    assert answer.content.decode().count("Lift</a>") == 50


def test_the_command_adds_a_file(organization: Organization, tmp_path: Path) -> None:
    path, out = tmp_path / "dnc.txt", StringIO()
    path.write_text(f"{NUMBER}\n2125550124\n")

    call_command("import_suppression", path, organization=organization.name, stdout=out)

    assert out.getvalue().strip() == "2 added, 0 known before, 0 no numbers"
    with pytest.raises(CommandError, match="no organization"):
        call_command("import_suppression", path, organization="Nobody")
