"""The composition root as an app: its management commands."""

from django.apps import AppConfig


class DialerConfig(AppConfig):
    """Composes the apps; knows nothing itself."""

    name = "dialer"
