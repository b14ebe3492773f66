"""The pages of a list: upload, columns, progress, rejected rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns import sheets
from campaigns.models import Campaign, LeadSheet
from tests.campaigns.lists import imported, upload, workbook
from tests.clients import browser
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db
LIST = "Name,Phone,Shoe size\nAnn,2125550123,44\nBob,12,45\n"


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def client(manager: User) -> Client:
    return browser(manager)


@pytest.fixture
def campaign(manager: User) -> Campaign:
    return CampaignFactory.create(organization=manager.organization, created_by=manager)


def send(client: Client, campaign: Campaign, content: bytes | str, **headers: str) -> Any:
    address = reverse("campaigns:sheet_upload", args=[campaign.pk])
    return client.post(address, {"file": upload(content)}, headers=headers)


def test_a_list_goes_from_upload_to_leads(
    client: Client, campaign: Campaign, django_capture_on_commit_callbacks: Any
) -> None:
    # given an uploaded list, which leads to its columns
    answer = send(client, campaign, LIST)
    sheet = LeadSheet.objects.get()
    assert answer["Location"] == reverse("campaigns:sheet", args=[sheet.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "Check the columns" in page
    assert "2125550123" in page

    # when the columns are confirmed, one of them corrected
    form = {"field_0": "name", "field_1": "phone", "field_2": "ignore", "header_row": "1"}
    confirmed = client.post(answer["Location"], form)

    # then the import is due, and done by whoever looks
    assert confirmed.status_code == 302
    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.WAITING
    assert "Waiting for a worker" in client.get(answer["Location"]).content.decode()
    sheets.run_import(sheet.pk)
    page = client.get(answer["Location"]).content.decode()
    assert "The number has too few digits." in page
    assert campaign.leads.get().custom == {}


def test_a_scripts_upload_is_sent_on_by_header(client: Client, campaign: Campaign) -> None:
    answer = send(client, campaign, LIST, **{"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == reverse("campaigns:sheet", args=[LeadSheet.objects.get().pk])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n", "This is a picture, not a list."),
        (b"\0" * 5000, "The file is not text"),
    ],
)
def test_a_bad_file_is_refused_on_the_page_and_to_the_script(
    client: Client, campaign: Campaign, content: bytes, sentence: str
) -> None:
    page = send(client, campaign, content)
    script = send(client, campaign, content, **{"HX-Request": "true"})

    assert page.status_code == script.status_code == 400
    assert sentence in page.content.decode()
    assert script["Content-Type"].startswith("text/plain")
    assert sentence in script.content.decode()
    assert not LeadSheet.objects.exists()


def test_a_file_too_large_is_refused_on_the_page(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_SHEETS_TEXT_MB", "1")
    monkeypatch.setenv("DIALER_SHEETS_WORKBOOK_MB", "1")

    answer = send(client, campaign, b"Phone\n" + b"2125550123\n" * 120_000)

    assert answer.status_code == 413
    assert "at most 1 MB" in answer.content.decode()


def test_no_file_is_asked_for(client: Client, campaign: Campaign) -> None:
    answer = client.post(reverse("campaigns:sheet_upload", args=[campaign.pk]))

    assert answer.status_code == 400
    assert "Choose a file." in answer.content.decode()


def test_a_changed_layout_draws_the_columns_anew(client: Client, campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload("Café;Phone\nx;2125550123\n"))

    part = client.get(
        reverse("campaigns:sheet", args=[sheet.pk]),
        {"encoding": "cp1252", "delimiter": ";", "header_row": "1"},
        headers={"HX-Request": "true", "HX-Target": "sheet-columns"},
    ).content.decode()

    assert part.lstrip().startswith("<div")
    assert "CafÃ©" in part


def test_a_list_without_a_number_column_is_not_imported(client: Client, campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload("Name,Phone\nAnn,2125550123\n"))

    answer = client.post(
        reverse("campaigns:sheet", args=[sheet.pk]), {"field_0": "name", "field_1": "custom"}
    )

    assert answer.status_code == 422
    assert "which column holds the telephone number" in answer.content.decode()


def test_a_workbook_of_several_sheets_says_which_is_read(
    client: Client, campaign: Campaign
) -> None:
    sheet = sheets.receive_upload(
        None, campaign, upload(workbook([["Phone"], [12125550123]]), "a.xlsx")
    )

    page = client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()

    assert "only “Leads” is imported" in page


def test_a_hundred_columns_are_shown(client: Client, campaign: Campaign) -> None:
    header = ",".join(["Phone", *(f"c{n}" for n in range(99))])
    row = ",".join(["2125550123", *(str(n) for n in range(99))])
    sheet = sheets.receive_upload(None, campaign, upload(f"{header}\n{row}\n"))

    page = client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()

    assert 'name="field_99"' in page


def test_cells_are_text_and_never_markup(client: Client, campaign: Campaign) -> None:
    text = "Name,Phone\n<script>alert(1)</script>,2125550123\n"
    sheet = sheets.receive_upload(None, campaign, upload(text))

    page = client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()

    assert "<script>alert" not in page


def test_an_upload_is_discarded(client: Client, campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload(LIST))

    client.post(reverse("campaigns:sheet_discard", args=[sheet.pk]))

    assert not LeadSheet.objects.exists()


def test_rejected_rows_are_downloaded(client: Client, campaign: Campaign) -> None:
    sheet = imported(campaign, LIST, "My list.csv")

    answer = client.get(reverse("campaigns:sheet_rejects", args=[sheet.pk]))

    assert answer["Content-Disposition"] == 'attachment; filename="my-list-rejected.csv"'
    assert b"Bob,12,45,Row 3: The number has too few digits." in answer.getvalue()


def test_a_failed_import_can_be_tried_again(client: Client, campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload(LIST))
    LeadSheet.objects.update(status="failed", problem="The file is gone.")

    page = client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()
    client.post(reverse("campaigns:sheet", args=[sheet.pk]))

    assert "Try again" in page
    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.WAITING


def test_choices_and_a_template_are_kept_with_the_import(
    client: Client, campaign: Campaign
) -> None:
    # given
    sheet = sheets.receive_upload(None, campaign, upload("Who,Reach\nAnn,2125550123\n"))
    page = client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()
    assert "Country of bare numbers" in page

    # when
    form = {
        "field_0": "name",
        "field_1": "phone",
        "header_row": "1",
        "save_as": "Weekly",
        "default_region": "us",
        "duplicates": "recent",
        "duplicate_days": "7",
        "scrub": "on",
    }
    client.post(reverse("campaigns:sheet", args=[sheet.pk]), form)

    # then the next list of the shape says so
    sheet.refresh_from_db()
    assert (sheet.default_region, sheet.duplicates, sheet.duplicate_days) == ("US", "recent", 7)
    assert sheet.scrub
    following = sheets.receive_upload(None, campaign, upload("Who,Reach\nBob,2125550124\n"))
    page = client.get(reverse("campaigns:sheet", args=[following.pk])).content.decode()
    assert "selected>Weekly</option>" in page
    listed = client.get(reverse("campaigns:sheets")).content.decode()
    assert "Weekly" in listed


def test_who_may_write_down_no_consent_is_not_asked_for_it_and_cannot_send_it(
    client: Client, campaign: Campaign, manager: User
) -> None:
    sheet = sheets.receive_upload(None, campaign, upload(LIST))
    address = reverse("campaigns:sheet", args=[sheet.pk])
    assert "Whoever said yes" in client.get(address).content.decode()
    right = Permission.objects.get(codename="add_consentrecord")
    for group in manager.groups.all():
        group.permissions.remove(right)

    page = client.get(address).content.decode()
    form = {"field_0": "name", "field_1": "phone", "field_2": "consent", "header_row": "1"}
    consent = {"consent_voices": ["ai"], "consent_kind": "written", "consent_source": "Form"}
    answer = client.post(address, {**form, "duplicates": "campaign", **consent})

    assert "Whoever said yes" not in page
    assert answer.status_code == 422
    assert "may not write down consent" in answer.content.decode()
    sheet.refresh_from_db()
    assert (sheet.status, sheet.consent) == ("uploaded", {})


def test_a_wrong_choice_is_told_at_its_field(client: Client, campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload(LIST))
    form = {"field_0": "name", "field_1": "phone", "field_2": "custom", "header_row": "1"}

    answer = client.post(
        reverse("campaigns:sheet", args=[sheet.pk]),
        {**form, "duplicates": "campaign", "default_region": "XX"},
    )

    assert answer.status_code == 422
    assert "No country has this code." in answer.content.decode()


def test_an_import_is_undone_once_its_number_of_leads_is_typed(
    client: Client, campaign: Campaign
) -> None:
    sheet = imported(campaign, LIST)
    address = reverse("campaigns:sheet_undo", args=[sheet.pk])
    assert address in client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()

    wrong = client.post(address, {"leads": "7"})
    assert (wrong.status_code, "Type 1 to confirm." in wrong.content.decode()) == (422, True)
    client.post(address, {"leads": "1"})
    sheets.run_undo(sheet.pk)

    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.UNDONE
    assert "Undone" in client.get(reverse("campaigns:sheet", args=[sheet.pk])).content.decode()


def test_a_list_without_leads_is_downloaded_and_deleted(client: Client, campaign: Campaign) -> None:
    sheet = imported(campaign, "Phone\n12\n")

    sent: Any = client.get(reverse("campaigns:sheet_file", args=[sheet.pk]))
    assert b"".join(sent.streaming_content) == b"Phone\n12\n"
    client.post(reverse("campaigns:sheet_discard", args=[sheet.pk]))

    assert not LeadSheet.objects.exists()


def test_one_list_of_an_ai_campaign_is_active(client: Client, campaign: Campaign) -> None:
    # given
    Campaign.objects.filter(pk=campaign.pk).update(mode="ai")
    first = imported(campaign, "Phone\n2125550123\n")
    second = imported(campaign, "Phone\n2125550124\n")

    # when
    client.post(reverse("campaigns:sheet_activate", args=[second.pk]))

    # then
    campaign.refresh_from_db()
    assert campaign.active_sheet == second
    assert [sheet.active for sheet in LeadSheet.objects.order_by("pk")] == [False, True]
    assert not first.active


def test_lists_are_found_by_file_campaign_and_status(
    client: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    imported(campaign, "Phone\n2125550123\n", "spring.csv")
    imported(campaign, "Phone\n2125550124\n", "summer.csv")

    with django_assert_max_num_queries(14):
        page = client.get(reverse("campaigns:sheets"), {"q": "spring"}).content.decode()

    assert "spring.csv" in page
    assert "summer.csv" not in page
    none = client.get(reverse("campaigns:sheets"), {"status": "failed"}).content.decode()
    assert "No list matches" in none
