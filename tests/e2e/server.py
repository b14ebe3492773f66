"""A whole installation for the browser tests: its processes, its database, its way to the edge."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests import services
from tests.standins.sip import edge
from tests.standins.sip.edge import Edge

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "static" / "dist" / ".vite" / "manifest.json"
COMMAND_SECONDS = 120
TOKEN = "edge-token-of-the-browser-tests"


_COUNTED = """
from tests import factories
for one in ("OrganizationFactory", "UserFactory", "TeamFactory", "CampaignFactory"):
    getattr(factories, one).reset_sequence({number})
"""


@dataclass
class Server:
    """Web, worker and beat as `make run` starts them, on a database and files of their own."""

    url: str
    folder: Path
    environment: dict[str, str]
    edge: Edge | None = None
    _running: ExitStack = field(default_factory=ExitStack)
    _process: subprocess.Popen[bytes] | None = None
    _numbered: int = 0

    def manage(self, *words: str) -> str:
        """Run a management command beside the server and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self._full_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(words[:1])}: {done.stdout}{done.stderr}")
        return done.stdout

    def python(self, code: str) -> Any:
        """Run code in the server's Django, with its database; return the value of `answer` in it.

        The code may import models and tests.factories; `answer` must be JSON.
        """
        # Each of these processes would count from zero, and meet what the one before it made.
        self._numbered += 1000
        counted = _COUNTED.format(number=self._numbered)
        marked = f"{counted}\n{code}\nimport json as _json\nprint('\\0' + _json.dumps(answer))"
        return json.loads(self.manage("shell", "--no-imports", "-c", marked).rpartition("\0")[2])

    def start(self) -> None:
        """Start the processes and wait until the health page answers."""
        argv = [sys.executable, "manage.py", "serve", "--port", self.url.rpartition(":")[2]]
        self._process = self._running.enter_context(
            services.running(
                argv,
                log=self.folder / "server.log",
                ready=self.answers,
                cwd=ROOT,
                env=self._full_environment(),
            )
        )

    def stop(self) -> None:
        """Stop the processes politely."""
        self._running.close()

    def kill(self) -> None:
        """End all processes as a power cut would; `start` brings them back on the same data."""
        assert self._process
        supervisor = psutil.Process(self._process.pid)
        family = [supervisor, *supervisor.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=services.STOP_SECONDS)
        self._running.close()

    def answers(self) -> bool:
        """Say whether the health page answers with 200."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=5)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _full_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


@contextmanager
def serving(folder: Path, *, telephone: bool, **variables: str) -> Iterator[Server]:
    """Run an empty, migrated installation; with `telephone`, behind the real edge and SIPp.

    Without it the softphone uses the practice line. `variables` go into its environment.
    """
    if not BUILT.exists():
        raise FileNotFoundError("The front end is not built. Run: make setup")
    server = Server(f"http://127.0.0.1:{services.free_port()}", folder, {})
    server.environment.update(
        DJANGO_SETTINGS_MODULE="dialer.settings",
        DIALER_MODE="local",
        SECRET_KEY="browser-tests-only-" + "x" * 40,
        FIELD_KEYS="browser-tests-only-field-key",
        SIP_EDGE_TOKEN=TOKEN,
        VAR_DIR=str(folder / "var"),
        MEDIA_ROOT=str(folder / "media"),
        DATABASE_URL=f"sqlite:///{folder / 'dialer.sqlite3'}",
        REDIS_URL="",
        SIP_WS_URL="",
        SMTP_HOST="",
        LOG_LEVEL="INFO",
    )
    server.environment.update(variables)
    with ExitStack() as stack:
        if telephone:
            (folder / "edge").mkdir()
            server.edge = stack.enter_context(
                edge.running(folder / "edge", app=server.url, token=TOKEN)
            )
            server.environment.update(SIP_WS_URL=server.edge.ws_url, SIP_REALM=server.edge.realm)
        server.manage("migrate", "--verbosity", "0")
        server.start()
        stack.callback(server.stop)
        yield server
