"""How a run goes on or ends, within the transaction of whoever looks at it with its row locked."""

from datetime import datetime, timedelta

from agentic.models import AgenticRun, AiCall
from campaigns import queue
from campaigns.models import Campaign
from core import audit, realtime
from core.errors import DomainError

_R = AgenticRun.Status
# A run whose leads come later looks again at least so often: others may come first.
_LOOK_AGAIN = timedelta(seconds=30)
# Something may be due at any moment, or leads be decided in steps.
_SOON = timedelta(seconds=2)
# Campaigns in these states call nobody any more.
OVER = frozenset({Campaign.Status.ENDED, Campaign.Status.ARCHIVED})


def locked(pk: int) -> AgenticRun:
    """A run, locked and as it is now."""
    AgenticRun.objects.select_for_update().only("pk").get(pk=pk)
    return AgenticRun.objects.get(pk=pk)


def live(run: AgenticRun) -> int:
    """How many of its calls are not over."""
    return AiCall.objects.filter(run=run, ended_at=None).count()


def require(run: AgenticRun, *statuses: str) -> None:
    """Raises DomainError "illegal_move" for a run in another state."""
    if run.status not in statuses:
        said = f"This run is {run.get_status_display().lower()}."
        raise DomainError(said, code="illegal_move")


def stop(run: AgenticRun, because: str, now: datetime) -> None:
    """Nothing more is claimed; the run is over with its last call, which may be now."""
    move(run, _R.STOPPING, because, now)
    settle(run, now)


def settle(run: AgenticRun, now: datetime) -> None:
    """A stopping run without calls has stopped."""
    if not live(run):
        end(run, _R.STOPPED, run.because, now)


def nothing_left(run: AgenticRun, campaign: Campaign, now: datetime) -> None:
    """Nothing could be claimed: a list whose leads come later waits, any other run is through."""
    if run.kind != AgenticRun.Kind.LIST:
        if not run.picked.filter(taken_at=None).exists() and not live(run):
            end(run, _R.FINISHED, "", now)
        return
    at = queue.next_due(campaign, now)
    # Where many leads are left out, the filler passes them over in steps.
    if at is not None or queue.ready_count(campaign.pk) or queue.wants(campaign, now):
        _look_at(run, min(max(at or now, now + _SOON), now + _LOOK_AGAIN))
    elif live(run):
        _look_at(run, now + _SOON)
    else:
        end(run, _R.FINISHED, "", now)


def end(run: AgenticRun, status: str, because: str, now: datetime) -> None:
    """The run is over, and another may begin."""
    run.ended_at, run.live_campaign, run.due_at = now, None, None
    move(run, status, because, now)


def move(run: AgenticRun, status: str, because: str, now: datetime) -> None:
    """Writes a new state, and tells of it."""
    before = run.status
    run.status, run.because = status, because[:255]
    run.save(update_fields=["status", "because", "ended_at", "live_campaign", "due_at"])
    audit.record(
        f"run.{status}",
        run,
        before={"status": before},
        after={"status": status, "because": run.because},
    )
    tell(run, status, now)


def tell(run: AgenticRun, kind: str, now: datetime) -> None:
    """Announces what became of a run to those who watch it or its campaign."""
    broken = run.status == _R.BROKEN
    realtime.record(
        f"run.{kind}",
        organization=run.organization_id,
        topics=[f"run:{run.public_id}", f"campaign:{run.campaign_id}"],
        subject={"run": str(run.public_id), "campaign": run.campaign_id},
        data={"status": run.status, "because": run.because},
        category="calls",
        severity="warning" if broken else "info",
        at=now,
    )


def _look_at(run: AgenticRun, at: datetime) -> None:
    run.due_at = at
    run.save(update_fields=["due_at"])
