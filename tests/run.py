"""Runs every suite, each on what it needs, and ends with one line: N passed, N failed.

    python -m tests.run [sqlite] [mariadb] [vitest] [e2e] [sound] [voice]

A suite whose services are not installed is named as not run; where CI is set, that fails the run.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests import services

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "test-results"
LIMIT_SECONDS = 25 * 60
# A test that waits for ever is ended, with the stack of where it stood, and the others go on.
TEST_SECONDS = 240
PYTEST = (
    *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
    *(f"--timeout={TEST_SECONDS}", "--timeout-method=thread"),
)
# Some proofs take a minute; whoever is through takes what waits behind them.
TWO = ("-n", "2", "--dist", "worksteal")
# A file keeps its installation to itself; by their count the longest would come last.
TWO_FILES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# What an installation's .env says must not change what the tests do.
NEUTRAL = {
    "DATABASE_URL": "sqlite:///:memory:",
    "REDIS_URL": "",
    "SIP_WS_URL": "",
    "S3_BUCKET": "",
    "SMTP_HOST": "",
    "METRICS_TOKEN": "",
    "LIVEKIT_URL": "",
    "LIVEKIT_API_KEY": "",
    "LIVEKIT_API_SECRET": "",
    "GOOGLE_API_KEY": "",
}
# The voice is tried on a LiveKit server of one's own where the environment names one.
REAL = {
    name: os.environ.get(name, "")
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
}
# Suites of their own run these.
ELSEWHERE = ("--ignore=tests/e2e", "--ignore=tests/voice")
# A private network for the sound of real voices.
NETWORK = ROOT / "tests" / "standins" / "voice" / "netns.sh"
EDGE = ("kamailio", "rtpengine", "sipp", "openssl", "chromium", "ffmpeg")

Environment = dict[str, str]


@dataclass(frozen=True)
class Suite:
    """One command to run, the commands it cannot do without, and the services around it."""

    name: str
    argv: Sequence[str]
    needs: Callable[[], list[str]]
    around: Callable[[ExitStack], Environment]


@dataclass
class Result:
    """What became of one suite; `reason` says why it did not run, or not to its end."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reason: str = ""


def suites() -> list[Suite]:
    """Return every suite in the order in which they run."""
    return [
        Suite(
            "sqlite",
            (*PYTEST, *TWO, "-m", "not e2e and not mariadb", *ELSEWHERE),
            needs=list,
            around=lambda stack: {},
        ),
        Suite(
            "mariadb",
            (*PYTEST, *TWO, "-m", "not e2e", *ELSEWHERE),
            needs=_mariadb_needs,
            around=_mariadb_and_redis,
        ),
        Suite(
            "vitest",
            ("node_modules/.bin/vitest", "run", "--reporter=default", "--reporter=junit"),
            needs=lambda: _absent("node"),
            around=lambda stack: {},
        ),
        _in_browsers("e2e", *TWO_FILES, "-m", "e2e and not sound"),
        _in_browsers("sound", "-m", "e2e and sound"),
        Suite(
            "voice",
            (*_network(), *PYTEST, "-m", "voice", "tests/voice"),
            needs=_voice_needs,
            around=lambda stack: REAL,
        ),
    ]


def _in_browsers(name: str, *options: str) -> Suite:
    return Suite(
        name,
        (*PYTEST, *options, "tests/e2e"),
        needs=lambda: _absent(*EDGE),
        around=lambda stack: {},
    )


def run(suite: Suite, results: Path = RESULTS) -> Result:
    """Run one suite with its services and read its counts from the JUnit file it wrote."""
    if missing := suite.needs():
        return Result(suite.name, reason=f"not installed: {', '.join(missing)}")
    report = results / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    begun = time.monotonic()
    with ExitStack() as stack:
        try:
            own = suite.around(stack)
        except services.StartError as error:
            return Result(suite.name, failed=1, reason=str(error))
        code = _finish((*suite.argv, *_report_options(suite, report)), os.environ | NEUTRAL | own)
    return _read(suite.name, report, code, time.monotonic() - begun)


