"""Six workers on one MariaDB, killed again and again: limits hold, no number is called twice."""

import json
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.models import Organization
from agentic import reaping
from agentic.models import AgenticRun, AiCall
from agentic.providers import register
from calls import lifecycle
from calls.models import CallEvent
from campaigns.models import DialAttempt, Lead, PhoneState
from tests.agentic.standin import StandIn
from tests.factories import AgenticFactory, RunFactory, TrunkFactory

WORKERS, CAMPAIGNS, NUMBERS = 6, 3, 700
CALLS, SECONDS, LEASE_S = 2000, 280, 5

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(SECONDS + 120),
]


def test_limits_hold_each_attempt_is_dialed_once_and_no_number_is_in_two_calls(
    organization: Organization, tmp_path: Path
) -> None:
    seed = random.randrange(10**6)
    runs = _runs(organization)
    print(f"seed {seed}")  # noqa: T201  # shown when the test fails

    lines = _run(tmp_path / "log", WORKERS, CALLS, SECONDS, seed)

    opened = [line["call"] for line in lines if line["what"] == "open"]
    killed = sum(line["what"] == "killed" for line in lines)
    print(f"{len(opened)} calls, {killed} killed")  # noqa: T201
    assert len(opened) >= CALLS, "the house was too slow to prove anything"
    assert killed > WORKERS + 3
    assert [pk for pk, times in Counter(opened).items() if times > 1] == []
    assert _overlaps(lines) == []
    _check_limits(lines, runs)
    _check_dials(opened)

    register(StandIn(), "simulator")
    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later):
        lifecycle.reap(later)
        reaping.reap(later)
    register(None, "simulator")
    assert not AiCall.objects.filter(ended_at=None).exists()
    assert not PhoneState.objects.exclude(live_attempt=None).exists()
    assert not Lead.objects.filter(status=Lead.Status.CLAIMED).exists()
    assert not DialAttempt.objects.filter(ended_at=None).exists()


def _runs(organization: Organization) -> list[AgenticRun]:
    """Three campaigns with the same numbers, two of them on the same line."""
    shared = TrunkFactory.create(organization=organization, max_calls=30, calls_per_second=999)
    alone = TrunkFactory.create(organization=organization, max_calls=18, calls_per_second=999)
    runs = []
    for trunk in (shared, shared, alone):
        voice = AgenticFactory.create(
            campaign__organization=organization,
            campaign__max_attempts=200,
            trunk=trunk,
            max_calls=20,
            calls_per_second=999,
        )
        Lead.objects.bulk_create(
            Lead(
                organization=organization,
                campaign=voice.campaign,
                phone=f"+1212555{number:04d}",
                timezone="America/New_York",
                rank=number,
            )
            for number in range(NUMBERS)
        )
        runs.append(RunFactory.create(campaign=voice.campaign, due_at=timezone.now()))
    return runs


def _run(log: Path, *arguments: object) -> list[dict[str, Any]]:
    """Lets the house work, in a process of its own on the test's database; what happened."""
    own = connection.settings_dict
    url = f"mysql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    code = (
        "import sys, django; django.setup(); from tests.agentic import house;"
        "house.begin(*sys.argv[1:])"
    )
    extra = {
        "DATABASE_URL": url,
        "DIALER_CALLS_LEASE_S": str(LEASE_S),
        "DIALER_AGENTIC_LAUNCHING_S": str(LEASE_S),
        "DIALER_AGENTIC_DISPATCHED_S": str(LEASE_S),
        # A killed worker's calls are failures of no line here.
        "DIALER_AGENTIC_BREAKER_FAILURES": "1000",
    }
    result = subprocess.run(
        [sys.executable, "-c", code, str(log), *(str(word) for word in arguments)],
        env=os.environ | extra,
        capture_output=True,
        text=True,
        timeout=SECONDS + 60,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    return [json.loads(line) for line in log.read_text().splitlines()]


def _overlaps(lines: list[dict[str, Any]]) -> list[str]:
    """Numbers that rang twice at a time, by what the workers themselves did."""
    open_now: dict[int, dict[str, Any]] = {}
    spans = defaultdict(list)

    def close(pk: int, at: float) -> None:
        opened = open_now.pop(pk)
        spans[opened["phone"]].append((opened["at"], at))

    for line in sorted(lines, key=lambda line: line["at"]):
        if line["what"] == "open":
            open_now[line["call"]] = line
        elif line["what"] == "close":
            close(line["call"], line["at"])
        elif line["what"] == "killed":
            for pk in [pk for pk, row in open_now.items() if row["agent"] == line["agent"]]:
                close(pk, line["at"])
    assert not open_now
    return [
        phone
        for phone, found in spans.items()
        for before, after in zip(sorted(found), sorted(found)[1:], strict=False)
        if after[0] < before[1]
    ]


def _check_limits(lines: list[dict[str, Any]], runs: list[AgenticRun]) -> None:
    """Never more calls than line and campaign carry: as seen meanwhile, and by the rows' times."""
    limits = {("campaign", run.campaign_id): run.campaign.agentic.max_calls for run in runs}
    for run in runs:
        trunk = run.campaign.agentic.trunk
        assert trunk is not None
        limits["trunk", trunk.pk] = trunk.max_calls
    seen: dict[tuple[str, int], int] = defaultdict(int)
    for line in lines:
        for pk, count in line.get("counts", {}).items():
            seen[line["kind"], int(pk)] = max(seen[line["kind"], int(pk)], count)
    for (kind, pk), most in limits.items():
        rows = AiCall.objects.filter(**{kind: pk}).values_list("queued_at", "ended_at")
        assert seen[kind, pk] <= most
        assert _most_at_once(rows) <= most
    assert max(seen.values()) >= 18, "the lines were never full"


def _most_at_once(spans: Iterable[tuple[datetime, datetime | None]]) -> int:
    steps = []
    for begun, ended in spans:
        steps.append((begun, 1))
        if ended is not None:
            # Of two at the same instant, the one that ended did so first.
            steps.append((max(ended, begun), -1 if ended > begun else 0))
            steps += [(begun, -1)] if ended <= begun else []
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def _check_dials(opened: list[int]) -> None:
    dialed = AiCall.objects.filter(call__dialed_at__isnull=False)
    assert set(opened) <= set(dialed.values_list("pk", flat=True))
    told = CallEvent.objects.filter(kind="dialing").values("call").annotate(Count("pk"))
    assert not told.filter(pk__count__gt=1)
    twice = AiCall.objects.values("call__attempt").annotate(Count("pk")).filter(pk__count__gt=1)
    assert not twice
    # Every number once in each campaign: nothing came back within the hour.
    leads = dialed.values("lead").annotate(Count("pk")).filter(pk__count__gt=1)
    assert not leads
