"""manage.py import_leads FILE --campaign NAME: a list becomes leads, without a browser."""

import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from campaigns import sheets
from campaigns.management.arguments import region, unreadable
from campaigns.models import Campaign, LeadSheet
from core.errors import DomainError


class Command(BaseCommand):
    """Imports a CSV, TSV, TXT, XLSX, XLS or ODS file as it is recognized."""

    help = "Import a list of leads into a campaign."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, where it goes, and what to do with rows that become no lead."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--campaign", required=True, help="name of the campaign")
        parser.add_argument("--organization", help="its organization, where two have such a one")
        parser.add_argument("--no-header", action="store_true", help="the first row is data")
        parser.add_argument(
            "--columns",
            help="what the columns hold, in order, as in name,phone,company,custom,ignore",
        )
        parser.add_argument("--region", type=region, help="country of bare numbers, as in US")
        parser.add_argument(
            "--duplicates",
            choices=LeadSheet.Duplicates.values,
            help="where a number must not be already",
        )
        parser.add_argument("--days", type=int, help="what lately means, for --duplicates recent")
        parser.add_argument("--scrub", action="store_true", help="leave out who is not called")
        parser.add_argument("--rejects", type=Path, help="write rejected rows to this file")
        parser.add_argument("--dry-run", action="store_true", help="show the columns, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Receives, confirms and imports in this process."""
        campaign = self._campaign(options["campaign"], options["organization"])
        try:
            with options["file"].open("rb") as opened:
                file = File(opened, name=options["file"].name)
                sheet = sheets.receive_upload(None, campaign, file)
            layout = {"header_row": 0} if options["no_header"] else {}
            found = sheets.preview(sheet, layout=layout)
            for column in found.columns:
                self.stdout.write(f"{column.name}: {column.field}")
            if options["dry_run"]:
                sheets.discard(None, sheet)
                return
            columns = options["columns"]
            fields = columns.split(",") if columns else [one.field for one in found.columns]
            chosen = self._choices(sheet, options)
            sheets.start_import(None, sheet, fields, layout=layout, choices=chosen)
        except OSError as error:
            raise unreadable(options["file"], error) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        sheets.run_import(sheet.pk)
        self._report(sheet, options["rejects"])

    def _choices(self, sheet: LeadSheet, options: dict[str, Any]) -> sheets.Choices:
        """What the options say; the rest is as the sheet's template has it."""
        known = sheets.Choices.of(sheet)
        return replace(
            known,
            default_region=options["region"] or known.default_region,
            duplicates=options["duplicates"] or known.duplicates,
            duplicate_days=options["days"] or known.duplicate_days,
            scrub=options["scrub"] or known.scrub,
        )

    def _campaign(self, name: str, organization: str | None) -> Campaign:
        rows = Campaign.objects.filter(name=name)
        if organization:
            rows = rows.filter(organization__name=organization)
        found = list(rows[:2])
        if len(found) == 2:
            raise CommandError("Several organizations have such a campaign: use --organization.")
        if not found:
            raise CommandError("There is no such campaign.")
        return found[0]

    def _report(self, sheet: LeadSheet, target: Path | None) -> None:
        sheet.refresh_from_db()
        if target:
            with target.open("w", encoding="utf-8", newline="") as opened:
                opened.writelines(sheets.as_csv(sheet))
        self.stdout.write(
            f"{sheet.rows_accepted} accepted, {sheet.rows_duplicate} duplicate,"
            f" {sheet.rows_invalid} invalid, {sheet.rows_scrubbed} left out as not called"
        )
        if sheet.status != LeadSheet.Status.DONE:
            self.stderr.write(sheet.problem)
            sys.exit(1)
