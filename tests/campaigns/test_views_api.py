"""The API of lists and leads."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import apitokens
from accounts.models import User
from campaigns import consents, queue, sheets, suppression
from campaigns.models import Campaign, Lead, LeadSheet, QueueEntry
from tests.campaigns.lists import upload
from tests.clients import machine
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def client(manager: User) -> Client:
    return machine(manager)


@pytest.fixture
def campaign(manager: User) -> Campaign:
    return CampaignFactory.create(
        organization=manager.organization, created_by=manager, name="Spring"
    )


def send_list(client: Client, campaign: Campaign, **fields: Any) -> Any:
    file = upload("Name,Phone\nAnn,2125550123\n")
    return client.post("/api/upload", {"file": file, "campaign": campaign.pk, **fields})


def send_lead(client: Client, **fields: Any) -> Any:
    body = {"campaign": "Spring", "phone": "2125550123", **fields}
    return client.post("/api/leads", json.dumps(body), content_type="application/json")


def test_an_upload_answers_the_list_and_its_preview(client: Client, campaign: Campaign) -> None:
    answer = send_list(client, campaign)

    sheet = LeadSheet.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "success": True,
        "sheet": {
            "id": sheet.pk,
            "url": f"http://testserver/campaigns/sheets/{sheet.pk}/",
            "status": "uploaded",
            "preview": {
                "columns": [
                    {"index": 0, "name": "Name", "field": "name", "examples": ["Ann"]},
                    {"index": 1, "name": "Phone", "field": "phone", "examples": ["2125550123"]},
                ],
                "rows": [["Ann", "2125550123"]],
            },
        },
    }


@pytest.mark.parametrize(
    "mapping", ["auto", '["name", "phone"]', '{"Name": "name", "Phone": "phone"}']
)
def test_an_upload_with_a_mapping_starts_the_import(
    client: Client, campaign: Campaign, mapping: str
) -> None:
    answer = send_list(client, campaign, mapping=mapping)

    assert answer.json()["sheet"]["status"] == "waiting"
    assert LeadSheet.objects.get().mapping == {"0": "name", "1": "phone"}


@pytest.mark.parametrize("mapping", ['["name", "name"]', '{"Phone": "shoe"}', "7", "not json"])
def test_a_wrong_mapping_is_refused_and_keeps_nothing(
    client: Client, campaign: Campaign, mapping: str
) -> None:
    answer = send_list(client, campaign, mapping=mapping)

    assert answer.status_code == 400
    assert "mapping" in answer.json()["errors"]
    assert not LeadSheet.objects.exists()


def test_an_upload_chooses_how_it_is_imported(client: Client, campaign: Campaign) -> None:
    consent = {
        "voices": ["ai"], "kind": "written", "source": "Web form", "granted_on": "2026-01-05",
    }  # fmt: skip
    send_list(
        client,
        campaign,
        default_region="GB",
        duplicates="recent",
        duplicate_days=90,
        scrub="true",
        consent=json.dumps(consent),
    )

    sheet = LeadSheet.objects.get()
    assert (sheet.status, sheet.default_region, sheet.scrub) == ("uploaded", "GB", True)
    assert (sheet.duplicates, sheet.duplicate_days) == ("recent", 90)
    assert sheet.consent == {**consent, "proof": "", "expires_on": ""}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("default_region", "ZZ"),
        ("duplicates", "anywhere"),
        ("duplicate_days", "0"),
        ("template", "Nobody's"),
        ("consent", "yes"),
        ("consent", '{"voice": "ai"}'),
        ("consent", '{"voices": [["ai"]], "kind": "written", "source": "Form"}'),
        ("consent", '{"voices": ["ai"], "kind": "written", "source": "\\ud800"}'),
        ("consent", "[" * 200_000),
        ("mapping", "[" * 200_000),
        ("mapping", '["\\ud800"]'),
    ],
)
def test_a_wrong_choice_is_refused_by_field_and_keeps_nothing(
    client: Client, campaign: Campaign, field: str, value: str
) -> None:
    answer = send_list(client, campaign, **{field: value})

    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not LeadSheet.objects.exists()


def test_a_program_that_may_only_upload_lists_writes_down_no_consent(
    manager: User, campaign: Campaign
) -> None:
    _, raw = apitokens.make(manager, "Lists", ["campaigns.add_leadsheet"], None)
    program = Client(headers={"Authorization": f"Bearer {raw}"})
    consent = {"voices": ["ai"], "kind": "written", "source": "Web form"}

    refused = send_list(program, campaign, consent=json.dumps(consent))
    taken = send_list(program, campaign)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert taken.status_code == 201
    assert LeadSheet.objects.get().consent == {}


def test_an_upload_by_a_template_starts_with_its_columns_and_choices(
    client: Client, campaign: Campaign, manager: User
) -> None:
    # given a template that takes the name for a company, and looks in all campaigns
    first = sheets.receive_upload(manager, campaign, upload("Name,Phone\nEve,2125550199\n"))
    begun = sheets.start_import(
        manager, first, ["company", "phone"], choices=sheets.Choices(duplicates="organization")
    )
    sheets.save_template(
        manager, begun, "Weekly", names=["Name", "Phone"], mapping=["company", "phone"]
    )

    # when a machine names it, with one choice of its own
    answer = send_list(client, campaign, template="Weekly", scrub="true")

    sheet = LeadSheet.objects.exclude(pk=first.pk).get()
    assert answer.json()["sheet"]["status"] == "waiting"
    assert sheet.mapping == {"0": "company", "1": "phone"}
    assert (sheet.duplicates, sheet.scrub) == ("organization", True)


def test_a_template_of_other_columns_is_refused_and_keeps_nothing(
    client: Client, campaign: Campaign, manager: User
) -> None:
    first = sheets.receive_upload(manager, campaign, upload("Tel\n2125550199\n"))
    begun = sheets.start_import(manager, first, ["phone"])
    sheets.save_template(manager, begun, "Weekly", names=["Tel"], mapping=["phone"])

    answer = send_list(client, campaign, template="Weekly")

    assert answer.status_code == 400
    assert "template" in answer.json()["errors"]
    assert LeadSheet.objects.count() == 1


def test_a_bad_file_is_refused_in_the_envelope(client: Client, campaign: Campaign) -> None:
    answer = client.post("/api/upload", {"file": upload(b"MZ\0\0"), "campaign": "Spring"})

    assert answer.status_code == 400
    assert answer.json()["code"] == "not_a_table"


def test_a_body_beyond_every_limit_is_refused_unread(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_SHEETS_TEXT_MB", "1")
    monkeypatch.setenv("DIALER_SHEETS_WORKBOOK_MB", "1")

    answer = client.post("/api/upload", {"file": upload(b"x" * 3_000_000), "campaign": campaign.pk})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_another_managers_campaign_does_not_exist(client: Client) -> None:
    other = CampaignFactory.create()

    assert send_list(client, other).status_code == 400
    assert send_lead(client, campaign=str(other.pk)).status_code == 400


def test_a_lead_is_added(client: Client, campaign: Campaign) -> None:
    answer = send_lead(
        client, name="Ann", external_id="A-1", custom={"Source": "web"}, phones=["2125550124"]
    )

    lead = campaign.leads.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "success": True,
        "lead": {"id": lead.pk, "status": "new", "created": True},
    }
    assert (lead.phone, lead.name, lead.custom) == ("+12125550123", "Ann", {"Source": "web"})
    assert lead.phones.get().phone == "+12125550124"
    assert lead.window_class is not None


def test_the_same_external_id_brings_its_lead_up_to_date(
    client: Client, campaign: Campaign
) -> None:
    send_lead(client, name="Ann", company="Acme", external_id="A-1", custom={"a": "1"})

    answer = send_lead(
        client, phone="2125550199", name="Ann Lee", external_id="a-1", custom={"b": "2"}
    )

    lead = campaign.leads.get()
    assert (answer.status_code, answer.json()["lead"]["created"]) == (200, False)
    assert (lead.phone, lead.name, lead.company) == ("+12125550199", "Ann Lee", "Acme")
    assert lead.custom == {"a": "1", "b": "2"}


def test_a_number_that_another_lead_has_is_refused(client: Client, campaign: Campaign) -> None:
    other = LeadFactory.create(campaign=campaign, phone="+12125550123")

    answer = send_lead(client, external_id="A-1")

    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_number")
    assert answer.json()["errors"] == {"lead": other.pk}


@pytest.mark.parametrize(
    "fields",
    [{"phone": "12"}, {"phone": ""}, {"email": "nope"}, {"priority": 1000}, {"custom": 7}],
)
def test_a_wrong_lead_is_refused_by_field(
    client: Client, campaign: Campaign, fields: dict[str, Any]
) -> None:
    answer = send_lead(client, **fields)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(fields)
    assert not Lead.objects.exists()


def test_a_suppressed_number_is_kept_and_never_dialable(client: Client, campaign: Campaign) -> None:
    suppression.suppress(campaign.organization, "+12125550123", source="api", now=timezone.now())

    assert send_lead(client).json()["lead"]["status"] == "suppressed"


def test_dial_next_goes_before_all_others_and_first_come_first_served(
    client: Client, campaign: Campaign
) -> None:
    sent: list[dict[str, Any]] = [
        {"priority": 100},
        {"dial_next": True},
        {"dial_next": True, "priority": 100},
        {},
    ]
    for number, fields in enumerate(sent):
        send_lead(client, phone=f"212555010{number}", **fields)

    order = [phone[-1] for phone in campaign.leads.order_by("rank").values_list("phone", flat=True)]
    assert order == ["1", "2", "0", "3"]


def test_dial_next_takes_a_queued_lead_to_the_front(client: Client, campaign: Campaign) -> None:
    # given three leads that wait in the ready table
    for number in range(3):
        send_lead(client, phone=f"212555010{number}", external_id=f"id-{number}")
    queue.fill(campaign.pk, timezone.now())
    assert QueueEntry.objects.count() == 3

    # when the last one is to be dialed next
    send_lead(client, phone="2125550102", external_id="id-2", dial_next=True)
    queue.fill(campaign.pk, timezone.now())

    # then
    first = QueueEntry.objects.order_by("tier", "rank", "pk").first()
    assert first is not None
    assert first.lead.external_id == "id-2"


def test_a_leads_number_does_not_change_while_it_is_called(
    client: Client, campaign: Campaign
) -> None:
    send_lead(client, external_id="A-1")
    Lead.objects.update(status="claimed")

    answer = send_lead(client, external_id="A-1", phone="2125550199")

    assert (answer.status_code, answer.json()["code"]) == (409, "lead_is_claimed")


def ask(client: Client, **query: str) -> Any:
    return client.get("/api/suppression", query)


def forbid(client: Client, **fields: Any) -> Any:
    return client.post("/api/suppression", json.dumps(fields), content_type="application/json")


def test_a_wish_not_to_be_called_holds_at_once_and_is_told_when_asked(
    client: Client, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign, phone="+12125550123")
    queue.fill(campaign.pk, timezone.now())
    terms = consents.Terms("marketing", "person", "written", "A form", granted_at=timezone.now())
    given = consents.grant(campaign.organization, "+12125550123", terms, now=timezone.now())

    sent = forbid(client, phone="(212) 555-0123", region="us", reason="By letter.")

    assert sent.status_code == 201
    assert sent.json()["suppression"]["phone"] == "+12125550123"
    assert Lead.objects.get(pk=lead.pk).status == "suppressed"
    known = ask(client, phone="+12125550123").json()["number"]
    assert known["suppressed"]
    assert [refusal["rule"] for refusal in known["refusals"]] == ["suppressed"]
    given.refresh_from_db()
    assert given.revoked_because == "By letter."


def test_a_wish_may_be_about_one_campaign_and_for_a_time(
    client: Client, campaign: Campaign
) -> None:
    sent = forbid(client, phone="+12125550123", campaign="Spring", until="2099-01-01T00:00:00Z")

    assert sent.json()["suppression"]["campaign"] == campaign.pk
    assert not ask(client, phone="+12125550123").json()["number"]["suppressed"]
    known = ask(client, phone="+12125550123", campaign="Spring").json()["number"]
    assert known["refusals"][0]["until"].startswith("2099-01-01")


def test_what_cannot_be_meant_is_refused(client: Client) -> None:
    assert forbid(client, phone="12").status_code == 400
    assert ask(client, phone="").status_code == 400
    assert forbid(client, phone="+12125550123", campaign="Nowhere").status_code == 400
    over = forbid(client, phone="+12125550123", until="2020-01-01T00:00:00Z")
    assert over.status_code == 400
    assert "until" in over.json()["errors"]


@pytest.mark.parametrize("body", ["[" * 200_000, '{"custom":' * 50_000])
@pytest.mark.parametrize("route", ["leads", "suppression", "consents", "consents/stop"])
def test_a_body_that_is_nested_too_deep_is_no_json(client: Client, route: str, body: str) -> None:
    answer = client.post(f"/api/{route}", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
