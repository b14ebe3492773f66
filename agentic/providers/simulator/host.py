"""The thread that plays the simulated calls of one process of Celery, while there are any.

A task that waited for each call would need as many workers as there are calls; so tasks only wake
this thread, which plays all of them. Processes that are no workers never start it.
"""

import threading
import time
from collections import deque
from typing import Any

from django.db import close_old_connections, connections
from django.utils import timezone

from agentic import sink  # noqa: F401  # loaded before a thread needs it
from agentic.providers.simulator.hands import Tools
from agentic.providers.simulator.player import Player
from core import config

# What is due within so many seconds is done together, so that its turns are written together.
TICK_S = 0.05
# A thread without calls waits so long for others before it ends.
LINGER_S = 10.0
LOOK_S = 0.5
# So long the ends of the calls that did not end in time are given to be written.
WRITING_S = 8.0
STOPPED = "The worker was stopped."


class Host:
    """Starts and ends the thread; may be called from any."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._new: deque[int] = deque()
        self._thread: threading.Thread | None = None
        self._armed = False
        self._ends_at: float | None = None  # monotonic; when calls that are not over are ended

    def arm(self, **told: Any) -> None:
        """This process, and those that it forks, may play calls."""
        self._armed = True

    def wake(self, pk: int) -> None:
        """Plays a launched call; in a process that may not, its row is given back in time."""
        if not self._armed:
            return
        with self._condition:
            self._new.append(pk)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
                self._thread.start()
            self._condition.notify()

    def drain(self, how: str = "Warm", **told: Any) -> None:
        """Begins no call any more, and lets those there are go on for a while, if told politely."""
        seconds = config.get("agentic.simulator_drain_s") if how == "Warm" else 0
        with self._condition:
            ends_at = time.monotonic() + seconds
            self._ends_at = min(ends_at, self._ends_at or ends_at)
            self._condition.notify()

    def join(self, **told: Any) -> None:
        """Waits until they are over; a process that ends cannot play them on."""
        self.drain()
        if (thread := self._thread) is not None and self._ends_at is not None:
            thread.join(timeout=max(0.0, self._ends_at - time.monotonic()) + WRITING_S)

    def _run(self) -> None:
        player = Player(Tools())
        try:
            while self._turn(player):
                pass
        finally:
            with self._condition:
                self._thread = None
            connections.close_all()

    def _turn(self, player: Player) -> bool:
        """One step; False when there is nothing more to do."""
        due = player.step(timezone.now())
        ends_at = self._ends_at
        if ends_at is not None and (not player.talks or time.monotonic() >= ends_at):
            player.close(timezone.now(), STOPPED)
            return False
        for _ in range(10):  # between two steps, so that those who talk are not kept waiting
            if ends_at is not None or not self._new:
                break
            player.begin(self._new.popleft(), timezone.now())
        left_s = (due - timezone.now()).total_seconds() if due else LINGER_S
        pause_s = max(TICK_S, min(left_s, LOOK_S if player.talks else LINGER_S))
        with self._condition:
            # Whoever began to drain since is heard at once.
            if self._ends_at != ends_at or (self._new and ends_at is None):
                pause_s = 0
            self._condition.wait(pause_s)
            if player.talks or self._new or self._ends_at is not None:
                return True
            # Decided under the lock: whoever wakes the next call starts another thread.
            self._thread = None
        close_old_connections()
        return False


HOST = Host()
