"""What a turn of the real voice costs beside the model's own time, and the memory of a call.

    make bench NAME=voice        python -m bench.voice --turns 12 --calls 3

One worker as `make voice` starts it, real WebRTC in a private network (needs root), stand-ins for
LiveKit, its telephones and Gemini. The overhead of a turn is from the last sound of the called to
the first sound of the voice at the server, without what the model takes: from the last sound that
it gets to the first that it gives. Its two halves are given apart. The way to a program and back
costs by itself, for WebRTC and the stand-in each have a buffer against jitter in it, which are none
of ours; so a program that only repeats what it hears is measured beside it, and what the voice adds
to that.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests import services

ROOT = Path(__file__).resolve().parent.parent
NETWORK = ROOT / "tests" / "standins" / "voice" / "netns.sh"
INSIDE = "DIALER_BENCH_INSIDE"
SPOKEN_S, PATIENCE_S = 0.7, 30.0


def prepare(folder: Path) -> None:
    """An empty installation on a database of its own."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DIALER_MODE": "local",
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "SECRET_KEY": "bench-only-" + "x" * 40,
        "FIELD_KEYS": "bench-only-field-key",
        "VAR_DIR": str(folder / "var"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "ERROR",
        "GOOGLE_API_KEY": "bench-only",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextmanager
def stage(folder: Path) -> Iterator[tuple[Any, Any]]:
    """The stage as the tests of the voice have it, and the server, which hears everybody."""
    from django.conf import settings

    from tests.standins.voice.exchange import Exchange
    from tests.standins.voice.gemini import Gemini
    from tests.standins.voice.serving import serving
    from tests.standins.voice.sfu import Sfu
    from tests.standins.voice.signing import KEY, SECRET
    from tests.voice.conftest import Stage

    sfu, gemini = Sfu(), Gemini()
    with serving(sfu, gemini) as loop, loop.serving(Exchange(sfu.url, KEY, SECRET)) as exchange:
        own = {
            "LIVEKIT_URL": exchange.url,
            "LIVEKIT_API_KEY": KEY,
            "LIVEKIT_API_SECRET": SECRET,
            "GOOGLE_GEMINI_BASE_URL": gemini.url,
            "SSL_CERT_FILE": str(gemini.certificate),
        }
        settings.LIVEKIT_URL = exchange.url
        settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
        argv = [sys.executable, "manage.py", "run_voice_worker"]
        with services.running(
            argv,
            log=folder / "worker.log",
            ready=lambda: bool(exchange.workers),
            cwd=ROOT,
            env=os.environ | own,
        ) as worker:
            yield Stage(exchange, gemini, loop, worker), sfu


def run_of() -> Any:
    """A run by the real provider."""
    from tests.factories import RunFactory

    run = RunFactory.create(provider="livekit")
    limits = run.campaign.agentic
    limits.provider, limits.max_calls = "livekit", 10
    limits.save()
    assert limits.trunk is not None
    limits.trunk.livekit_id = "ST_bench"
    limits.trunk.save()
    return run


@dataclass
class Spans:
    """Seconds of each turn: until the model hears the end of speech, and until its own speech is
    heard at the server."""

    hearing: list[float] = field(default_factory=list)
    speaking: list[float] = field(default_factory=list)


def talked(on: Any, sfu: Any, run: Any, turns: int) -> Spans:
    """One talk of so many turns."""
    from agentic.providers.livekit import room_of
    from tests.standins.voice.gemini import Turn

    said = [Turn(heard="yes", say="I see, thank you", seconds=0.5) for _ in range(turns)]
    hello, bye = Turn(say="Hello", seconds=0.5), Turn(heard="bye", tools=[("end_call", {})])
    ai = on.call(run, hello, *said, bye)
    on.answered(ai)
    on.until(lambda: on.gemini.talks and on.gemini.talks[-1].spoke_at)
    talk, room, spans = on.gemini.talks[-1], room_of(ai), Spans()
    for number in range(1, turns + 1):
        _quiet(sfu, room)
        on.says(ai, SPOKEN_S)
        on.until(lambda n=number: len(talk.spoke_at) > n, "the model did not answer")
        spoke = talk.spoke_at[number]
        ended = max(at for at in _loud(sfu, room, "lead") if at < spoke)
        heard = on.until(lambda at=spoke: _first(sfu, room, "voice", at), "nobody heard it")
        spans.hearing.append(talk.heard_until[number - 1] - ended)
        spans.speaking.append(heard - spoke)
    _quiet(sfu, room)
    on.says(ai, SPOKEN_S)
    on.over(ai)
    return spans


def echoed(on: Any, sfu: Any, turns: int) -> list[float]:
    """Seconds from what somebody says to the same from a program that repeats what it hears."""
    from livekit import api

    from tests.standins.voice.participant import Echo, Participant
    from tests.standins.voice.signing import KEY, SECRET

    room = "echo"

    async def begin() -> tuple[Any, Any]:
        async with api.LiveKitAPI(sfu.url, KEY, SECRET, failover=False) as client:
            await client.room.create_room(api.CreateRoomRequest(name=room))
        who = {"lead": Participant(), "voice": Echo()}
        for name, participant in who.items():
            token = api.AccessToken(KEY, SECRET).with_identity(name)
            grants = api.VideoGrants(room_join=True, room=room)
            await participant.join(on.exchange.url, token.with_grants(grants).to_jwt())
        return who["lead"], who["voice"]

    lead, echo = on.loop(begin())
    on.until(lambda: echo.connected, "the echo hears nobody")
    spans = []
    for _ in range(turns):
        _quiet(sfu, room)
        at = time.time()
        lead.says(SPOKEN_S)
        back = on.until(lambda at=at: _first(sfu, room, "voice", at), "there is no echo")
        spans.append(back - min(said for said in _loud(sfu, room, "lead") if said > at))
    for each in (lead, echo):
        on.loop(each.leave())
    return spans


def _loud(sfu: Any, room: str, who: str) -> list[float]:
    """When the server heard those of a room whose identities begin so."""
    guests = [each for each in sfu.guests[room] if each.info.identity.startswith(who)]
    return [at for each in guests for at, loud in each.loud if loud]


def _first(sfu: Any, room: str, who: str, after: float) -> float | None:
    """When the server first heard them after a moment."""
    return min((at for at in _loud(sfu, room, who) if at > after), default=None)


def _quiet(sfu: Any, room: str) -> None:
    """Waits until nobody has been heard for a while."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        heard = _loud(sfu, room, "")
        if not heard or time.time() - max(heard) > 0.5:
            return
        time.sleep(0.02)
    raise RuntimeError("it never became quiet")


def memory_of(on: Any, run: Any, calls: int) -> float:
    """MiB that each of some calls at once adds to the worker and its processes."""
    from campaigns import queue
    from tests.standins.voice.gemini import Turn

    before = _mib(on.worker.pid)
    bye = Turn(heard="bye", tools=[("end_call", {})])
    live = []
    for number in range(200, 200 + calls):
        queue.wake(run.campaign_id)
        hello = Turn(say="Hello", seconds=0.5)
        live.append(on.call(run, hello, bye, number=f"+1202555{number:04d}"))
    for ai in live:
        on.answered(ai)
        on.until(lambda ai=ai: on.heard_s(ai) > 0.3)
    each = (_mib(on.worker.pid) - before) / calls
    for ai in live:
        on.says(ai, SPOKEN_S)
    for ai in live:
        on.over(ai)
    return each


def _mib(pid: int) -> float:
    root = psutil.Process(pid)
    family = [root, *root.children(recursive=True)]
    return float(sum(process.memory_full_info().uss for process in family)) / 2**20


def main() -> int:
    """Goes into a private network, runs the benchmark there and prints its measures."""
    parser = argparse.ArgumentParser(prog="python -m bench.voice", description=__doc__)
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--calls", type=int, default=3)
    options = parser.parse_args()
    if INSIDE not in os.environ:
        argv = [str(NETWORK), sys.executable, "-m", "bench.voice", *sys.argv[1:]]
        os.execvpe(argv[0], argv, os.environ | {INSIDE: "1"})  # noqa: S606  # this same program
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as name:
        folder = Path(name)
        prepare(folder)
        with stage(folder) as (on, sfu):
            run = run_of()
            spans = talked(on, sfu, run, options.turns)
            echoes = echoed(on, sfu, options.turns)
            each = memory_of(on, run, options.calls)
    whole = [sum(pair) for pair in zip(spans.hearing, spans.speaking, strict=True)]
    for what, seconds in (
        ("overhead_per_turn", whole),
        ("hearing", spans.hearing),
        ("speaking", spans.speaking),
        ("echo", echoes),
    ):
        print(f"voice_{what}_ms: {statistics.median(seconds) * 1000:.0f} ms")
    added = statistics.median(whole) - statistics.median(echoes)
    print(f"voice_added_per_turn_ms: {added * 1000:.0f} ms")
    print(f"voice_memory_per_call_mib: {each:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
