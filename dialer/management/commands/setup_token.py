"""Shows the token of the first run, by which somebody becomes the first superadmin."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts import setup


class Command(BaseCommand):
    """For whoever has the server's console."""

    help = "Shows the token that /setup/ asks for, while there is no superadmin."

    def handle(self, *args: Any, **options: Any) -> None:
        """The token alone on its line; an error once there is a superadmin."""
        if not setup.is_open():
            raise CommandError("There is a superadmin already; the first run is over.")
        self.stderr.write(f"Open {settings.PUBLIC_URL}{reverse('accounts:setup')} and enter:")
        self.stdout.write(setup.token())
