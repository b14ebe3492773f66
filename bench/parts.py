"""Parts of recordings through the real HTTP path: how many a second, and in how much memory.

    make bench NAME=parts        python -m bench.parts --seconds 10 --clients 8

Starts gunicorn as production does, on a free port and an empty database, and plays many
softphones that send parts of about five seconds of sound as fast as they are acknowledged.
"""

import argparse
import hashlib
import http.client
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.services import StartError, free_port, stop

ROOT = Path(__file__).resolve().parent.parent
PART_BYTES = 40_000  # five seconds at 64 kbit/s
CALLS_PER_CLIENT = 8
START_SECONDS = 30


@dataclass
class Client:
    """A softphone that sends parts of its calls in turn."""

    port: int
    calls: list[tuple[str, str]]  # id and upload token
    sent: int = 0
    seconds: list[float] = field(default_factory=list)

    def run(self, until: float) -> None:
        """Sends until a monotonic time; any answer but 200 is an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while time.monotonic() < until:
            call, token = self.calls[self.sent % len(self.calls)]
            data = secrets.token_bytes(PART_BYTES)
            headers = {
                "Content-Type": "audio/webm;codecs=opus",
                "X-Checksum": f"sha256={hashlib.sha256(data).hexdigest()}",
                "X-Call-Token": token,
                "X-Segment-Start-Ms": "0",
            }
            path = f"/api/calls/{call}/recording/0/{self.sent // len(self.calls)}"
            begun = time.perf_counter()
            connection.request("PUT", path, data, headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {body[:200]!r}")
            self.seconds.append(time.perf_counter() - begun)
            self.sent += 1


class Memory(threading.Thread):
    """Watches the resident memory of a process and its children, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root, self._done, self.peak = psutil.Process(pid), threading.Event(), 0

    def run(self) -> None:
        """Looks ten times a second."""
        while not self._done.wait(0.1):
            family = [self._root, *self._root.children(recursive=True)]
            self.peak = max(self.peak, sum(_resident(process) for process in family))

    def end(self) -> int:
        """Stops looking; returns the most that was seen."""
        self._done.set()
        self.join()
        return self.peak


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """Gunicorn on a free port; yields port and process id."""
    port = free_port()
    argv = [sys.executable, "-m", "gunicorn", "dialer.wsgi:application"]
    argv += ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    with (folder / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            argv, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _await(port, process, folder / "gunicorn.log")
        yield port, process.pid
    finally:
        stop(process)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/schema/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise StartError(f"gunicorn did not start:\n{log.read_text()[-2000:]}")


def prepare(folder: Path, clients: int) -> list[list[tuple[str, str]]]:
    """An empty installation with calls that are recorded now, so many for each client."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DIALER_MODE": "local",
        "SECRET_KEY": secrets.token_urlsafe(40),
        "FIELD_KEYS": secrets.token_urlsafe(32),
        "VAR_DIR": str(folder / "var"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
    }
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from calls import tokens
    from tests.factories import AttemptFactory, CallFactory, CampaignFactory

    call_command("migrate", verbosity=0)
    now, campaign = timezone.now(), CampaignFactory.create()
    times = {"reserved_at": now, "dialed_at": now}

    def live() -> tuple[str, str]:
        attempt = AttemptFactory.create(campaign=campaign, **times)
        call = CallFactory.create(
            attempt=attempt, status="in_call", answered_at=now, lease_until=now, **times
        )
        return str(call.public_id), tokens.issue(call)

    return [[live() for _ in range(CALLS_PER_CLIENT)] for _ in range(clients)]


def stored() -> int:
    """How many parts the database knows."""
    from calls.models import RecordingPart

    return RecordingPart.objects.count()


def main() -> int:
    """Runs the benchmark and prints its measures."""
    parser = argparse.ArgumentParser(prog="python -m bench.parts", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as name:
        folder = Path(name)
        shares = prepare(folder, options.clients)
        with server(folder) as (port, pid):
            clients = [Client(port, calls) for calls in shares]
            memory = Memory(pid)
            memory.start()
            begun = time.monotonic()
            until = begun + options.seconds
            threads = [threading.Thread(target=client.run, args=(until,)) for client in clients]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            elapsed, peak = time.monotonic() - begun, memory.end()
        sent = sum(client.sent for client in clients)
        if stored() != sent:
            print(f"{sent} parts were acknowledged, {stored()} are stored")
            return 1
    times = sorted(seconds for client in clients for seconds in client.seconds)
    print(f"parts_per_second: {sent / elapsed:.1f} 1/s")
    print(f"parts_p95: {times[int(len(times) * 0.95)] * 1000:.1f} ms")
    print(f"parts_peak_rss_mb: {peak / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
