"""A house of voices: processes that claim, launch and play calls, and may be killed at any moment.

Run by test_concurrency.py in a process of its own, as the floor of agents is; what happened on the
lines is appended to a file.
"""

import random
import sys
import time
from pathlib import Path

from django.db.models import Count
from django.utils import timezone

from agentic import launching, reaping, sink
from agentic.models import AiCall
from agentic.providers import register
from calls import lifecycle
from campaigns import queue
from tests.agentic.standin import StandIn
from tests.campaigns.floor import Log, fork, kill

LONGEST_S, PAUSE_S, LOOK_S, CLAIM_S = 0.15, 0.02, 0.05, 0.8
BEAT_S = 0.3
KILL_EVERY = 40  # calls
NOBODY, GRACE_S = 0, 60


def play(who: int, log: Log, until: float, rng: random.Random) -> None:
    """A worker with voices: claims what is free, dials it, and hangs up a moment later."""
    register(StandIn(), "simulator")
    lines: dict[int, float] = {}
    look_at = 0.0
    while time.monotonic() < until:
        now, found = timezone.now(), set[int]()
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + rng.uniform(0, CLAIM_S)
            found = {*launching.launch_due(now), *launching.forgotten(now)}
        for pk in found:
            # Another may have found the same call: only one of the two gets leave.
            launching.launch(pk)
            if order := sink.take(pk, timezone.now()):
                log.write("open", who, call=pk, phone=order.number)
                lines[pk] = time.monotonic() + rng.uniform(0, LONGEST_S)
        for pk in [pk for pk, at in lines.items() if at <= time.monotonic()]:
            lines.pop(pk)
            log.write("close", who, call=pk)
            sink.ended(pk, timezone.now(), by="local", cause="no_answer")
        time.sleep(rng.uniform(0, PAUSE_S))


def beat(log: Log, until: float) -> None:
    """What runs beside the workers: the filler, the reapers, and a look at what is live."""
    register(StandIn(), "simulator")
    next_at = 0.0
    while time.monotonic() < until:
        live = AiCall.objects.filter(ended_at=None)
        for kind in ("trunk", "campaign"):
            counted = live.values_list(kind).annotate(Count("pk"))
            log.write("live", NOBODY, kind=kind, counts={str(pk): n for pk, n in counted})
        if time.monotonic() >= next_at:
            next_at = time.monotonic() + BEAT_S
            queue.fill_due(timezone.now())
            lifecycle.reap(timezone.now())
            reaping.reap(timezone.now())
        time.sleep(LOOK_S)


def open_house(log: Log, workers: int, calls: int, seconds: float, seed: int) -> int:
    """Lets the house work for so many calls, or so long; someone is killed again and again."""
    rng, until = random.Random(seed), time.monotonic() + seconds
    kills = 0

    def start(who: int) -> int:
        own = random.Random(rng.random())
        # They are all killed in the end; whoever ends before that has failed.
        if who == NOBODY:
            return fork(lambda: beat(log, until + GRACE_S))
        return fork(lambda: play(who, log, until + GRACE_S, own))

    running = {start(who): who for who in range(workers + 1)}
    while time.monotonic() < until and (done := log.count("open")) < calls:
        if done >= (kills + 1) * KILL_EVERY:
            time.sleep(rng.uniform(0, LONGEST_S))
            kills += 1
            pid = rng.choice(list(running))
            who = running.pop(pid)
            if not kill(pid):
                return 1
            log.write("killed", who)
            running[start(who)] = who
        time.sleep(0.02)
    for pid, who in running.items():
        if not kill(pid):
            return 1
        log.write("killed", who)
    return 0


def begin(path: str, workers: str, calls: str, seconds: str, seed: str) -> None:
    """As a program: the arguments are words."""
    log = Log(Path(path))
    sys.exit(open_house(log, int(workers), int(calls), float(seconds), int(seed)))
