"""Who is at work, and what they do now: the moves of a seat.

The only module that writes `AgentSeat`; each move is put on record by `accounts.intervals`. Seats
come first in the lock order.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts import absence, intervals
from accounts.models import AgentSeat, AgentSession, BreakReason, LoginSession, User
from core import config, realtime, statements
from core.errors import DomainError, InputError
from core.retry import retried

type CampaignCheck = Callable[[User, Sequence[int]], None]

S = AgentSeat.State
# The call that sits on the seat decides when these end.
BUSY = frozenset({S.RESERVED, S.ON_CALL, S.WRAP_UP})
_RESTING = frozenset({S.OFFLINE, S.READY, S.BREAK})
MOVES: dict[str, frozenset[str]] = {
    S.OFFLINE: frozenset({S.READY, S.BREAK, S.RESERVED}),
    S.READY: frozenset({S.OFFLINE, S.BREAK, S.RESERVED, S.IDLE, S.LOST}),
    S.BREAK: frozenset({S.OFFLINE, S.READY, S.BREAK, S.RESERVED}),
    S.IDLE: frozenset({S.OFFLINE, S.READY, S.BREAK, S.RESERVED, S.LOST}),
    S.LOST: frozenset({S.OFFLINE, S.READY, S.BREAK, S.RESERVED}),
    S.RESERVED: _RESTING | {S.ON_CALL, S.WRAP_UP},
    S.ON_CALL: _RESTING | {S.WRAP_UP},
    S.WRAP_UP: _RESTING,
}
# What a move may write: all but whose seat it is.
_OF_A_CHANGE: Final = tuple(
    field.name
    for field in AgentSeat._meta.concrete_fields
    if field.name not in ("id", "user", "organization")
)
_TEAMS: Final = "SELECT team_id FROM accounts_team_members WHERE user_id = %s"
config.define("presence.idle_after_s", int, default=120, help="Seconds without activity to idle.")
config.define("presence.lost_after_s", int, default=45, help="Seconds without a beat to lost.")
config.define("presence.close_after_s", int, default=900, help="Seconds idle or lost to log-off.")
config.define(
    "presence.close_break_after_s", int, default=7200, help="Seconds a break may go without a beat."
)

_campaign_checks: list[CampaignCheck] = []


def check_campaigns(check: CampaignCheck) -> None:
    """Registers who knows campaigns: `check(user, ids)` raises DomainError for a wrong one."""
    _campaign_checks.append(check)


def current(user: User) -> AgentSeat:
    """The person's seat as it is; an offline one, not stored, when they never sat."""
    seats = AgentSeat.objects.select_related("break_reason", "moved_by")
    seat = seats.filter(user=user).first()
    return seat or AgentSeat(user=user, state=S.OFFLINE, since=timezone.now())


def lock(user: User) -> AgentSeat:
    """The person's seat, locked until the caller's transaction ends; made when missing.

    Raises DomainError "not_an_agent" for someone without an organization.
    """
    if user.organization_id is None:
        raise DomainError("Only people of an organization take calls.", code="not_an_agent")
    seats = AgentSeat.objects.select_for_update()
    seat = seats.filter(user=user).first()
    if seat is None:
        fresh = {"organization_id": user.organization_id, "since": timezone.now()}
        AgentSeat.objects.get_or_create(user=user, defaults=fresh)
        seat = seats.get(user=user)
    seat.user = user
    return seat


@retried
def open_session(user: User, *, login: UUID | None = None) -> AgentSession:
    """Begins a shift, offline at first; a shift that is open goes on.

    The pages of the new login lead from now on, unless another login's hold a call.
    """
    now, seat = timezone.now(), lock(user)
    seat.last_seen_at = seat.last_active_at = now
    if login is not None and not (seat.state in BUSY and _is_living(seat.leader, now)):
        _lead(seat, login)
    if seat.session is None:
        intervals.begin(seat, S.OFFLINE, now)
    elif seat.session.ended_because:  # they logged out in a call, and came back before its end
        intervals.will_end(seat.session, "")
    seat.save()
    assert seat.session is not None
    return seat.session


@retried
def close_session(user: User, *, because: str) -> None:
    """Ends a shift, if there is one; with a call on its seat it ends with that call."""
    if AgentSeat.objects.filter(user=user).exists():
        _close(lock(user), timezone.now(), because)


