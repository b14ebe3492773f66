"""Rows of lists a second: a CSV of a million rows, a workbook of two hundred thousand.

    make bench NAME=import       python -m bench.import --csv 1000000 --xlsx 200000 --slice 5000

An import is upload, recognition, conversion and rows, as a worker does it, into an empty table.
Beside it, in the same minutes, `LOAD DATA LOCAL INFILE` puts the rows that came out of it, clean
already, into the same table with its indexes and keys; and django-import-export imports the first
rows of the same file, with numbers made E.164 and nothing else of what an import does.
"""
# ruff: noqa: N999  # named as it is asked for: make bench NAME=import

import argparse
import csv
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import MySQLdb  # type: ignore[import-untyped]  # noqa: E402  # has no types
import tablib  # noqa: E402
import xlsxwriter  # noqa: E402
from django.core.files import File  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from import_export.resources import ModelResource  # noqa: E402

from accounts.models import Organization  # noqa: E402
from campaigns import sheets, windows  # noqa: E402
from campaigns.models import Campaign, Lead, LeadSheet  # noqa: E402
from core.phone import normalize  # noqa: E402

DATABASE = "dialer_import"
AREAS = (212, 213, 305, 312, 404, 415, 512, 602, 617, 702, 713, 206, 303, 503, 615, 704)
STATES = ("NY", "CA", "FL", "IL", "GA", "TX", "AZ", "MA", "NV", "WA", "CO", "OR", "TN", "NC")
HEADER = ("Name", "Phone", "Company", "Email", "State", "ZIP", "Lead ID", "Interest")
SHAPES = ("+1{}{}{}", "({}) {}-{}", "{}-{}-{}", "{}{}{}")
_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Run:
    """One import: how long it took, and the most memory its process had."""

    rows: int
    seconds: float
    peak_mb: float

    @property
    def per_s(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def people(count: int) -> Iterator[tuple[str, ...]]:
    """Rows with numbers that are all different, written as people write them."""
    yield HEADER
    for n in range(count):
        area, rest = AREAS[n % len(AREAS)], n // len(AREAS)
        number = SHAPES[n % 4].format(area, 200 + rest // 10_000, f"{rest % 10_000:04d}")
        yield (
            f"Person Number {n}",
            number,
            f"Company {n % 5000} Inc.",
            f"person{n}@company{n % 5000}.example",
            STATES[n % len(STATES)],
            f"{10_000 + n % 80_000}",
            f"L-{n:08d}",
            f"Product {n % 7}",
        )


def write_csv(path: Path, count: int) -> None:
    """The list as text."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(people(count))


def write_xlsx(path: Path, count: int) -> None:
    """The list as a workbook."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("Leads")
    for number, row in enumerate(people(count)):
        page.write_row(number, 0, row)
    book.close()


def imported(path: Path, campaign: int) -> Run:
    """Imports a file in a process of its own, into an emptied table."""
    empty()
    connection.close()
    here, there = _fork.Pipe(duplex=False)
    process = _fork.Process(target=work, args=(path, campaign, there))
    process.start()
    there.close()
    run: Run = here.recv()
    process.join()
    return run


def work(path: Path, campaign_id: int, answer: Connection) -> None:
    """What a worker does with an upload, to its end."""
    campaign = Campaign.objects.get(pk=campaign_id)
    begun = time.perf_counter()
    with path.open("rb") as opened:
        sheet = sheets.receive_upload(None, campaign, File(opened, name=path.name))
    sheets.start_import(None, sheet)
    sheets.run_import(sheet.pk)
    seconds = time.perf_counter() - begun
    sheet.refresh_from_db()
    if sheet.status != LeadSheet.Status.DONE:
        raise SystemExit(sheet.problem)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send(Run(sheet.rows_accepted, seconds, peak))


def empty() -> None:
    """A table as after its migration."""
    windows.forget()
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in ("campaigns_lead", "campaigns_leadphone", "campaigns_sheetreject"):
            cursor.execute(f"TRUNCATE {table}")
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


def load_data(folder: Path) -> float:
    """Rows a second of `LOAD DATA`, with the rows of the last import."""
    path = folder / "clean.tsv"
    rows = dump(path)
    empty()
    own: dict[str, Any] = connection.settings_dict
    line = MySQLdb.connect(
        host=own["HOST"],
        port=int(own["PORT"]),
        user=own["USER"],
        password=own["PASSWORD"],
        database=DATABASE,
        charset="utf8mb4",
        local_infile=1,
    )
    begun = time.perf_counter()
    cursor = line.cursor()
    cursor.execute(
        f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE campaigns_lead CHARACTER SET utf8mb4"
    )
    line.commit()
    seconds = time.perf_counter() - begun
    loaded = Lead.objects.count()
    line.close()
    if loaded != rows:
        raise SystemExit(f"{rows} rows were written, {loaded} were loaded.")
    return rows / seconds


def dump(path: Path) -> int:
    """Writes the leads as `LOAD DATA` reads them; how many there are."""
    rows = 0
    escapes = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n"})
    with path.open("w", encoding="utf-8") as opened, connection.cursor() as cursor:
        last = 0
        while True:
            cursor.execute(
                "SELECT * FROM campaigns_lead WHERE id > %s ORDER BY id LIMIT 5000", [last]
            )
            found = cursor.fetchall()
            if not found:
                return rows
            for row in found:
                cells = (r"\N" if value is None else str(value).translate(escapes) for value in row)
                opened.write("\t".join(cells) + "\n")
            rows, last = rows + len(found), found[-1][0]


class LeadResource(ModelResource):  # type: ignore[misc]  # the package has no types
    """The same columns by django-import-export, as its documentation shows it."""

    class Meta:
        model = Lead
        fields = (
            *("organization", "campaign", "name", "phone", "company", "email"),
            *("region", "postal_code", "external_id"),
        )
        import_id_fields = ("campaign", "phone")

    def before_import_row(self, row: Any, **_: Any) -> None:
        """The number in one form, as the unique key needs it."""
        row["phone"] = normalize(row["phone"], "US").e164


def import_export(campaign: Campaign, count: int) -> float:
    """Rows a second of django-import-export."""
    empty()
    names = ("name", "phone", "company", "email", "region", "postal_code", "external_id")
    table = tablib.Dataset(headers=[*names, "organization", "campaign"])
    for row in islice(people(count), 1, None):
        table.append([*row[:7], campaign.organization_id, campaign.pk])
    begun = time.perf_counter()
    LeadResource().import_data(table, dry_run=False, raise_errors=True, use_transactions=True)
    return count / (time.perf_counter() - begun)


def prepare() -> Campaign:
    """An empty installation with one campaign."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{DATABASE}` CHARACTER SET utf8mb4")
    connection.close()
    connection.settings_dict["NAME"] = DATABASE
    call_command("migrate", verbosity=0)
    organization = Organization.objects.create(name="Bench")
    return Campaign.objects.create(organization=organization, name="Bench")


def main() -> None:
    """Runs each import once, and the others beside it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=int, default=1_000_000, help="rows of the text")
    parser.add_argument("--xlsx", type=int, default=200_000, help="rows of the workbook")
    parser.add_argument("--slice", type=int, default=5_000, help="rows of django-import-export")
    options = parser.parse_args()
    campaign = prepare()
    with tempfile.TemporaryDirectory(prefix="dialer-import-") as name:
        folder = Path(name)
        write_csv(folder / "leads.csv", options.csv)
        write_xlsx(folder / "leads.xlsx", options.xlsx)
        text = imported(folder / "leads.csv", campaign.pk)
        loaded = load_data(folder)
        book = imported(folder / "leads.xlsx", campaign.pk)
        other = import_export(campaign, options.slice)
    print(f"import_csv_rows_per_s: {text.per_s:.0f} 1/s")
    print(f"import_load_data_rows_per_s: {loaded:.0f} 1/s")
    print(f"import_export_rows_per_s: {other:.0f} 1/s")
    print(f"import_csv_vs_load_data: {text.per_s / loaded:.2f} ratio")
    print(f"import_csv_vs_import_export: {text.per_s / other:.1f} ratio")
    print(f"import_xlsx_rows_per_s: {book.per_s:.0f} 1/s")
    print(f"import_peak_rss_mb: {text.peak_mb:.0f} MB")
    print(f"import_xlsx_peak_rss_mb: {book.peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
