"""What stays too long in a passing state is reconciled. Nothing is ever dialed again by it.

Only a voice that got leave dials, and a call that is given back here gives none any more: so a
launch whose end nobody knows is safely given back, and a dial whose end nobody knows rests.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from agentic import breaker, limits, sink  # noqa: F401  # limits defines what is read here
from agentic.models import AiCall, AiCommand
from agentic.providers import Standing, provider
from calls import lease
from calls.models import Call
from core import config
from core.errors import DomainError

_S, _MOST = AiCall.State, 200
_NOBODY = "No voice came to dial it."
# A voice looks at what is asked of it every second; then its line is freed without it.
_OBEYS_WITHIN = timedelta(seconds=8)
# A voice that told nothing for so long is asked after.
_SILENT = timedelta(seconds=20)


def reap(now: datetime) -> int:
    """Looks at every state that passes; returns how many calls it ended."""
    count = _given_back(_S.QUEUED, "queued_at", "agentic.queued_s", "No worker launched it.", now)
    count += _given_back(_S.LAUNCHING, "launched_at", "agentic.launching_s", _NOBODY, now)
    count += _given_back(_S.DISPATCHED, "dispatched_at", "agentic.dispatched_s", _NOBODY, now)
    count += _settle(now) + _look_after(now)
    _end_overdue(now)
    _end_disobedient(now)
    return count


def _given_back(state: str, since: str, limit: str, problem: str, now: datetime) -> int:
    before = now - timedelta(seconds=config.get(limit))
    late = AiCall.objects.filter(state=state, **{f"{since}__lte": before})
    count = 0
    for ai in late.select_related("call")[:_MOST]:
        if sink.withdrawn(ai.pk, now, problem=problem, cause=breaker.NOT_LAUNCHED):
            count += 1
            _free(ai)
    return count


def _settle(now: datetime) -> int:
    """Calls whose line was ended elsewhere, as for want of a sign of life."""
    placed = AiCall.objects.filter(state=_S.PLACED).exclude(call__status__in=Call.LIVE)
    return _each(placed.select_related("call")[:_MOST], lambda ai: sink.settled(ai.pk, now))


def _look_after(now: datetime) -> int:
    """Voices that told nothing for a while: a line that is gone has ended, one on which nobody
    talks is freed, and one that a person took over goes on without its voice."""
    soon = now + lease.span() - _SILENT
    silent = AiCall.objects.filter(
        state=_S.PLACED, call__status__in=Call.LIVE, call__lease_until__lte=soon
    )
    return _each(silent.select_related("call")[:_MOST], lambda ai: _reconcile(ai, now))


def _reconcile(ai: AiCall, now: datetime) -> bool:
    standing = _standing(ai)
    if standing == Standing.TALKING and ai.taken_over_at is not None:
        sink.alive(ai.pk, now)
    if standing not in (Standing.GONE, Standing.ALONE):
        return False
    # Whether it rang, and who hung up, nobody can tell any more.
    cause = "lost" if ai.call.answered_at else "unknown"
    return sink.ended(ai.pk, now, cause=cause, problem="The voice was lost.")


def _end_overdue(now: datetime) -> None:
    """Frees the line of calls that outlast all that a voice may talk."""
    grace = timedelta(seconds=config.get("agentic.overdue_s"))
    begun = AiCall.objects.filter(
        state=_S.PLACED, taken_over_at=None, call__dialed_at__lte=now - grace
    )
    rows = begun.select_related("call", "campaign__agentic").order_by("call__dialed_at")[:_MOST]
    for ai in rows:
        most = ai.campaign.ring_time_s + ai.campaign.agentic.max_length_s
        if (ai.call.dialed_at or now) + timedelta(seconds=most) + grace <= now:
            _free(ai)


def _end_disobedient(now: datetime) -> None:
    """Frees the line of calls whose voice did not hang up when it was told to."""
    told = AiCommand.objects.filter(
        kind=AiCommand.Kind.HANG_UP, done_at=None, at__lte=now - _OBEYS_WITHIN
    )
    for command in told.select_related("ai_call__call")[:_MOST]:
        _free(command.ai_call)


def _each(rows: Iterable[AiCall], ended: Callable[[AiCall], bool]) -> int:
    count = 0
    for ai in rows:
        if ended(ai):
            count += 1
            _free(ai)
    return count


def _free(ai: AiCall) -> None:
    """Nobody may stay on a line without a voice; a provider that cannot be reached is asked again
    with the next look, or frees it by its own limits."""
    try:
        provider(ai.provider).hang_up(ai)
    except DomainError:
        return


def _standing(ai: AiCall) -> Standing:
    try:
        return provider(ai.provider).standing(ai)
    except DomainError:
        return Standing.UNKNOWN
