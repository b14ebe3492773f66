"""One command keeps web, worker and beat running, and leaves nothing behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from dialer.management.commands import serve
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 90.0
TOKEN = "tests-only-metrics-token"


@dataclass
class Served:
    """A running `manage.py serve`, with its own folders and database."""

    supervisor: psutil.Popen
    port: int
    log: Path

    def children(self) -> dict[str, psutil.Process]:
        """The processes under it, by what they run."""
        found = {}
        for process in self.supervisor.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                line = process.cmdline()
                names = {"daphne": "web", "worker": "worker", "beat": "beat"}
                found.update({names[word]: process for word in line if word in names})
        return found

    def all_three(self) -> dict[str, psutil.Process]:
        """The children once all are there, else none."""
        found = self.children()
        return found if len(found) == 3 else {}

    def health(self) -> dict[str, object]:
        """The whole health report; empty while nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/api/health", headers={"X-Metrics-Token": TOKEN})
            report: dict[str, object] = json.load(line.getresponse())
        except (OSError, http.client.HTTPException):
            return {}
        finally:
            line.close()
        return report


def eventually[T](found: Callable[[], T], log: Path) -> T:
    """What `found` returns as soon as it is true; fails with the log when it never is."""
    deadline = time.monotonic() + WITHIN_S
    while not (value := found()):
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-4000:]
        time.sleep(0.1)
    return value


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of the local mode with folders and a database of their own."""
    folder = tmp_path_factory.mktemp("serve")
    found = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DIALER_MODE": "local",
        "SECRET_KEY": "tests-only-" + "0123456789" * 5,
        "FIELD_KEYS": "tests-only-field-key",
        "METRICS_TOKEN": TOKEN,
        "LIVEKIT_URL": "",
        "DATABASE_URL": f"sqlite:///{folder / 'serve.sqlite3'}",
        "REDIS_URL": "",
        "VAR_DIR": str(folder / "var"),
        "MEDIA_ROOT": str(folder / "media"),
    }
    manage = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(manage, cwd=ROOT, env=found, check=True)
    return found


@pytest.fixture
def served(environment: dict[str, str], tmp_path: Path) -> Iterator[Served]:
    """The whole system on a free port; ended by force if the test did not end it."""
    log, port = tmp_path / "log", free_port()
    with log.open("wb") as output:
        supervisor = psutil.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    system = Served(supervisor, port, log)
    try:
        eventually(lambda: "Dialer is ready at" in log.read_text(errors="replace"), log)
        yield system
    finally:
        family = [supervisor, *supervisor.children(recursive=True)] if running(supervisor) else []
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        supervisor.wait()


def running(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def test_a_killed_worker_comes_back_and_a_stop_leaves_no_process(served: Served) -> None:
    before = eventually(served.all_three, served.log)
    eventually(lambda: served.health().get("status") == "healthy", served.log)

    before["worker"].kill()

    eventually(
        lambda: served.children().get("worker", before["worker"]) != before["worker"], served.log
    )
    assert served.children()["web"] == before["web"]
    family = served.children().values()
    served.supervisor.terminate()
    assert served.supervisor.wait(WITHIN_S) == 0
    assert not any(running(process) for process in family), served.log.read_text()


def test_a_killed_supervisor_takes_its_children_along(served: Served) -> None:
    family = eventually(served.all_three, served.log)

    served.supervisor.send_signal(signal.SIGKILL)

    eventually(lambda: not any(map(running, family.values())), served.log)


def test_the_voice_runs_beside_them_where_livekit_is_named(settings: Any) -> None:
    settings.LIVEKIT_URL = settings.GOOGLE_API_KEY = ""
    usual = [child.name for child in serve.children("127.0.0.1", 8000, 4)]
    settings.LIVEKIT_URL, settings.GOOGLE_API_KEY = "wss://example.test", "tests-only"

    assert usual == ["web", "worker", "beat"]
    assert [child.name for child in serve.children("127.0.0.1", 8000, 4)][3:] == ["voice"]
