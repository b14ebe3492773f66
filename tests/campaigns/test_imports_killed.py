"""An import is killed again and again, and goes on with exactly the right rows."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from campaigns import sheets
from campaigns.models import Campaign, Lead, LeadSheet, SheetReject
from tests.campaigns.lists import upload
from tests.factories import CampaignFactory

ROWS = 6_000
# Every hundredth row is invalid, every hundred-and-first repeats the one before.
WORKER = """
import sys, django
django.setup()
from campaigns import sheets
print("begun", flush=True)
sheets.run_import(int(sys.argv[1]))
"""


@pytest.fixture
def campaign(transactional_db: None) -> Campaign:
    return CampaignFactory.create()


def rows() -> Iterator[str]:
    yield "Name,Phone,Lead ID\n"
    for n in range(ROWS):
        exchange = f"{200 + n // 10000}{n % 10000:04d}"
        phone = "12" if n % 100 == 0 else f"+1212{exchange}"
        if n % 100 == 1 and n > 100:
            phone = f"+1212{200 + (n - 2) // 10000}{(n - 2) % 10000:04d}"
        yield f"Person {n},{phone},id-{n}\n"


def database_url() -> str:
    """The test's own database, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{server}/{name}"


def worker(sheet: LeadSheet) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(sheet.pk)],
        cwd=Path(settings.BASE_DIR),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_killed_import_goes_on_with_exactly_the_right_rows(campaign: Campaign) -> None:
    # given a confirmed sheet
    sheet = sheets.receive_upload(None, campaign, upload("".join(rows())))
    sheets.start_import(None, sheet)
    chance, kills = random.Random(7), 0

    # when its worker is killed at any moment, and its lease runs out
    while sheet.status != LeadSheet.Status.DONE:
        with worker(sheet) as process:
            assert process.stdout
            process.stdout.readline()
            try:
                process.wait(chance.uniform(0.1, 1) if kills < 4 else None)
            except subprocess.TimeoutExpired:
                process.kill()
            kills += process.wait() == -signal.SIGKILL
        LeadSheet.objects.update(lease_until=None, tries=0)
        sheet.refresh_from_db()
        assert not sheet.problem

    # then every row became one lead or one reject, and the counts say so
    invalid, duplicate = ROWS // 100, ROWS // 100 - 1
    accepted = ROWS - invalid - duplicate
    assert kills >= 3
    assert (sheet.rows_accepted, sheet.rows_invalid, sheet.rows_duplicate) == (
        accepted,
        invalid,
        duplicate,
    )
    assert Lead.objects.count() == accepted
    landed = set(Lead.objects.values_list("sheet_row", flat=True))
    rejected = set(SheetReject.objects.values_list("row", flat=True))
    assert landed | rejected == set(range(2, ROWS + 2))
    assert not landed & rejected


def test_two_workers_at_once_import_each_row_once(campaign: Campaign) -> None:
    # given a sheet whose lease nobody respects
    sheet = sheets.receive_upload(None, campaign, upload("".join(rows())))
    sheets.start_import(None, sheet)

    # when two processes work on it
    with worker(sheet) as first:
        assert first.stdout
        first.stdout.readline()
        LeadSheet.objects.update(lease_until=None)
        with worker(sheet) as second:
            second.wait()
        first.wait()
    LeadSheet.objects.update(lease_until=None)
    sheets.run_import(sheet.pk)

    # then
    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.DONE
    assert Lead.objects.count() == sheet.rows_accepted
    assert sheet.rows_accepted + sheet.rows_invalid + sheet.rows_duplicate == ROWS
