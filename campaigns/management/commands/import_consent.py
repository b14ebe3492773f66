"""manage.py import_consent FILE --organization NAME --source FORM: numbers that may be called."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organization
from campaigns import consentlists, consents
from campaigns.management.arguments import midnight, region, unreadable
from campaigns.models import Campaign, ConsentRecord
from core.errors import DomainError


class Command(BaseCommand):
    """Writes down the same consent for every number of a CSV, TSV, TXT, XLSX, XLS or ODS file."""

    help = "Add a file of numbers whose people consented to be called."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, whose it is, and what was allowed."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="name of the organization")
        parser.add_argument("--source", required=True, help="where it was given, such as a form")
        parser.add_argument("--purpose", default="marketing", choices=Campaign.Purpose.values)
        parser.add_argument("--voice", default="person", choices=ConsentRecord.Voice.values)
        parser.add_argument("--kind", default="express", choices=ConsentRecord.Kind.values)
        parser.add_argument(
            "--granted", required=True, type=midnight, help="the day, as 2026-11-23"
        )
        parser.add_argument("--expires", type=midnight, help="its end, as a day; else it has none")
        parser.add_argument("--proof", default="", help="where it can be seen")
        parser.add_argument(
            "--region", type=region, default="US", help="country of numbers without a code"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Receives the file in this process and says what became of it."""
        terms = consents.Terms(
            purpose=options["purpose"],
            voice=options["voice"],
            kind=options["kind"],
            source=options["source"],
            proof=options["proof"],
            granted_at=options["granted"],
            expires_at=options["expires"],
        )
        try:
            organization = Organization.objects.get(name=options["organization"])
            with options["file"].open("rb") as opened:
                report = consentlists.receive(
                    File(opened, name=options["file"].name),
                    organization,
                    terms,
                    region=options["region"],
                    now=timezone.now(),
                )
        except Organization.DoesNotExist as error:
            raise CommandError(f"There is no organization {options['organization']}.") from error
        except OSError as error:
            raise unreadable(options["file"], error) from error
        except DomainError as error:
            said = " ".join(text for texts in error.errors.values() for text in texts)
            raise CommandError(said or error.message) from error
        for row, text, why in report.problems:
            self.stderr.write(f"row {row}: {text}: {why}")
        ended = f"{report.ended} revoked since, " if report.ended else ""
        self.stdout.write(
            f"{report.added} added, {report.known} known before, {ended}{report.invalid} no numbers"
        )
