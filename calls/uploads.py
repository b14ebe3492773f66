"""Calls of other softphones: a whole call and its recording at once, on record once."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.utils import timezone

from accounts import presence
from calls import endings, matching, news, outcomes, recordings, records, segments
from calls.models import Call
from calls.timing import milliseconds
from campaigns import claims
from campaigns.models import DialAttempt, Disposition
from core import audit, config
from core.errors import DomainError, InputError
from core.retry import retried

_FORM_BYTES = 1_048_576  # what the fields around a file may take
_METADATA_CHARACTERS = 16_384
_FAST_CLOCK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Cdr:
    """A call as another softphone recorded it; `call_id` is that softphone's own."""

    call_id: str
    destination: str
    status: str
    started_at: datetime
    ended_at: datetime
    answered_at: datetime | None = None
    direction: str = Call.Direction.OUTBOUND
    disposition: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def largest_request() -> int:
    """The most bytes that an upload may have with everything around its file."""
    return int(config.get("recordings.upload_bytes")) + _FORM_BYTES


def receive_cdr(user: Any, cdr: Cdr, file: "File[bytes] | None") -> Call:
    """Puts a call that is over on record, with its recording; known already, it stays as it was.

    Raises InputError for what cannot be, DomainError "unknown_media" for a file that is no
    recording and "too_large" for one that is too large. Then nothing is written.
    """
    outcome = _outcome(cdr)
    mime = _type_of(file) if file is not None else ""
    call = _record(user, cdr, outcome)
    if file is not None:
        recordings.attach_file(call, file, mime)
    return call


@retried
def _record(user: Any, cdr: Cdr, outcome: str) -> Call:
    now = timezone.now()
    presence.lock(user)  # two requests with the same call wait for each other
    if known := Call.objects.filter(agent=user, client_ref=cdr.call_id).first():
        return known
    number = matching.number_shown(cdr.destination)
    inbound = cdr.direction == Call.Direction.INBOUND
    talk_ms = milliseconds(cdr.answered_at, cdr.ended_at)
    attempt = claims.record_past(
        user,
        phone=number[:16],
        lead=matching.lead_of(user, number, None, inbound=True),
        inbound=inbound,
        started_at=cdr.started_at,
        ended_at=cdr.ended_at,
        outcome=outcome,
        live_answer=cdr.answered_at is not None,
        conversation=endings.is_conversation(talk_ms),
    )
    chosen = _disposition(user, cdr.disposition)
    if chosen is not None:
        claims.dispose(attempt, chosen, now=now)
    call = records.record_past(
        attempt,
        direction=cdr.direction,
        outcome=outcome,
        disposition=chosen,
        number=number,
        source="upload",
        client_ref=cdr.call_id,
        reserved_at=cdr.started_at,
        dialed_at=None if inbound else cdr.started_at,
        answered_at=cdr.answered_at,
        ended_at=cdr.ended_at,
        wrapped_up_at=cdr.ended_at,
        talk_ms=talk_ms,
        metadata=cdr.metadata | ({"disposition": cdr.disposition} if cdr.disposition else {}),
    )
    _tell(user, call, now)
    return call


def _tell(user: Any, call: Call, now: datetime) -> None:
    told = {"call_id": call.client_ref, "direction": call.direction, "outcome": call.outcome}
    audit.record("call.uploaded", call, after=told, actor=user)
    news.tell(call, "uploaded", now)


def _outcome(cdr: Cdr) -> str:
    """The outcome that the record means; raises InputError for a record that cannot be."""
    outcome = outcomes.of_word(cdr.status)
    problems: dict[str, list[str]] = {}
    if outcome is None:
        problems["status"] = ["Nobody knows this status."]
    answered_at = cdr.answered_at or cdr.started_at
    if not cdr.started_at <= answered_at <= cdr.ended_at:
        problems["ended_at"] = ["A call starts, is answered, and ends, in this order."]
    if cdr.ended_at > timezone.now() + _FAST_CLOCK:
        problems["ended_at"] = ["This call has not ended yet."]
    if len(json.dumps(cdr.metadata)) > _METADATA_CHARACTERS:
        problems["metadata"] = ["Too much."]
    if problems:
        raise InputError("Some fields are not right.", errors=problems)
    if cdr.answered_at is not None:
        return outcome if outcome == DialAttempt.Outcome.MACHINE else DialAttempt.Outcome.ANSWERED
    return outcome or ""


def _type_of(file: "File[bytes]") -> str:
    """The type of a recording by its content; its name and declared type tell nothing."""
    if file.size > config.get("recordings.upload_bytes"):
        raise DomainError("This recording is too large.", code="too_large", status=413)
    mime = segments.sniff(file.read(16))
    file.seek(0)
    if mime is None:
        raise DomainError(
            "This file is no recording: send WebM, Ogg, WAV, MP3 or MP4 audio.",
            code="unknown_media",
            status=415,
        )
    return mime


def _disposition(user: Any, word: str) -> Disposition | None:
    """The organization's disposition with this code or label; None where there is none."""
    if not word:
        return None
    own = Disposition.objects.filter(organization_id=user.organization_id, is_active=True)
    code = word.strip().lower().replace(" ", "-")
    return own.filter(code=code).first() or own.filter(label__iexact=word.strip()).first()
