"""The API of AI campaigns: by module, their drafts and versions, lists, prospects."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team, User
from agentic import launching, leadfacts
from agentic.models import AiCall
from campaigns import dispositions, sheets
from campaigns.models import Campaign, ConsentRecord
from tests.agentic.test_wording import make
from tests.campaigns.lists import imported
from tests.clients import machine
from tests.factories import LeadFactory, TrunkFactory

pytestmark = pytest.mark.django_db
HEADER = "prospect_name,resource_name,job_title,company_name,email,phone,timezone\n"
ROW = "Ann,The Guide,CTO,Example Ltd.,ann@example.test,2125550123,America/New_York\n"


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def api(manager: User) -> Client:
    return machine(manager)


def at(name: str, *arguments: object, **query: object) -> str:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"agentic-api:{name}", args=arguments) + (f"?{asked}" if asked else "")


def send(api: Client, method: str, address: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body or {}).encode()
    return api.generic(method, address, data, content_type="application/json")


def test_a_campaign_is_made_read_changed_and_archived_by_its_module(api: Client) -> None:
    body = {"module": "gbr", "name": "GBR", "agent_text": "You are Ada.", "session_text": "Talk."}

    made = send(api, "POST", at("voices"), body)
    changed = send(api, "PATCH", at("voice", "gbr"), {"session_text": "Hi [Prospect Name]."})
    listed = api.get(at("voices")).json()["campaigns"]
    gone = send(api, "DELETE", at("voice", "gbr"))

    assert made.status_code == 201
    assert made.json()["campaign"]["module"] == "gbr"
    assert changed.json()["campaign"]["session_text"] == "Hi [Prospect Name]."
    assert changed.json()["campaign"]["agent_text"] == "You are Ada."
    assert [(one["module"], one["status"]) for one in listed] == [("gbr", "draft")]
    assert gone.json()["campaign"]["status"] == Campaign.Status.ARCHIVED
    assert api.get(at("voices")).json()["campaigns"] == []


def test_a_wrong_text_is_refused_with_its_place(api: Client, manager: User) -> None:
    row = make(manager)

    answer = send(api, "PUT", at("prompts", row.module), {"agent_text": "Hi {{ nmae }}"})

    assert answer.status_code == 400
    assert answer.json()["errors"]["agent_text"] == [
        "Line 1, column 4: {{ nmae }} is not known. Did you mean {{ name }}?"
    ]


def test_a_draft_is_published_and_rolled_back(api: Client, manager: User) -> None:
    row = make(manager)

    first = send(api, "POST", at("publish", row.module), {"note": "The first"})
    again = send(api, "POST", at("publish", row.module))
    send(api, "PUT", at("prompts", row.module), {"agent_text": "You are Bea."})
    send(api, "POST", at("publish", row.module))
    back = send(api, "POST", at("roll_back", row.module))

    assert first.status_code == 201
    assert first.json()["versions"][0]["note"] == "The first"
    assert again.json()["code"] == "nothing_new"
    assert back.json()["campaign"]["published_version"] == 1
    assert [one["in_force"] for one in back.json()["versions"]] == [False, True]


def test_a_list_goes_in_is_previewed_selected_fetched_and_deleted(
    api: Client, manager: User
) -> None:
    row = make(manager)
    file = SimpleUploadedFile("gbr.csv", (HEADER + ROW).encode())

    sent = api.post(at("csv"), {"campaign": row.module, "file": file})

    assert sent.status_code == 201
    listed = api.get(at("csv", campaign=row.module)).json()["files"]
    assert [(one["name"], one["status"]) for one in listed] == [("gbr.csv", "waiting")]
    preview = api.get(at("csv_preview", listed[0]["id"])).json()
    assert preview["rows"][0][0] == "Ann"
    fetched = api.get(at("csv_file", listed[0]["id"]))
    assert b"".join(fetched.streaming_content).decode() == HEADER + ROW  # type: ignore[attr-defined]


def test_a_campaign_is_made_filled_published_started_and_run_by_machines_alone(
    clock: object, api: Client, manager: User
) -> None:
    # given a line, a team and its own results
    owner = manager.organization
    assert owner
    line = TrunkFactory.create(organization=owner, name="Out")
    Team.objects.create(organization=owner, name="Closers").managers.add(manager)
    dispositions.ensure_defaults(owner)
    body = {
        "module": "gbr",
        "name": "GBR",
        "agent_text": "You are Ada.",
        "session_text": "Talk.",
        "teams": ["Closers"],
        "dispositions": ["wrong-number"],
        "ring_time_s": 20,
        "silence_s": 9,
    }

    # when everything is done by requests
    answer = send(api, "POST", at("voices"), body)
    assert answer.status_code == 201, answer.content
    made = answer.json()["campaign"]
    send(api, "POST", at("publish", "gbr"))
    file = SimpleUploadedFile("gbr.csv", b"Phone,Opt-in\n2125550123,yes\n")
    consent = {"voices": ["ai"], "kind": "written", "source": "Form", "granted_on": "2026-01-05"}
    sent = {"campaign": "gbr", "file": file, "consent": json.dumps(consent)}
    sheets.run_import(api.post(at("csv"), sent).json()["csv"]["id"])
    started = send(api, "PATCH", at("voice", "gbr"), {"status": "running"}).json()["campaign"]
    run = send(api, "POST", at("start_run"), {"campaign": "gbr"})

    # then the call is queued on the line
    assert made["trunk"] == "Out"
    assert "wrong-number" in made.pop("dispositions")
    assert {name: made.get(name) for name in body} == body | {"dispositions": None}
    assert started["status"] == "running"
    assert run.status_code == 201, run.content
    (pk,) = launching.launch_due(timezone.now())
    assert AiCall.objects.get(pk=pk).trunk == line


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"voice": "Elvis"}, "voice"),
        ({"language": "xx-XX"}, "language"),
        ({"model": "gpt"}, "model"),
        ({"trunk": "Theirs"}, "trunk"),
        ({"teams": ["Theirs"]}, "teams"),
        ({"dispositions": ["nonsense"]}, "dispositions"),
        ({"colour": "red"}, "colour"),
        ({"published": 1}, "published"),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(
    api: Client, manager: User, body: dict[str, Any], field: str
) -> None:
    other = TrunkFactory.create(name="Theirs")
    Team.objects.create(organization=other.organization, name="Theirs")
    row = make(manager)

    answer = send(api, "PATCH", at("voice", row.module), {"name": "Renamed", **body})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    row.campaign.refresh_from_db()
    assert row.campaign.name != "Renamed"


def test_a_module_is_no_number(api: Client) -> None:
    named = send(api, "POST", at("voices"), {"module": "2026", "name": "Spring"})
    unnamed = send(api, "POST", at("voices"), {"name": "2026"})

    assert named.status_code == 400
    assert list(named.json()["errors"]) == ["module"]
    assert unnamed.json()["campaign"]["module"] == "voice-2026"


def test_a_list_brings_the_consent_that_a_voice_needs(api: Client, manager: User) -> None:
    row = make(manager)
    file = SimpleUploadedFile("gbr.csv", b"Phone,Opt-in\n2125550123,yes\n")
    consent = {"voices": ["ai"], "kind": "written", "source": "Form", "granted_on": "2026-01-05"}

    sent = api.post(
        at("csv"), {"campaign": row.module, "file": file, "consent": json.dumps(consent)}
    )
    sheets.run_import(sent.json()["csv"]["id"])

    record = ConsentRecord.objects.get()
    assert (record.phone, record.voice, record.kind) == ("+12125550123", "ai", "written")


def test_one_list_is_active_and_goes_with_its_leads_only_when_they_are_counted(
    api: Client, manager: User
) -> None:
    row = make(manager)
    first = imported(row.campaign, HEADER + ROW)
    second = imported(row.campaign, "Phone\n12\n")

    chosen = send(api, "POST", at("csv_select", second.pk))
    kept = send(api, "DELETE", at("csv_file", first.pk))
    undone = send(api, "DELETE", at("csv_file", first.pk, leads=1))
    left = send(api, "DELETE", at("csv_file", second.pk))

    assert chosen.json()["csv"]["active"] is True
    assert (chosen.json()["csv"]["rows_total"], chosen.json()["csv"]["rows_invalid"]) == (1, 1)
    assert kept.status_code == 400
    assert undone.json()["files"][1]["status"] == "undoing"
    assert [one["id"] for one in left.json()["files"]] == [first.pk]


def test_prospects_come_in_pages_of_fifty(api: Client, manager: User) -> None:
    row = make(manager)
    for number in range(52):
        LeadFactory.create(campaign=row.campaign, custom={"resource_name": f"Guide {number}"})

    first = api.get(at("leads", campaign=row.module)).json()
    last = api.get(at("leads", campaign=row.module, page=9)).json()

    assert (len(first["leads"]), first["page"], first["total_pages"]) == (50, 1, 2)
    assert (last["page"], last["start_index"], last["total_leads"]) == (2, 50, 52)
    assert last["leads"][1]["index"] == 51
    assert last["leads"][1]["resource_name"] == "Guide 51"


def test_the_columns_of_the_document_become_the_facts_of_placeholders(manager: User) -> None:
    row = make(manager)
    imported(row.campaign, HEADER + ROW)

    facts = leadfacts.about(row.campaign.leads.get())

    assert (facts["name"], facts["resource_name"], facts["company"]) == (
        "Ann",
        "The Guide",
        "Example Ltd.",
    )


def test_what_is_not_named_or_not_there_is_said(api: Client) -> None:
    assert api.get(at("leads")).status_code == 400
    assert api.get(at("leads", campaign="nothing")).status_code == 404
