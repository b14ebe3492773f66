"""`manage.py seed_demo`: people, campaigns, a list and a week of calls for a first look."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dialer.demo import cast, history, lists, voices

LOCAL_PASSWORD = "dialer-demo"  # noqa: S105 - printed on purpose; elsewhere it is random


class Command(BaseCommand):
    """Makes what is missing; run again, it changes nothing."""

    help = "Demo data: people of every role, three campaigns, lists, a week of calls. Idempotent."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seeds and prints the logins."""
        password = LOCAL_PASSWORD if settings.LOCAL else secrets.token_urlsafe(12)
        made = cast.assemble(password)
        leads = lists.load(made) + voices.load(made)
        calls = history.write(made) + voices.call(made)
        self.stdout.write(f"Demo data: {leads} leads and {calls} calls added.")
        self.stdout.write(f"Logins (password {password!r} for those made now):")
        for user in made.everyone:
            self.stdout.write(f"  {user.get_role_display():<16} {user.email}")
