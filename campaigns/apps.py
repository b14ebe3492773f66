"""App configuration."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Whom we may dial."""

    name = "campaigns"

    def ready(self) -> None:
        """Says who may watch which campaigns and lists, and who may be ready for which."""
        from accounts import presence
        from campaigns import readiness, watching
        from core import realtime

        realtime.topic("campaign", may_watch=watching.may_watch_campaign)
        realtime.topic("sheet", may_watch=watching.may_watch_sheet)
        presence.check_campaigns(readiness.check)
