"""MariaDB and Redis for tests and benchmarks: temporary, on free loopback ports, gone afterwards.

Standalone, it runs a command beside them and hands on its exit code:

    python -m tests.services mariadb redis -- python -m pytest tests/campaigns
"""

import argparse
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

START_SECONDS = 60
STOP_SECONDS = 20
ZONES = Path("/usr/share/zoneinfo")
NEEDS = {
    "mariadb": ("mariadbd", "mariadb-install-db", "mariadb", "mariadb-tzinfo-to-sql"),
    "redis": ("redis-server",),
}
_PR_SET_PDEATHSIG = 1


class StartError(RuntimeError):
    """A service that ended, or answered nothing, before it was ready; the text holds its log."""


def missing(*names: str) -> list[str]:
    """Return the commands, needed by the services of these names, that are not installed."""
    return [command for name in names for command in NEEDS[name] if not _which(command)]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a loopback port on which nothing listens now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Say whether something accepts TCP connections on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(
    argv: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Keep one process alive for the block, in its own session, and stop its whole group after it.

    The process gets SIGTERM when the starting thread dies, so that nothing outlives a killed run.
    Raises StartError with the end of its log when `ready` is not true within START_SECONDS.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        _await_ready(process, argv[0], ready, log)
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process started in its own session, and every child it left in its group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def mariadb(*, durable: bool = False) -> Iterator[str]:
    """Run an empty MariaDB with time-zone tables and yield its URL for DATABASE_URL.

    Unless durable, a commit is not flushed to disk: right for tests, wrong for benchmarks.
    """
    with tempfile.TemporaryDirectory(prefix="dialer-mariadb-") as name:
        folder = Path(name)
        data, port = folder / "data", free_port()
        # Its own: one server deletes the other's temporary tables when both share a folder.
        temporary = folder / "tmp"
        temporary.mkdir()
        _install_database(data, temporary)
        argv = [
            _command("mariadbd"),
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={temporary}",
            f"--port={port}",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            "--bind-address=127.0.0.1",
            "--skip-log-bin",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci",
            "--max-connections=500",
            f"--innodb-buffer-pool-size={'4G' if durable else '1G'}",
            f"--innodb-flush-log-at-trx-commit={1 if durable else 0}",
            *_as_root(),
        ]
        with running(argv, log=folder / "log", ready=lambda: listens(port)):
            _prepare_database(folder / "socket")
            yield f"mysql://dialer:dialer@127.0.0.1:{port}/dialer"


@contextmanager
def redis() -> Iterator[str]:
    """Run an empty Redis that keeps nothing on disk and yield its URL for REDIS_URL."""
    with tempfile.TemporaryDirectory(prefix="dialer-redis-") as folder:
        port = free_port()
        argv = [_command("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
        argv += ["--save", "", "--appendonly", "no", "--dir", folder]
        with running(argv, log=Path(folder, "log"), ready=lambda: listens(port)):
            yield f"redis://127.0.0.1:{port}/0"


def end_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into SystemExit, so that `finally` stops what was started."""

    def leave(signum: int, frame: FrameType | None) -> None:
        sys.exit(128 + signum)

    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, leave)


def _await_ready(
    process: subprocess.Popen[bytes], name: str, ready: Callable[[], bool], log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise StartError(f"{name} did not start (exit {process.poll()}):\n{tail}")
        time.sleep(0.05)


def _install_database(data: Path, temporary: Path) -> None:
    argv = [_command("mariadb-install-db"), "--no-defaults", f"--datadir={data}"]
    argv += [f"--tmpdir={temporary}"]
    argv += ["--auth-root-authentication-method=normal", "--skip-test-db", *_as_root()]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _prepare_database(server: Path) -> None:
    zones = subprocess.run(
        [_command("mariadb-tzinfo-to-sql"), str(ZONES)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ).stdout
    access = (
        b"CREATE DATABASE dialer; CREATE USER dialer@'127.0.0.1' IDENTIFIED BY 'dialer';"
        b"GRANT ALL ON *.* TO dialer@'127.0.0.1';"
    )
    client = [_command("mariadb"), "--no-defaults", f"--socket={server}", "--user=root"]
    subprocess.run([*client, "mysql"], input=zones, check=True)
    subprocess.run(client, input=access, check=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _as_root() -> list[str]:
    # MariaDB refuses to run as root unless told so by name.
    return ["--user=root"] if os.geteuid() == 0 else []


def _which(command: str) -> str | None:
    # Debian keeps servers in sbin, which is not on the path of an ordinary user.
    return shutil.which(command, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _command(name: str) -> str:
    if found := _which(name):
        return found
    raise StartError(f"{name} is not installed")


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument("services", nargs="+", choices=sorted(NEEDS))
    parser.add_argument("--durable", action="store_true", help="flush every commit to disk")
    own, command = sys.argv[1:], []
    if "--" in own:
        cut = own.index("--")
        own, command = own[:cut], own[cut + 1 :]
    options = parser.parse_args(own)
    if not command:
        parser.error("say what to run after --")
    end_on_signals()
    with ExitStack() as stack:
        environment = dict(os.environ)
        if "mariadb" in options.services:
            url = stack.enter_context(mariadb(durable=options.durable))
            environment["DATABASE_URL"] = url
        if "redis" in options.services:
            environment["REDIS_URL"] = stack.enter_context(redis())
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(_main())
