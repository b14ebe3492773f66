"""A recording's way: parts in any order and any state, one file out."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.files.storage import storages
from django.utils import timezone

from calls import assembly, lifecycle, tokens
from calls.models import Call, Recording
from campaigns.models import Campaign
from core.models import Event
from tests.calls.phones import Shift, part_headers, waiting
from tests.clients import browser
from tests.factories import UserFactory

PARTS = [path.read_bytes() for path in sorted((Path(__file__).parent / "recorded/seg0").iterdir())]
END = {"parts": 5, "start_ms": 0, "end_ms": 23_000, "mime": "audio/webm;codecs=opus"}


@pytest.fixture
def call(shift: Shift, campaign: Campaign, clock: time_machine.Traveller) -> Call:
    """A call that was just answered."""
    waiting(campaign)
    call = shift.next()
    shift.dial(call)
    shift.report(call, "answered")
    return call


@pytest.fixture(autouse=True)
def _recordings_are_kept_apart(settings: Any, tmp_path: Path) -> None:
    options = {"location": str(tmp_path / "recordings")}
    backend = settings.STORAGES["recordings"]["BACKEND"]
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {"BACKEND": backend, "OPTIONS": options},
    }


def stored() -> list[str]:
    """The names of all files in the storage."""
    root = Path(storages["recordings"].path(""))
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def put(call: Call, n: int, data: bytes, **headers: str) -> Any:
    """Sends a part by the call's token, as nobody who is logged in."""
    sent = {"Content-Type": "audio/webm;codecs=opus", **part_headers(data, tokens.issue(call))}
    mime = (sent | headers).pop("Content-Type")
    path = f"/api/calls/{call.public_id}/recording/0/{n}"
    return browser().put(path, data, content_type=mime, headers=sent | headers)


def close(call: Call, body: dict[str, Any] | None = None) -> Any:
    """Tells the end of a segment."""
    path = f"/api/calls/{call.public_id}/recording/0"
    headers = {"X-Call-Token": tokens.issue(call)}
    return browser().post(path, body or END, content_type="application/json", headers=headers)


def hang_up(shift: Shift, call: Call, clock: time_machine.Traveller) -> None:
    """The call ends after 23 seconds of talk."""
    clock.shift(23)
    shift.report(call, "ended", by="local")


