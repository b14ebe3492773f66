"""App configuration."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """What happened."""

    name = "calls"

    def ready(self) -> None:
        """Says who may watch which calls."""
        from accounts.calling import ends_calls
        from calls import limits, news, supervision
        from core import realtime

        assert limits  # imported to make its settings known
        realtime.topic("call", may_watch=news.may_watch_call)
        realtime.topic("org:calls", may_watch=news.may_watch_organization)
        realtime.topic("team:calls", may_watch=news.may_watch_team)
        ends_calls(supervision.end_call)
