"""A recording's way in: parts of segments as they arrive, kept once, until they are joined.

Only this module and `calls.assembly` write `Recording` and its rows. What is due to be joined is
the recording's row itself, from its first part on.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Protocol

from django.core.files import File
from django.core.files.storage import storages
from django.db.models import Count
from django.utils import timezone

from calls import lease, segments
from calls.models import Call, Recording, RecordingPart
from core import config, statements
from core.errors import DomainError, InputError
from core.retry import retried

_CHUNK = 65_536
_MOST_SEGMENTS, _MOST_PARTS = 1_000, 20_000
# What receiving changes of a recording; its peaks are long and stay where they are.
_RECEIVED = ("status", "segments", "received_bytes", "due_at", "tries")


class Stream(Protocol):
    """What a request's body is read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs, and when its segment began: ms from the answer."""

    segment: int
    number: int
    start_ms: int
    mime: str


@dataclass(frozen=True, slots=True)
class SegmentEnd:
    """What is known of a segment once its recorder stopped; ms count from the answer."""

    segment: int
    parts: int
    start_ms: int
    end_ms: int
    mime: str


def store_part(call: Call, place: Place, body: Stream, *, sha256: str) -> None:
    """Keeps one part; the same again changes nothing.

    Raises DomainError "bad_checksum" for bytes that are not those meant, "different_part" where
    others were stored, "too_large", "unknown_media", "recording_closed" when it is too late.
    """
    now = timezone.now()
    _check(call, place.segment, place.number, place.mime)
    with _spooled(body, config.get("recordings.part_bytes"), sha256) as (spool, size):
        part = RecordingPart(size=size, sha256=sha256)
        _keep(call, place, part, spool, now)
    lease.renew(call.pk, now)


@retried
def close_segment(call: Call, end: SegmentEnd) -> None:
    """Notes how many parts a segment has and when it stopped; a segment without parts is none."""
    now = timezone.now()
    _check(call, end.segment, max(0, end.parts - 1), end.mime)
    if end.end_ms < end.start_ms:
        raise InputError("A segment ends after its start.", errors={"end_ms": ["Too early."]})
    recording = _locked(_recording(call, now).pk)
    told = {
        "parts": end.parts,
        "start_ms": _bounded(call, end.start_ms, now),
        "end_ms": _bounded(call, end.end_ms, now),
        "mime": segments.plain(end.mime),
    }
    key = str(end.segment)
    if recording.segments.get(key) == told or recording.purged_at is not None:
        return
    recording.segments[key] = told
    _plan(recording, now, live=_is_live(call.pk))
    recording.save(update_fields=_RECEIVED)


def call_ended(call: Call, now: datetime) -> None:
    """Makes a call's recording due: at once when it is complete, else after a grace."""
    for recording in statements.find(
        Recording, "t0.call_id = %s", [call.pk], lock=True, defer=("peaks",)
    ):
        _plan(recording, now, live=False)
        recording.save(update_fields=_RECEIVED)


def attach_file(call: Call, file: "File[bytes]", mime: str) -> Recording:
    """Keeps a whole recording that another softphone made; a second one of the call is dropped."""
    now = timezone.now()
    recording = _recording(call, now)
    if recording.segments:
        return recording
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    part = RecordingPart(size=file.size, sha256=digest.hexdigest())
    _keep(call, Place(0, 0, 0, mime), part, file, now)
    recording.refresh_from_db()
    return recording


def is_complete(recording: Recording) -> bool:
    """Whether every segment has told its end and all its parts are there."""
    counted = recording.parts.values_list("segment").annotate(count=Count("pk"))
    there = {str(segment): count for segment, count in counted}
    told = {key: segment["parts"] for key, segment in recording.segments.items()}
    return there.keys() <= told.keys() and all(
        there.get(key, 0) >= parts for key, parts in told.items()
    )


