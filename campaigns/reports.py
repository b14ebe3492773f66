"""Numbers of campaigns: how far their lists are, and who works on them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import AgentSeat
from campaigns.models import Campaign, Lead


@dataclass
class Numbers:
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


@dataclass
class Crew:
    """The agents at work on one campaign."""

    ready: int = 0
    busy: int = 0  # reserved, on a call, in wrap-up


def numbers(campaign_ids: Iterable[int]) -> dict[int, Numbers]:
    """The leads of several campaigns, in one query."""
    ids = list(campaign_ids)
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
