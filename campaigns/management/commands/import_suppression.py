"""manage.py import_suppression FILE --organization NAME: numbers that are not called any more."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organization
from campaigns import suppressionlists
from campaigns.management.arguments import region, unreadable
from campaigns.models import Campaign
from core.errors import DomainError


class Command(BaseCommand):
    """Suppresses every number of a CSV, TSV, TXT, XLSX, XLS or ODS file, at once and for good."""

    help = "Add a file of numbers to those that are not called."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, for whom it holds, and how its numbers are read."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="name of the organization")
        parser.add_argument("--campaign", help="only for this campaign; else everywhere")
        parser.add_argument(
            "--region", type=region, default="US", help="country of numbers without a code"
        )
        parser.add_argument("--reason", default="", help="shown beside each number")

    def handle(self, *args: Any, **options: Any) -> None:
        """Receives the file in this process and says what became of it."""
        try:
            organization = Organization.objects.get(name=options["organization"])
            campaign = self._campaign(organization, options["campaign"])
            with options["file"].open("rb") as opened:
                report = suppressionlists.receive(
                    File(opened, name=options["file"].name),
                    organization,
                    region=options["region"],
                    reason=options["reason"],
                    campaign=campaign,
                    now=timezone.now(),
                )
        except Organization.DoesNotExist as error:
            raise CommandError(f"There is no organization {options['organization']}.") from error
        except Campaign.DoesNotExist as error:
            raise CommandError(f"There is no campaign {options['campaign']} there.") from error
        except OSError as error:
            raise unreadable(options["file"], error) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        for row, text, why in report.problems:
            self.stderr.write(f"row {row}: {text}: {why}")
        self.stdout.write(
            f"{report.added} added, {report.known} known before, {report.invalid} no numbers"
        )

    def _campaign(self, organization: Organization, name: str | None) -> Campaign | None:
        if not name:
            return None
        return Campaign.objects.get(organization=organization, name=name)
