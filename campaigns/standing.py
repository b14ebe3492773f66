"""Where leads stand. The only module that writes `Lead.status` and what belongs to it.

Every function takes leads that the caller has locked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import batched, groupby
from typing import Any, Final

from django.db.models import F, Q

from campaigns import callbacks, leadfilter
from campaigns.eligibility import Decision
from campaigns.models import Lead
from campaigns.phones import Turn
from core import config, statements
from core.errors import DomainError

config.define(
    "queue.look_again_s",
    int,
    default=24 * 3600,
    minimum=60,
    help="Seconds until a lead is decided again that no rule gave a time for.",
)

S = Lead.Status
MOVES: Final[dict[str, frozenset[str]]] = {
    S.NEW: frozenset({S.QUEUED, S.CLAIMED, S.RETRY, S.FINISHED, S.SUPPRESSED}),
    S.QUEUED: frozenset({S.NEW, S.CLAIMED, S.RETRY, S.FINISHED, S.SUPPRESSED}),
    S.CLAIMED: frozenset({S.RETRY, S.FINISHED, S.SUPPRESSED}),
    S.RETRY: frozenset({S.NEW, S.QUEUED, S.CLAIMED, S.RETRY, S.FINISHED, S.SUPPRESSED}),
    S.FINISHED: frozenset({S.RETRY, S.FINISHED, S.SUPPRESSED}),
    S.SUPPRESSED: frozenset({S.RETRY, S.SUPPRESSED}),
}
# Nobody is calling them now, and somebody will.
WAITING: Final = frozenset({S.NEW, S.QUEUED, S.RETRY})
# A lead whom these rules refuse is never called again.
_ENDING: Final = {
    "invalid_number": S.FINISHED,
    "max_attempts": S.FINISHED,
    "suppressed": S.SUPPRESSED,
}
_CLAIM: Final = (
    "UPDATE campaigns_lead SET status = 'claimed', blocked_by = '', blocked_until = NULL,"
    " finished_because = '' WHERE id = %s"
)
_TOGETHER: Final = 1000
_DECIDED: Final = ("status", "next_attempt_at", "blocked_by", "blocked_until", "finished_because")


def queue(leads: Collection[Lead]) -> None:
    """They are in the ready table."""
    _check(leads, S.QUEUED)
    ids = [lead.pk for lead in leads]
    Lead.objects.filter(pk__in=ids).update(status=S.QUEUED, blocked_by="", blocked_until=None)


def put_back(lead_ids: Iterable[int], to: str) -> None:
    """They left the ready table without a call: NEW to their rank, RETRY to their time."""
    Lead.objects.filter(pk__in=lead_ids, status=S.QUEUED).update(status=to)


def due(lead_ids: Iterable[int], now: datetime) -> None:
    """Leads that wait to be tried again are looked at now."""
    Lead.objects.filter(pk__in=lead_ids, status=S.RETRY).update(next_attempt_at=now)


def reconsider(campaign_id: int, now: datetime, limit: int) -> bool:
    """Up to so many refused leads of a campaign are decided again, as rules changed.

    Whether those were all; else the caller asks again, in another transaction.
    """
    refused = Lead.objects.filter(campaign_id=campaign_id, status=S.RETRY).exclude(blocked_by="")
    # Those that were left out have no time of their own; the others keep their place.
    out = Q(blocked_by__in=leadfilter.LEFT_OUT, next_attempt_at=None)
    waiting = refused.filter(Q(next_attempt_at__gt=now) | out)
    found = list(waiting.values_list("pk", flat=True)[:limit])
    for ids in batched(found, _TOGETHER, strict=False):
        some = refused.filter(pk__in=ids)
        some.filter(out, attempts=0).update(status=S.NEW, blocked_by="")
        some.update(next_attempt_at=now)
    return len(found) < limit


def leave_out(leads: Collection[Lead], rule: str) -> None:
    """New leads that one of `leadfilter.LEFT_OUT` leaves out: they wait until it changes."""
    ids = [lead.pk for lead in leads]
    Lead.objects.filter(pk__in=ids, status=S.NEW).update(
        status=S.RETRY, blocked_by=rule, blocked_until=None, next_attempt_at=None
    )


def refuse(leads: Collection[Lead], decisions: Mapping[int, Decision], now: datetime) -> None:
    """They may not be called now: to the earliest time that the refusals allow, or for good."""
    for lead in leads:
        _apply(lead, decisions[lead.pk], now)
    owed = callbacks.owed(lead.pk for lead in leads)
    for lead in leads:
        if lead.pk not in owed:
            continue
        if lead.next_attempt_at:
            callbacks.postpone(lead.pk, lead.next_attempt_at)
            lead.next_attempt_at = None
        else:
            callbacks.complete([lead.pk], now)
    Lead.objects.bulk_update(leads, _DECIDED)


def turn(turns: Mapping[int, Turn]) -> None:
    """Another of their numbers is dialed next."""
    for index, group in groupby(sorted(turns, key=_place(turns)), key=_place(turns)):
        Lead.objects.filter(pk__in=list(group)).update(phone_index=index)


def _place(turns: Mapping[int, Turn]) -> Callable[[int], int]:
    return lambda lead_id: turns[lead_id].index


def claim(lead: Lead) -> None:
    """The lead is someone's now."""
    _check([lead], S.CLAIMED)
    lead.status, lead.blocked_by, lead.blocked_until = S.CLAIMED, "", None
    lead.finished_because = ""
    statements.run(_CLAIM, [lead.pk])


