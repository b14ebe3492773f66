"""A worker ends amid its simulated calls, in time or at once: nobody is called twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from agentic import reaping
from agentic.models import AgenticRun, AiCall
from agentic.providers.simulator.host import STOPPED
from calls import lifecycle
from campaigns.models import DialAttempt, Lead
from tests import services
from tests.factories import AgenticFactory, RunFactory, TrunkFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
CALLS, WITHIN_S = 2, 90.0
Worker = subprocess.Popen[bytes]
_HINT = "import django; django.setup(); from agentic.tasks import launch_due; launch_due.delay()"


@pytest.fixture
def run() -> AgenticRun:
    """A run that calls two at a time, through three people who like to talk."""
    trunk = TrunkFactory.create(max_calls=CALLS, calls_per_second=99)
    voice = AgenticFactory.create(
        campaign__organization=trunk.organization,
        trunk=trunk,
        max_calls=CALLS,
        calls_per_second=99,
        questions=[
            {"key": f"q{number}", "text": "How do you do this today?", "kind": "text"}
            for number in range(12)
        ],
    )
    Lead.objects.bulk_create(
        Lead(
            organization=voice.organization,
            campaign=voice.campaign,
            phone=f"+1212555{number}101",
            timezone="America/New_York",
            rank=number,
        )
        for number in range(CALLS + 1)
    )
    return RunFactory.create(campaign=voice.campaign, due_at=timezone.now())


@pytest.fixture
def outside(tmp_path: Path) -> Mapping[str, str]:
    """The environment of other processes, on this database and a broker of their own."""
    own = connection.settings_dict
    where = f"{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DATABASE_URL": f"mysql://{where}",
        "REDIS_URL": "",
        "VAR_DIR": str(tmp_path / "var"),
        "MEDIA_ROOT": str(tmp_path / "media"),
    }


@pytest.fixture
def start(outside: Mapping[str, str], tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts a worker of Celery, by the options of its pool, in that environment and some more."""
    with ExitStack() as stack:

        def started(*pool: str, **more: str) -> Worker:
            argv = [sys.executable, "-m", "celery", "--app", "dialer", "worker", *pool]
            argv += ["--concurrency", "2", "--loglevel", "warning"]
            log, env = tmp_path / "worker.log", {**outside, **more}
            return stack.enter_context(
                services.running(argv, log=log, ready=lambda: True, cwd=ROOT, env=env)
            )

        yield started


def until(what: Callable[[], bool], why: str) -> None:
    """Waits until something is true."""
    deadline = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.1)


def talk(outside: Mapping[str, str]) -> None:
    """Two talk, and one waits for a line."""
    subprocess.run([sys.executable, "-c", _HINT], cwd=ROOT, env=outside, check=True, timeout=60)
    talking = AiCall.objects.filter(call__answered_at__isnull=False, ended_at=None)
    until(lambda: talking.count() == CALLS, "they do not talk")


def nobody_was_called_twice() -> None:
    """All is over, each call had its one dial, and who waited still does."""
    assert not AiCall.objects.filter(ended_at=None).exists()
    dials = DialAttempt.objects.filter(dialed_at__isnull=False, ended_at__isnull=False)
    assert (DialAttempt.objects.count(), dials.count()) == (CALLS, CALLS)
    assert Lead.objects.filter(attempts=0).count() == 1


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_a_worker_that_is_told_to_end_lets_talks_come_to_theirs(
    run: AgenticRun, outside: Mapping[str, str], start: Callable[..., Worker], pool: str
) -> None:
    worker = start("--pool", pool, DIALER_AGENTIC_SIMULATOR_SPEED="8")
    talk(outside)

    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=60)

    ends = AiCall.objects.values_list("state", "call__outcome", "problem")
    assert set(ends) == {("over", "answered", "")}
    nobody_was_called_twice()


def test_a_talk_that_does_not_end_in_time_is_told_as_ended(
    run: AgenticRun, outside: Mapping[str, str], start: Callable[..., Worker]
) -> None:
    worker = start("--pool", "threads", DIALER_AGENTIC_SIMULATOR_DRAIN_S="0")
    talk(outside)

    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=60)

    assert set(AiCall.objects.values_list("state", "problem")) == {("over", STOPPED)}
    nobody_was_called_twice()


def test_calls_of_a_worker_that_was_killed_are_ended_by_others(
    run: AgenticRun, outside: Mapping[str, str], start: Callable[..., Worker]
) -> None:
    worker = start("--pool", "threads")
    talk(outside)

    worker.kill()
    worker.wait(timeout=60)

    assert set(AiCall.objects.values_list("state", flat=True)) == {"placed"}
    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later):
        lifecycle.reap(later)
        reaping.reap(later)
    nobody_was_called_twice()
