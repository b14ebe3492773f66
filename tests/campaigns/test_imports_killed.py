"""An import is killed again and again, and goes on with exactly the right rows."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from campaigns import sheets
from campaigns.models import Campaign, Lead, LeadSheet, SheetReject
from tests.campaigns.lists import imported, upload
from tests.factories import AttemptFactory, CampaignFactory

ROWS = 6_000
# Every hundredth row is invalid, every hundred-and-first repeats the one before.
KILLS = 20
# A worker for each line that comes in, which is killed after so many seconds.
WORKERS = """
import os, select, signal, sys, django
django.setup()
from campaigns import sheets
print("ready", flush=True)
for line in sys.stdin:
    sheet, seconds = line.split()
    child = os.fork()
    if not child:
        sheets.run_import(int(sheet)) or sheets.run_undo(int(sheet))
        os._exit(0)
    ended, _, _ = select.select([os.pidfd_open(child)], [], [], float(seconds))
    if not ended:
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
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


@contextmanager
def workers(**options: str) -> Iterator["subprocess.Popen[str]"]:
    """Makes a worker of each line that is written to it."""
    environment = {
        **os.environ,
        **options,
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKERS],
        cwd=Path(settings.BASE_DIR),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        yield process
        process.stdin.close()


def work(process: "subprocess.Popen[str]", sheet: LeadSheet, seconds: float) -> int:
    """Lets a worker go on with a sheet for so long; its exit code."""
    send(process, sheet, seconds)
    assert process.stdout
    return int(process.stdout.readline())


def send(process: "subprocess.Popen[str]", sheet: LeadSheet, seconds: float) -> None:
    assert process.stdin
    process.stdin.write(f"{sheet.pk} {seconds}\n")
    process.stdin.flush()


def killed_again_and_again(sheet: LeadSheet, *, until: str) -> int:
    """Works on a sheet to its end, with workers that are killed at any moment; how many were."""
    chance, kills = random.Random(7), 0
    with workers(DIALER_SHEETS_CHUNK_ROWS="10") as process:
        while sheet.status != until:
            seconds = chance.uniform(0.01, 0.15) if kills < KILLS else 300
            kills += work(process, sheet, seconds) == -signal.SIGKILL
            LeadSheet.objects.update(lease_until=None, tries=0)
            sheet.refresh_from_db()
            assert not sheet.problem
    return kills


def test_a_killed_import_goes_on_with_exactly_the_right_rows(campaign: Campaign) -> None:
    # given a confirmed sheet
    sheet = sheets.receive_upload(None, campaign, upload("".join(rows())))
    sheets.start_import(None, sheet)

    # when its worker is killed at any moment, and its lease runs out
    kills = killed_again_and_again(sheet, until=LeadSheet.Status.DONE)

    # then every row became one lead or one reject, and the counts say so
    invalid, duplicate = ROWS // 100, ROWS // 100 - 1
    accepted = ROWS - invalid - duplicate
    assert kills == KILLS
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


def test_an_undoing_that_is_killed_removes_each_lead_once(campaign: Campaign) -> None:
    # given an imported sheet, of which one lead was called
    sheet = imported(campaign, "".join(rows()))
    called = sheet.leads.order_by("rank")[2500]
    AttemptFactory.create(campaign=campaign, lead=called, phone=called.phone)
    there = sheet.leads.count()
    sheets.start_undo(None, sheet, leads=there)

    # when
    killed_again_and_again(sheet, until=LeadSheet.Status.UNDONE)

    # then
    assert sheet.rows_removed == there - 1
    assert list(Lead.objects.values_list("pk", "finished_because")) == [(called.pk, "undone")]


def test_two_workers_at_once_import_each_row_once(campaign: Campaign) -> None:
    # given a sheet whose lease nobody respects
    sheet = sheets.receive_upload(None, campaign, upload("".join(rows())))
    sheets.start_import(None, sheet)

    # when two processes work on it
    with workers() as first, workers() as second:
        send(first, sheet, 300)
        while not LeadSheet.objects.exclude(lease_until=None).exists():
            assert first.poll() is None
        LeadSheet.objects.update(lease_until=None)
        work(second, sheet, 300)
        assert first.stdout
        first.stdout.readline()
    LeadSheet.objects.update(lease_until=None)
    sheets.run_import(sheet.pk)

    # then
    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.DONE
    assert Lead.objects.count() == sheet.rows_accepted
    assert sheet.rows_accepted + sheet.rows_invalid + sheet.rows_duplicate == ROWS
