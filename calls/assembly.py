"""The work of joining: due recordings become one file, and parts that have served go.

Beside `calls.recordings` the only module that writes `Recording` and its rows.
"""

import logging
import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from calls import joins, news, recordings
from calls.models import Call, Recording, RecordingGap, RecordingPart
from calls.segments import Joined, Segment, UnplayableError
from core import config
from core.retry import retried

log = logging.getLogger("dialer.recordings")
MIME = "audio/webm"
_LEASE = timedelta(seconds=joins.TIMEOUT_S + 300)
_PAUSE = timedelta(minutes=1)
_MOST_TRIES = 3
_MOST_PARTS = 20_000
# Upload tokens live seven days; then nothing more can arrive.
_UNTIL_NOTHING_COMES = timedelta(days=8)


def join_due(now: datetime, *, limit: int = 4) -> int:
    """Joins what is due, a few recordings at a time; returns how many were begun."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Recording.objects.filter(free, due_at__lte=now).order_by("due_at")
    begun = 0
    for pk in due.values_list("pk", flat=True)[:limit]:
        taken = Recording.objects.filter(free, pk=pk, due_at__lte=now).update(
            lease_until=now + _LEASE, tries=F("tries") + 1
        )
        if taken:
            begun += 1
            _join(Recording.objects.select_related("call").get(pk=pk))
    return begun


def purge_due(now: datetime, *, limit: int = 50) -> int:
    """Deletes the files of parts that are not needed any more; returns of how many recordings."""
    due = Recording.objects.filter(purge_at__lte=now).order_by("purge_at")[:limit]
    return sum(_purge(recording.pk, now) for recording in due)


def _join(recording: Recording) -> None:
    """Makes the file, or notes why there is none; the work row is given back either way."""
    if recording.call.status in Call.LIVE:
        _postpone(recording)
        return
    parts = list(recording.parts.order_by("segment", "number"))
    with tempfile.TemporaryDirectory(prefix="dialer-join-") as folder:
        output = Path(folder, "joined.webm")
        try:
            joined = joins.join_apart(_segments(recording, parts, Path(folder)), output)
        except UnplayableError as error:
            log.warning("recording not joined", extra={"recording": recording.pk})
            _fail(recording.pk, len(parts), str(error))
            return
        with output.open("rb") as file:
            name = _store(recording, file)
        if not _finish(recording.pk, len(parts), name, joined, output.stat().st_size):
            storages["recordings"].delete(name)


def _store(recording: Recording, file: Any) -> str:
    day = recording.created_at.strftime("%Y/%m/%d")
    return storages["recordings"].save(f"{day}/{secrets.token_urlsafe(24)}.webm", File(file))


def _segments(recording: Recording, parts: list[RecordingPart], folder: Path) -> list[Segment]:
    """The segments in call order, with their parts as files in the folder."""
    numbers = {part.segment for part in parts} | {int(key) for key in recording.segments}
    found = []
    for number in numbers:
        own = {part.number: part for part in parts if part.segment == number}
        told = recording.segments.get(str(number), {})
        count = min(max([told.get("parts", 0), *(key + 1 for key in own)]), _MOST_PARTS)
        if not count:
            continue
        first = next(iter(own.values()), None)
        start_ms = told.get("start_ms", first.start_ms if first else 0)
        mime = told.get("mime") or (first.mime if first else MIME)
        paths = [_fetch(own[key], folder) if key in own else None for key in range(count)]
        found.append((start_ms, number, Segment(mime, start_ms, paths, told.get("end_ms"))))
    found.sort(key=lambda entry: entry[:2])
    return _with_tail([segment for _, _, segment in found], recording.call)


def _with_tail(found: list[Segment], call: Call) -> list[Segment]:
    """A last segment that never told its end lasted until the call's: what is missing shows."""
    if call.source != "softphone" or call.end_presumed or not found:
        return found
    last = found[-1]
    if last.end_ms is None and call.talk_ms > last.start_ms:
        found[-1] = Segment(last.mime, last.start_ms, last.parts, call.talk_ms)
    return found


