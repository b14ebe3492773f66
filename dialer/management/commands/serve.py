"""Runs the whole system with one command, until it is told to stop."""

import importlib.util
import os
import signal
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts import setup
from dialer.supervision import Child, supervise

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # where to find it, not to bind
LARGEST_FRAME = "65536"


class Command(BaseCommand):
    """The local mode's server; in production each process has a manager of its own."""

    help = "Runs web, worker and beat together and keeps them running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and how many tasks to work on at a time."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=4)

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        """Starts the children, says when they are ready, and stops them on TERM or INT."""
        # Whoever stops everything at once does not wait for the talks of simulated people.
        os.environ.setdefault("DIALER_AGENTIC_SIMULATOR_DRAIN_S", "0")
        told: list[int] = []  # an Event's lock could be held just when the signal comes
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: told.append(number))
        waiting = Readiness(f"http://{EVERYWHERE.get(host, host)}:{port}", self.stdout.write)
        supervise(
            children(host, port, threads),
            told_to_stop=lambda: bool(told),
            say=self.stderr.write,
            meanwhile=waiting.look,
        )


def children(host: str, port: int, threads: int) -> list[Child]:
    """The programs that make the system."""
    limits = ["--websocket-max-message-size", LARGEST_FRAME]
    limits += ["--websocket-max-frame-size", LARGEST_FRAME]
    # Requests have a line of our own; daphne's would hold addresses with personal data.
    bind = ["--bind", host, "--port", str(port), "--verbosity", "0", "--ping-interval", "20"]
    pool = ["--pool", "threads", "--concurrency", str(threads)]
    alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    celery = ["--app", "dialer"]
    return [
        Child("web", "daphne", *bind, *limits, "dialer.asgi:application"),
        Child("worker", "celery", *celery, "worker", *pool, *alone, "--loglevel", "warning"),
        Child("beat", "celery", *celery, "beat", "--pidfile=", "--loglevel", "warning"),
        *voice(),
    ]


def voice() -> list[Child]:
    """The voice of AI calls, where LiveKit is named and `make voice` installed what it needs."""
    installed = importlib.util.find_spec("livekit.agents") is not None
    named = settings.LIVEKIT_URL and settings.GOOGLE_API_KEY
    return [Child("voice", "manage", "run_voice_worker")] if named and installed else []


class Readiness:
    """Says once that the system answers."""

    def __init__(self, address: str, say: Any) -> None:
        self._address, self._say = address, say
        self._ready = False

    def look(self) -> None:
        """Asks the health page, until it says yes for the first time."""
        if self._ready:
            return
        try:
            with urllib.request.urlopen(f"{self._address}/api/health", timeout=5):  # noqa: S310
                self._ready = True
        except (urllib.error.URLError, OSError):
            return
        self._say(f"Dialer is ready at {self._address}")
        if setup.is_open():
            page = f"{self._address}{reverse('accounts:setup')}"
            self._say(f"There is no superadmin yet. Open {page} with the token {setup.token()}")
