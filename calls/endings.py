"""The end of a call: what is known of it, and what follows for its lead and its agent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from calls import lease, outcomes
from calls.models import Call
from calls.timing import Timeline, milliseconds
from campaigns import claims
from core import config

Outcome = Call.Outcome
_PEOPLE = {"local": "agent", "remote": "customer", "system": "system"}


@dataclass(frozen=True, slots=True)
class End:
    """When and how a call was over; `presumed` when nobody said so."""

    at: datetime
    outcome: str
    by: str = ""  # agent, customer, system
    reason: str = ""
    sip_status: int | None = None
    presumed: bool = False


def reported(line: Timeline) -> End:
    """The end that the phone told of; the timeline must have one."""
    assert line.ended_at is not None
    by = _PEOPLE.get(line.by, "")
    return End(line.ended_at, outcomes.of(line), by, line.cause[:64], line.sip_status)


def presumed(call: Call, now: datetime) -> End:
    """The end of a call without a sign of life: at the last one."""
    seen = call.lease_until - lease.span() if call.lease_until else now
    known = [at for at in (call.dialed_at, call.ringing_at, call.answered_at) if at]
    at = min(now, max([seen, call.reserved_at, *known]))
    outcome = Outcome.ANSWERED if call.answered_at else Outcome.UNKNOWN
    return End(at, outcome, "system", "lost", presumed=True)


def take_times(call: Call, line: Timeline) -> None:
    """Gives a call the times that its phone told of."""
    call.ringing_at, call.answered_at = line.ringing_at, line.answered_at
    call.hold_ms, call.held_since = line.hold_ms, line.held_since


def close(call: Call, end: End) -> None:
    """Gives a call the facts of its end; a hold that lasted till then is over, too."""
    call.hold_ms += milliseconds(call.held_since, end.at)
    call.held_since = None
    call.ended_at = end.at
    call.talk_ms = milliseconds(call.answered_at, end.at)
    call.outcome, call.sip_status = end.outcome, end.sip_status
    call.ended_by, call.end_reason, call.end_presumed = end.by, end.reason, end.presumed


def settle(call: Call, end: End, now: datetime) -> None:
    """Frees the number and decides what becomes of the lead; it rests after a presumed end."""
    rest = timedelta(seconds=config.get("calls.hold_lead_s"))
    person = end.outcome != Outcome.MACHINE
    claims.settle(
        call.attempt,
        outcome=end.outcome,
        now=now,
        live_answer=person and call.answered_at is not None,
        conversation=person and is_conversation(milliseconds(call.answered_at, end.at)),
        hold_until=now + rest if end.presumed or end.outcome == Outcome.UNKNOWN else None,
    )


def is_conversation(talk_ms: int) -> bool:
    """Whether so much talk is a conversation."""
    return talk_ms >= int(config.get("calls.conversation_s")) * 1000


def wrap_up_until(call: Call, now: datetime) -> datetime | None:
    """When wrap-up ends by itself; None when there is no result to choose, hence no wrap-up."""
    missed = call.direction == Call.Direction.INBOUND and call.answered_at is None
    if call.campaign is None or call.agent_id is None or missed:
        return None
    limit = call.campaign.wrap_up_limit_s or config.get("calls.wrap_up_at_most_s")
    return now + timedelta(seconds=limit)
