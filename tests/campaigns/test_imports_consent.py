"""What a list says of consent goes into the ledger; who asked in it to stop is not called."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Organization
from campaigns import consents, sheets, suppression
from campaigns.models import Campaign, ConsentRecord, Lead, LeadSheet, SuppressionEntry
from campaigns.sheets import Choices, importing
from campaigns.sheets.reading import Layout
from core.errors import DomainError, InputError
from tests.campaigns.lists import upload
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
TERMS = {
    "voices": ["person", "ai"],
    "kind": "written",
    "source": "Autumn form",
    "proof": "Page 3",
    "granted_on": "2026-03-02",
    "expires_on": "",
}
LIST = "Name,Phone,Consent\nAnn,2125550123,yes\nBob,2125550124,no\nCy,2125550125,maybe\n"
ANN, BOB, CY = "+12125550123", "+12125550124", "+12125550125"


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    organization.timezone = "America/New_York"
    organization.save()
    return CampaignFactory.create(organization=organization, purpose="marketing")


def imported(campaign: Campaign, text: str, **terms: object) -> LeadSheet:
    """A list that was imported with these terms of consent."""
    sheet = sheets.receive_upload(None, campaign, upload(text))
    sheets.start_import(None, sheet, choices=Choices(consent={**TERMS, **terms}))
    sheets.run_import(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def granted() -> set[tuple[str, str]]:
    rows = ConsentRecord.objects.filter(revoked_at=None)
    return set(rows.values_list("phone", "voice"))


def stopped() -> set[str]:
    return set(SuppressionEntry.objects.values_list("phone", flat=True))


# Consent


def test_a_yes_is_written_down_for_each_voice_and_nothing_else_is(campaign: Campaign) -> None:
    sheet = imported(campaign, LIST)

    assert granted() == {(ANN, "person"), (ANN, "ai")}
    record = ConsentRecord.objects.filter(voice="ai").get()
    assert (record.purpose, record.kind, record.source) == ("marketing", "written", "Autumn form")
    assert (record.proof, record.sheet) == ("Page 3", sheet)
    assert record.granted_at == datetime(2026, 3, 2, 5, tzinfo=UTC)  # midnight in New York
    assert sheet.rows_consented == 2
    assert sheet.leads.get(phone=CY).custom == {"Consent": "maybe"}


def test_without_voices_a_yes_stays_a_note(campaign: Campaign) -> None:
    sheet = imported(campaign, LIST, voices=[])

    assert not ConsentRecord.objects.exists()
    assert sheet.leads.get(phone=ANN).consent is True


def test_a_row_may_have_a_day_of_its_own_and_one_that_nobody_can_read_allows_nothing(
    campaign: Campaign,
) -> None:
    text = (
        "Phone,Consent,Opt-in date\n"
        "2125550123,yes,2026-01-31T10:20:30Z\n"
        "2125550124,yes,01/02/2026\n"  # January or February
        "2125550125,yes,2199-01-01\n"
    )
    sheet = imported(campaign, text, voices=["person"])

    record = ConsentRecord.objects.get()
    assert (record.phone, record.granted_at.date()) == (ANN, date(2026, 1, 31))
    assert sheet.leads.get(phone=BOB).custom == {"Opt-in date": "01/02/2026"}


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("cell", ["0001-01-01", "0001-01-01T00:00:00", "1899-12-30", "1970-01-01"])
def test_a_day_that_a_machine_writes_for_none_allows_nothing(
    campaign: Campaign, zone: str, cell: str
) -> None:
    campaign.organization.timezone = zone
    campaign.organization.save()

    sheet = imported(campaign, f"Phone,Consent,Opt-in date\n2125550123,yes,{cell}\n")

    assert (sheet.status, granted()) == ("done", set())


@pytest.mark.parametrize("cell", ["Yes", "YES!", "opt-in", "Opt in.", "1", "x", "'yes"])
def test_a_yes_may_be_written_in_many_ways(campaign: Campaign, cell: str) -> None:
    imported(campaign, f"Phone,Consent\n2125550123,{cell}\n", voices=["ai"])

    assert granted() == {(ANN, "ai")}


@pytest.mark.parametrize("cell", ["yes?", "(yes)", "=yes", "-1", "+y", "y/e/s", "\u202eyes", "✓"])
def test_what_may_be_no_yes_is_a_note(campaign: Campaign, cell: str) -> None:
    sheet = imported(campaign, f"Phone,Consent\n2125550123,{cell}\n", voices=["ai"])

    assert granted() == set()
    assert sheet.leads.get().custom == {"Consent": cell}


def test_a_yes_counts_for_the_first_number_of_a_row(campaign: Campaign) -> None:
    imported(campaign, "Phone,Phone 2,Consent\n2125550123,2125550124,yes\n", voices=["ai"])

    assert granted() == {(ANN, "ai")}


def test_who_is_in_the_campaign_already_allows_by_a_second_list(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, phone=ANN)

    sheet = imported(campaign, LIST, voices=["ai"])

    assert (sheet.rows_accepted, sheet.rows_duplicate, sheet.rows_consented) == (2, 1, 1)


def test_an_older_yes_does_not_undo_a_later_no(campaign: Campaign) -> None:
    imported(campaign, LIST)
    consents.stop(campaign.organization_id, ANN, source="agent", now=timezone.now())

    imported(campaign, LIST)

    assert granted() == set()
    assert stopped() == {ANN}


def test_the_same_list_twice_writes_each_consent_once(campaign: Campaign) -> None:
    imported(campaign, LIST)

    again = imported(campaign, LIST)

    assert again.rows_consented == 0
    assert ConsentRecord.objects.count() == 2


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("America/Santiago", "2025-09-07", datetime(2025, 9, 7, 4, tzinfo=UTC)),  # no midnight
        ("America/Havana", "2025-11-02", datetime(2025, 11, 2, 4, tzinfo=UTC)),  # two of them
    ],
)
def test_a_day_without_a_midnight_or_with_two_is_a_day_as_any(
    campaign: Campaign, zone: str, day: str, at: datetime
) -> None:
    campaign.organization.timezone = zone
    campaign.organization.save()

    imported(campaign, LIST, voices=["ai"], granted_on=day)
    imported(campaign, LIST, voices=["ai"], granted_on=day)

    assert ConsentRecord.objects.get().granted_at == at


# A wish not to be called


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Consent", "opted out"),
        ("Do not call", "YES"),
        ("DNC", "asked on 3 May"),
        ("Opt-out", "1"),
        ("Opt-out", "-1"),
        ("Do not call", "✓"),
        ("Do not call", "☑"),
        ("Do not call", "*"),
    ],
)
def test_who_asked_to_stop_is_not_called_by_any_campaign(
    campaign: Campaign, header: str, cell: str
) -> None:
    # given someone who waits in another campaign, and who had allowed calls
    other = CampaignFactory.create(organization=campaign.organization)
    waiting = LeadFactory.create(campaign=other, phone=ANN)
    terms = consents.Terms("marketing", "ai", "written", "Form", timezone.now())
    consents.grant(campaign.organization, ANN, terms, now=timezone.now())

    sheet = imported(campaign, f"Phone,Phone 2,{header}\n2125550123,2125550124,{cell}\n")

    assert stopped() == {ANN, BOB}
    assert granted() == set()
    assert SuppressionEntry.objects.filter(phone=ANN, source="import", campaign_key=0).exists()
    assert sheet.leads.get().status == Lead.Status.SUPPRESSED
    assert (sheet.rows_stopped, sheet.rows_suppressed) == (2, 1)
    assert suppression.is_suppressed(
        waiting.organization_id, ANN, campaign=other, now=timezone.now()
    )


@pytest.mark.parametrize("cell", ["", "no", "0", "0.0", "FALSE", "-", "—", "n/a"])
def test_an_empty_column_of_do_not_call_stops_nobody(campaign: Campaign, cell: str) -> None:
    imported(campaign, f"Phone,Do not call\n2125550123,{cell}\n")

    assert stopped() == set()


def test_a_duplicate_row_stops_the_lead_that_was_there(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, phone=ANN)

    sheet = imported(campaign, "Phone,DNC\n2125550123,x\n")

    assert (sheet.rows_accepted, sheet.rows_duplicate, sheet.rows_stopped) == (0, 1, 1)
    assert stopped() == {ANN}


def test_a_row_that_becomes_no_lead_stops_all_the_same(campaign: Campaign) -> None:
    # given rows with too long an ID, and with too much in them
    text = (
        "Phone,ID,DNC,Notes\n"
        f"2125550123,{'i' * 200},yes,\n"
        f"2125550124,1,yes,{'n' * 11_000}\n"
        f"12,2,yes,\n"
        f"2125550125,{'i' * 200},,\n"
    )

    sheet = imported(campaign, text)

    assert (sheet.rows_invalid, sheet.rows_stopped, stopped()) == (4, 2, {ANN, BOB})


@pytest.mark.parametrize(("first", "last"), [(",x", "yes,"), ("yes,", ",x")])
def test_yes_and_stop_far_apart_in_one_list_is_stop(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, first: str, last: str
) -> None:
    monkeypatch.setenv("DIALER_SHEETS_CHUNK_ROWS", "10")
    between = "".join(f"21255501{n:02d},,\n" for n in range(20, 50) if n != 23)

    imported(campaign, f"Phone,Consent,DNC\n2125550123,{first}\n{between}2125550123,{last}\n")

    assert (granted(), stopped()) == (set(), {ANN})


def test_yes_and_stop_in_one_list_is_stop_in_either_order(campaign: Campaign) -> None:
    imported(
        campaign,
        "Phone,Consent\n2125550123,yes\n2125550123,opt-out\n2125550124,stop\n2125550124,yes\n",
    )

    assert (granted(), stopped()) == (set(), {ANN, BOB})


# Kills and undoing


def test_a_killed_import_writes_each_consent_once(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker that is gone after its first chunks, and one whose commit came too late
    monkeypatch.setenv("DIALER_SHEETS_CHUNK_ROWS", "10")
    text = "Phone,Consent\n" + "".join(f"21255501{n:02d},yes\n" for n in range(40))
    sheet = sheets.receive_upload(None, campaign, upload(text))
    sheets.start_import(None, sheet, choices=Choices(consent={**TERMS, "voices": ["ai"]}))
    begun = importing._begin(sheet.pk, timezone.now())
    assert begun is not None
    rows = list(importing.rows_of(sheet))
    layout = Layout(**begun.layout)
    first, second = importing.Run(begun, layout, 41), importing.Run(begun, layout, 41)
    assert first.through(iter(rows[:20]))
    assert not second.through(iter(rows[:20]))

    # when another one goes on
    LeadSheet.objects.filter(pk=sheet.pk).update(lease_until=None)
    sheets.run_import(sheet.pk)

    sheet.refresh_from_db()
    assert (sheet.rows_accepted, sheet.rows_consented) == (40, 40)
    assert ConsentRecord.objects.count() == 40


def test_undoing_ends_what_was_allowed_and_keeps_who_asked_to_stop(campaign: Campaign) -> None:
    sheet = imported(campaign, LIST + "Di,2125550126,opt out\n")
    sheets.start_undo(None, sheet, leads=4)
    sheets.run_undo(sheet.pk)

    assert granted() == set()
    ended = ConsentRecord.objects.values_list("revoked_because", flat=True)
    assert set(ended) == {consents.UNDONE}
    assert stopped() == {"+12125550126"}

    # and the same list again allows again, as nobody took it back
    assert imported(campaign, LIST).rows_consented == 2


def test_consent_of_a_list_of_nobody_new_can_be_undone_and_is_not_forgotten_with_it(
    campaign: Campaign,
) -> None:
    # given a list whose only person is in the campaign already
    LeadFactory.create(campaign=campaign, phone=ANN)
    sheet = imported(campaign, "Phone,Consent\n2125550123,yes\n", voices=["ai"])
    assert granted() == {(ANN, "ai")}

    with pytest.raises(DomainError, match="undo"):
        sheets.discard(None, sheet)
    sheets.start_undo(None, sheet, leads=0)
    sheets.run_undo(sheet.pk)

    sheet.refresh_from_db()
    assert (sheet.status, granted()) == ("undone", set())
    assert Lead.objects.filter(phone=ANN).exists()
    sheets.discard(None, sheet)


@pytest.mark.parametrize("ending", ["canceled", "failed"])
def test_consent_of_an_import_that_stopped_half_way_makes_decisions_old(
    campaign: Campaign, ending: str
) -> None:
    # given an import of which some rows are in
    sheet = imported(campaign, LIST)
    LeadSheet.objects.filter(pk=sheet.pk).update(status="importing")
    campaign.refresh_from_db()
    before = campaign.rule_version

    if ending == "canceled":
        sheets.cancel(None, sheet)
    else:
        importing._fail(sheet.pk, "The file is gone.")

    campaign.refresh_from_db()
    assert campaign.rule_version > before


# What cannot be


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"voices": ["robot"]}, "consent_voices"),
        ({"kind": ""}, "consent_kind"),
        ({"source": " "}, "consent_source"),
        ({"granted_on": "2199-01-01"}, "consent_granted_on"),
        ({"granted_on": "yesterday"}, "consent_granted_on"),
        ({"granted_on": "0001-01-01"}, "consent_granted_on"),
        ({"expires_on": "2026-03-02"}, "consent_expires_on"),
        ({"voices": [["ai"]]}, "consent"),
        ({"voices": [{}]}, "consent"),
        ({"source": "\ud800"}, "consent"),
        ({"proof": "a\0b"}, "consent"),
        ({"source": "s" * 65}, "consent_source"),
        ({"proof": "p" * 256}, "consent_proof"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_field(
    campaign: Campaign, terms: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        imported(campaign, LIST, **terms)

    assert field in refused.value.errors
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("zone", "today", "tomorrow"),
    [
        ("Pacific/Auckland", "2026-05-05", "2026-05-06"),
        ("America/Los_Angeles", "2026-05-04", "2026-05-05"),
    ],
)
def test_today_is_the_day_where_the_organization_is(
    campaign: Campaign, zone: str, today: str, tomorrow: str
) -> None:
    # given a moment at which it is Monday evening in UTC, or Tuesday morning
    hour = 20 if zone == "Pacific/Auckland" else 27
    campaign.organization.timezone = zone
    campaign.organization.save()
    moment = datetime(2026, 5, 4, tzinfo=UTC) + timedelta(hours=hour)

    with time_machine.travel(moment, tick=False):
        sheet = imported(campaign, LIST, voices=["ai"], granted_on=today)
        with pytest.raises(InputError):
            imported(campaign, LIST, granted_on=tomorrow)

    assert sheet.rows_consented == 1
