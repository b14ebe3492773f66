"""Keeps web, worker and beat running as one: starts, restarts and stops them together."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A child that ran for so long has started well; its next end is a new story.
SETTLED_S = 30.0
STOP_WITHIN_S = 20.0
LOOK_EVERY_S = 0.25

type Say = Callable[[str], object]


class Child:
    """A module of Python run as a program, on a leash: it ends when this process does."""

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        self.name = name
        self._program = (module, *arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._failures = 0

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def start(self, leash: int) -> None:
        """Starts it in a session of its own: Ctrl-C reaches it through its supervisor alone."""
        command = [sys.executable, "-m", "dialer.leash", str(leash), *self._program]
        self._process = subprocess.Popen(  # noqa: S603  # the program is written above
            command, stdin=subprocess.DEVNULL, pass_fds=(leash,), start_new_session=True
        )
        self._started_at = time.monotonic()

    def look(self, leash: int, say: Say) -> None:
        """Notices its end, and starts it again when its pause is over."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            settled = now - self._started_at >= SETTLED_S
            self._failures = 1 if settled else self._failures + 1
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self._failures - 1))
            self._start_at = now + pause
            code = self._process.returncode
            say(f"The {self.name} has ended (code {code}) and starts again in {pause:g} s.")
            self._process = None
        if self._process is None and now >= self._start_at:
            self.start(leash)

    def ask_to_stop(self) -> None:
        """Sends the polite signal."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def end(self, within_s: float) -> None:
        """Waits for its end, and ends it by force after the time is over."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, within_s))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def supervise(
    children: Sequence[Child],
    *,
    told_to_stop: Callable[[], bool],
    say: Say,
    meanwhile: Callable[[], object],
) -> None:
    """Runs the children until told to stop, then stops them all; calls `meanwhile` at each look."""
    leash, held = os.pipe()
    try:
        for child in children:
            child.start(leash)
        while not told_to_stop():
            for child in children:
                child.look(leash, say)
            meanwhile()
            time.sleep(LOOK_EVERY_S)
    finally:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in children:
            child.end(deadline - time.monotonic())
        os.close(held)
        os.close(leash)
