"""Events from commit to a socket's side: how late at a steady rate, and how many when flooded.

    make bench NAME=outbox        python -m bench.outbox --seconds 10 --writers 4

Writers are processes with one event a transaction; the reader is the thread that feeds sockets.
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import time
from collections.abc import Sequence

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from core import realtime  # noqa: E402
from core.delivery import delivery  # noqa: E402
from core.models import Event  # noqa: E402
from core.outbox import Told  # noqa: E402

STEADY_RATE = 25.0  # events a second of each writer
DRAIN_S = 120.0


class Clock:
    """A subscriber that notes how late each event comes, in milliseconds."""

    def __init__(self) -> None:
        self.late: list[float] = []

    def feed(self, events: Sequence[Told], head: int) -> None:
        """Compares each event's time with now."""
        now = timezone.now()
        self.late += [(now - event.at).total_seconds() * 1000 for event in events]

    def lost(self) -> None:
        """Cannot happen here."""
        raise RuntimeError("the reader was lost")


def write(seconds: float, rate: float | None) -> None:
    """Records events for a while: so many a second, or as many as possible."""
    begun = time.monotonic()
    count = 0
    while (now := time.monotonic()) < begun + seconds:
        if rate is not None and (early := begun + count / rate - now) > 0:
            time.sleep(early)
        realtime.record("bench.happened", topics=["bench:1"], subject={"count": count})
        count += 1


async def phase(writers: int, seconds: float, rate: float | None) -> tuple[list[float], float]:
    """Runs writers and one reader; returns each event's lateness, and the seconds it took."""
    clock, before = Clock(), await asyncio.to_thread(Event.objects.count)
    delivery.join(clock)
    await asyncio.to_thread(delivery.await_ready)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=write, args=(seconds, rate)) for _ in range(writers)]
    for process in processes:
        process.start()
    while not clock.late:
        await asyncio.sleep(0.001)
    begun = time.monotonic()
    for process in processes:
        await asyncio.to_thread(process.join)
    written = await asyncio.to_thread(Event.objects.count) - before
    deadline = time.monotonic() + DRAIN_S
    while len(clock.late) < written and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    took = time.monotonic() - begun
    delivery.leave(clock)
    if len(clock.late) != written:
        raise RuntimeError(f"{written} events were written, {len(clock.late)} were read")
    return clock.late, took


async def measure(writers: int, seconds: float) -> None:
    """Prints the figures."""
    late, _ = await phase(writers, seconds, STEADY_RATE)
    percentiles = statistics.quantiles(late, n=100)
    print(f"outbox_latency_p50: {percentiles[49]:.1f} ms")
    print(f"outbox_latency_p95: {percentiles[94]:.1f} ms")
    late, took = await phase(writers, seconds, None)
    print(f"outbox_events_per_second: {len(late) / took:.0f} 1/s")
    print(f"outbox_flood_latency_p95: {statistics.quantiles(late, n=100)[94]:.1f} ms")


def main() -> None:
    """Prepares an empty database and measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--writers", type=int, default=4)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    asyncio.run(measure(options.writers, options.seconds))


if __name__ == "__main__":
    main()
