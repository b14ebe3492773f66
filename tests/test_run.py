"""The runner of the suites: what it says must be what happened."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import run as runner
from tests import services
from tests.run import Result, Suite

PASSING = '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1"/></testsuites>'


def test_the_last_line_counts_all_suites_together() -> None:
    text = runner.summarize([Result("a", passed=3, failed=1), Result("b", passed=4)])

    assert text.splitlines()[-1] == "7 passed, 1 failed"


def test_what_did_not_run_is_named_with_its_reason() -> None:
    text = runner.summarize([Result("a", reason="not installed: sipp"), Result("b", skipped=2)])

    assert "NOT RUN: a: not installed: sipp" in text
    assert "NOT RUN: b: 2 skipped" in text


@pytest.mark.parametrize(
    ("result", "strict", "code"),
    [
        (Result("a", passed=1), True, 0),
        (Result("a", failed=1), False, 1),
        (Result("a", reason="not installed"), False, 0),
        (Result("a", reason="not installed"), True, 1),
        (Result("a", passed=1, skipped=1), True, 1),
    ],
)
def test_where_completeness_is_demanded_a_missing_suite_fails_the_run(
    result: Result, strict: bool, code: int
) -> None:
    assert runner.verdict([result], strict=strict) == code


def test_counts_are_read_from_the_report(tmp_path: Path) -> None:
    result = runner.run(_suite(f"echo '{PASSING}' > {tmp_path / 'demo.xml'}; exit 1"), tmp_path)

    assert (result.passed, result.failed, result.skipped) == (2, 2, 1)


def test_a_suite_that_ends_badly_without_a_report_has_failed(tmp_path: Path) -> None:
    result = runner.run(_suite("exit 4"), tmp_path)

    assert (result.passed, result.failed) == (0, 1)
    assert "4" in result.reason


def test_a_report_of_an_earlier_run_is_not_read_again(tmp_path: Path) -> None:
    (tmp_path / "demo.xml").write_text(PASSING)

    assert runner.run(_suite("exit 0"), tmp_path).passed == 0


def test_a_suite_whose_commands_are_missing_is_not_started(tmp_path: Path) -> None:
    suite = Suite("demo", ("false",), needs=lambda: ["sipp"], around=lambda stack: {})

    assert runner.run(suite, tmp_path) == Result("demo", reason="not installed: sipp")


def test_the_voice_is_tried_on_a_server_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "REAL", {"LIVEKIT_URL": "wss://a.test", "LIVEKIT_API_KEY": ""})

    (voice,) = (suite for suite in runner.suites() if suite.name == "voice")

    assert voice.argv[0] != str(runner.NETWORK)  # nothing leads out of a private network
    with ExitStack() as stack:
        assert voice.around(stack)["LIVEKIT_URL"] == "wss://a.test"
    assert voice.needs() == ["LIVEKIT_API_KEY"]


def test_a_child_that_a_suite_leaves_behind_neither_delays_the_run_nor_survives_it(
    tmp_path: Path,
) -> None:
    begun = time.monotonic()

    runner.run(_suite(f"sleep 300 & echo $! > {tmp_path / 'pid'}"), tmp_path)

    assert time.monotonic() - begun < 60
    assert _ends(int((tmp_path / "pid").read_text()))


def test_services_are_stopped_when_the_suite_has_ended(tmp_path: Path) -> None:
    stopped: list[str] = []

    def around(stack: ExitStack) -> dict[str, str]:
        stack.callback(stopped.append, suite.name)
        return {"GIVEN": "yes"}

    suite = Suite("demo", ("bash", "-c", '[ "$GIVEN" = yes ]'), needs=list, around=around)

    assert runner.run(suite, tmp_path).failed == 0
    assert stopped == ["demo"]


def test_a_service_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "print('no disk left'); raise SystemExit(3)"]

    with (
        pytest.raises(services.StartError, match="no disk left"),
        services.running(argv, log=tmp_path / "log", ready=lambda: False),
    ):
        pass


def test_a_service_is_gone_after_its_block_with_all_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    argv = ["bash", "-c", f"sleep 300 & echo $! > {pid}; wait"]
    ready: Callable[[], bool] = lambda: pid.exists() and bool(pid.read_text())  # noqa: E731

    with services.running(argv, log=tmp_path / "log", ready=ready) as process:
        assert process.poll() is None

    assert _ends(process.pid)
    assert _ends(int(pid.read_text()))


def _suite(script: str) -> Suite:
    return Suite("demo", ("bash", "-c", script), needs=list, around=lambda stack: {})


def _ends(pid: int) -> bool:
    """Say whether a process is gone, or only waits to be collected, within five seconds."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        threading.Event().wait(0.05)
    return False
