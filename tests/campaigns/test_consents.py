"""The ledger of consent: given, ended, and what it lets through."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization, User
from campaigns import (
    claims,
    consents,
    dispositions,
    facts,
    numbers,
    queue,
    rules,
    timeline,
    windows,
)
from campaigns.consents import Terms
from campaigns.eligibility import decide
from campaigns.models import Campaign, ConsentRecord, Lead, SuppressionEntry
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.campaigns.claiming import NOW, taken
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
Person = Callable[..., User]
PHONE = "+12125550123"
DAY = timedelta(days=1)


def terms(**more: Any) -> Terms:
    known = {
        "purpose": "marketing", "voice": "ai", "kind": "written", "source": "Web form",
        "proof": "https://example.test/7", "granted_at": NOW - DAY,
    }  # fmt: skip
    return Terms(**{**known, **more})


@pytest.fixture
def lead(organization: Organization) -> Lead:
    """Someone whom an artificial voice would call, under all rules."""
    rules.ensure_defaults(organization)
    campaign = CampaignFactory.create(organization=organization, mode=Campaign.Mode.AI)
    place = windows.class_for(["America/New_York"], "US", "NY")
    return LeadFactory.create(campaign=campaign, phone=PHONE, window_class=place)


def refusals(lead: Lead, now: datetime = NOW) -> set[str]:
    campaign = Campaign.objects.select_related("organization").get(pk=lead.campaign_id)
    known = facts.of_leads(campaign, [lead], promised=False, now=now)[lead.pk]
    return {refusal.rule for refusal in decide(known, now).refusals}


def test_us_8_without_a_record_an_artificial_voice_calls_nobody(lead: Lead) -> None:
    assert refusals(lead) == {"US-8", "EU-2"}

    consents.grant(lead.organization, PHONE, terms(kind="express"), now=NOW)
    assert refusals(lead) == {"US-8"}

    consents.grant(lead.organization, PHONE, terms(), now=NOW)
    assert refusals(lead) == set()


def test_us_8_a_person_may_call_the_same_number(lead: Lead) -> None:
    by_hand = CampaignFactory.create(organization=lead.organization, mode=Campaign.Mode.PREVIEW)

    assert refusals(LeadFactory.create(campaign=by_hand, phone=PHONE)) == set()


def test_consent_to_another_house_is_none_here(lead: Lead) -> None:
    consents.grant(CampaignFactory.create().organization, PHONE, terms(), now=NOW)

    assert "US-8" in refusals(lead)


def test_consent_ends_at_its_time_or_by_its_revocation(lead: Lead, person: Person) -> None:
    house, manager = lead.organization, person("manager")
    record = consents.grant(house, PHONE, terms(expires_at=NOW + DAY), now=NOW)
    assert (refusals(lead), refusals(lead, NOW + DAY)) == (set(), {"US-8", "EU-2"})

    consents.revoke(record, because="They wrote to us.", by=manager, now=NOW)

    assert refusals(lead) == {"US-8", "EU-2"}
    with pytest.raises(DomainError, match="already"):
        consents.revoke(record, because="Again.", now=NOW)
    said = AuditEntry.objects.filter(target_type="campaigns.consentrecord").order_by("pk")
    assert list(said.values_list("action", flat=True)) == ["consent.granted", "consent.revoked"]


def test_us_12_consent_from_before_a_reassignment_counts_no_more_and_a_later_one_does(
    lead: Lead,
) -> None:
    consents.grant(lead.organization, PHONE, terms(granted_at=NOW - 9 * DAY), now=NOW)
    assert refusals(lead) == set()

    consents.reassigned(lead.organization, PHONE, on=(NOW - 5 * DAY).date(), source="RND", now=NOW)
    assert refusals(lead) == {"US-8", "EU-2"}

    consents.grant(lead.organization, PHONE, terms(granted_at=NOW - 2 * DAY), now=NOW)
    assert refusals(lead) == set()


def test_the_same_consent_is_written_down_once(organization: Organization) -> None:
    first = consents.grant(organization, PHONE, terms(), now=NOW)

    assert consents.grant(organization, PHONE, terms(), now=NOW + DAY) == first
    assert ConsentRecord.objects.count() == 1


def test_a_lead_that_waited_for_consent_is_looked_at_again(lead: Lead) -> None:
    queue.fill(lead.campaign_id, NOW)
    lead.refresh_from_db()
    assert (lead.status, lead.blocked_by) == (Lead.Status.RETRY, "EU-2")

    consents.grant(lead.organization, PHONE, terms(), now=NOW)
    queue.fill(lead.campaign_id, NOW)

    lead.refresh_from_db()
    assert lead.status == Lead.Status.QUEUED


def test_us_9_an_older_consent_does_not_bring_back_what_was_revoked(
    organization: Organization,
) -> None:
    given = consents.grant(organization, PHONE, terms(), now=NOW)
    consents.revoke(given, because="By letter.", now=NOW)

    with pytest.raises(InputError) as refused:
        consents.grant(organization, PHONE, terms(source="CRM"), now=NOW + DAY)
    consents.grant(organization, PHONE, terms(granted_at=NOW + DAY), now=NOW + DAY)

    assert list(refused.value.errors) == ["granted_at"]
    assert ConsentRecord.objects.get(revoked_at=None).granted_at == NOW + DAY


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"purpose": "fun"}, "purpose"),
        ({"voice": "choir"}, "voice"),
        ({"kind": "vague"}, "kind"),
        ({"source": " "}, "source"),
        ({"granted_at": NOW + DAY}, "granted_at"),
        ({"expires_at": NOW - 2 * DAY}, "expires_at"),
    ],
)
def test_what_is_no_consent_is_refused(
    organization: Organization, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        consents.grant(organization, PHONE, terms(**wrong), now=NOW)

    assert list(refused.value.errors) == [field]


# "Stop calling me"


def test_us_9_stop_revokes_every_consent_and_suppresses_everywhere_at_once(
    lead: Lead, person: Person
) -> None:
    house = lead.organization
    consents.grant(house, PHONE, terms(), now=NOW)
    consents.grant(house, PHONE, terms(voice="person"), now=NOW)

    entry = consents.stop(house.pk, PHONE, source="ai", reason="stop calling me", now=NOW)

    assert (entry.campaign_key, entry.source) == (SuppressionEntry.EVERYWHERE, "ai")
    assert not ConsentRecord.objects.filter(revoked_at=None).exists()
    assert ConsentRecord.objects.first().revoked_because == "stop calling me"  # type: ignore[union-attr]  # there are two
    assert "suppressed" in refusals(lead, NOW + timedelta(minutes=1))


def test_us_9_the_agents_do_not_call_result_stops_before_the_call_is_over(
    organization: Organization, person: Person
) -> None:
    campaign = CampaignFactory.create(organization=organization)
    LeadFactory.create(campaign=campaign, phone=PHONE)
    queue.fill(campaign.pk, NOW)
    attempt = taken(person(), campaign)
    claims.approve_dial(attempt, now=NOW)
    consents.grant(organization, PHONE, terms(), now=NOW)
    dnc = next(one for one in dispositions.ensure_defaults(organization) if one.do_not_call)

    claims.dispose(attempt, dnc, now=NOW)

    attempt.refresh_from_db()
    assert attempt.ended_at is None
    assert SuppressionEntry.objects.get().phone == PHONE
    assert ConsentRecord.objects.get().revoked_at == NOW


def test_a_lead_tells_of_consent(lead: Lead) -> None:
    record = consents.grant(lead.organization, PHONE, terms(), now=NOW)
    consents.revoke(record, because="By letter.", now=NOW)

    told = [(one.kind, one.detail) for one in timeline.moments(lead)][:3]

    assert ("revoked", "By letter.") in told
    given = next(detail for kind, detail in told if kind == "allowed")
    assert given.startswith("Express written consent to an artificial voice, marketing. Web form")


# Files


def write(folder: Path, text: str) -> Path:
    path = folder / "consent.csv"
    path.write_text(text)
    return path


def test_a_file_of_consent_is_received(
    organization: Organization, tmp_path: Path, capsys: Any
) -> None:
    path = write(tmp_path, "name,phone\nAda,+12125550123\nBob,(212) 555-0124\nEve,hello\n")
    line = [
        "import_consent", str(path), "--organization", organization.name, "--source", "Fair",
        "--voice", "ai", "--kind", "written", "--granted", "2026-11-01", "--expires", "2027-11-01",
    ]  # fmt: skip

    call_command(*line)
    call_command(*line)

    assert "2 added, 0 known before, 1 no numbers" in capsys.readouterr().out
    rows = ConsentRecord.objects.order_by("phone")
    assert [(row.phone, row.granted_at.date()) for row in rows] == [
        ("+12125550123", date(2026, 11, 1)),
        ("+12125550124", date(2026, 11, 1)),
    ]
    assert AuditEntry.objects.filter(action="consent.imported").count() == 2


def test_us_9_a_file_from_before_they_asked_not_to_be_called_allows_nothing(
    organization: Organization, tmp_path: Path, capsys: Any
) -> None:
    path = write(tmp_path, "phone\n+12125550123\n+12125550124\n")
    consents.stop(organization.pk, PHONE, source="agent", now=NOW)

    line = ["--organization", organization.name, "--source", "Fair", "--granted", "2026-11-01"]
    call_command("import_consent", str(path), *line)

    said = capsys.readouterr().out
    assert "1 added, 0 known before, 1 revoked since, 0 no numbers" in said
    assert ConsentRecord.objects.get(revoked_at=None).phone == "+12125550124"


def test_the_command_says_what_is_wrong(organization: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, "phone\n+12125550123\n")
    line = ["import_consent", str(path), "--source", "Fair", "--granted"]

    with pytest.raises(CommandError, match="no day"):
        call_command(*line, "soon", "--organization", organization.name)
    with pytest.raises(CommandError, match="no organization"):
        call_command(*line, "2026-11-01", "--organization", "Nobody")
    with pytest.raises(CommandError, match="time to come"):
        call_command(*line, "2999-01-01", "--organization", organization.name)


def test_a_number_that_was_never_called_can_be_reassigned(organization: Organization) -> None:
    consents.reassigned(organization, PHONE, on=NOW.date(), source="RND", now=NOW)
    consents.reassigned(organization, PHONE, on=NOW.date() - DAY, source="RND", now=NOW)

    assert numbers.known(organization.pk, PHONE).reassigned_on == NOW.date()
    with pytest.raises(InputError):
        consents.reassigned(organization, PHONE, on=NOW.date() + DAY, source="RND", now=NOW)
