"""manage.py import_national_list FILE --organization NAME --code US-DNC --as-of 2026-11-01."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organization
from campaigns import nationallists
from campaigns.management.arguments import day, unreadable
from core.errors import DomainError


class Command(BaseCommand):
    """Replaces a register of numbers that are not called by its newest copy."""

    help = "Take a file as the whole of a national list, such as the Do Not Call Registry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, whose list it is, and the day of the copy."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="name of the organization")
        parser.add_argument("--code", required=True, help=", ".join(nationallists.KNOWN))
        parser.add_argument("--name", default="", help="for a list with a code of your own")
        parser.add_argument("--as-of", required=True, type=day, help="day of the copy: 2026-11-01")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copies in this process and says what became of the file."""
        try:
            organization = Organization.objects.get(name=options["organization"])
            with options["file"].open("rb") as opened:
                copied = nationallists.copy(
                    File(opened, name=options["file"].name),
                    organization,
                    options["code"],
                    as_of=options["as_of"],
                    name=options["name"],
                    now=timezone.now(),
                )
        except Organization.DoesNotExist as error:
            raise CommandError(f"There is no organization {options['organization']}.") from error
        except OSError as error:
            raise unreadable(options["file"], error) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        for row, text, why in copied.problems:
            self.stderr.write(f"row {row}: {text}: {why}")
        self.stdout.write(
            f"{copied.row.name}: {copied.numbers} numbers as of {options['as_of']},"
            f" {copied.invalid} rows without a number"
        )
