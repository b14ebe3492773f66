"""Makes the recordings of simulated calls that are over, from what was said in them."""

import time
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files import File
from django.db.models import Exists, OuterRef, QuerySet

from agentic.models import AgenticCampaign, AiCall
from calls import recordings
from calls.models import TranscriptLine
from core.errors import DomainError

# Older calls without a recording stay without one.
_LATEST = timedelta(hours=6)


def due(now: datetime) -> QuerySet[AiCall]:
    """Calls in which something was said, and whose sound nobody made yet."""
    lines = TranscriptLine.objects.filter(call=OuterRef("call"))
    over = AiCall.objects.filter(
        state=AiCall.State.OVER,
        queued_at__gt=now - _LATEST,
        provider=AgenticCampaign.Provider.SIMULATOR,
        call__recording=None,
    )
    return over.filter(Exists(lines)).select_related("call").order_by("?")


def record_due(now: datetime, *, within_s: float, most: int = 50) -> int:
    """Makes recordings for so many seconds at most; returns how many were made.

    In no order, so that two who do this seldom meet; then one of the two recordings is kept.
    """
    until, made = time.monotonic() + within_s, 0
    for ai in due(now)[:most]:
        made += record(ai)
        if time.monotonic() > until:
            break
    return made


def record(ai: AiCall) -> bool:
    """Makes the sound of one call; False where another did at the same time."""
    from agentic.providers.simulator import sound  # only here is `av` needed

    rows = TranscriptLine.objects.filter(call=ai.call)
    turns = [sound.Turn(row.speaker, row.text, row.start_ms, row.end_ms) for row in rows]
    seconds = ai.usage.get("simulator", {}).get("seconds", 0)
    data = sound.recording(turns, round(seconds * 1000), who=ai.lead_id)
    try:
        recordings.attach_file(ai.call, File(BytesIO(data), name="call.webm"), sound.MIME)
    except DomainError as refusal:
        if refusal.code != "different_part":
            raise
        return False
    return True
