"""Five hundred simulated calls at once: how fast they begin, how late their words are seen.

    make bench NAME=aicalls        python -m bench.aicalls --calls 500 --talk 60

Starts one Celery worker as production does (two processes), gunicorn and a beat of its own, and
reads the outbox as a page's socket would: a line's lag is from its row to the side of a socket.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.parts import server
from tests.services import stop

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = 2
QUESTIONS = 12
BEAT_S = 1.0
LONGEST_S = 180.0  # until all have begun


@dataclass
class Usage(threading.Thread):
    """Watches the memory and the time of a process and its children."""

    pid: int
    peak: int = 0
    seconds: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def now(self) -> tuple[int, float]:
        """Resident bytes without what is shared, and seconds of the processor."""
        memory, seconds = 0, 0.0
        root = psutil.Process(self.pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                memory += process.memory_full_info().uss
                spent = process.cpu_times()
                seconds += spent.user + spent.system
            except psutil.NoSuchProcess:
                continue
        return memory, seconds

    def run(self) -> None:
        """Looks twice a second."""
        while not self._done.wait(0.5):
            memory, self.seconds = self.now()
            self.peak = max(self.peak, memory)

    def end(self) -> None:
        """Stops looking."""
        self._done.set()
        self.join()


@dataclass
class Lags:
    """A subscriber that notes how late the news of spoken lines come, in milliseconds."""

    late: list[float] = field(default_factory=list)

    def feed(self, events: Sequence[object], head: int) -> None:
        """Compares each event's time with now."""
        from django.utils import timezone

        now = timezone.now()
        self.late += [
            (now - event.at).total_seconds() * 1000  # type: ignore[attr-defined]
            for event in events
            if event.kind == "call.said"  # type: ignore[attr-defined]
        ]

    def lost(self) -> None:
        """Cannot happen here."""
        raise RuntimeError("the reader was lost")

    __hash__ = object.__hash__


@contextmanager
def worker(folder: Path) -> Iterator[int]:
    """A worker of Celery; yields its process id."""
    argv = [sys.executable, "-m", "celery", "--app", "dialer", "worker", "--loglevel", "warning"]
    argv += ["--concurrency", str(PROCESSES), "--without-mingle", "--without-gossip"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            argv, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process.pid
    finally:
        stop(process)
        problems = (folder / "worker.log").read_text().partition("Traceback")
        sys.stderr.write("".join(problems[1:])[:4000])


def prepare(folder: Path, calls: int) -> None:
    """An empty installation with a run through so many prospects."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DIALER_MODE": "local",
        "SECRET_KEY": "bench-only-" + "x" * 40,
        "FIELD_KEYS": "bench-only-field-key",
        "VAR_DIR": str(folder / "var"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
        "DIALER_QUEUE_SMALLEST": "1000",
        # A simulated voice is there at once, so that more may wait for theirs.
        "DIALER_AGENTIC_MOST_WAITING": "100",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    begin(calls)


def begin(calls: int) -> None:
    """A run through so many prospects, who all like to talk."""
    from django.utils import timezone

    from campaigns.models import Lead
    from tests.factories import AgenticFactory, RunFactory, TrunkFactory

    trunk = TrunkFactory.create(max_calls=calls, calls_per_second=999)
    voice = AgenticFactory.create(
        campaign__organization=trunk.organization,
        trunk=trunk,
        max_calls=calls,
        calls_per_second=999,
        questions=[
            {"key": f"q{number}", "text": "How do you do this today, and why?", "kind": "text"}
            for number in range(QUESTIONS)
        ],
    )
    # Their last digits make them people who answer every question.
    Lead.objects.bulk_create(
        Lead(
            organization=voice.organization,
            campaign=voice.campaign,
            phone=f"+1212{number:04d}101",
            timezone="America/New_York",
            rank=number,
        )
        for number in range(2000, 2000 + calls)
    )
    RunFactory.create(campaign=voice.campaign, due_at=timezone.now(), seed=1)


def hints(done: threading.Event) -> None:
    """What the beat would give."""
    from agentic import tasks as voices
    from calls import tasks as calls
    from campaigns import tasks as lists

    while not done.is_set():
        voices.launch_due.apply_async(expires=5)
        voices.reap.apply_async(expires=5)
        calls.reap.apply_async(expires=5)
        lists.fill_due.apply_async(expires=5)
        done.wait(BEAT_S)


async def measure(calls: int, talk_s: float, worker_pid: int) -> None:
    """Prints the figures."""
    from core.delivery import delivery

    lags, usage = Lags(), Usage(worker_pid)
    idle, _ = usage.now()
    delivery.join(lags)
    await asyncio.to_thread(delivery.await_ready)
    usage.start()
    done = threading.Event()
    threading.Thread(target=hints, args=(done,), daemon=True).start()
    begun, launched_s, dialed_s = await asyncio.to_thread(launched, calls)
    lags.late.clear()
    live, before = await asyncio.to_thread(going_on), usage.now()[1]
    await asyncio.sleep(talk_s)
    spent, late = usage.now()[1] - before, list(lags.late)
    done.set()
    usage.end()
    delivery.leave(lags)
    percentiles = statistics.quantiles(late, n=100)
    print(f"aicalls_live: {live}")
    print(f"aicalls_launch_per_s: {begun / launched_s:.1f} 1/s")
    print(f"aicalls_dialed_per_s: {begun / dialed_s:.1f} 1/s")
    print(f"aicalls_lines_per_s: {len(late) / talk_s:.1f} 1/s")
    print(f"aicalls_transcript_lag_p50_ms: {percentiles[49]:.0f} ms")
    print(f"aicalls_transcript_lag_p95_ms: {percentiles[94]:.0f} ms")
    print(f"aicalls_worker_cpu_per_call: {spent / talk_s / live * 1000:.2f} ms/s")
    print(f"aicalls_worker_memory_per_call: {(usage.peak - idle) / live / 1024:.0f} KiB")


def launched(calls: int) -> tuple[int, float, float]:
    """Waits until all were dialed; how many were, in how many seconds launched and dialed."""
    from django.db.models import Max, Min

    from agentic.models import AiCall

    deadline = time.monotonic() + LONGEST_S
    dialed = AiCall.objects.filter(call__dialed_at__isnull=False)
    while (begun := dialed.count()) < calls and time.monotonic() < deadline:
        time.sleep(0.2)
    times = AiCall.objects.aggregate(
        first=Min("queued_at"), dispatched=Max("dispatched_at"), dialed=Max("call__dialed_at")
    )
    spans = [(times[name] - times["first"]).total_seconds() for name in ("dispatched", "dialed")]
    return begun, spans[0], spans[1]


def going_on() -> int:
    """How many calls are live."""
    from agentic.models import AiCall

    return AiCall.objects.filter(ended_at=None).count()


def main() -> int:
    """Runs the benchmark and prints its measures."""
    parser = argparse.ArgumentParser(prog="python -m bench.aicalls", description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--talk", type=float, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as name:
        folder = Path(name)
        prepare(folder, options.calls)
        with server(folder), worker(folder) as pid:
            time.sleep(6)  # its processes load the application
            asyncio.run(measure(options.calls, options.talk, pid))
    return 0


if __name__ == "__main__":
    sys.exit(main())
