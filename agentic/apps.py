"""App configuration."""

from django.apps import AppConfig


class AgenticConfig(AppConfig):
    """Calls without a person."""

    name = "agentic"

    def ready(self) -> None:
        """Makes the settings known, and says who may watch runs."""
        from agentic import limits, watching
        from core import realtime

        assert limits
        realtime.topic("run", may_watch=watching.may_watch_run)
