"""Launching calls: claimed under the limits of line and campaign, then handed to their provider.

The row is what is due; whoever looks at it first launches the call, and no other does. A launch
never lasts as long as a call: the provider sends a voice and returns at once.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Event

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from agentic import breaker, briefing, capacity, finishing, sink
from agentic.models import AgenticCampaign, AgenticRun, AiCall, Trunk
from agentic.providers import provider
from calls import records
from campaigns import claims, queue
from campaigns.models import Campaign, DialAttempt
from core import statements
from core.errors import DomainError
from core.retry import retried

# So many calls are claimed in one transaction, so that the line's lock is held for a moment only.
BATCH = 10
# A queued call that is older has lost its hint.
_HINT_LOST = timedelta(seconds=5)
# The provider surely started nothing: whoever was to be called may be called again.
_NOTHING_STARTED = frozenset({"not_configured", "launch_failed"})
_R, _S = AgenticRun.Status, AiCall.State
_KNOWN = ("version", "lead", "campaign", "call", "trunk")
_TAKE = (
    "UPDATE agentic_aicall SET state = %s, launched_at = %s, instructions = %s"
    " WHERE id = %s AND state = %s"
)

log = logging.getLogger(__name__)
_draining = Event()


def drain() -> None:
    """This process launches nothing more, as when it is about to end."""
    _draining.set()


def launch_due(now: datetime) -> list[int]:
    """Claims what the runs may call now, and ends runs that are through; the ids to launch."""
    looked = Q(status=_R.RUNNING, due_at__lte=now) | Q(status=_R.STOPPING)
    # Whoever waits for a person's word to go on may have nobody left to call.
    looked |= Q(status=_R.RUNNING, due_at=None) & ~Q(kind=AgenticRun.Kind.LIST)
    queued: list[int] = []
    for run in AgenticRun.objects.filter(looked).order_by("pk"):
        # Seen without a lock: where all lines are taken nobody need wait for one.
        if run.status == _R.RUNNING and not _seems_free(run, now):
            continue
        try:
            queued += _claimed(run, now)
        except Exception:
            # One run that cannot go on keeps no other from it.
            log.exception("a run could not go on", extra={"run": run.pk})
    return queued


def _claimed(run: AgenticRun, now: datetime) -> list[int]:
    """What a run may call now, in steps, so that the line is not held for long."""
    queued: list[int] = []
    while not _draining.is_set() and (found := _step(run.pk, now)):
        queued += found
        if len(found) < BATCH:
            break
    return queued


def forgotten(now: datetime) -> list[int]:
    """Queued calls whose hint was lost; they are launched as if it had just come."""
    waiting = AiCall.objects.filter(state=_S.QUEUED, queued_at__lte=now - _HINT_LOST)
    return list(waiting.order_by("queued_at").values_list("pk", flat=True)[:200])


def launch(pk: int) -> bool:
    """Sends a voice for a queued call, once; False where another did, or nothing was sent.

    Where the provider surely started nothing the call is given back. After any other error it
    stays as it is: a voice may be there, and only a voice that asks for leave dials.
    """
    return launch_many([pk]) == 1


def launch_many(pks: Iterable[int]) -> int:
    """The same for some calls, one after the other; how many voices were sent."""
    results, sent = briefing.Results(), []
    for pk in pks:
        if not _draining.is_set() and _send(pk, results):
            sent.append(pk)
    if sent:
        _dispatched(sent, timezone.now())
    return len(sent)


def _send(pk: int, results: briefing.Results) -> bool:
    ai = statements.get(AiCall, pk, *_KNOWN, defer=("instructions",))
    if not _begin(ai, results, timezone.now()):
        return False
    try:
        provider(ai.provider).launch(ai)
    except DomainError as refusal:
        if refusal.code not in _NOTHING_STARTED:
            log.warning("launch of a call is in doubt", extra={"ai_call": pk})
            return False
        now, problem = timezone.now(), refusal.message
        sink.withdrawn(pk, now, cause=breaker.NOT_LAUNCHED, problem=problem)
        return False
    return True


@retried
def _dispatched(pks: Sequence[int], now: datetime) -> None:
    """Their voices are on their way; some may be there already."""
    launched = AiCall.objects.filter(pk__in=pks, state=_S.LAUNCHING)
    launched.update(state=_S.DISPATCHED, dispatched_at=now)


@retried
def _begin(ai: AiCall, results: briefing.Results, now: datetime) -> bool:
    """Takes a queued call for launching; the state tells everyone else that it is taken."""
    if ai.state != _S.QUEUED:
        return False
    at, told = connection.ops.adapt_datetimefield_value(now), briefing.write(ai, results)
    if not statements.run(_TAKE, [_S.LAUNCHING, at, told, ai.pk, _S.QUEUED]):
        return False
    ai.state, ai.launched_at, ai.instructions = _S.LAUNCHING, now, told
    return True


def _seems_free(run: AgenticRun, now: datetime) -> bool:
    rows = AgenticCampaign.objects.select_related("campaign", "trunk")
    limits = rows.get(campaign=run.campaign_id)
    over = limits.campaign.status in finishing.OVER
    return over or capacity.room(limits, limits.trunk, now) > 0


@retried
def _step(pk: int, now: datetime) -> list[int]:
    """One look at a run: some calls are queued, or it ends, or it waits."""
    limits = AgenticCampaign.objects.get(campaign__runs=pk)
    trunk = _locked_trunk(limits.trunk_id)
    queue.hold(limits.campaign_id)
    run = finishing.locked(pk)
    # Whoever waited for the locks begins its calls after those of whoever held them.
    now = max(now, timezone.now())
    campaign = Campaign.objects.get(pk=run.campaign_id)
    limits = AgenticCampaign.objects.select_related("campaign").get(campaign=campaign)
    if run.status == _R.RUNNING and campaign.status in finishing.OVER:
        finishing.stop(run, "The campaign has ended.", now)
    if run.status == _R.STOPPING:
        finishing.settle(run, now)
        return []
    if run.status != _R.RUNNING or not _is_due(run, campaign, now):
        return []
    if because := breaker.look(run):
        finishing.end(run, _R.BROKEN, because, now)
        if trunk is not None:
            breaker.rest(trunk, because, now)
        return []
    if campaign.status != Campaign.Status.RUNNING:
        return []
    count = min(BATCH if limits.auto_next else 1, capacity.room(limits, trunk, now))
    if count < 1:
        return []
    return _claim(run, limits, trunk, count, now)


def _is_due(run: AgenticRun, campaign: Campaign, now: datetime) -> bool:
    """Whether it may call now; one that waits for a person's word ends where nobody is left."""
    if run.due_at is None and run.kind != AgenticRun.Kind.LIST:
        finishing.nothing_left(run, campaign, now)
    return run.due_at is not None and run.due_at <= now


