"""Hearing a recording: by those who may, in ranges."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from calls import playback
from calls.models import Call, Recording
from tests.access import Cast, cast
from tests.calls.access import recorded
from tests.clients import browser
from tests.factories import UserFactory

SOUND = bytes(range(256)) * 1000


@pytest.fixture
def people(db: None) -> Cast:
    """One organization."""
    return cast()


@pytest.fixture
def path(people: Cast) -> str:
    """The address of a recording of 256,000 bytes."""
    ref = recorded(people)["ref"]
    name = storages["recordings"].save("2026/03/02/heard.webm", ContentFile(SOUND))
    Recording.objects.filter(call__public_id=ref).update(file=name)
    return f"/api/calls/{ref}/recording"


def body(response: Any) -> bytes:
    """The whole of a streamed answer."""
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("role", ["agent", "manager", "qa", "superadmin"])
def test_those_who_see_the_call_hear_it(people: Cast, path: str, role: str) -> None:
    response = browser(people.of(role)).get(path)

    assert response.status_code == 200
    assert body(response) == SOUND
    assert response["Content-Type"] == "audio/webm"
    assert response["Content-Length"] == str(len(SOUND))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, no-cache"
    assert "attachment" not in response.get("Content-Disposition", "")


def test_nobody_else_hears_it(people: Cast, path: str) -> None:
    colleague = UserFactory.create(organization=people.organization)
    stranger = cast().manager

    answers = [browser(user).get(path).status_code for user in (colleague, stranger, None)]

    assert answers == [404, 404, 401]


def test_seeing_a_call_is_not_hearing_it(people: Cast, path: str) -> None:
    listen = Permission.objects.get(codename="listen_recording")
    Group.objects.get(name="agent").permissions.remove(listen)

    assert browser(people.agent).get(path).status_code == 403


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-", 0, 256_000),
        ("bytes=0-0", 0, 1),
        ("bytes=100000-199999", 100_000, 200_000),
        ("bytes=255999-999999", 255_999, 256_000),
        ("bytes=-500", 255_500, 256_000),
        ("bytes=-999999", 0, 256_000),
    ],
)
def test_a_player_gets_the_range_it_asks_for(
    people: Cast, path: str, wanted: str, start: int, end: int
) -> None:
    response = browser(people.agent).get(path, headers={"Range": wanted})

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/256000"
    assert response["Content-Length"] == str(end - start)
    assert body(response) == SOUND[start:end]


@pytest.mark.parametrize("wanted", ["bytes=256000-", "bytes=999999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(people: Cast, path: str, wanted: str) -> None:
    response = browser(people.agent).get(path, headers={"Range": wanted})

    assert (response.status_code, response["Content-Range"]) == (416, "bytes */256000")


@pytest.mark.parametrize("wanted", ["", "bytes=", "bytes=5-3", "bytes=0-1,5-6", "lines=1-2", "-"])
def test_what_is_no_range_gets_everything(wanted: str) -> None:
    assert playback.span_of(wanted, 100) is None


def test_a_range_keeps_its_length_though_the_browser_takes_gzip(people: Cast, path: str) -> None:
    headers = {"Range": "bytes=0-99999", "Accept-Encoding": "gzip"}

    response = browser(people.agent).get(path, headers=headers)

    assert response["Content-Length"] == "100000"
    assert body(response) == SOUND[:100_000]


def test_a_download_is_named_after_the_call(people: Cast, path: str) -> None:
    response = browser(people.manager).get(path + "?download=1")

    assert response["Content-Disposition"] == 'attachment; filename="call-2026-03-02-1500.webm"'


def test_a_recording_that_is_not_there_yet_does_not_exist(people: Cast, path: str) -> None:
    client: Client = browser(people.agent)
    Recording.objects.update(file="2026/03/02/lost.webm")
    lost = client.get(path)
    Recording.objects.update(file="")
    unjoined = client.get(path)
    Recording.objects.all().delete()
    none = client.get(path)

    assert [answer.status_code for answer in (lost, unjoined, none)] == [404, 404, 404]


def test_the_head_of_a_recording_tells_its_length(people: Cast, path: str) -> None:
    response = browser(people.agent).head(path)

    assert (response.status_code, response["Content-Length"]) == (200, "256000")


def test_the_names_of_files_cannot_be_guessed(people: Cast) -> None:
    from calls import assembly

    call = Call.objects.get(public_id=recorded(people)["ref"])
    recording = Recording(call=call, created_at=timezone.now())

    names = {assembly._store(recording, ContentFile(b"x")) for _ in range(5)}

    assert len(names) == 5
    assert all(len(name.rpartition("/")[2]) >= 32 for name in names)
