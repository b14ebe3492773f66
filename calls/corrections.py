"""Late events of a call that is over: they correct its times and outcome, never its result."""

from datetime import datetime, timedelta
from typing import Any

from calls import endings, news
from calls.endings import End
from calls.models import Call
from calls.timing import Timeline
from campaigns import claims
from core import config

CORRECTABLE = (
    "ringing_at",
    "answered_at",
    "ended_at",
    "talk_ms",
    "hold_ms",
    "outcome",
    "sip_status",
    "end_reason",
    "ended_by",
    "end_presumed",
)


def correct(call: Call, line: Timeline, now: datetime) -> bool:
    """Changes what the phone reports otherwise than it is on record; False where nothing differs.

    Within the caller's transaction, with the seat of the call's agent locked.
    """
    if not _is_open(call, now):
        return False
    before = _facts(call)
    _close_again(call, line)
    if _facts(call) == before:
        return False
    claims.correct(
        call.attempt,
        outcome=call.outcome,
        now=now,
        live_answer=call.answered_at is not None,
        conversation=endings.is_conversation(call.talk_ms),
    )
    call.corrected_at = now
    call.save()
    news.tell(call, "correction", now, outcome=call.outcome, talk_ms=call.talk_ms)
    return True


def _is_open(call: Call, now: datetime) -> bool:
    """Whether late events may still change the call.

    A presumed end until its phone reports the real one; a reported end for a short while only,
    in which requests that overtook each other come in.
    """
    dialed = call.dialed_at is not None or call.direction == Call.Direction.INBOUND
    if call.source != "softphone" or call.ended_at is None or not dialed:
        return False
    while_open = timedelta(seconds=config.get("calls.hold_lead_s"))
    return call.end_presumed or now - call.ended_at < while_open


def _close_again(call: Call, line: Timeline) -> None:
    """Gives the call the facts of the late report; without a reported end it stays presumed."""
    assert call.ended_at is not None
    endings.take_times(call, line)
    if line.ended_at is not None:
        endings.close(call, endings.reported(line))
        return
    at = max(filter(None, (call.ended_at, call.ringing_at, call.answered_at)))
    outcome = Call.Outcome.ANSWERED if call.answered_at else call.outcome
    end = End(at, outcome, call.ended_by, call.end_reason, presumed=call.end_presumed)
    endings.close(call, end)


def _facts(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in CORRECTABLE}
