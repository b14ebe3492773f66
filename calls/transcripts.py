"""What was said in a call, line by line while it goes on, and as a whole afterwards.

The only module that writes `TranscriptLine` and `CallTranscription`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from calls import news
from calls.models import Call, CallTranscription, TranscriptLine
from core import realtime
from core.retry import retried


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of a speaker; `seq` is its place as its source counts, ms count from the answer."""

    seq: int
    speaker: str
    text: str
    at: datetime
    start_ms: int = 0
    end_ms: int = 0
    interrupted: bool = False
    confidence: float | None = None


@retried
def write(call: Call, lines: Sequence[Line]) -> int:
    """Puts lines on record and announces them; a line that is there already stays as it is.

    Returns how many were new.
    """
    known = set(
        _of(call).filter(seq__in=[line.seq for line in lines]).values_list("seq", flat=True)
    )
    fresh = {line.seq: line for line in reversed(lines) if line.seq not in known}
    if not fresh:
        return 0
    rows = [_row(call, line) for line in sorted(fresh.values(), key=lambda line: line.seq)]
    # Two tellers of the same line may meet; one of them is enough.
    TranscriptLine.objects.bulk_create(rows, ignore_conflicts=True)
    _announce(call)
    return len(fresh)


@retried
def write_many(told: Mapping[Call, Sequence[Line]]) -> None:
    """The same for many calls at once, by a teller who tells each line once."""
    rows = [_row(call, line) for call, lines in told.items() for line in lines]
    TranscriptLine.objects.bulk_create(rows, ignore_conflicts=True)
    for call in told:
        _announce(call)


@retried
def complete(
    call: Call,
    *,
    provider: str,
    language: str,
    now: datetime,
    metadata: dict[str, Any] | None = None,
) -> CallTranscription | None:
    """Writes the transcript as a whole, from its lines; again, from what there is by then.

    None for a call in which nothing was said.
    """
    lines = list(_of(call))
    if not lines:
        return None
    known = [line.confidence for line in lines if line.confidence is not None]
    text = "\n".join(f"{line.get_speaker_display()}: {line.text}" for line in lines)
    facts = {
        "organization_id": call.organization_id,
        "full_text": text,
        "language": language,
        "confidence": sum(known) / len(known) if known else None,
        "words": sum(len(line.text.split()) for line in lines),
        "duration_ms": max(line.end_ms for line in lines),
        "provider": provider,
        "metadata": metadata or {},
    }
    whole, _ = CallTranscription.objects.update_or_create(
        call=call, defaults=facts, create_defaults={**facts, "created_at": now}
    )
    return whole


def _row(call: Call, line: Line) -> TranscriptLine:
    return TranscriptLine(
        organization_id=call.organization_id,
        call_id=call.pk,
        seq=line.seq,
        speaker=line.speaker,
        text=line.text,
        at=line.at,
        start_ms=max(0, line.start_ms),
        end_ms=max(0, line.start_ms, line.end_ms),
        interrupted=line.interrupted,
        confidence=line.confidence,
    )


def _announce(call: Call) -> None:
    realtime.record(
        "call.said",
        organization=call.organization_id,
        topics=news.topics(call),
        subject={"call": str(call.public_id), "campaign": call.campaign_id},
        category="calls",
    )


def _of(call: Call) -> QuerySet[TranscriptLine]:
    return TranscriptLine.objects.filter(call=call)