def test_parts_become_one_recording(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    for n, data in enumerate(PARTS):
        assert put(call, n, data).json() == {"stored": True}
    hang_up(shift, call, clock)
    assert close(call).status_code == 200

    joined = assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    assert (joined, recording.status, recording.problem) == (1, "ready", "")
    assert recording.duration_ms is not None
    assert abs(recording.duration_ms - 22_980) < 100
    assert not recording.gaps.exists()
    assert len(recording.peaks) == 1000
    assert recording.size == storages["recordings"].size(recording.file) > 80_000
    assert (recording.due_at, recording.lease_until) == (None, None)
    assert Event.objects.filter(kind="call.recorded").exists()


def test_it_does_not_matter_in_which_order_parts_and_end_come(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    hang_up(shift, call, clock)
    close(call)
    for n in (4, 0, 3, 1, 2):
        put(call, n, PARTS[n])

    assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    assert recording.status == "ready"
    assert not recording.gaps.exists()


def test_a_live_calls_recording_waits(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    put(call, 0, PARTS[0])
    for _ in range(30):
        clock.shift(30)
        shift.send(call)

    assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    assert (recording.status, recording.file) == ("receiving", "")
    assert recording.due_at
    assert recording.due_at > timezone.now()


def test_a_part_renews_the_lease(call: Call, clock: time_machine.Traveller) -> None:
    clock.shift(40)

    put(call, 0, PARTS[0])

    call.refresh_from_db()
    assert call.lease_until == timezone.now() + timedelta(seconds=45)


def test_what_is_missing_is_waited_for_and_then_silence(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    for n in (0, 1, 3, 4):
        put(call, n, PARTS[n])
    hang_up(shift, call, clock)
    close(call)
    assert assembly.join_due(timezone.now()) == 0

    clock.shift(601)
    assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    gap = recording.gaps.get()
    assert recording.status == "ready"
    assert abs(gap.start_ms - 10_020) < 150
    assert abs(gap.end_ms - 15_120) < 150


def test_a_part_that_comes_late_fills_its_gap(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    for n in (0, 1, 3, 4):
        put(call, n, PARTS[n])
    hang_up(shift, call, clock)
    close(call)
    clock.shift(601)
    assembly.join_due(timezone.now())
    first = Recording.objects.get(call=call).file

    clock.shift(3 * 86_400)
    assert put(call, 2, PARTS[2]).status_code == 200
    assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    assert not recording.gaps.exists()
    assert recording.file != first


def test_a_tail_that_was_lost_with_its_page_shows_as_a_gap(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    for n in (0, 1, 2):
        put(call, n, PARTS[n])
    hang_up(shift, call, clock)
    clock.shift(601)

    assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    gap = recording.gaps.get()
    assert (gap.start_ms // 1000, gap.end_ms // 1000) == (15, 23)


def test_a_dead_pages_recording_holds_everything_up_to_its_last_part(
    call: Call, clock: time_machine.Traveller
) -> None:
    for n in (0, 1, 2):
        clock.shift(5)
        put(call, n, PARTS[n])
    clock.shift(46)
    lifecycle.reap(timezone.now())
    clock.shift(601)

    assembly.join_due(timezone.now())

    recording = Recording.objects.get(call=call)
    call.refresh_from_db()
    assert call.end_presumed
    assert recording.duration_ms is not None
    assert abs(recording.duration_ms - 15_100) < 200


def test_the_same_part_twice_is_stored_once(call: Call) -> None:
    answers = [put(call, 0, PARTS[0]).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert len(stored()) == 1
    assert Recording.objects.get(call=call).received_bytes == len(PARTS[0])


def test_another_part_in_its_place_is_refused(call: Call) -> None:
    put(call, 0, PARTS[0])

    answer = put(call, 0, PARTS[1])

    assert (answer.status_code, answer.json()["code"]) == (409, "different_part")
    assert len(stored()) == 1


@pytest.mark.parametrize(
    "checksum", ["sha256=" + "0" * 64, "", "md5=abc", hashlib.sha256(PARTS[0]).hexdigest()]
)
def test_a_part_that_was_damaged_on_its_way_is_not_stored(call: Call, checksum: str) -> None:
    answer = put(call, 0, PARTS[0], **{"X-Checksum": checksum})

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_checksum")
    assert stored() == []


def test_a_part_has_a_largest_size(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_RECORDINGS_PART_BYTES", "1000")

    answer = put(call, 0, PARTS[0])

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert stored() == []


def test_a_calls_recording_has_a_largest_size(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_RECORDINGS_CALL_BYTES", str(len(PARTS[0]) + 10))

    answers = [put(call, n, PARTS[n]).status_code for n in (0, 1)]

    assert answers == [200, 413]
    assert len(stored()) == 1


def test_only_what_recorders_make_is_taken(call: Call) -> None:
    answer = put(call, 0, b"MZ", **{"Content-Type": "application/x-msdownload"})

    assert (answer.status_code, answer.json()["code"]) == (415, "unknown_media")


def test_a_segment_that_begins_before_the_call_or_a_year_later_is_bounded(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    put(call, 0, PARTS[0], **{"X-Segment-Start-Ms": "31536000000"})
    odd = put(call, 1, PARTS[1], **{"X-Segment-Start-Ms": "-5"})

    part = Recording.objects.get(call=call).parts.get()
    assert part.start_ms == 0
    assert odd.status_code == 400


def test_a_token_opens_one_call_and_not_for_ever(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    other = Call.objects.get(pk=call.pk)
    token = tokens.issue(call)
    other.public_id = UUID("00000000-0000-4000-8000-000000000000")

    foreign = put(other, 0, PARTS[0], **{"X-Call-Token": token})
    forged = put(call, 0, PARTS[0], **{"X-Call-Token": token[:-2] + "xx"})
    clock.shift(6 * 86_400)
    late = put(call, 0, PARTS[0], **{"X-Call-Token": token})
    clock.shift(2 * 86_400)
    too_late = put(call, 1, PARTS[1], **{"X-Call-Token": token})

    codes = [answer.status_code for answer in (foreign, forged, late, too_late)]
    assert codes == [403, 403, 200, 403]
    assert too_late.json()["code"] == "bad_token"


def test_a_hot_desks_next_agent_sends_the_former_ones_parts(call: Call) -> None:
    next_agent = browser(UserFactory.create(organization=call.organization), csrf=True)
    headers = part_headers(PARTS[0], tokens.issue(call))
    path = f"/api/calls/{call.public_id}/recording/0/0"

    by_token = next_agent.put(path, PARTS[0], content_type="audio/webm", headers=headers)
    headers.pop("X-Call-Token")
    by_login = browser(UserFactory.create(organization=call.organization)).put(
        path, PARTS[0], content_type="audio/webm", headers=headers
    )

    assert (by_token.status_code, by_login.status_code) == (200, 404)


def test_hostile_bytes_cost_one_recording(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    put(call, 0, b"\x1a\x45\xdf\xa3" + b"nonsense" * 100)
    hang_up(shift, call, clock)
    close(call, {**END, "parts": 1})

    for _ in range(3):
        assert assembly.join_due(timezone.now()) == 1
        clock.shift(200)

    recording = Recording.objects.get(call=call)
    assert (recording.status, recording.due_at) == ("failed", None)
    assert recording.problem
    assert len(stored()) == 1


def test_a_worker_that_died_is_followed_by_another(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    for n, data in enumerate(PARTS):
        put(call, n, data)
    hang_up(shift, call, clock)
    close(call)
    Recording.objects.update(lease_until=timezone.now() + timedelta(minutes=15))

    held = assembly.join_due(timezone.now())
    clock.shift(16 * 60)
    free = assembly.join_due(timezone.now())

    assert (held, free) == (0, 1)


def test_parts_go_when_they_have_served(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    for n, data in enumerate(PARTS):
        put(call, n, data)
    hang_up(shift, call, clock)
    close(call)
    assembly.join_due(timezone.now())
    assert assembly.purge_due(timezone.now()) == 0

    clock.shift(3601)
    assembly.purge_due(timezone.now())

    recording = Recording.objects.get(call=call)
    assert stored() == [recording.file]
    assert put(call, 0, PARTS[0]).status_code == 200
    assert put(call, 9, PARTS[1]).status_code == 410
    assert assembly.join_due(timezone.now()) == 0
    assert stored() == [recording.file]


def test_parts_of_an_incomplete_recording_stay_as_long_as_more_may_come(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    put(call, 0, PARTS[0])
    hang_up(shift, call, clock)
    clock.shift(601)
    assembly.join_due(timezone.now())

    clock.shift(7 * 86_400)
    early = assembly.purge_due(timezone.now())
    clock.shift(86_400)
    late = assembly.purge_due(timezone.now())

    assert (early, late, len(stored())) == (0, 1, 1)


def test_a_call_that_was_never_dialed_has_no_recording(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign)
    call = shift.next()

    answer = put(call, 0, PARTS[0])

    assert (answer.status_code, answer.json()["code"]) == (409, "not_recorded")
    assert stored() == []
