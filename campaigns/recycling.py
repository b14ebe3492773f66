"""Sending finished leads through the list again. The only module that writes `RecycleRun`.

Nothing that counts for the rules is touched: attempts, numbers' calls, and caps stay as they are.
The campaign's own attempts begin anew: those made before are noted on the lead
(`attempts_before`) and no longer counted against the campaign's number of attempts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from campaigns import queue, standing
from campaigns.models import Campaign, DialAttempt, Disposition, Lead, RecycleRun
from core import audit, realtime
from core.errors import DomainError, InputError
from core.retry import retried

LEASE: Final = timedelta(seconds=60)
AT_ONCE: Final = 500
MOST_DAYS: Final = 3650
HISTORY: Final = 20
_WORDS: Final = {"max_attempts": "Attempts used up"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which finished leads: by why they are finished, and since when nobody called them."""

    reasons: tuple[str, ...]
    days: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the run."""
        return {"reasons": list(self.reasons), "days": self.days}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some leads are finished, in words, and how many they are."""

    code: str
    label: str
    leads: int


def reasons(campaign: Campaign) -> list[Reason]:
    """Why the campaign's finished leads are so, the most frequent first."""
    rows = Lead.objects.filter(campaign=campaign, status=Lead.Status.FINISHED)
    counted = rows.values_list("finished_because").annotate(leads=Count("pk")).order_by("-leads")
    results = Disposition.objects.filter(organization=campaign.organization_id)
    labels = {
        **dict(DialAttempt.Outcome.choices),
        **dict(results.values_list("code", "label")),
        **_WORDS,
    }
    return [Reason(code, labels.get(code, code or "Other"), leads) for code, leads in counted]


def count(campaign: Campaign, choice: Choice, now: datetime) -> int:
    """How many leads a run would send round again; nothing is done."""
    return _chosen(campaign.pk, choice, now).count() if choice.reasons else 0


@retried
def start(user: User, campaign: Campaign, choice: Choice, *, now: datetime) -> RecycleRun:
    """Makes a run due. Raises InputError for an empty choice, DomainError "recycling" while
    another run goes on."""
    if not choice.reasons:
        sentence = "Choose at least one result."
        raise InputError(sentence, errors={"reasons": [sentence]})
    # Two requests at once meet at the campaign's lock and make one run.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    if RecycleRun.objects.filter(campaign=campaign, done_at=None).exists():
        raise DomainError("Leads of this campaign are being recycled already.", code="recycling")
    run = RecycleRun.objects.create(
        organization_id=campaign.organization_id,
        campaign=campaign,
        chosen=choice.as_json(),
        due_at=now,
        created_by=user,
        created_at=now,
    )
    audit.record("campaign.recycled", campaign, after=choice.as_json(), actor=user)
    return run


def history(campaign: Campaign) -> list[RecycleRun]:
    """The last runs of a campaign, newest first."""
    rows = RecycleRun.objects.filter(campaign=campaign).select_related("created_by")
    return list(rows.order_by("-pk")[:HISTORY])


def due(now: datetime) -> list[int]:
    """Runs that wait for a worker, or whose worker is gone."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return list(RecycleRun.objects.filter(free, due_at__lte=now).values_list("pk", flat=True))


def work(run_id: int, now: datetime) -> int:
    """Goes through a run that is due, to its end; how many leads were sent round again.

    Harmless to call again at any time: it goes on after the last lead that was committed.
    """
    if not _begin(run_id, now):
        return 0
    total = 0
    while (moved := _step(run_id, now)) is not None:
        total += moved
    return total


@retried
def _begin(run_id: int, now: datetime) -> bool:
    run = RecycleRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None or run.due_at is None or run.due_at > now:
        return False
    if run.lease_until is not None and run.lease_until > now:
        return False
    run.lease_until = now + LEASE
    run.save(update_fields=["lease_until"])
    return True


@retried
def _step(run_id: int, now: datetime) -> int | None:
    """Sends some leads round; None when there are no more, and the run is done."""
    run = RecycleRun.objects.select_for_update().get(pk=run_id)
    if run.done_at is not None:
        return None
    choice = Choice(tuple(run.chosen["reasons"]), run.chosen["days"])
    ahead = _chosen(run.campaign_id, choice, run.created_at).filter(pk__gt=run.last_lead)
    leads = list(ahead.select_for_update().defer("remarks", "custom").order_by("pk")[:AT_ONCE])
    if not leads:
        run.done_at, run.due_at, run.lease_until = now, None, None
        run.save(update_fields=["done_at", "due_at", "lease_until"])
        _tell(run)
        return None
    standing.recycle(leads, now)
    run.leads += len(leads)
    run.last_lead = leads[-1].pk
    run.lease_until = now + LEASE
    run.save(update_fields=["leads", "last_lead", "lease_until"])
    queue.wake(run.campaign_id)
    return len(leads)


def _chosen(campaign_id: int, choice: Choice, now: datetime) -> QuerySet[Lead]:
    found = Lead.objects.filter(
        campaign=campaign_id, status=Lead.Status.FINISHED, finished_because__in=choice.reasons
    )
    if not choice.days:
        return found
    before = now - timedelta(days=choice.days)
    return found.filter(Q(last_called_at=None) | Q(last_called_at__lte=before))


def _tell(run: RecycleRun) -> None:
    realtime.record(
        "campaign.recycled",
        organization=run.organization_id,
        topics=[f"campaign:{run.campaign_id}"],
        subject={"campaign": run.campaign_id, "recycle_run": run.pk},
        data={"leads": run.leads},
    )


def known(campaign: Campaign, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the codes for which leads of the campaign are finished, in order."""
    wanted = set(codes)
    return tuple(sorted(one.code for one in reasons(campaign) if one.code in wanted))
