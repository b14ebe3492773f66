"""Which leads may be due: callbacks, retries, and new leads by rank, each by index dives alone."""

import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from campaigns import callbacks, leadfilter
from campaigns.models import Callback, Campaign, Lead, QueueEntry
from core import config

config.define(
    "queue.callback_owner_grace_s",
    int,
    default=24 * 3600,
    minimum=0,
    help="Seconds after which a callback whose agent is not there goes to anyone.",
)
# A callback whose agent is away is looked at again after this time.
OWNER_AWAY = timedelta(seconds=60)

S, Tier = Lead.Status, QueueEntry.Tier


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that may be due, with its place in the ready table."""

    lead_id: int
    tier: int
    rank: int
    owner: int = 0


def due_callbacks(
    campaign: Campaign, owners: Collection[int], limit: int, now: datetime
) -> list[Candidate]:
    """Promises that are due, for those of `owners` who are there, or for anyone.

    A promise whose owner is away steps aside for a minute, so that it does not stand before
    others; after a day of that it is anyone's.
    """
    grace = now - timedelta(seconds=config.get("queue.callback_owner_grace_s"))
    rows = Callback.objects.filter(
        campaign=campaign, done_at=None, next_at__lte=now, lead__status=S.RETRY
    ).order_by("next_at", "id")[:limit]
    found, away = [], []
    for row in rows:
        owner = row.owner_id or 0
        if owner and owner not in owners and row.due_at > grace:
            away.append(row.pk)
            continue
        place = int(row.due_at.timestamp())
        found.append(Candidate(row.lead_id, Tier.CALLBACK, place, owner if owner in owners else 0))
    if away:
        callbacks.defer(away, now + OWNER_AWAY)
    return found


def due_retries(campaign: Campaign, limit: int, now: datetime) -> list[Candidate]:
    """Leads to be tried again by now, the longest waiting first."""
    rows = (
        Lead.objects.filter(campaign=campaign, status=S.RETRY, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .values_list("pk", "next_attempt_at")[:limit]
    )
    return [Candidate(pk, Tier.RECYCLED, int(at.timestamp())) for pk, at in rows if at]


def new_leads(
    campaign: Campaign, classes: Mapping[int | None, datetime | None], limit: int
) -> list[Candidate]:
    """New leads of the open window classes by rank: one dive for each class, then merged."""
    rows = Lead.objects.filter(campaign=campaign, status=S.NEW).order_by("rank", "id")
    dives = [rows.filter(window_class=pk).values_list("rank", "pk")[:limit] for pk in classes]
    first = heapq.nsmallest(limit, (row for dive in dives for row in dive))
    return [Candidate(pk, Tier.NEW, rank) for rank, pk in first]


def left_out(campaign: Campaign, limit: int) -> list[int]:
    """New leads that the campaign's filter or active list seems to leave out, in no order."""
    marks = leadfilter.marks(campaign)
    some = reduce(or_, (Q(**{rule: 1}) for rule in marks))
    new = Lead.objects.filter(campaign=campaign, status=S.NEW).alias(**marks)
    return list(new.filter(some).order_by().values_list("pk", flat=True)[:limit])


def anything_due(campaign_id: int, now: datetime) -> bool:
    """Whether a retry or a callback is due: two index dives."""
    retries = Lead.objects.filter(campaign=campaign_id, status=S.RETRY, next_attempt_at__lte=now)
    promises = Callback.objects.filter(
        campaign=campaign_id, done_at=None, next_at__lte=now, lead__status=S.RETRY
    )
    return retries.exists() or promises.exists()


def next_time(campaign_id: int, now: datetime) -> datetime | None:
    """When the next retry or callback is due, looking forward: two index dives.

    The first in order, for MariaDB finds a minimum by reading them all.
    """
    retries = Lead.objects.filter(
        campaign=campaign_id, status=S.RETRY, next_attempt_at__isnull=False
    ).order_by("next_attempt_at", "id")
    promises = Callback.objects.filter(
        campaign=campaign_id, done_at=None, lead__status=S.RETRY
    ).order_by("next_at", "id")
    first = (
        retries.values_list("next_attempt_at", flat=True).first(),
        promises.values_list("next_at", flat=True).first(),
    )
    return min((max(at, now) for at in first if at), default=None)
