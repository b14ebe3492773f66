"""`manage.py rotate_keys`: writes every stored secret with the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import keys


class Command(BaseCommand):
    """Put the new key first and keep the old one behind it: seals of the audit log need it."""

    help = (
        "Encrypt every stored secret again with the first of FIELD_KEYS. Keep the former keys "
        "behind it: they prove the audit log's older entries. Stopped, it is run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Tells each column's count; fails when a secret was unreadable by all the keys."""
        lost = 0
        for column, written, unreadable in keys.rotate():
            self.stdout.write(f"{column}: {written} written, {unreadable} unreadable")
            lost += unreadable
        if lost:
            raise CommandError(f"{lost} secrets are unreadable by all of FIELD_KEYS.")
