"""App configuration."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Plumbing and the system itself."""

    name = "core"
