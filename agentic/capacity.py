"""How many more calls may begin now: what the line, the campaign and its people leave free.

Counted in rows, under the locks of the line and of the campaign's slots.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from math import floor

from django.db.models import Q

from accounts.models import AgentSeat, User
from agentic.models import AgenticCampaign, AiCall, Trunk
from campaigns.models import Campaign
from core import config


def room(limits: AgenticCampaign, trunk: Trunk | None, now: datetime) -> int:
    """So many calls may be queued now; none while the line rests or is switched off."""
    own = Q(campaign=limits.campaign_id)
    live = _live(own)
    # Where voices are slower than claims, nobody is claimed only to be given back.
    waiting = AiCall.objects.filter(own, ended_at=None).exclude(state=AiCall.State.PLACED).count()
    free = [limits.max_calls - live, _rate_left(own, limits.calls_per_second, now)]
    free.append(config.get("agentic.most_waiting") - waiting)
    if trunk is not None:
        if not trunk.is_active or (trunk.rests_until and trunk.rests_until > now):
            return 0
        line = Q(trunk=trunk)
        free += [trunk.max_calls - _live(line), _rate_left(line, trunk.calls_per_second, now)]
    if limits.needs_closers:
        # Who talks with a prospect already is not among those who are free.
        free.append(closers_free(limits.campaign) - _live(own & Q(taken_over_at=None)))
    return max(0, min(free))


def closers_free(campaign: Campaign) -> int:
    """How many of the campaign's people are ready to take a call over."""
    people = User.objects.filter(Q(campaigns=campaign) | Q(teams__campaigns=campaign))
    ready = AgentSeat.objects.filter(state=AgentSeat.State.READY, user__in=people.values("pk"))
    return ready.filter(organization=campaign.organization_id).count()


def _live(of: Q) -> int:
    return AiCall.objects.filter(of, ended_at=None).count()


def _rate_left(of: Q, per_second: Decimal, now: datetime) -> int:
    """How many more of the calls of one second, or of the seconds that one call takes."""
    span = timedelta(seconds=max(1.0, float(1 / per_second)))
    most = max(1, floor(per_second))
    # By every state, so that the index of states and times finds the few that are so young.
    recent = AiCall.objects.filter(of, state__in=AiCall.State.values, queued_at__gt=now - span)
    return most - recent.count()
