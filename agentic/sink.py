"""What whoever speaks tells of its call: the one way in, the same for every provider.

The only module, besides `agentic.runs`, that writes `AiCall`. Every verb locks the AI call first
and may be told again: the first word counts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from agentic.models import AgenticCampaign, AiCall, AiCommand, PromptVersion
from calls import lease, lifecycle, line, transcripts
from calls.models import Call
from campaigns import claims
from core import statements
from core.errors import DomainError
from core.retry import retried

_S = AiCall.State
MINUTE_MS = 60_000
_TERMS = (
    "SELECT c.ring_time_s, v.max_length_s, t.livekit_id FROM agentic_aicall a"
    " JOIN campaigns_campaign c ON c.id = a.campaign_id"
    " JOIN agentic_agenticcampaign v ON v.campaign_id = a.campaign_id"
    " LEFT JOIN agentic_trunk t ON t.id = a.trunk_id WHERE a.id = %s"
)
_DONE = "UPDATE agentic_aicommand SET done_at = %s WHERE ai_call_id = %s AND done_at IS NULL"


@dataclass(frozen=True, slots=True)
class Order:
    """Leave to dial one number once, and how long to let it ring and talk, in seconds."""

    number: str
    caller_id: str
    trunk: str  # its id at LiveKit; empty for the simulator
    ring_s: int
    most_s: int


@retried
def take(pk: int, now: datetime) -> Order | None:
    """Leave to dial a launched call, after a last decision; only one asker ever gets it.

    None for all others, and where the rules refuse the number by now: it is then given back. A
    voice may ask before its provider's answer to the launch has come, or when it never came.
    """
    ai = _locked(pk)
    if ai.state not in (_S.LAUNCHING, _S.DISPATCHED):
        return None
    try:
        leave = lifecycle.dial(ai.call)
    except DomainError as refusal:
        _close(ai, now, problem=refusal.message)
        return None
    ai.state = _S.PLACED
    statements.update(ai, "state")
    ((ring_s, most_s, trunk),) = statements.rows(_TERMS, [pk])
    return Order(leave.number, leave.caller_id, trunk or "", ring_s, most_s)


@retried
def rings(pk: int, at: datetime) -> None:
    """The far end rings."""
    ai = _locked(pk)
    if ai.state == _S.PLACED:
        line.tell(ai.call, "ringing", at)


@retried
def answered(pk: int, at: datetime) -> None:
    """Somebody or something picked up."""
    ai = _locked(pk)
    if ai.state == _S.PLACED:
        line.tell(ai.call, "answered", at)


@retried
def classified(pk: int, answered_by: str) -> None:
    """Who or what picked up; a later word replaces an earlier one until the call is over."""
    AiCall.objects.filter(pk=pk).exclude(state=_S.OVER).update(answered_by=answered_by)


def said(pk: int, lines: Sequence[transcripts.Line]) -> int:
    """Turns as they were spoken; returns how many were new."""
    return transcripts.write(Call.objects.get(ai=pk), lines)


def alive(pk: int, now: datetime) -> None:
    """Whoever speaks is there; without this the call is given up after `calls.lease_s`."""
    line.alive(Call.objects.get(ai=pk), now)


def said_many(told: Mapping[int, Sequence[transcripts.Line]]) -> None:
    """Turns of many calls at once, each told only once; for a provider that carries them all."""
    where = f"t0.id IN ({statements.places(list(told))})"
    rows = (
        statements.find(AiCall, where, list(told), "call", defer=("instructions",)) if told else []
    )
    if found := {row.call: told[row.pk] for row in rows}:
        transcripts.write_many(found)


@retried
def alive_many(pks: Collection[int], now: datetime) -> set[int]:
    """Voices that are there; those among them whose call is over by now, whoever ended it."""
    rows = AiCall.objects.filter(pk__in=pks)
    over = rows.exclude(call__status__in=Call.LIVE) | rows.filter(state=_S.OVER)
    gone = set(over.values_list("pk", flat=True))
    live = rows.exclude(pk__in=gone).values_list("call_id", flat=True)
    lease.renew_many(list(live), now)
    return gone


@retried
def measured(pk: int, *, usage: dict[str, Any], latencies_ms: Sequence[int]) -> None:
    """What the call used so far, by model, and how long each turn kept the caller waiting."""
    row = {"usage": usage, "latencies_ms": list(latencies_ms)}
    AiCall.objects.filter(pk=pk).update(**row)


@retried
def ended(
    pk: int,
    at: datetime,
    *,
    by: str = "system",
    cause: str = "",
    sip_status: int | None = None,
    problem: str = "",
) -> bool:
    """The line is free; False where that was known. `by` is local, remote or system.

    A call that was never dialed is given back. A cause of "machine" means that no person was
    reached, "unknown" that nobody can tell how a dial ended: such a number rests.
    """
    ai = _locked(pk)
    if ai.state == _S.OVER:
        return False
    data: dict[str, Any] = {"cause": cause, "by": by, "sip_status": sip_status}
    told = {key: value for key, value in data.items() if value}
    ai.call = line.tell(ai.call, "ended", at, **told)
    if ai.answered_by == AiCall.AnsweredBy.VOICEMAIL and _calls_again(ai):
        claims.call_again(ai.call.attempt, now=at)
    _close(ai, at, problem=problem)
    return True


@retried
def withdrawn(pk: int, now: datetime, *, problem: str, cause: str = "withdrawn") -> bool:
    """Gives back a call that was not dialed, so that nobody gets leave to; False where one was."""
    ai = _locked(pk)
    if ai.state in (_S.PLACED, _S.OVER):
        return False
    ai.call = line.tell(ai.call, "ended", now, cause=cause, by="system")
    _close(ai, now, problem=problem)
    return True


@retried
def settled(pk: int, now: datetime) -> bool:
    """Closes a call whose line was found to be free; False while it is live, or known to be over.

    So ends one whose voice was lost: the Call was ended where all calls without a sign of life are.
    """
    ai = _locked(pk)
    if ai.state == _S.OVER or ai.call.status in Call.LIVE:
        return False
    _close(ai, now, problem="The voice was lost." if ai.call.end_presumed else "")
    return True


def waiting(pk: int) -> list[AiCommand]:
    """What people ask of the voice and nobody has done yet, in their order."""
    return list(AiCommand.objects.filter(ai_call=pk, done_at=None).order_by("pk"))


def waiting_many(pks: Collection[int]) -> list[AiCommand]:
    """The same of many voices."""
    rows = AiCommand.objects.filter(ai_call__in=pks, done_at=None).select_related("by")
    return list(rows.order_by("pk"))


def done(command: AiCommand, now: datetime) -> bool:
    """Marks a command as done; False where another did it."""
    return bool(AiCommand.objects.filter(pk=command.pk, done_at=None).update(done_at=now))


def _calls_again(ai: AiCall) -> bool:
    """Whether its wording wants another call where a voicemail answered."""
    return ai.version.voicemail == PromptVersion.Voicemail.CALL_BACK


def _close(ai: AiCall, now: datetime, *, problem: str = "") -> None:
    """Nothing more comes from the line; what was said is still to be read."""
    ai.state, ai.ended_at = _S.OVER, now
    ai.problem = problem[:255]
    ai.read_due_at = now
    if ai.call.talk_ms:
        (limits,) = statements.find(AgenticCampaign, "t0.campaign_id = %s", [ai.campaign_id])
        ai.cost = limits.cost_per_minute * ai.call.talk_ms / MINUTE_MS
    statements.update(ai, "state", "ended_at", "problem", "read_due_at", "cost")
    at = connection.ops.adapt_datetimefield_value(now)
    statements.run(_DONE, [at, ai.pk])


def _locked(pk: int) -> AiCall:
    # Alone, so that nothing else is locked, or read that may not be needed.
    ai = statements.get(AiCall, pk, lock=True, defer=("instructions",))
    ai.call = statements.get(Call, ai.call_id)
    return ai