def retry(lead: Lead, at: datetime | None) -> None:
    """The lead is tried again then; None when a callback says when."""
    _move(lead, S.RETRY, next_attempt_at=at, blocked_by="", blocked_until=None, finished_because="")


def recycle(leads: Collection[Lead], now: datetime) -> None:
    """Finished leads go through the list again, with the campaign's number of attempts anew."""
    _check(leads, S.RETRY)
    ids = [lead.pk for lead in leads]
    Lead.objects.filter(pk__in=ids).update(
        status=S.RETRY,
        next_attempt_at=now,
        attempts_before=F("attempts"),
        blocked_by="",
        blocked_until=None,
        finished_because="",
    )


def finish(lead: Lead, because: str) -> None:
    """The lead is not called any more."""
    _move(lead, S.FINISHED, next_attempt_at=None, finished_because=because[:32])


def suppress(lead: Lead) -> None:
    """The lead asked not to be called."""
    _move(lead, S.SUPPRESSED, next_attempt_at=None, finished_because="suppressed")


def dialed(lead: Lead, now: datetime, *, shown: str = "") -> None:
    """The lead's number was dialed, which counts; the caller ID that it saw is remembered."""
    lead.attempts, lead.last_called_at = lead.attempts + 1, now
    lead.caller_id = shown or lead.caller_id
    statements.update(lead, "attempts", "last_called_at", "caller_id")


def _apply(lead: Lead, decision: Decision, now: datetime) -> None:
    """Sets what a refusal means on a lead, unsaved."""
    rules = {refusal.rule: refusal for refusal in decision.refusals}
    for rule, status in _ENDING.items():
        if rule in rules and rules[rule].until is None:
            _check([lead], status)
            lead.status, lead.next_attempt_at, lead.finished_because = status, None, rule
            return
    _check([lead], S.RETRY)
    if left_out := next((rule for rule in leadfilter.LEFT_OUT if rule in rules), ""):
        lead.status, lead.next_attempt_at = S.RETRY, None
        lead.blocked_by, lead.blocked_until = left_out, None
        return
    again = now + timedelta(seconds=config.get("queue.look_again_s"))
    until = max(refusal.until or again for refusal in decision.refusals)
    lead.status, lead.next_attempt_at = S.RETRY, until
    lead.blocked_by, lead.blocked_until = decision.refusals[0].rule, until


def _move(lead: Lead, to: str, **fields: Any) -> None:
    _check([lead], to)
    for name, value in {"status": to, **fields}.items():
        setattr(lead, name, value)
    statements.update(lead, "status", *fields)


def _check(leads: Iterable[Lead], to: str) -> None:
    for lead in leads:
        if to not in MOVES[lead.status]:
            raise DomainError(f"A {lead.status} lead cannot become {to}.", code="illegal_move")
