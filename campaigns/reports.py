"""Numbers of campaigns: how far their lists are, and who works on them."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import BaseCache, cache
from django.db.models import Count, Q
from django.utils import timezone
from redis import RedisError

from accounts.models import AgentSeat
from campaigns import recycling
from campaigns.models import Campaign, DialAttempt, Lead

MOST_OUTCOMES: Final = 8
_FRESH: Final = timedelta(seconds=5)
_WORTH_S: Final = 0.05  # what is counted sooner than this is counted every time
_TIMES: Final = 20
_LONGEST_S: Final = 300


@dataclass(kw_only=True)
class Counted:
    """What was counted, and when."""

    counted_at: datetime = field(default_factory=timezone.now)

    @property
    def is_old(self) -> bool:
        """Whether the page should say when it was counted."""
        return timezone.now() - self.counted_at > _FRESH


class Memory:
    """Counts of long lists are remembered for twenty times as long as counting took.

    So at most a twentieth of the time goes into counting, however often pages ask.
    """

    def __init__(self, store: BaseCache, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` tells seconds that only go forward."""
        self.store, self.ticks = store, ticks

    def counted[C: Counted](
        self, kind: str, ids: list[int], count: Callable[[list[int]], dict[int, C]]
    ) -> dict[int, C]:
        """The counts of several campaigns; those not remembered are counted together."""
        keys = {pk: f"campaign-counts:1:{kind}:{pk}" for pk in ids}
        known = self._recalled(keys.values())
        found = {pk: known[key] for pk, key in keys.items() if key in known}
        if missing := [pk for pk in ids if pk not in found]:
            began = self.ticks()
            fresh = count(missing)
            took = self.ticks() - began
            if took >= _WORTH_S:
                # Whole seconds, rounded up: Redis knows no shorter span.
                lasting = min(_LONGEST_S, int(_TIMES * took) + 1)
                self._remember({keys[pk]: one for pk, one in fresh.items()}, lasting)
            found |= fresh
        return found

    def _recalled(self, keys: Iterable[str]) -> dict[str, Any]:
        """What is remembered; nothing while the store cannot be reached."""
        try:
            return self.store.get_many(keys)
        except RedisError:
            return {}

    def _remember(self, counts: dict[str, Any], seconds: int) -> None:
        with suppress(RedisError):
            self.store.set_many(counts, seconds)


MEMORY: Final = Memory(cache)


@dataclass
class Numbers(Counted):
    """The leads of one campaign, counted."""

    new: int = 0
    queued: int = 0
    claimed: int = 0
    retry: int = 0
    finished: int = 0
    suppressed: int = 0
    dialed: int = 0  # with at least one attempt

    @property
    def total(self) -> int:
        """All leads of the campaign."""
        return self.waiting + self.claimed + self.finished + self.suppressed

    @property
    def waiting(self) -> int:
        """Leads that will be dialed, now or later."""
        return self.new + self.queued + self.retry

    @property
    def closed(self) -> int:
        """Leads that will not be dialed again."""
        return self.finished + self.suppressed

    @property
    def closed_percent(self) -> float:
        """Closed leads of all, from 0 to 100."""
        return 100 * self.closed / self.total if self.total else 0

    @property
    def begun_percent(self) -> float:
        """Leads that were dialed or closed, of all, from 0 to 100; never less than the closed."""
        begun = max(self.dialed + self.suppressed, self.closed)
        return 100 * min(begun, self.total) / self.total if self.total else 0

    @property
    def penetration(self) -> float:
        """Leads that were dialed at least once, of all, from 0 to 100."""
        return 100 * self.dialed / self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why some leads are finished, and which part of all finished leads they are, 0 to 100."""

    label: str
    leads: int
    percent: float


@dataclass
class Outcomes(Counted):
    """Why the leads of one campaign are finished, the most frequent first."""

    rows: list[Outcome]
    contacted: int = 0  # leads of whom a person was reached at least once

    def contact_rate(self, dialed: int) -> float:
        """Leads with a live contact of those dialed, from 0 to 100: by lead, not by call."""
        return 100 * min(self.contacted, dialed) / dialed if dialed else 0


@dataclass
class Crew:
    """The agents at work on one campaign."""

    ready: int = 0
    busy: int = 0  # reserved, on a call, in wrap-up


def numbers(campaign_ids: Iterable[int], memory: Memory = MEMORY) -> dict[int, Numbers]:
    """The leads of several campaigns, in one query at most."""
    return memory.counted("numbers", list(campaign_ids), _numbers)


def outcomes(campaign: Campaign, memory: Memory = MEMORY) -> Outcomes:
    """Why the campaign's leads are finished; the rare reasons are one row, "Others"."""
    found = memory.counted(
        "outcomes", [campaign.pk], lambda ids: {pk: _ends(campaign) for pk in ids}
    )
    return found[campaign.pk]


def _ends(campaign: Campaign) -> Outcomes:
    reasons = recycling.reasons(campaign)
    total = sum(one.leads for one in reasons)
    counts = [(one.label, one.leads) for one in reasons[:MOST_OUTCOMES]]
    if rest := sum(one.leads for one in reasons[MOST_OUTCOMES:]):
        counts.append(("Others", rest))
    rows = [Outcome(label, leads, 100 * leads / total) for label, leads in counts]
    reached = DialAttempt.objects.filter(campaign=campaign, live_answer=True, inbound=False)
    contacted = reached.aggregate(leads=Count("lead", distinct=True))["leads"]
    return Outcomes(rows=rows, contacted=contacted)


def _numbers(ids: list[int]) -> dict[int, Numbers]:
    found = {pk: Numbers() for pk in ids}
    rows = (
        Lead.objects.filter(campaign__in=ids)
        .values_list("campaign", "status")
        .annotate(leads=Count("pk"), dialed=Count("pk", filter=Q(attempts__gt=0)))
    )
    for campaign_id, status, leads, dialed in rows:
        setattr(found[campaign_id], status, leads)
        found[campaign_id].dialed += dialed
    return found


_BUSY = (AgentSeat.State.RESERVED, AgentSeat.State.ON_CALL, AgentSeat.State.WRAP_UP)


def crews(campaigns: Iterable[Campaign]) -> dict[int, Crew]:
    """Who is ready for several campaigns of any organizations, in one query."""
    rows = list(campaigns)
    found = {campaign.pk: Crew() for campaign in rows}
    seats = AgentSeat.objects.filter(
        organization__in={campaign.organization_id for campaign in rows},
        state__in=[AgentSeat.State.READY, *_BUSY],
    ).values_list("state", "ready_for")
    for state, ready_for in seats:
        for campaign_id in ready_for:
            if campaign_id in found:
                crew = found[campaign_id]
                if state == AgentSeat.State.READY:
                    crew.ready += 1
                else:
                    crew.busy += 1
    return found
