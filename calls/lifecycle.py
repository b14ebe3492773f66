"""A call's states, from the reservation to the end of wrap-up.

The only module that writes `Call.status`. Every verb locks the seat of the call's agent first and
writes the call last, so that no two verbs on one agent's calls ever meet.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat
from calls import (
    corrections,
    edge,
    endings,
    lease,
    matching,
    news,
    notes,
    recordings,
    records,
    results,
)
from calls.endings import End
from calls.models import Call
from calls.timing import Timeline, milliseconds
from campaigns import claims
from campaigns.models import Campaign, DialAttempt
from core import statements
from core.errors import DomainError
from core.retry import retried

S = Call.Status
MOVES: dict[str, frozenset[str]] = {
    S.RESERVED: frozenset({S.DIALING, S.RINGING, S.IN_CALL, S.ENDED}),
    S.DIALING: frozenset({S.RINGING, S.IN_CALL, S.ENDED}),
    S.RINGING: frozenset({S.IN_CALL, S.ENDED}),
    S.IN_CALL: frozenset({S.ON_HOLD, S.ENDED}),
    S.ON_HOLD: frozenset({S.IN_CALL, S.ENDED}),
    S.ENDED: frozenset({S.WRAPPED_UP}),
    S.WRAPPED_UP: frozenset(),
}
_LOCK = "SELECT id FROM calls_call WHERE id = %s"
_NEWS = {S.DIALING: "dialing", S.RINGING: "ringing", S.ON_HOLD: "held", S.ENDED: "ended"}
_NOT_READY = {
    AgentSeat.State.RESERVED: ("in_call", "A call is still in progress."),
    AgentSeat.State.ON_CALL: ("in_call", "A call is still in progress."),
    AgentSeat.State.WRAP_UP: ("wrap_up", "Finish the wrap-up of the last call first."),
}


@dataclass(frozen=True, slots=True)
class NextCall:
    """A reserved call, or the reason why there is none and when there may be one."""

    call: Call | None
    reason_code: str = ""
    reason_message: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """Leave to dial one number."""

    number: str
    caller_id: str
    grant: str
    expires_at: datetime


@retried
def next_call(user: Any, now: datetime) -> NextCall:
    """Reserves the next lead of the campaigns that the agent is ready for.

    A reservation that is still there is returned again.
    """
    seat = presence.lock(user)
    if seat.state == AgentSeat.State.RESERVED and seat.call:
        reserved = Call.objects.filter(public_id=seat.call, status=S.RESERVED).first()
        if reserved is not None:
            lease.renew(reserved.pk, now)
            return NextCall(reserved)
    if seat.state != AgentSeat.State.READY:
        reason = _NOT_READY.get(AgentSeat.State(seat.state))
        return NextCall(None, *(reason or ("not_ready", "Set yourself ready first.")))
    claim = claims.claim_next(user, seat.ready_for, now=now)
    if claim.attempt is None:
        return NextCall(None, claim.code, claim.message, claim.next_at)
    return NextCall(_reserve(seat, claim.attempt, now, number=claim.attempt.phone))


@retried
def start_call(
    user: Any,
    *,
    public_id: UUID,
    direction: str,
    number: str,
    campaign: Campaign | None = None,
    peer_name: str = "",
) -> Call:
    """Puts a call to a typed number, or an incoming one, on record; for a known id, the same call.

    Raises DomainError "busy" while the agent has another call, "not_allowed" where the rules
    refuse the number, and PhoneError for what is no number.
    """
    now, seat = timezone.now(), presence.lock(user)
    if known := Call.objects.filter(public_id=public_id).first():
        if known.agent_id != user.pk:
            raise DomainError("Another call has this id.", code="id_taken")
        return known
    _leave_wrap_up(seat, now)
    if seat.state in presence.BUSY:
        raise DomainError("You are in another call.", code="busy")
    inbound = direction == Call.Direction.INBOUND
    shown = matching.number_shown(number) if inbound else matching.number_to_dial(number, campaign)
    lead = matching.lead_of(user, shown, campaign, inbound=inbound)
    attempt = claims.claim_number(
        user,
        phone=shown[:16],
        campaign=lead.campaign if lead else campaign,
        lead=lead,
        inbound=inbound,
        now=now,
    )
    how = {"public_id": public_id, "direction": direction, "peer_name": peer_name[:120]}
    return _reserve(seat, attempt, now, number=shown, **how)


def dial(call: Call) -> Dial:
    """Decides again, and gives leave to dial; asked again before it rings, a fresh leave.

    Raises DomainError "not_allowed" when the rules refuse by now: the reservation is given back.
    """
    answer = _dial(call.pk, call.agent_id is None)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@retried
def _dial(pk: int, nobodys: bool) -> Dial | DomainError:
    now = timezone.now()
    seat, call = hold(pk, nobodys=nobodys)
    if call.status == S.RESERVED and call.direction == Call.Direction.OUTBOUND:
        try:
            shown = claims.approve_dial(call.attempt, now=now)
        except DomainError as refusal:
            if refusal.code != "not_allowed":
                raise
            # Raising here would undo that the reservation is given back.
            refusals = refusal.errors.get("refusals", [])
            _give_back(seat, call, now, reason="refused", refusals=refusals)
            news.note(call, "refused", now, refusals=refusals)
            return refusal
        call.caller_id = shown or call.caller_id
        call.dialed_at, call.lease_until = now, now + lease.span()
        if held := _on(seat, call):
            presence.on_call(held, now)
        _move(call, S.DIALING)
        statements.save(call)
        news.tell(call, "dialing", now)
    if call.status != S.DIALING:
        raise DomainError("This call cannot be dialed any more.", code="illegal_move")
    grant, expires_at = edge.grant(call, now)
    return Dial(call.number, call.caller_id, grant, expires_at)


@retried
def release(call: Call, reason: str) -> Call:
    """Gives back a reservation that was never dialed; one that is given back stays so.

    A skipped lead rests for a while. Raises DomainError "illegal_move" for a dialed call, and
    "may_not_skip" where the campaign lets nobody pass a previewed lead by.
    """
    now = timezone.now()
    seat, call = hold(call.pk)
    if call.status == S.RESERVED and call.direction == Call.Direction.OUTBOUND:
        _give_back(seat, call, now, reason=reason, delay_s=lease.rest_s(call, reason))
    elif call.dialed_at is not None or call.status in Call.LIVE:
        raise DomainError("This call was dialed already.", code="illegal_move")
    return call


@retried
def wrap_up(
    call: Call, *, disposition: str = "", note: str = "", callback_at: datetime | None = None
) -> Call:
    """Ends wrap-up, with the agent's result where there is one; the same again changes nothing.

    A result may come after wrap-up's time is over, but is never replaced.
    """
    now = timezone.now()
    seat, call = hold(call.pk)
    if call.status in Call.LIVE:
        raise DomainError("The call is still going on.", code="still_live")
    chosen = results.choose(call, disposition, callback_at, now) if disposition else None
    if call.status == S.WRAPPED_UP and (chosen is None or chosen.pk == call.disposition_id):
        return call
    if chosen is not None:
        if call.disposition_id is not None:
            raise DomainError("This call has a result already.", code="already_disposed")
        results.given(call, chosen)
        claims.dispose(call.attempt, chosen, now=now, callback_at=callback_at, owner=call.agent)
        call.disposition = chosen
    _complete(seat, call, now)
    if note.strip():
        notes.add_note(call.agent, call=call, body=note)
    return call


def follow(seat: AgentSeat | None, call: Call, line: Timeline, now: datetime) -> None:
    """Moves a call to where its phone says it is; what makes no sense changes nothing.

    Within the caller's transaction, after `hold`. Events after the end may correct it.
    """
    if call.status not in Call.LIVE:
        corrections.correct(call, line, now)
        return
    if call.direction == Call.Direction.OUTBOUND and call.dialed_at is None:
        if line.ended_at is not None:
            _give_back(seat, call, now, reason=line.cause[:64] or "cancelled")
        return
    endings.take_times(call, line)
    told = _walk(seat, call, line, now)
    if call.status in Call.LIVE:
        call.lease_until = now + lease.span()
    statements.save(call)
    for kind in told:
        news.announce(call, kind, now)


def reap(now: datetime) -> int:
    """Ends what has no sign of life, and wrap-ups whose time is over; returns how many.

    Nothing is ever dialed again by it.
    """
    live = Call.objects.filter(status__in=Call.LIVE, lease_until__lte=now)
    ended = Call.objects.filter(status=S.ENDED, wrap_up_until__lte=now)
    due = [*live.values_list("pk", flat=True)[:200], *ended.values_list("pk", flat=True)[:200]]
    return sum(_reap(pk, now) for pk in (*due, *lease.overdue_previews(now)))


@retried
def _reap(pk: int, now: datetime) -> bool:
    seat, call = hold(pk)
    if call.status == S.ENDED and call.wrap_up_until and call.wrap_up_until <= now:
        _complete(seat, call, now)
        return True
    if call.status not in Call.LIVE or not lease.over(call, now):
        return False
    if call.direction == Call.Direction.OUTBOUND and call.dialed_at is None:
        _give_back(seat, call, now, reason="expired")
        return True
    _end(seat, call, endings.presumed(call, now), now)
    statements.save(call)
    news.tell(call, "ended", now, presumed=True)
    return True


def hold(pk: int, *, nobodys: bool = False) -> tuple[AgentSeat | None, Call]:
    """Locks the seat of the call's agent and reads the call as it then is.

    A call without an agent is locked itself, where others lock the seat; `nobodys` says that it
    had none a moment ago.
    """
    call = None if nobodys else _read(pk)
    if call is None or call.agent is None:
        if not statements.locked(_LOCK, [pk]):
            raise Call.DoesNotExist(f"Call {pk} is gone.")
        call = _read(pk)
        if call.agent is None:
            return None, call
    seat = presence.lock(call.agent)
    return seat, _read(pk)


def _reserve(
    seat: AgentSeat, attempt: DialAttempt, now: datetime, *, number: str, **how: Any
) -> Call:
    held = {"agent": seat.user, "live_agent": seat.user.pk, "lease_until": now + lease.span()}
    call = records.reserved(attempt, now, number=number, **held, **how)
    presence.reserve(seat, call.public_id, now)
    news.tell(call, "reserved", now)
    return call


def _give_back(
    seat: AgentSeat | None, call: Call, now: datetime, *, reason: str, **why: Any
) -> None:
    """A reservation that was never dialed is over, and its agent free."""
    claims.release(call.attempt, now=now, reason=reason, **why)
    endings.close(call, End(now, Call.Outcome.CANCELED, "agent", reason))
    if reason in ("expired", "refused"):
        call.ended_by = "system"
    _move(call, S.ENDED)
    _complete(seat, call, now)


def _end(seat: AgentSeat | None, call: Call, end: End, now: datetime) -> None:
    """The line is free; the agent wraps up where there is a result to choose. The caller saves."""
    endings.settle(call, end, now)
    endings.close(call, end)
    _move(call, S.ENDED)
    call.live_agent = None
    call.wrap_up_until = call.lease_until = endings.wrap_up_until(call, now)
    if call.wrap_up_until is None:
        _move(call, S.WRAPPED_UP)
        call.wrapped_up_at = call.ended_at
    if held := _on(seat, call):
        if call.wrap_up_until is None:
            presence.release(held, now)
        else:
            presence.begin_wrap_up(held, call.wrap_up_until, now)
    recordings.call_ended(call, now)


def _complete(seat: AgentSeat | None, call: Call, now: datetime) -> None:
    """Nothing more is awaited of the call: it is complete, with a result or without, and saved."""
    held = _on(seat, call)
    if call.status == S.ENDED:
        _move(call, S.WRAPPED_UP)
        call.wrapped_up_at = now
        if held and held.state == AgentSeat.State.WRAP_UP:
            call.wrap_up_ms = milliseconds(held.since, now)
    call.live_agent = call.lease_until = None
    if held:
        presence.release(held, now)
    statements.save(call)
    news.tell(call, "wrapped_up", now)


def _leave_wrap_up(seat: AgentSeat, now: datetime) -> None:
    """Who takes another call has done with the last one."""
    if seat.state != AgentSeat.State.WRAP_UP or seat.call is None:
        return
    former = Call.objects.filter(public_id=seat.call, status=S.ENDED).only("pk").first()
    if former is not None:
        _complete(seat, _read(former.pk), now)


def _on(seat: AgentSeat | None, call: Call) -> AgentSeat | None:
    """The seat, where this call still sits on it: late events must not move its agent."""
    return seat if seat is not None and seat.call == call.public_id else None


def _read(pk: int) -> Call:
    return statements.get(Call, pk, "attempt", "agent", "campaign", "lead")


def _move(call: Call, status: S) -> None:
    if status not in MOVES[call.status]:
        raise DomainError("The call is past this.", code="illegal_move")
    call.status = status


def _walk(seat: AgentSeat | None, call: Call, line: Timeline, now: datetime) -> list[str]:
    """Takes a call through the states ahead of it; returns the names of the news."""
    told = []
    for status in _ahead(call.status, line):
        # Only leave to dial makes a call dialing, whatever its phone says.
        if status == S.DIALING or status not in MOVES[call.status]:
            continue
        told.append(_told(call.status, status))
        if status == S.ENDED:
            _end(seat, call, endings.reported(line), now)
            continue
        _move(call, status)
        if status == S.IN_CALL and (held := _on(seat, call)):
            presence.on_call(held, now)
    return told


def _ahead(status: str, line: Timeline) -> list[S]:
    """The states that the phone told of and the call has not been in yet."""
    states = [S(state) for state, _ in line.moves]
    if status not in states:
        return states
    return states[len(states) - states[::-1].index(S(status)) :]


def _told(was: str, status: S) -> str:
    """The name of the news of a move."""
    if status == S.IN_CALL:
        return "resumed" if was == S.ON_HOLD else "answered"
    return _NEWS[status]
