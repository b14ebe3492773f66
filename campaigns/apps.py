"""App configuration."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Whom we may dial."""

    name = "campaigns"
