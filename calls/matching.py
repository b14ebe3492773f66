"""Whose call it is: the lead behind a number, and the team behind an agent."""

from typing import Any, Final

from calls import limits  # noqa: F401  # defines what is read here
from campaigns.models import Campaign, Lead
from core import config, phone, statements
from core.errors import InputError

_LONGEST = 32
_TEAM: Final = (
    "SELECT team.id FROM accounts_team team"
    " JOIN accounts_team_members member ON member.team_id = team.id"
    " LEFT JOIN campaigns_campaign_teams assigned"
    " ON assigned.team_id = team.id AND assigned.campaign_id = %s"
    " WHERE member.user_id = %s AND team.archived_at IS NULL"
    " ORDER BY assigned.id IS NULL, team.id LIMIT 1"
)


def team_of(agent: Any, campaign_id: int | None) -> int | None:
    """The id of the agent's team: the one assigned to the campaign, else the first."""
    found = statements.rows(_TEAM, [campaign_id, agent.pk])
    return found[0][0] if found else None


def number_to_dial(raw: str, campaign: Campaign | None) -> str:
    """The number that an agent typed, in E.164; raises PhoneError for what is none."""
    region = campaign.default_region if campaign else config.get("calls.default_region")
    return phone.normalize(raw, region).e164


def number_shown(raw: str) -> str:
    """The number that the line showed, in E.164 where it is one, else as it came."""
    shown = raw.strip()[:_LONGEST]
    try:
        return phone.normalize(shown, config.get("calls.default_region")).e164
    except InputError:
        return shown or "anonymous"


def lead_of(agent: Any, number: str, campaign: Campaign | None, *, inbound: bool) -> Lead | None:
    """The lead with this number: of the campaign, or for an incoming call of any campaign.

    Of several, the one called last; an outgoing call outside campaigns belongs to no lead.
    """
    leads = Lead.objects.filter(organization_id=agent.organization_id, phone=number)
    if campaign is not None:
        return leads.filter(campaign=campaign).select_related("campaign").first()
    if not inbound:
        return None
    # On both engines NULL sorts last in descending order.
    return leads.select_related("campaign").order_by("-last_called_at", "-pk").first()
