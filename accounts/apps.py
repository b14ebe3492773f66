"""App configuration."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Who."""

    name = "accounts"

    def ready(self) -> None:
        """Says who watches whom and what a heartbeat does; roles follow migrations."""
        post_migrate.connect(_seed_roles, dispatch_uid="accounts.seed_roles")
        from accounts import endings, presence, schema, topics  # noqa: F401  # the schema registers itself
        from core import realtime

        realtime.topic("agent", may_watch=topics.may_watch_agent)
        realtime.topic("org:presence", may_watch=topics.may_watch_organization)
        realtime.topic("team:presence", may_watch=topics.may_watch_team)
        realtime.inbound("heartbeat", presence.beat)
        realtime.farewell(endings.now_of)


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin, behind the product's own login."""

    default = False  # of this package's apps
    default_site = "accounts.adminsite.Site"


def _seed_roles(**_: object) -> None:
    from django.db import connection

    from accounts.permissions import seed_roles

    # The first apps are migrated before accounts' own tables exist.
    if "accounts_seededpermission" in connection.introspection.table_names():
        seed_roles()
