"""One thread per process that numbers events, reads them in order and hands them to sockets.

It runs while the process has an open socket; it survives a database that is away.
"""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from django.db import Error, connections

from core import outbox
from core.doorbell import Listener, wake
from core.outbox import Told

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.2
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
READY_WITHIN_S = 5.0


class Subscriber(Protocol):
    """Who is told of events; both methods are called in the event loop that joined."""

    def feed(self, events: Sequence[Told], head: int) -> None:
        """Takes the next events in order; everything up to `head` has then been handed over."""

    def lost(self) -> None:
        """Learns that nothing more will come."""


class NotReadingError(Exception):
    """The reader has no sight of the database; the socket should come again later."""


@dataclass(eq=False)
class _Run:
    """One life of the thread: from the first socket to the last."""

    stop: threading.Event = field(default_factory=threading.Event)
    ready: threading.Event = field(default_factory=threading.Event)
    cursor: int = 0
    thread: threading.Thread | None = None


class Delivery:
    """Hands events to the sockets of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[asyncio.AbstractEventLoop, set[Subscriber]] = defaultdict(set)
        self._run: _Run | None = None

    def join(self, subscriber: Subscriber) -> None:
        """Adds a socket of the running event loop; the first one starts the thread."""
        with self._lock:
            self._subscribers[asyncio.get_running_loop()].add(subscriber)
            if self._run is None:
                self._run = run = _Run()
                run.thread = threading.Thread(
                    target=self._live, args=(run,), name="events", daemon=True
                )
                run.thread.start()

    def leave(self, subscriber: Subscriber) -> None:
        """Takes a socket away, whether or not it ever joined; the last one stops the thread."""
        with self._lock:
            for loop, sockets in list(self._subscribers.items()):
                sockets.discard(subscriber)
                if not sockets:
                    del self._subscribers[loop]
            self._stop_if_idle()

    def await_ready(self) -> None:
        """Blocks until the thread knows where it stands in the order of events.

        What is replayed after this and what is fed leave no gap between them. Raises
        NotReadingError when that takes too long.
        """
        run = self._run
        if run is None or not run.ready.wait(READY_WITHIN_S):
            raise NotReadingError

    def sockets(self) -> int:
        """How many sockets are open in this process."""
        with self._lock:
            return sum(map(len, self._subscribers.values()))

    def _stop_if_idle(self) -> None:
        if not self._subscribers and self._run is not None:
            self._run.stop.set()
            self._run = None
            wake()

    def _live(self, run: _Run) -> None:
        bell = Listener()
        pause = FIRST_PAUSE_S
        try:
            while not run.stop.is_set():
                try:
                    self._look(run)
                except Error as error:
                    log.warning("events cannot be read", extra={"error": type(error).__name__})
                    connections.close_all()
                    run.stop.wait(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_S)
                else:
                    pause = FIRST_PAUSE_S
                    bell.wait(LOOK_EVERY_S)
        finally:
            bell.close()
            connections.close_all()
            self._abandon(run)

    def _look(self, run: _Run) -> None:
        if not run.ready.is_set():
            run.cursor = outbox.head()
            run.ready.set()
        while outbox.number() == outbox.BATCH and not run.stop.is_set():
            pass
        while events := outbox.after(run.cursor):
            run.cursor = events[-1].seq
            self._hand_over(run, events)
            if run.stop.is_set():
                return

    def _hand_over(self, run: _Run, events: list[Told]) -> None:
        with self._lock:
            if self._run is not run:
                return
            for loop, sockets in list(self._subscribers.items()):
                try:
                    loop.call_soon_threadsafe(_feed, tuple(sockets), events, run.cursor)
                except RuntimeError:  # the loop is closed, and its sockets with it
                    del self._subscribers[loop]
            self._stop_if_idle()

    def _abandon(self, run: _Run) -> None:
        """After a bug has ended the thread: sockets close, come again, and start another."""
        with self._lock:
            if self._run is not run:
                return
            self._run = None
            orphans, self._subscribers = self._subscribers, defaultdict(set)
        for loop, sockets in orphans.items():
            for socket in sockets:
                with suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(socket.lost)


def _feed(sockets: Sequence[Subscriber], events: Sequence[Told], head: int) -> None:
    for socket in sockets:
        socket.feed(events, head)


delivery = Delivery()
