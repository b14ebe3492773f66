"""App configuration."""

from django.apps import AppConfig


class AgenticConfig(AppConfig):
    """Calls without a person."""

    name = "agentic"

    def ready(self) -> None:
        """Makes the settings and the mode known, and says who may watch runs."""
        from agentic import limits, watching, wording
        from campaigns import editing
        from campaigns.models import Campaign
        from core import realtime

        assert limits
        editing.dialed_elsewhere(Campaign.Mode.AI, wording.startable)
        realtime.topic("run", may_watch=watching.may_watch_run)
        realtime.topic("handover", may_watch=watching.may_watch_hand_over)
