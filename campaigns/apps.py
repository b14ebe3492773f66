"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CampaignsConfig(AppConfig):
    """Whom we may dial."""

    name = "campaigns"

    def ready(self) -> None:
        """Says who may watch which campaigns and lists, and who may be ready for which; new rules
        of the law book follow migrations, new decisions other hours of teams."""
        post_migrate.connect(_seed_rules, sender=self, dispatch_uid="campaigns.seed_rules")
        from accounts import presence, teams
        from campaigns import editing, readiness, watching
        from core import realtime

        realtime.topic("campaign", may_watch=watching.may_watch_campaign)
        realtime.topic("sheet", may_watch=watching.may_watch_sheet)
        presence.check_campaigns(readiness.check)
        teams.on_hours_changed(editing.rules_changed)


def _seed_rules(**_: object) -> None:
    from django.db import connection

    from campaigns import rules
    from campaigns.models import CallingRule

    # Backwards, or on the way to an early migration, there is no such table.
    if CallingRule._meta.db_table in connection.introspection.table_names():
        rules.ensure_everywhere()
