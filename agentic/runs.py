"""Runs through a list, a selection or a single prospect: started, paused, stopped.

Only this module and `agentic.finishing` write `AgenticRun`; its calls are made by
`agentic.launching`. Locks: line, slots, run, then what claiming locks.
"""

import random
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from agentic import commands, finishing, sink
from agentic.models import AgenticCampaign, AgenticRun, AiCall, RunLead
from agentic.providers import provider
from campaigns import claims
from campaigns.models import Campaign, Lead
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried

MOST_PICKED = 10_000
_R, _S = AgenticRun.Status, AiCall.State
_SEEDS = 2**31


@retried
def start(
    user: Any, campaign: Campaign, *, kind: str, leads: Sequence[int] = (), seed: int | None = None
) -> AgenticRun:
    """Begins a run; `leads` are the ids of those who were picked, in the order of their calls.

    The campaign's own run is then live: another begins when it is over. Raises DomainError
    "not_ready" with what is missing, "not_configured", "already_running", "not_allowed" with the
    refusals of a single prospect, and InputError.
    """
    now = timezone.now()
    limits = _locked_limits(campaign)
    _check_ready(limits)
    if kind != AgenticRun.Kind.LIST:
        _check_picked(limits.campaign, kind, leads)
    if kind == AgenticRun.Kind.ONE:
        _check_allowed(campaign, leads[0])
    if AgenticRun.objects.filter(live_campaign=campaign.pk).exists():
        raise DomainError("This campaign has a run already.", code="already_running")
    assert limits.published is not None
    run = AgenticRun.objects.create(
        organization_id=limits.organization_id,
        campaign_id=campaign.pk,
        live_campaign=campaign.pk,
        version=limits.published,
        provider=limits.provider,
        kind=kind,
        seed=random.randrange(_SEEDS) if seed is None else seed,  # noqa: S311  # of a play
        started_by=user,
        started_at=now,
        due_at=now,
    )
    RunLead.objects.bulk_create(
        RunLead(run=run, lead_id=pk, order=order) for order, pk in enumerate(leads, 1)
    )
    after = {"campaign": campaign.pk, "kind": kind, "picked": len(leads), "provider": run.provider}
    audit.record("run.started", run, after=after, actor=user)
    finishing.tell(run, "started", now)
    return run


@retried
def pause(user: Any, run: AgenticRun) -> AgenticRun:
    """No new calls; those that go on are finished. Raises DomainError "illegal_move"."""
    run = finishing.locked(run.pk)
    finishing.require(run, _R.RUNNING)
    finishing.move(run, _R.PAUSED, f"{user} paused it.", timezone.now())
    return run


@retried
def resume(user: Any, run: AgenticRun) -> AgenticRun:
    """Goes on where it paused. Raises DomainError "illegal_move"."""
    now, run = timezone.now(), finishing.locked(run.pk)
    finishing.require(run, _R.PAUSED)
    run.due_at = now
    finishing.move(run, _R.RUNNING, "", now)
    return run


@retried
def next_call(user: Any, run: AgenticRun) -> AgenticRun:
    """Lets a run that does not go on by itself call its next prospect."""
    run = finishing.locked(run.pk)
    finishing.require(run, _R.RUNNING)
    run.due_at = timezone.now()
    run.save(update_fields=["due_at"])
    return run


@retried
def set_auto_next(user: Any, campaign: Campaign, on: bool) -> AgenticCampaign:
    """Whether runs of a campaign go on to the next prospect by themselves."""
    now, limits = timezone.now(), _locked_limits(campaign)
    with audit.changes("agentic.changed", limits, ("auto_next",), actor=user):
        limits.auto_next = on
        limits.save(update_fields=["auto_next", "updated_at"])
    if on:
        waiting = AgenticRun.objects.filter(live_campaign=campaign.pk, due_at=None)
        waiting.filter(status=_R.RUNNING).update(due_at=now)
    return limits