@retried
def lead(user: User, login: UUID) -> AgentSeat:
    """Gives the phone to the pages of this login, at its person's wish.

    Raises DomainError "busy" while another login's pages hold a call.
    """
    seat = lock(user)
    if seat.leader != login:
        if seat.state in BUSY and _is_living(seat.leader, timezone.now()):
            raise DomainError("Finish the call in the other window first.", code="busy")
        _lead(seat, login)
        seat.save(update_fields=["leader"])
    return seat


def demand_lead(user: User, login: UUID) -> None:
    """Raises DomainError "not_leading" where another login's pages hold the phone."""
    if not AgentSeat.objects.filter(user=user).exclude(leader=login).exclude(leader=None).exists():
        return
    raise DomainError("You are working in another window.", code="not_leading")


@retried
def ready(user: User, campaign_ids: Sequence[int]) -> AgentSeat:
    """Offers an agent to these campaigns; during a call, after it.

    Raises InputError without a campaign, and what the campaigns' own check raises.
    """
    if not campaign_ids:
        problem = {"campaigns": ["Choose at least one campaign."]}
        raise InputError("Choose at least one campaign.", errors=problem)
    for check in _campaign_checks:
        check(user, campaign_ids)
    now, seat = timezone.now(), lock(user)
    seat.ready_for = list(dict.fromkeys(campaign_ids))
    return _wish(seat, S.READY, now)


@retried
def take_break(user: User, reason: BreakReason) -> AgentSeat:
    """Sends an agent on a break; during a call, after it."""
    if reason.organization_id != user.organization_id or not reason.is_active:
        raise InputError("There is no such break.", code="unknown_break")
    now, seat = timezone.now(), lock(user)
    if seat.state == S.BREAK and seat.break_reason_id == reason.pk:
        return seat
    seat.break_reason = reason
    return _wish(seat, S.BREAK, now)


@retried
def offline(user: User) -> AgentSeat:
    """Takes an agent out of the queue, the shift going on; during a call, after it."""
    return _wish(lock(user), S.OFFLINE, timezone.now())


def reserve(seat: AgentSeat, call: UUID, now: datetime) -> None:
    """Puts a call on a locked seat.

    Raises DomainError "illegal_move" when another call is there.
    """
    if seat.state in BUSY and seat.call == call:
        return
    _demand(seat, S.RESERVED)
    if seat.state != S.LOST:
        seat.resume_state = S.READY if seat.state == S.IDLE else seat.state
    seat.call = call
    _change(seat, S.RESERVED, now)


def on_call(seat: AgentSeat, now: datetime) -> None:
    """The call of a locked seat was answered."""
    if seat.state != S.ON_CALL:
        _demand(seat, S.ON_CALL)
        _change(seat, S.ON_CALL, now)


def begin_wrap_up(seat: AgentSeat, until: datetime, now: datetime) -> None:
    """The line is free, the agent writes down the result, at the latest until then."""
    seat.wrap_up_until = until
    if seat.state == S.WRAP_UP:
        seat.save(update_fields=["wrap_up_until"])
        return
    _demand(seat, S.WRAP_UP)
    _change(seat, S.WRAP_UP, now)


def release(seat: AgentSeat, now: datetime) -> None:
    """Takes the call off a locked seat, which returns to what its agent last wished.

    A seat without a call stays as it is.
    """
    if seat.state not in BUSY:
        return
    target = S(seat.resume_state or S.OFFLINE)
    seat.call, seat.wrap_up_until, seat.resume_state = None, None, ""
    seat.last_active_at = now
    if target == S.OFFLINE and seat.session is not None and seat.session.ended_because:
        _end_shift(seat, seat.session, now)
    else:
        _change(seat, target, now)


def beat(user: User, message: dict[str, Any]) -> None:
    """A page is alive, and with `activity` its person too: who was lost or idle returns."""
    now, active = timezone.now(), bool(message.get("activity"))
    seats = AgentSeat.objects.filter(user=user)
    seen = {"last_seen_at": now} | ({"last_active_at": now} if active else {})
    back = Q(state=S.LOST) | Q(state=S.IDLE) if active else Q(state=S.LOST)
    if seats.update(**seen) and seats.filter(back).exists():
        _return(user, active=active)


def sweep(now: datetime) -> int:
    """Marks who is idle or lost, and ends forgotten shifts; returns how many seats changed."""
    limits = _limits()
    shifts = AgentSeat.objects.filter(session__isnull=False).exclude(state__in=BUSY)
    quiet = (
        Q(last_seen_at=None)
        | Q(last_seen_at__lt=now - limits.lost)
        | Q(last_active_at=None)
        | Q(last_active_at__lt=now - limits.idle)
    )
    return sum(
        _sweep(seat.user, now, limits) for seat in shifts.filter(quiet).select_related("user")
    )


