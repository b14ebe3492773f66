"""Which of the organization's numbers a called person sees."""

from collections.abc import Collection
from typing import Final

from accounts import callerids
from campaigns import areas
from campaigns.models import Campaign, Lead

# Of +1, the area code and its calling code.
_AREA: Final = 5


def for_call(campaign: Campaign | None, lead: Lead | None, number: str) -> str:
    """The number to show: without a query where the campaign always shows the same."""
    if campaign is None:
        return ""
    if campaign.caller_id_choice != Campaign.CallerIdChoice.AREA:
        return campaign.caller_id
    allowed = [row.number for row in callerids.allowed(campaign.organization_id)]
    return choose(number, allowed, before=lead.caller_id if lead else "", usual=campaign.caller_id)


def choose(number: str, allowed: Collection[str], *, before: str = "", usual: str = "") -> str:
    """The one that this person saw before, else the nearest of those allowed, else the usual.

    Nearest is the same area code, then the same state, then the same country; the usual one goes
    before others that are as near.
    """
    if before and before in allowed:
        return before
    ranked = [(_nearness(number, one), one == usual, one) for one in sorted(allowed)]
    near = max(ranked, key=lambda row: row[:2], default=(0, True, usual))
    return near[2] if near[0] else usual


def _nearness(number: str, own: str) -> int:
    """3: same area code, 2: same state, 1: same country, 0: elsewhere."""
    there, here = areas.place_of(number), areas.place_of(own)
    if not there[0] or there[0] != here[0]:
        return 0
    if number.startswith("+1") and number[:_AREA] == own[:_AREA]:
        return 3
    return 2 if there[1] and there[1] == here[1] else 1