def _fetch(part: RecordingPart, folder: Path) -> Path | None:
    """The part as a local file; None when the storage has lost it, which shows as a gap."""
    storage = storages["recordings"]
    path = folder / f"{part.segment}-{part.number}"
    try:
        with storage.open(part.file) as source, path.open("wb") as target:
            for chunk in source.chunks():
                target.write(chunk)
    except FileNotFoundError:
        log.exception("part of a recording is lost", extra={"part": part.pk})
        return None
    return path


def _postpone(recording: Recording) -> None:
    """A call that goes on has more parts to come; its end makes the recording due again."""
    grace = timedelta(seconds=config.get("recordings.grace_s"))
    Recording.objects.filter(pk=recording.pk).update(
        due_at=timezone.now() + grace, lease_until=None, tries=0
    )


@retried
def _finish(pk: int, parts: int, name: str, joined: Joined, size: int) -> bool:
    """Writes what was made of the parts; False when the recording is gone meanwhile."""
    now = timezone.now()
    recording = Recording.objects.select_for_update().select_related("call").filter(pk=pk).first()
    if recording is None:
        return False
    former = recording.file
    recording.file, recording.mime, recording.size = name, MIME, size
    recording.duration_ms, recording.peaks = joined.duration_ms, joined.peaks
    recording.status, recording.problem = Recording.Status.READY, ""
    recording.ready_at = now
    _give_back(recording, parts, now)
    recording.purge_at = _purge_at(recording, now)
    recording.save()
    recording.gaps.all().delete()
    RecordingGap.objects.bulk_create(
        RecordingGap(recording=recording, start_ms=start, end_ms=end) for start, end in joined.gaps
    )
    news.announce(recording.call, "recorded", now)
    if former:
        transaction.on_commit(lambda: storages["recordings"].delete(former))
    return True


@retried
def _fail(pk: int, parts: int, problem: str) -> None:
    now = timezone.now()
    recording = Recording.objects.select_for_update().select_related("call").filter(pk=pk).first()
    if recording is None:
        return
    recording.problem = problem[:255]
    if recording.tries < _MOST_TRIES:
        recording.due_at, recording.lease_until = now + _PAUSE * recording.tries, None
    else:
        # What was joined before stays as it was.
        recording.status = Recording.Status.READY if recording.file else Recording.Status.FAILED
        _give_back(recording, parts, now)
    recording.save()
    news.announce(recording.call, "recorded", now)


def _give_back(recording: Recording, parts: int, now: datetime) -> None:
    """The work is done, unless a part came in while it was."""
    recording.lease_until, recording.tries = None, 0
    recording.due_at = now if recording.parts.count() != parts else None


def _purge_at(recording: Recording, now: datetime) -> datetime:
    if recordings.is_complete(recording):
        return now + timedelta(seconds=config.get("recordings.keep_parts_s"))
    return max(now, recording.created_at + _UNTIL_NOTHING_COMES)


def _purge(pk: int, now: datetime) -> bool:
    """Marks first and deletes then: a part that is marked can be asked for by nobody."""
    if not _close(pk, now):
        return False
    storage = storages["recordings"]
    for part in RecordingPart.objects.filter(recording=pk).exclude(file=""):
        storage.delete(part.file)
        RecordingPart.objects.filter(pk=part.pk).update(file="")
    Recording.objects.filter(pk=pk).update(purge_at=None)
    return True


@retried
def _close(pk: int, now: datetime) -> bool:
    recording = Recording.objects.select_for_update().get(pk=pk)
    if recording.purge_at is None or recording.purge_at > now or recording.due_at is not None:
        return False
    recording.purged_at = now
    recording.save(update_fields=["purged_at"])
    return True
