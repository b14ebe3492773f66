"""Calls of other softphones, as whole requests."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from calls import assembly, uploads
from calls.models import Call, Recording
from campaigns.models import Campaign, PhoneState, SuppressionEntry
from tests.clients import browser, machine
from tests.factories import DispositionFactory, LeadFactory, UserFactory

OGG = b"".join(
    path.read_bytes() for path in sorted((Path(__file__).parent / "recorded/ogg").iterdir())
)


@pytest.fixture
def sender(agent: User, clock: time_machine.Traveller) -> Client:
    """Another softphone of the agent, by a bearer token."""
    return machine(agent)


def cdr(**fields: Any) -> dict[str, Any]:
    """A call of 40 seconds that ended just now, ten of them ringing."""
    now = timezone.now()
    return {
        "call_id": "their-1",
        "destination": "+1 202 555 0143",
        "direction": "outbound",
        "status": "ANSWERED",
        "started_at": (now - timedelta(seconds=40)).isoformat(),
        "answered_at": (now - timedelta(seconds=30)).isoformat(),
        "ended_at": now.isoformat(),
    } | fields


def sound(data: bytes = OGG, name: str = "call.bin") -> SimpleUploadedFile:
    """A file of a form."""
    return SimpleUploadedFile(name, data, content_type="audio/x-whatever")


def send(client: Client, **fields: Any) -> Any:
    """Uploads a call."""
    return client.post("/api/cdr/upload", cdr(**fields))


def test_a_call_and_its_recording_come_in_one_request(sender: Client, agent: User) -> None:
    answer = send(sender, recording=sound(), metadata=json.dumps({"app": "Zoiper"}))

    call = Call.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "call": {
            "id": str(call.public_id),
            "recording_url": f"/api/calls/{call.public_id}/recording",
        },
    }
    assert (call.status, call.outcome, call.source) == ("wrapped_up", "answered", "upload")
    assert (call.number, call.talk_ms, call.agent) == ("+12025550143", 30_000, agent)
    assert call.metadata == {"app": "Zoiper"}
    assert call.attempt.dialed_at == call.reserved_at
    assert call.attempt.conversation
    assert PhoneState.objects.get().last_dialed_at == call.reserved_at


def test_its_recording_is_made_playable(sender: Client, agent: User) -> None:
    url = send(sender, recording=sound()).json()["call"]["recording_url"]

    assert assembly.join_due(timezone.now()) == 1

    recording = Recording.objects.get()
    assert (recording.status, recording.mime) == ("ready", "audio/webm")
    assert recording.duration_ms is not None
    assert abs(recording.duration_ms - 10_000) < 150
    assert not recording.gaps.exists()
    heard: Any = browser(agent).get(url)
    assert (heard.status_code, heard["Content-Length"]) == (200, str(recording.size))
    assert len(b"".join(heard.streaming_content)) == recording.size


def test_the_same_upload_twice_is_one_call_with_one_recording(sender: Client) -> None:
    answers = [send(sender, recording=sound()).json() for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert Call.objects.count() == Recording.objects.count() == 1
    assert Recording.objects.get().parts.count() == 1


def test_a_recording_may_follow_its_call(sender: Client) -> None:
    first = send(sender).json()["call"]
    second = send(sender, recording=sound()).json()["call"]

    assert first["recording_url"] is None
    assert second["recording_url"]
    assert first["id"] == second["id"]


def test_two_agents_may_use_the_same_id(sender: Client, campaign: Campaign) -> None:
    other = machine(UserFactory.create(organization=campaign.organization))

    ids = {send(client).json()["call"]["id"] for client in (sender, other)}

    assert len(ids) == 2


@pytest.mark.parametrize("data", [b"MZ\x90\x00" + b"\0" * 500, b"PK\x03\x04zip", b"<html>", b""])
def test_what_is_no_recording_is_refused_whatever_its_name(sender: Client, data: bytes) -> None:
    answer = send(sender, recording=sound(data, "call.webm"))

    expected = (415, "unknown_media") if data else (400, "invalid")
    assert (answer.status_code, answer.json()["code"]) == expected
    assert not Call.objects.exists()


def test_a_recording_has_a_largest_size(sender: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_RECORDINGS_UPLOAD_BYTES", "1000")

    answer = send(sender, recording=sound())

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Call.objects.exists()


def test_too_large_a_request_is_not_even_read(sender: Client) -> None:
    body = io.BytesIO(b"never read")

    answer = sender.generic(
        "POST",
        "/api/cdr/upload",
        body.read(),
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": str(uploads.largest_request() + 1)},
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "splendid"}, "status"),
        ({"call_id": ""}, "call_id"),
        ({"direction": "sideways"}, "direction"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"ended_at": "2020-01-01T00:00:00Z"}, "ended_at"),
        ({"ended_at": "2050-01-01T00:00:00Z"}, "ended_at"),
        ({"metadata": "[1]"}, "metadata"),
        ({"metadata": "{"}, "metadata"),
        ({"metadata": '{"a":' * 50_000}, "metadata"),
        ({"metadata": '{"a": "\\ud800"}'}, "metadata"),
        ({"metadata": json.dumps({"much": "x" * 20_000})}, "metadata"),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    sender: Client, fields: dict[str, Any], name: str
) -> None:
    answer = send(sender, **fields)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("status", "outcome"), [("NO ANSWER", "no_answer"), ("Busy", "busy"), ("VOICEMAIL", "machine")]
)
def test_a_call_that_nobody_answered_keeps_its_outcome(
    sender: Client, status: str, outcome: str
) -> None:
    send(sender, status=status, answered_at="")

    call = Call.objects.get()
    assert (call.outcome, call.talk_ms, call.answered_at) == (outcome, 0, None)


def test_a_result_counts_as_if_it_were_given_here(sender: Client, campaign: Campaign) -> None:
    DispositionFactory.create(
        organization=campaign.organization, code="dnc", label="Do not call", do_not_call=True
    )
    lead = LeadFactory.create(campaign=campaign, phone="+12025550143")

    send(sender, disposition="Do not call")

    lead.refresh_from_db()
    call = Call.objects.get()
    assert (call.lead, call.campaign) == (lead, campaign)
    assert (lead.status, lead.attempts) == ("suppressed", 1)
    assert SuppressionEntry.objects.get().phone == "+12025550143"


def test_a_result_that_nobody_knows_is_kept_as_a_word(sender: Client) -> None:
    send(sender, disposition="Called the dog")

    call = Call.objects.get()
    assert (call.disposition, call.metadata) == (None, {"disposition": "Called the dog"})


def test_an_incoming_call_counts_against_no_cap(sender: Client) -> None:
    send(sender, direction="inbound", destination="anonymous")

    call = Call.objects.get()
    assert (call.number, call.attempt.dialed_at, call.dialed_at) == ("anonymous", None, None)


def test_nobody_uploads_without_permission(
    person: Callable[..., User], campaign: Campaign, clock: time_machine.Traveller
) -> None:
    assert send(machine(person("manager"))).status_code == 403
    assert send(Client()).status_code == 401


def test_nothing_is_left_behind_by_a_refused_file(sender: Client, settings: Any) -> None:
    root = Path(storages["recordings"].path(""))
    before = {path for path in root.rglob("*") if path.is_file()}

    send(sender, recording=sound(b"MZ"))

    assert {path for path in root.rglob("*") if path.is_file()} == before
