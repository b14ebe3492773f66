"""App configuration."""

from django.apps import AppConfig


class AgenticConfig(AppConfig):
    """Calls without a person."""

    name = "agentic"

    def ready(self) -> None:
        """Makes the settings known."""
        from agentic import limits

        assert limits
