"""`manage.py import_users`: people of an organization from a CSV file."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import importing
from accounts.models import Organization
from core.errors import InputError


class Command(BaseCommand):
    """Good rows are kept whatever the others are; exits with 1 when any was refused."""

    help = (
        "Add or change people from a CSV file with the columns "
        f"{', '.join(importing.COLUMNS)}; the same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, whose people they are, and whether they are told."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--organization", required=True, metavar="NAME")
        parser.add_argument(
            "--invite", action="store_true", help="mail whoever is new the way to a password"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Takes the rows and tells what became of each that was not kept as it was."""
        organization = Organization.objects.filter(name=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        counts: Counter[str] = Counter()
        try:
            with Path(options["file"]).open(encoding="utf-8-sig", newline="") as opened:
                rows = importing.read(opened)
                for taken in importing.take(rows, organization, invite=options["invite"]):
                    counts[taken.became] += 1
                    self._tell(taken)
        except InputError as error:
            raise CommandError(error.message) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        told = ", ".join(f"{counts[name]} {name}" for name in ("added", "changed", "kept"))
        self.stdout.write(f"{told}, {counts['refused']} refused")
        if counts["refused"]:
            raise CommandError("Some rows were refused.")

    def _tell(self, taken: importing.Taken) -> None:
        if taken.became == "refused":
            self.stderr.write(f"line {taken.line}: {taken.email or '-'}: {taken.because}")
        elif taken.became != "kept":
            self.stdout.write(f"line {taken.line}: {taken.email}: {taken.became}")
