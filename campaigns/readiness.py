"""For which campaigns an agent may be ready."""

from collections.abc import Sequence

from accounts.models import User
from campaigns.models import Campaign
from core.errors import DomainError


def check(agent: User, campaign_ids: Sequence[int]) -> None:
    """Refuses campaigns that are not the agent's, or not running.

    Raises DomainError "unknown_campaign" (404), "campaign_not_running", or "called_by_voice".
    """
    wanted = set(campaign_ids)
    known = Campaign.objects.for_user(agent).filter(pk__in=wanted)
    found = {row["pk"]: row for row in known.values("pk", "name", "status", "mode")}
    if wanted - set(found):
        raise DomainError(
            "One of these campaigns is not assigned to you.", code="unknown_campaign", status=404
        )
    for row in found.values():
        if row["status"] != Campaign.Status.RUNNING:
            raise DomainError(f"{row['name']} is not running.", code="campaign_not_running")
        if row["mode"] == Campaign.Mode.AI:
            raise DomainError(f"{row['name']} is called by a voice.", code="called_by_voice")
