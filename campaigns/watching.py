"""Who hears the news of which campaigns and lists."""

from typing import Any

from campaigns.models import Campaign, LeadSheet


def may_watch_campaign(user: Any, topic: str) -> bool:
    """Whoever sees the campaign of `campaign:<id>`."""
    return user.has_perm("campaigns.view_campaign") and _sees(Campaign, user, topic)


def may_watch_sheet(user: Any, topic: str) -> bool:
    """Whoever sees the list of `sheet:<id>`."""
    return user.has_perm("campaigns.view_leadsheet") and _sees(LeadSheet, user, topic)


def _sees(model: type[Campaign] | type[LeadSheet], user: Any, topic: str) -> bool:
    number = topic.rpartition(":")[2]
    return number.isdecimal() and model.objects.for_user(user).filter(pk=number).exists()
