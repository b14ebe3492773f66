"""When the teams of a campaign work, read once for each version of its rules."""

from typing import Final

from accounts.models import Team
from campaigns.eligibility import Window
from campaigns.models import Campaign

ALWAYS: Final[tuple[Window, ...]] = ()
# Of each campaign the version, and what was read under it: whoever changes a team's hours, or a
# campaign's teams, raises the version.
_read: dict[int, tuple[int, tuple[Window, ...]]] = {}


def of_campaign(campaign: Campaign) -> tuple[Window, ...]:
    """The hours of its teams, of which one is enough; none (ALWAYS) where any works at any time.

    Days and times are those of the organization's zone. A campaign without teams has no such hours.
    """
    known = _read.get(campaign.pk)
    if known is None or known[0] != campaign.rule_version:
        known = _read[campaign.pk] = (campaign.rule_version, _now(campaign))
    return known[1]


def forget() -> None:
    """Forgets what was read, for a database that begins anew."""
    _read.clear()


def _now(campaign: Campaign) -> tuple[Window, ...]:
    found = []
    for team in Team.objects.filter(campaigns=campaign, archived_at=None).order_by("pk"):
        if team.starts_at is None or team.ends_at is None:
            return ALWAYS
        found.append(Window(team.starts_at, team.ends_at, frozenset(team.works_on)))
    return tuple(found)