def _check(call: Call, segment: int, number: int, mime: str) -> None:
    dialed = call.dialed_at is not None or call.direction == Call.Direction.INBOUND
    if call.source != "softphone" or not dialed:
        raise DomainError("This call has no recording in parts.", code="not_recorded")
    if segment >= _MOST_SEGMENTS or number >= _MOST_PARTS:
        raise DomainError("No recording has so many parts.", code="too_large", status=413)
    if segments.plain(mime) not in segments.IN_PARTS:
        raise DomainError(
            "Send WebM, Ogg or MP4 audio, as recorders in browsers make it.",
            code="unknown_media",
            status=415,
        )


@contextmanager
def _spooled(body: Stream, limit: int, sha256: str) -> Iterator[tuple[IO[bytes], int]]:
    """The whole body, in memory for as long as it is lawful, checked before anything is stored."""
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=limit) as spool:
        while chunk := body.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise DomainError("This part is too large.", code="too_large", status=413)
            digest.update(chunk)
            spool.write(chunk)
        if not secrets.compare_digest(digest.hexdigest().encode(), sha256.encode()):
            raise DomainError("The part was damaged on its way.", code="bad_checksum", status=422)
        spool.seek(0)
        yield spool, size


def _recording(call: Call, now: datetime) -> Recording:
    """The call's recording; its row is committed before any part, for the reaper's sake."""
    fresh = {"organization_id": call.organization_id, "created_at": now}
    return Recording.objects.defer("peaks").get_or_create(call=call, defaults=fresh)[0]


def _locked(pk: int) -> Recording:
    return Recording.objects.select_for_update().defer("peaks").get(pk=pk)


def _keep(call: Call, place: Place, part: RecordingPart, content: IO[bytes], now: datetime) -> None:
    """Stores the bytes, then their row; without a row no bytes stay."""
    recording, storage = _recording(call, now), storages["recordings"]
    secret = secrets.token_urlsafe(16)
    name = f"parts/{recording.public_id}/{place.segment}-{place.number}-{secret}"
    part.file = storage.save(name, File(content))
    part.segment, part.number, part.received_at = place.segment, place.number, now
    part.start_ms, part.mime = _bounded(call, place.start_ms, now), segments.plain(place.mime)
    kept = False
    try:
        kept = _add(call, recording.pk, part, now)
    finally:
        if not kept:
            storage.delete(part.file)


@retried
def _add(call: Call, pk: int, part: RecordingPart, now: datetime) -> bool:
    """Writes a part's row; False where the same part is there already."""
    recording = _locked(pk)
    known = recording.parts.filter(segment=part.segment, number=part.number).first()
    if known is not None:
        if known.sha256 != part.sha256:
            raise DomainError("Another part was stored in this place.", code="different_part")
        return False
    if recording.purged_at is not None:
        raise DomainError("This recording is closed.", code="recording_closed", status=410)
    whole = call.source != "softphone"
    limit = config.get("recordings.upload_bytes" if whole else "recordings.call_bytes")
    if recording.received_bytes + part.size > limit:
        raise DomainError("This recording is too large.", code="too_large", status=413)
    part.recording = recording
    part.save(force_insert=True)
    recording.received_bytes += part.size
    if whole:
        recording.segments = {"0": {"parts": 1, "start_ms": 0, "end_ms": None, "mime": part.mime}}
    _plan(recording, now, live=_is_live(call.pk))
    recording.save(update_fields=_RECEIVED)
    return True


def _plan(recording: Recording, now: datetime, *, live: bool) -> None:
    """When the parts are due to be joined, now that something about them has changed."""
    complete = not live and recording.parts.exists() and is_complete(recording)
    grace = timedelta(seconds=config.get("recordings.grace_s"))
    recording.due_at = now if complete else now + grace
    recording.tries = 0
    if recording.status != Recording.Status.READY:
        waiting = Recording.Status.WAITING
        recording.status = Recording.Status.RECEIVING if live else waiting


def _is_live(pk: int) -> bool:
    return Call.objects.live().filter(pk=pk).exists()


def _bounded(call: Call, ms: int, now: datetime) -> int:
    """A time from the answer, no longer than the call can have lasted."""
    longest = round((now - call.reserved_at) / timedelta(milliseconds=1))
    return max(0, min(ms, longest))