def summarize(results: Sequence[Result]) -> str:
    """Return the closing text: a line per suite, what did not run, and the totals."""
    lines = [""]
    for result in results:
        counts = f"{result.passed} passed, {result.failed} failed"
        lines.append(f"{result.name:<10}{counts:<28}{result.seconds:6.0f} s")
    for result in results:
        if result.reason:
            lines.append(f"NOT RUN: {result.name}: {result.reason}")
        if result.skipped:
            lines.append(f"NOT RUN: {result.name}: {result.skipped} skipped")
    passed, failed = (sum(getattr(r, key) for r in results) for key in ("passed", "failed"))
    return "\n".join([*lines, f"{passed} passed, {failed} failed"])


def verdict(results: Sequence[Result], *, strict: bool) -> int:
    """Return the exit code: 0 only if nothing failed and, when strict, everything ran."""
    incomplete = any(result.reason or result.skipped for result in results)
    return int(any(result.failed for result in results) or (strict and incomplete))


def _mariadb_needs() -> list[str]:
    client = [] if importlib.util.find_spec("MySQLdb") else ["libmariadb-dev (for mysqlclient)"]
    return services.missing("mariadb", "redis") + client


def _mariadb_and_redis(stack: ExitStack) -> Environment:
    return {
        "DATABASE_URL": stack.enter_context(services.mariadb()),
        "REDIS_URL": stack.enter_context(services.redis()),
    }


def _network() -> list[str]:
    """Where the voice runs: a server of one's own is not in the private network."""
    return [] if REAL["LIVEKIT_URL"] else [str(NETWORK)]


def _voice_needs() -> list[str]:
    if not importlib.util.find_spec("livekit.agents"):
        return ["livekit-agents (requirements-voice.txt)"]
    if REAL["LIVEKIT_URL"]:
        return [name for name, value in REAL.items() if not value]
    if absent := _absent("unshare", "ip"):
        return absent
    probe = subprocess.run([str(NETWORK), "true"], check=False, capture_output=True)
    return [] if probe.returncode == 0 else ["a network namespace (needs root)"]


def _absent(*commands: str) -> list[str]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return [command for command in commands if not shutil.which(command, path=path)]


def _report_options(suite: Suite, report: Path) -> list[str]:
    if suite.name == "vitest":
        return [f"--outputFile.junit={report}"]
    return [f"--junitxml={report}"]


def _finish(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end or its limit; its output is ours, so no pipe can keep us waiting."""
    process = subprocess.Popen(
        argv, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return 124
    finally:
        _interrupt(process)
        services.stop(process)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Let an unfinished pytest stop the servers that its fixtures started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(services.STOP_SECONDS)


def _read(name: str, report: Path, code: int, seconds: float) -> Result:
    result = Result(name, seconds=seconds)
    if report.exists():
        # Our own child wrote this file: nothing in it is hostile.
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314
            total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            result.passed += total - failed - skipped
            result.failed += failed
            result.skipped += skipped
    if code and not result.failed:
        result.failed = 1
        result.reason = f"ended with exit code {code}"
    return result


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def _interruptible() -> Iterator[None]:
    services.end_on_signals()
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)


def main(names: Sequence[str]) -> int:
    """Run the named suites, or all of them, and print the summary."""
    known = suites()
    if unknown := set(names) - {suite.name for suite in known}:
        _say(f"no such suite: {', '.join(sorted(unknown))}")
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = []
    for suite in known:
        if names and suite.name not in names:
            continue
        _say(f"\n=== {suite.name}")
        results.append(run(suite))
    _say(summarize(results))
    return verdict(results, strict=bool(os.environ.get("CI")))


if __name__ == "__main__":
    with _interruptible():
        sys.exit(main(sys.argv[1:]))
