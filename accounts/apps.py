"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Who."""

    name = "accounts"

    def ready(self) -> None:
        """Roles follow the permissions that migrations make."""
        post_migrate.connect(_seed_roles, dispatch_uid="accounts.seed_roles")


def _seed_roles(**_: object) -> None:
    from django.db import connection

    from accounts.permissions import seed_roles

    # The first apps are migrated before accounts' own tables exist.
    if "accounts_seededpermission" in connection.introspection.table_names():
        seed_roles()