def _claim(
    run: AgenticRun, limits: AgenticCampaign, trunk: Trunk | None, count: int, now: datetime
) -> list[int]:
    """Queues up to so many calls; without any the run ends, or looks again later."""
    if run.kind == AgenticRun.Kind.LIST:
        attempts = claims.claim_ahead(run.campaign_id, count, now=now)
    else:
        attempts = _picked(run, count, now)
    if not attempts:
        finishing.nothing_left(run, limits.campaign, now)
        return []
    if not limits.auto_next:
        run.due_at = None  # until a person says: next
        run.save(update_fields=["due_at"])
    return [_queue(run, limits, trunk, attempt, now).pk for attempt in attempts]


def _picked(run: AgenticRun, count: int, now: datetime) -> list[DialAttempt]:
    """Claims prospects that were picked, in their order; why one was refused is kept."""
    attempts: list[DialAttempt] = []
    waiting = run.picked.filter(taken_at=None).order_by("order", "pk")
    for row in waiting[: 5 * count]:
        found = claims.claim_picked(run.campaign_id, row.lead_id, now=now)
        row.taken_at, row.refusals = now, found.refusals
        row.save(update_fields=["taken_at", "refusals"])
        if found.attempt is not None:
            attempts.append(found.attempt)
        if len(attempts) == count:
            break
    return attempts


def _queue(
    run: AgenticRun,
    limits: AgenticCampaign,
    trunk: Trunk | None,
    attempt: DialAttempt,
    now: datetime,
) -> AiCall:
    call = records.place(attempt, source="ai", now=now)
    return statements.insert(
        AiCall(
            organization_id=run.organization_id,
            campaign_id=run.campaign_id,
            run=run,
            version_id=run.version_id,
            call=call,
            lead_id=attempt.lead_id or 0,
            trunk=trunk,
            provider=run.provider,
            currency=limits.currency,
            queued_at=now,
        )
    )


def _locked_trunk(pk: int | None) -> Trunk | None:
    return None if pk is None else Trunk.objects.select_for_update().get(pk=pk)