def moved(seat: AgentSeat, by: User, because: str) -> None:
    """Notes on a locked seat who has moved it in its agent's stead; their page then says so."""
    seat.moved_by, seat.moved_because = by, because
    seat.save(update_fields=["moved_by", "moved_because"])
    _tell("presence.moved", seat, [f"agent:{seat.user_id}"], actor=by)


def _lead(seat: AgentSeat, login: UUID) -> None:
    """The caller saves."""
    if seat.leader not in (None, login):
        _tell("presence.taken_over", seat, [f"agent:{seat.user_id}"])
    seat.leader = login


def _is_living(login: UUID | None, now: datetime) -> bool:
    living = LoginSession.objects.filter(revoked_at=None, expires_at__gt=now)
    return login is not None and living.filter(public_id=login).exists()


def _wish(seat: AgentSeat, state: S, now: datetime) -> AgentSeat:
    """What a person asks for: done at once, or remembered while a call is on the seat."""
    seat.last_seen_at = seat.last_active_at = now
    seat.moved_by, seat.moved_because = None, ""
    if state != S.BREAK:
        seat.break_reason = None
    if seat.state in BUSY:
        seat.resume_state = state
        seat.save()
        return seat
    seat.resume_state = ""
    if seat.state == state and state != S.BREAK:
        seat.save()
        return seat
    _change(seat, state, now)
    return seat


@retried
def _return(user: User, *, active: bool) -> None:
    now, seat = timezone.now(), lock(user)
    if seat.state == S.LOST:
        target, seat.resume_state = S(seat.resume_state or S.OFFLINE), ""
        _change(seat, target, now)
    elif seat.state == S.IDLE and active:
        _change(seat, S.READY, now)


@retried
def _sweep(user: User, now: datetime, limits: absence.Limits) -> bool:
    seat = lock(user)
    facts = absence.Facts(seat.state, seat.since, seat.last_seen_at, seat.last_active_at)
    verdict = absence.judge(facts, limits, now) if seat.session_id is not None else None
    if verdict is None:
        return False
    if verdict == absence.Verdict.IDLE:
        _change(seat, S.IDLE, now)
    elif verdict == absence.Verdict.LOST:
        seat.resume_state = S.READY
        _change(seat, S.LOST, now)
    else:
        _close(seat, now, "idle" if verdict == absence.Verdict.CLOSE_IDLE else "lost")
    return True


def _limits() -> absence.Limits:
    names = ("idle_after_s", "lost_after_s", "close_after_s", "close_break_after_s")
    return absence.Limits(*(timedelta(seconds=config.get(f"presence.{name}")) for name in names))


def _demand(seat: AgentSeat, state: S) -> None:
    if state not in MOVES[seat.state]:
        raise DomainError(
            f"An agent who is {S(seat.state).label.lower()} cannot become {state.label.lower()}.",
            code="illegal_move",
        )


def _change(seat: AgentSeat, state: S, now: datetime) -> None:
    _demand(seat, state)
    was = seat.state
    intervals.begin(seat, state, now)
    statements.update(seat, *_OF_A_CHANGE)
    _announce(seat, was)


def _close(seat: AgentSeat, now: datetime, because: str) -> None:
    if seat.session is None:
        return
    intervals.will_end(seat.session, because)
    if seat.state in BUSY:
        seat.resume_state, seat.break_reason = S.OFFLINE, None
        seat.save()
        return
    _end_shift(seat, seat.session, now)


def _end_shift(seat: AgentSeat, session: AgentSession, now: datetime) -> None:
    was = seat.state
    intervals.end(seat, session, now)
    seat.ready_for, seat.resume_state, seat.break_reason = [], "", None
    seat.save()
    if was != S.OFFLINE:
        _announce(seat, was)


def _announce(seat: AgentSeat, was: str) -> None:
    teams = statements.rows(_TEAMS, [seat.user_id])
    topics = [
        f"agent:{seat.user_id}",
        f"org:{seat.organization_id}:presence",
        *(f"team:{team}:presence" for (team,) in teams),
    ]
    _tell("presence.changed", seat, topics, data={"state": seat.state, "was": was})


def _tell(kind: str, seat: AgentSeat, topics: list[str], **more: Any) -> None:
    realtime.record(
        kind,
        organization=seat.organization_id,
        topics=topics,
        subject={"agent": seat.user_id},
        **more,
    )
