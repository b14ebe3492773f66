"""Lists become leads: good rows are kept, the others are told row by row."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from accounts.models import User
from campaigns import sheets, suppression
from campaigns.models import Campaign, LeadSheet, SheetReject
from campaigns.sheets import importing, landing, receiving
from campaigns.sheets.duplicates import Reject
from campaigns.sheets.rows import lead_facts
from core.errors import DomainError, InputError
from core.models import Event
from tests.campaigns.lists import imported, rejects, upload, workbook
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


def counts(sheet: LeadSheet) -> tuple[int, int, int]:
    return sheet.rows_accepted, sheet.rows_duplicate, sheet.rows_invalid


def test_good_rows_are_kept_and_the_others_told_row_by_row(campaign: Campaign) -> None:
    # given a sheet with good, duplicate and invalid rows
    text = (
        "Name,Phone,Company\n"
        "Ann,2125550123,Acme\n"
        "Bob,+1 (212) 555-0123,Acme\n"
        "Cid,12,Acme\n"
        "\n"
        "Dee,2125550124,Zeta\n"
    )

    # when
    sheet = imported(campaign, text)

    # then
    assert sheet.status == LeadSheet.Status.DONE
    assert counts(sheet) == (2, 1, 1)
    assert sheet.rows_read == sheet.rows_total == 6
    assert list(sheet.leads.order_by("rank").values_list("name", "phone", "sheet_row")) == [
        ("Ann", "+12125550123", 2),
        ("Dee", "+12125550124", 6),
    ]
    assert list(csv.reader(io.StringIO(rejects(sheet).lstrip("\ufeff")))) == [
        ["Name", "Phone", "Company", "Reason"],
        ["Bob", "'+1 (212) 555-0123", "Acme", "Row 3: The number is already in row 2."],
        ["Cid", "12", "Acme", "Row 4: The number has too few digits."],
    ]


def test_numbers_of_an_earlier_sheet_are_duplicates(campaign: Campaign) -> None:
    imported(campaign, "Phone\n2125550123\n")

    again = imported(campaign, "Phone\n2125550123\n2125550124\n")

    assert counts(again) == (1, 1, 0)
    assert "already in the campaign" in rejects(again)


def test_another_campaign_may_have_the_same_number(campaign: Campaign) -> None:
    imported(CampaignFactory.create(organization=campaign.organization), "Phone\n2125550123\n")

    assert counts(imported(campaign, "Phone\n2125550123\n")) == (1, 0, 0)


def test_an_external_id_counts_once_whatever_its_case(campaign: Campaign) -> None:
    sheet = imported(campaign, "Lead ID,Phone\nab-1,2125550123\nAB-1,2125550124\n")

    assert counts(sheet) == (1, 1, 0)
    assert "external ID" in rejects(sheet)


def test_a_suppressed_number_is_imported_but_never_dialable(campaign: Campaign) -> None:
    # given a number that asked not to be called, and one whose request has expired
    now = timezone.now()
    suppression.suppress(campaign.organization, "+12125550123", source="agent", now=now)
    expired = suppression.suppress(campaign.organization, "+12125550124", source="agent", now=now)
    expired.expires_at = now - timedelta(days=1)
    expired.save()

    # when
    sheet = imported(campaign, "Phone\n2125550123\n2125550124\n")

    # then
    statuses = dict(sheet.leads.values_list("phone", "status"))
    assert statuses == {"+12125550123": "suppressed", "+12125550124": "new"}
    assert (sheet.rows_accepted, sheet.rows_suppressed) == (2, 1)


def test_unknown_columns_are_kept_and_left_out_ones_are_not(campaign: Campaign) -> None:
    sheet = sheets.receive_upload(
        None, campaign, upload("Phone,Shoe size,Secret\n2125550123,44,x\n")
    )

    sheets.start_import(None, sheet, ["phone", "custom", "ignore"])
    sheets.run_import(sheet.pk)

    assert sheet.leads.get().custom == {"Shoe size": "44"}


def test_further_phones_keep_their_order(campaign: Campaign) -> None:
    sheet = imported(campaign, "Phone,Phone 2,Mobile\n2125550123,2125550124,2125550125\n")

    phones = sheet.leads.get().phones.order_by("order").values_list("phone", "order")
    assert list(phones) == [("+12125550124", 1), ("+12125550125", 2)]


def test_priority_then_place_in_the_list_order_the_leads(campaign: Campaign) -> None:
    imported(campaign, "Phone,Priority\n2125550121,0\n2125550122,5\n2125550123,5\n")
    imported(campaign, "Phone,Priority\n2125550124,0\n2125550125,9\n")

    ordered = campaign.leads.order_by("rank").values_list("phone", flat=True)
    assert [phone[-1] for phone in ordered] == ["5", "2", "3", "1", "4"]


def test_a_list_without_header_is_read_from_its_first_row(campaign: Campaign) -> None:
    sheet = imported(campaign, "Ann Lee;2125550123\nBob Roe;2125550124\nBob Roe;12\n")

    assert counts(sheet) == (2, 0, 1)
    assert sheet.leads.earliest("pk").name == "Ann Lee"
    assert rejects(sheet).splitlines()[0] == "\ufeffColumn 1;Column 2;Reason"


def test_a_workbook_is_read_as_its_values(campaign: Campaign) -> None:
    # given numbers as numbers, a date, a formula, and empty rows above
    data = workbook(
        [["Phone", "Name", "Score"], [12125550123, "Ann", "=6*7"], [2125550124.0, "Bob", None]],
        offset=2,
    )

    # when
    sheet = imported(campaign, data, "leads.xlsx")

    # then rows are numbered as Excel numbers them
    assert counts(sheet) == (2, 0, 0)
    assert sheet.layout["sheet"] == "Leads"
    ann = sheet.leads.get(phone="+12125550123")
    assert (ann.sheet_row, ann.custom) == (4, {"Score": 42})


def test_rejects_of_a_workbook_are_a_csv_too(campaign: Campaign) -> None:
    sheet = imported(campaign, workbook([["Phone", "Name"], [12, "Ann"]]), "leads.xlsx")

    assert "12,Ann,Row 2: The number has too few digits." in rejects(sheet)


def test_formulas_are_harmless_in_the_file_of_rejects(campaign: Campaign) -> None:
    sheet = imported(campaign, "Phone,Name,Note\n12,=cmd|'/c calc'!A0,@SUM(1)\n+1 (0),-1+2,\t=1\n")

    lines = rejects(sheet).splitlines()
    assert lines[1].startswith("12,'=cmd|'/c calc'!A0,'@SUM(1),")
    assert lines[2].startswith("+1 (0),'-1+2,")


@pytest.mark.parametrize("mapping", [["custom", "custom"], ["phone", "phone"], ["phone", "shoe"]])
def test_a_mapping_that_makes_no_leads_is_refused(campaign: Campaign, mapping: list[str]) -> None:
    sheet = sheets.receive_upload(None, campaign, upload("Name,Phone\nAnn,2125550123\n"))

    with pytest.raises(InputError):
        sheets.start_import(None, sheet, mapping)

    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.UPLOADED


def test_an_import_begins_once(campaign: Campaign) -> None:
    sheet = imported(campaign, "Phone\n2125550123\n")

    assert not sheets.run_import(sheet.pk)
    with pytest.raises(DomainError, match="begun already"):
        sheets.start_import(None, sheet)


def test_a_corrected_layout_is_used(campaign: Campaign) -> None:
    # given a Cyrillic list that looks Western
    sheet = sheets.receive_upload(
        None, campaign, upload("Имя;Телефон\nЛилия;2125550123\n".encode("cp1251"))
    )

    # when a person corrects the encoding
    found = sheets.preview(sheet, layout={"encoding": "cp1251"})
    fields = [column.field for column in found.columns]
    sheets.start_import(None, sheet, fields, layout={"encoding": "cp1251"})
    sheets.run_import(sheet.pk)

    # then
    assert [column.name for column in found.columns] == ["Имя", "Телефон"]
    assert sheet.leads.get().custom == {"Имя": "Лилия"}


def test_a_preview_shows_names_fields_and_fifty_rows(campaign: Campaign) -> None:
    rows = "".join(f"Person {n},212555{n:04d}\n" for n in range(80))
    sheet = sheets.receive_upload(None, campaign, upload("Name,Phone\n" + rows))

    found = sheets.preview(sheet)

    assert [(column.name, column.field) for column in found.columns] == [
        ("Name", "name"),
        ("Phone", "phone"),
    ]
    assert found.columns[1].examples == ["2125550000", "2125550001", "2125550002"]
    assert len(found.rows) == 50


def test_another_worker_finds_nothing_to_do_while_the_lease_holds(campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    sheets.start_import(None, sheet)
    LeadSheet.objects.update(lease_until=timezone.now() + timedelta(seconds=5))

    assert sheets.due(timezone.now()) == []
    assert not sheets.run_import(sheet.pk)
    assert sheets.due(timezone.now() + timedelta(seconds=6)) == [sheet.pk]


def test_a_worker_that_lost_its_lease_changes_nothing(campaign: Campaign) -> None:
    # given a worker in the middle of a sheet that another one has finished meanwhile
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n2125550124\n"))
    sheets.start_import(None, sheet)
    slow = importing._begin(sheet.pk, timezone.now())
    assert slow is not None
    with receiving.opened_table(slow) as (_, layout):
        run = importing.Run(slow, layout, 3)
    LeadSheet.objects.update(lease_until=None)
    sheets.run_import(sheet.pk)

    # when it goes on
    went_on = run.through(importing.rows_of(sheet))

    # then
    sheet.refresh_from_db()
    assert not went_on
    assert counts(sheet) == (2, 0, 0)


def test_an_import_that_always_dies_at_the_same_place_fails(campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    sheets.start_import(None, sheet)
    LeadSheet.objects.update(tries=importing.MOST_TRIES)

    assert not sheets.run_import(sheet.pk)

    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.FAILED
    assert "several times" in sheet.problem


def test_a_failed_import_can_be_tried_again(campaign: Campaign) -> None:
    # given a sheet whose file was away
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    name, sheet.file = sheet.file, "gone.bin"
    sheet.save()
    sheets.start_import(None, sheet)
    sheets.run_import(sheet.pk)
    sheet.refresh_from_db()
    assert (sheet.status, sheet.problem) == (LeadSheet.Status.FAILED, "The file is gone.")

    # when it is back
    LeadSheet.objects.update(file=name)
    sheets.start_import(None, sheet)
    sheets.run_import(sheet.pk)

    # then
    sheet.refresh_from_db()
    assert counts(sheet) == (1, 0, 0)


def test_a_number_taken_between_look_and_insert_is_a_duplicate(campaign: Campaign) -> None:
    # given rows that look new, of which one collides in the database
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    taken = LeadFactory.create(campaign=campaign, phone="+12125550123")
    rows = {
        number: lead_facts([phone], ["phone"], ["Phone"], "US")
        for number, phone in ((2, taken.phone), (3, "+12125550124"))
    }
    told: list[Reject] = []

    # when
    stored = landing._insert_singly(sheet, rows, set(), told, timezone.now())

    # then
    assert stored == {3}
    assert [(row, kind) for row, kind, _, _ in told] == [(2, SheetReject.Kind.DUPLICATE)]


def test_rows_taken_for_new_ones_are_looked_up_when_the_database_objects(
    campaign: Campaign,
) -> None:
    # given rows of which one is there already, and one comes twice
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    taken = LeadFactory.create(campaign=campaign, phone="+12125550123")
    rows = {
        number: lead_facts([phone], ["phone"], ["Phone"], "US")
        for number, phone in enumerate((taken.phone, "+12125550124", "+12125550124"), 2)
    }

    # when
    counts = landing.store(sheet, campaign, landing.Batch(rows), timezone.now(), look=False)

    # then
    assert (counts.accepted, counts.duplicate, counts.met) == (1, 2, True)
    assert list(sheet.rejects.order_by("row").values_list("row", "reason")) == [
        (2, "The number is already in the campaign."),
        (4, "The number is already in row 3."),
    ]


def test_progress_is_told_to_the_sheets_page(campaign: Campaign) -> None:
    sheet = imported(campaign, "Phone\n2125550123\n")

    told = Event.objects.filter(kind__startswith="sheet.").order_by("id")
    assert [event.kind for event in told] == [
        "sheet.uploaded",
        "sheet.confirmed",
        "sheet.progress",
        "sheet.imported",
    ]
    assert f"sheet:{sheet.pk}" in told[3].topics
    assert told[3].data["accepted"] == 1


def test_an_upload_can_be_discarded_until_leads_came_of_it(
    campaign: Campaign, django_capture_on_commit_callbacks: object, person: object
) -> None:
    user: User = person("manager", organization=campaign.organization)  # type: ignore[operator]
    sheet = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    used = imported(campaign, "Phone\n2125550124\n")

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        sheets.discard(user, sheet)

    assert not storages["sheets"].exists(sheet.file)
    assert not LeadSheet.objects.filter(pk=sheet.pk).exists()
    with pytest.raises(DomainError, match="stays"):
        sheets.discard(user, used)


def test_ten_thousand_rows_take_few_queries(
    campaign: Campaign, django_assert_max_num_queries: object
) -> None:
    rows = "".join(f"Person {n},+1212{200 + n // 10000}{n % 10000:04d}\n" for n in range(10_000))
    sheet = sheets.receive_upload(None, campaign, upload("Name,Phone\n" + rows))
    sheets.start_import(None, sheet)

    with django_assert_max_num_queries(400):  # type: ignore[operator]
        sheets.run_import(sheet.pk)

    sheet.refresh_from_db()
    assert counts(sheet) == (10_000, 0, 0)