def stop(user: Any, run: AgenticRun, *, at_once: bool = False) -> AgenticRun:
    """No new calls, and what is only queued is given back; at once, the others are hung up too.

    It has stopped when its last call is over. Raises DomainError "illegal_move" for one that is.
    """
    _stopping(user, run.pk, at_once)
    calls = AiCall.objects.filter(run=run, ended_at=None)
    queued = calls.filter(state=_S.QUEUED)
    for pk in queued.values_list("pk", flat=True):
        sink.withdrawn(pk, timezone.now(), problem="The run was stopped.")
    if at_once:
        for ai in calls.order_by("pk"):
            commands.end(ai, by=user)
    return _settled(run.pk)


def stop_all(user: Any, runs: Sequence[AgenticRun], *, at_once: bool = True) -> int:
    """Stops these runs; returns how many were active. One that ended meanwhile is passed over."""
    stopped = 0
    for run in runs:
        try:
            stop(user, run, at_once=at_once)
        except DomainError as refusal:
            if refusal.code != "illegal_move":
                raise
        else:
            stopped += 1
    return stopped


@retried
def _stopping(user: Any, pk: int, at_once: bool) -> None:
    run = finishing.locked(pk)
    finishing.require(run, *AgenticRun.ACTIVE)
    if run.status != _R.STOPPING:
        how = "stopped it at once" if at_once else "stopped it"
        finishing.move(run, _R.STOPPING, f"{user} {how}.", timezone.now())


@retried
def _settled(pk: int) -> AgenticRun:
    run = finishing.locked(pk)
    if run.status == _R.STOPPING:
        finishing.settle(run, timezone.now())
    return run


def _locked_limits(campaign: Campaign) -> AgenticCampaign:
    """Raises DomainError "not_ready" for a campaign without a voice."""
    rows = AgenticCampaign.objects.filter(campaign=campaign)
    if not rows.select_for_update().only("pk").exists():
        raise DomainError("This campaign has no voice.", code="not_ready")
    rows.select_for_update().only("pk").get()
    return AgenticCampaign.objects.select_related("campaign", "published", "trunk").get(
        campaign=campaign
    )


def _check_ready(limits: AgenticCampaign) -> None:
    missing = _missing(limits)
    if missing:
        raise DomainError(missing[0], code="not_ready", errors={"missing": missing})
    problems = provider(limits.provider).problems()
    if problems:
        said = [f"{problem.what} {problem.fix}" for problem in problems]
        raise DomainError(said[0], code="not_configured", errors={"missing": said})


def _missing(limits: AgenticCampaign) -> list[str]:
    """What a campaign needs before its voice may call."""
    found = []
    if limits.campaign.mode != Campaign.Mode.AI:
        found.append("The campaign's mode is not AI.")
    if limits.campaign.status != Campaign.Status.RUNNING:
        found.append("The campaign is not running: start it first.")
    if limits.published is None or limits.published.rolled_back_at is not None:
        found.append("No version of its wording is published.")
    if limits.trunk is None:
        found.append("No line is chosen to call on.")
    elif not limits.trunk.is_active:
        found.append("The line is switched off.")
    return found


def _check_picked(campaign: Campaign, kind: str, leads: Sequence[int]) -> None:
    most = 1 if kind == AgenticRun.Kind.ONE else MOST_PICKED
    known = Lead.objects.filter(campaign=campaign, pk__in=leads).count()
    if not leads or len(leads) > most or len(set(leads)) != len(leads) or known != len(leads):
        said = "Pick one prospect of this campaign." if most == 1 else "Pick its prospects, once."
        raise InputError(said, errors={"leads": [said]})


def _check_allowed(campaign: Campaign, lead_id: int) -> None:
    """Refuses to begin a run for one prospect who may not be called now; the claim asks again."""
    refusals = claims.refusals_of(campaign.pk, lead_id, now=timezone.now())
    if refusals:
        said = f"This prospect is not called now: {refusals[0]['message']}"
        raise DomainError(said, code="not_allowed", errors={"refusals": refusals})
