"""App configuration."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Plumbing and the system itself."""

    name = "core"

    def ready(self) -> None:
        """Registers system checks, settings, and the topic of everything."""
        from core import assets, checks, outbox, realtime, retention  # noqa: F401

        realtime.topic(outbox.ACTIVITY, may_watch=_sees_everything)


def _sees_everything(user: object, topic: str) -> bool:
    # A hint of this topic is not narrowed to one organization.
    has_perm = getattr(user, "has_perm", None)
    without_organization = getattr(user, "organization_id", 0) is None
    return without_organization and has_perm is not None and bool(has_perm("core.view_event"))
