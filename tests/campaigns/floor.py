"""A floor of agents, each a process that calls as fast as it can and may be killed at any moment.

Run by test_concurrency.py in a process of its own, whose children share what it has imported. What
happened on the lines is appended to a file, one JSON object a line, by the monotonic clock that
all processes share.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts import presence
from accounts.models import User
from calls import events, lifecycle
from calls.models import Call
from calls.timing import Told
from campaigns import claims, queue
from campaigns.models import DialAttempt
from core.retry import retried

BEAT_S = 0.3
# Someone is killed after so many calls, at a moment within the next one.
CALLS_PER_KILL = 6
CALL_S = 0.2


@dataclass
class Log:
    """What happens on the lines, from many processes in one file."""

    path: Path
    descriptor: int = field(init=False)

    def __post_init__(self) -> None:
        self.descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, what: str, agent: int, **more: Any) -> None:
        """One line, in one system call."""
        line = {"what": what, "agent": agent, "at": time.monotonic(), **more}
        os.write(self.descriptor, json.dumps(line).encode() + b"\n")

    def count(self, what: str) -> int:
        """How often something happened so far."""
        return self.path.read_bytes().count(f'"what": "{what}"'.encode())


def work(agent_id: int, log: Log, until: float, rng: random.Random) -> None:
    """An agent's shift: takes what there is, dials, talks a little, hangs up; sometimes skips."""
    agent = User.objects.get(pk=agent_id)
    campaigns = list(agent.campaigns.values_list("pk", flat=True))
    presence.open_session(agent)
    presence.ready(agent, campaigns)
    for call in Call.objects.filter(agent=agent, status=Call.Status.DIALING):
        # The page was closed in a call: now and then it comes back and tells of the end.
        if rng.random() < 0.7:
            hang_up(call)
            log.write("done", agent_id, lead=call.lead_id)
    while time.monotonic() < until:
        found = lifecycle.next_call(agent, timezone.now())
        if found.call is None:
            for call in Call.objects.filter(agent=agent, status=Call.Status.ENDED):
                lifecycle.wrap_up(call)
            time.sleep(rng.uniform(0.02, 0.1))
        elif rng.random() < 0.05:
            lifecycle.release(found.call, "skipped")
        else:
            talk(found.call, agent_id, log, rng)


def talk(call: Call, agent_id: int, log: Log, rng: random.Random) -> None:
    """One call from leave to dial to the end of wrap-up."""
    lifecycle.dial(call)
    about = {"lead": call.lead_id, "phone": call.number}
    log.write("open", agent_id, **about)
    time.sleep(rng.uniform(0, 0.03))
    log.write("close", agent_id, **about)
    hang_up(call)
    log.write("done", agent_id, **about)
    lifecycle.wrap_up(call)


def hang_up(call: Call) -> None:
    """The phone reports that the call was answered and is over."""
    clock = time.monotonic() * 1000
    told = [
        Told(f"{call.pk}-{seq}", "page", seq, kind, clock, clock, {})
        for seq, kind in enumerate(("answered", "ended"), 1)
    ]
    events.apply(call, events.Batch("page", clock, clock, told))


def race(agent_id: int, log: Log) -> None:
    """Takes and gives back every lead of the agent's own campaign as fast as it can."""
    agent = User.objects.get(pk=agent_id)
    campaigns = list(agent.campaigns.values_list("pk", flat=True))
    while attempt := _take(agent, campaigns):
        log.write("open", agent_id, phone=attempt.phone)
        log.write("close", agent_id)
        _give_back(attempt)


@retried
def _take(agent: User, campaigns: list[int]) -> DialAttempt | None:
    return claims.claim_next(agent, campaigns, now=timezone.now()).attempt


@retried
def _give_back(attempt: DialAttempt) -> None:
    claims.release(attempt, now=timezone.now(), reason="skipped", delay_s=3600)


def beat(until: float) -> None:
    """What runs beside the agents: the filler and the reaper."""
    while time.monotonic() < until:
        queue.fill_due(timezone.now())
        lifecycle.reap(timezone.now())
        time.sleep(BEAT_S)


def fork(task: Callable[[], None]) -> int:
    """A child that does the task and ends; a failure is its exit code, with its traceback."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        task()
        code = 0
    except BaseException:  # noqa: BLE001  # the outermost line of a process
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def shift(log: Log, calls: int, seconds: float, seed: int, agents: list[int]) -> int:
    """Runs the floor for so many calls, or so many seconds at most, and kills people meanwhile.

    Whoever is killed is replaced by another process in the same place.
    """
    rng, until = random.Random(seed), time.monotonic() + seconds

    def start(who: int) -> int:
        own = random.Random(rng.random())
        if who == 0:
            return fork(lambda: beat(until))
        return fork(lambda: work(who, log, until, own))

    # This process has no connection of its own that a child could inherit.
    running = {start(who): who for who in [0, *agents]}
    kills = 0
    while time.monotonic() < until and (done := log.count("done")) < calls:
        if done >= kills * CALLS_PER_KILL:
            time.sleep(rng.uniform(0, CALL_S))
            kills += 1
            pid = rng.choice(list(running))
            who = running.pop(pid)
            if not kill(pid):
                return 1
            log.write("killed", who)
            running[start(who)] = who
        time.sleep(0.02)
    for pid, who in running.items():
        kill(pid)
        log.write("killed", who)
    return 0


def kill(pid: int) -> bool:
    """Ends a child at once; False if it had ended by itself, which none should."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def begin_shift(path: str, calls: str, seconds: str, seed: str, *agents: str) -> None:
    """As a program: the arguments are words."""
    people = [int(agent) for agent in agents]
    sys.exit(shift(Log(Path(path)), int(calls), float(seconds), int(seed), people))


def begin_race(path: str, *agents: str) -> None:
    """As a program: the agents race each other, one process each."""
    log = Log(Path(path))
    running = [fork(partial(race, int(agent), log)) for agent in agents]
    statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in running]
    sys.exit(int(any(statuses)))
