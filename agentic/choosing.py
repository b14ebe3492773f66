"""What a campaign of a voice may choose from: lines, results, teams."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Organization, Team
from agentic.models import Trunk
from campaigns.models import Campaign, Disposition


def lines(owner: Organization | None) -> QuerySet[Trunk]:
    """The lines that it may call on."""
    return Trunk.objects.filter(organization=owner, is_active=True).order_by("name")


def teams(user: Any, owner: Organization | None) -> QuerySet[Team]:
    """The teams whose people may take its calls over."""
    return Team.objects.for_user(user).filter(organization=owner, archived_at=None)


def results(owner: Organization | None) -> QuerySet[Disposition]:
    """The results that its voice may set; another call, and never another, are for tools alone."""
    return Disposition.objects.filter(
        organization=owner, is_active=True, callback=False, do_not_call=False
    )


def with_those_of_tools(
    chosen: Iterable[Disposition], campaign: Campaign | None
) -> list[Disposition]:
    """The chosen results, with those that tools set: of the campaign, or all for a new one."""
    rows = list(chosen)
    if campaign is not None:
        own: QuerySet[Disposition] = campaign.dispositions.all()
    elif rows:
        own = Disposition.objects.filter(organization=rows[0].organization_id, is_active=True)
    else:
        return rows  # a new campaign has all of them
    return [*rows, *own.filter(Q(callback=True) | Q(do_not_call=True))]
