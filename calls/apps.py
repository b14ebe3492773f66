"""App configuration."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """What happened."""

    name = "calls"
