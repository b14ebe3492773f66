"""Sixteen agents as processes on one MariaDB, some of them killed: no lead twice, none lost."""

import json
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.models import Organization, User
from calls import lifecycle
from calls.models import Call
from campaigns import queue
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState, QueueEntry
from tests.factories import CampaignFactory, UserFactory

AGENTS, CAMPAIGNS, NUMBERS = 16, 4, 500
LEADS = CAMPAIGNS * NUMBERS
RACERS, RACED_NUMBERS = 6, 60
CALLS, SECONDS, LEASE_S = 600, 60, 5

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
S = Lead.Status


def test_no_lead_is_called_twice_none_is_lost_and_no_number_is_in_two_calls(
    organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.randrange(10**6)
    agents = UserFactory.create_batch(AGENTS, organization=organization)
    campaigns = _lists(organization, CAMPAIGNS, NUMBERS)
    for campaign in campaigns:
        campaign.agents.set(agents)
    print(f"seed {seed}")  # noqa: T201  # shown when the test fails

    lines = _run("begin_shift", agents, tmp_path / "log", CALLS, SECONDS, seed)

    done = Counter(line["lead"] for line in lines if line["what"] == "done")
    killed = sum(line["what"] == "killed" for line in lines)
    assert len(done) > 50, "the floor was too slow to prove anything"
    assert killed > AGENTS + 8
    assert [lead for lead, times in done.items() if times > 1] == []
    assert _overlaps(lines) == []
    _check_rows()

    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later):
        lifecycle.reap(later)
    # Whoever is not finished must be able to come again: everyone fits in now.
    monkeypatch.setenv("DIALER_QUEUE_LARGEST", str(LEADS))
    monkeypatch.setenv("DIALER_QUEUE_SMALLEST", str(LEADS))
    for campaign in campaigns:
        queue.fill(campaign.pk, later + timedelta(hours=1))

    statuses = Counter(Lead.objects.values_list("status", flat=True))
    assert statuses.total() == LEADS
    assert set(statuses) == {S.FINISHED, S.QUEUED}
    assert set(done) <= set(Lead.objects.filter(status=S.FINISHED).values_list("pk", flat=True))
    assert QueueEntry.objects.count() == statuses[S.QUEUED]
    assert not PhoneState.objects.exclude(live_attempt=None).exists()


def test_campaigns_that_race_for_the_same_numbers_never_share_one(
    organization: Organization, tmp_path: Path
) -> None:
    agents = UserFactory.create_batch(RACERS, organization=organization)
    campaigns = _lists(organization, RACERS, RACED_NUMBERS)
    for agent, campaign in zip(agents, campaigns, strict=True):
        campaign.agents.set([agent])

    lines = _run("begin_race", agents, tmp_path / "log")

    assert _overlaps(lines) == []
    assert sum(line["what"] == "open" for line in lines) >= RACED_NUMBERS
    assert not PhoneState.objects.exclude(live_attempt=None).exists()
    assert set(Lead.objects.values_list("status", flat=True)) == {S.RETRY}


def _lists(organization: Organization, count: int, numbers: int) -> list[Campaign]:
    """Campaigns that all have the same numbers in the same order."""
    campaigns = CampaignFactory.create_batch(count, organization=organization, max_attempts=200)
    Lead.objects.bulk_create(
        Lead(
            organization=organization,
            campaign=campaign,
            phone=f"+1212555{number:04d}",
            timezone="America/New_York",
            rank=number,
        )
        for campaign in campaigns
        for number in range(numbers)
    )
    return campaigns


def _run(program: str, agents: list[User], log: Path, *arguments: object) -> list[dict[str, Any]]:
    """Lets the floor work, in a process of its own on the test's database; what happened."""
    own = connection.settings_dict
    url = f"mysql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    code = (
        "import sys, django; django.setup(); from tests.campaigns import floor;"
        f"floor.{program}(*sys.argv[1:])"
    )
    words = [str(word) for word in (log, *arguments, *(agent.pk for agent in agents))]
    result = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=os.environ | {"DATABASE_URL": url, "DIALER_CALLS_LEASE_S": str(LEASE_S)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    return [json.loads(line) for line in log.read_text().splitlines()]


def _overlaps(lines: list[dict[str, Any]]) -> list[str]:
    """Numbers that two agents spoke to at once, by what the agents themselves saw."""
    speaking: dict[int, dict[str, Any]] = {}
    spans = defaultdict(list)
    for line in sorted(lines, key=lambda line: line["at"]):
        if line["what"] == "open":
            speaking[line["agent"]] = line
        elif line["what"] in ("close", "killed") and line["agent"] in speaking:
            opened = speaking.pop(line["agent"])
            spans[opened["phone"]].append((opened["at"], line["at"]))
    assert not speaking
    return [
        phone
        for phone, found in spans.items()
        for before, after in zip(sorted(found), sorted(found)[1:], strict=False)
        if after[0] < before[1]
    ]


def _check_rows() -> None:
    """What the rows say while some calls still hang, and some leads wait."""
    live = DialAttempt.objects.filter(ended_at=None)
    twice = live.values("phone").annotate(Count("pk")).filter(pk__count__gt=1)
    held = set(live.values_list("lead_id", flat=True))
    queued = set(QueueEntry.objects.values_list("lead_id", flat=True))
    claimed = set(Lead.objects.filter(status=S.CLAIMED).values_list("pk", flat=True))
    assert not twice
    assert claimed == held
    assert set(Lead.objects.filter(status=S.QUEUED).values_list("pk", flat=True)) == queued
    assert not Lead.objects.filter(status=S.RETRY, next_attempt_at=None).exists()
    assert set(
        PhoneState.objects.exclude(live_attempt=None).values_list("live_attempt", flat=True)
    ) == set(live.values_list("pk", flat=True))
    assert Call.objects.filter(status__in=Call.LIVE).count() == live.count()
