"""The whole path of a real voice: its worker as a process, real sound, stand-ins for the rest.

The server is a stand-in too, unless LIVEKIT_URL says where one is (with its LIVEKIT_API_KEY and
LIVEKIT_API_SECRET); then that one tells its events to `HOOK_PORT` of this machine.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection, transaction
from django.utils import timezone
from livekit.protocol import models
from pytest_django.live_server_helper import LiveServer

from agentic import launching
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from agentic.providers.livekit import AGENT, room_of
from calls import records
from campaigns import claims
from tests import services
from tests.factories import LeadFactory, RunFactory
from tests.standins.voice.exchange import Exchange
from tests.standins.voice.gemini import Gemini, Turn
from tests.standins.voice.participant import Participant
from tests.standins.voice.serving import Loop, serving
from tests.standins.voice.sfu import Sfu
from tests.standins.voice.signing import KEY, SECRET

ROOT = Path(__file__).resolve().parents[2]
REAL = os.environ.get("LIVEKIT_URL", "")
HOOK_PORT = 7979
# A real server waits longer before it takes somebody for gone.
PATIENCE_S = 60 if REAL else 30


class Stage:
    """Everything that a call of a voice needs, and what became of it."""

    def __init__(self, exchange: Exchange, gemini: Gemini, loop: Loop, worker: Any) -> None:
        self.exchange, self.gemini, self.loop, self.worker = exchange, gemini, loop, worker

    def call(self, run: AgenticRun, *script: Turn, number: str = "+12025550111") -> AiCall:
        """Launches a call as a run does; Gemini speaks by the script in it."""
        self.gemini.scripts.append(list(script))
        LeadFactory.create(campaign=run.campaign, phone=number)
        now = timezone.now()
        with transaction.atomic():
            (attempt,) = claims.claim_ahead(run.campaign_id, 1, now=now)
        assert attempt.lead is not None
        ai = AiCall.objects.create(
            organization=run.organization,
            campaign=run.campaign,
            run=run,
            version=run.version,
            call=records.place(attempt, source="ai", now=now),
            lead=attempt.lead,
            trunk=run.campaign.agentic.trunk,
            provider="livekit",
            queued_at=now,
        )
        assert launching.launch(ai.pk)
        return ai

    def until(self, what: Callable[[], Any], why: str = "") -> Any:
        """Waits until something is true, and returns it."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := what()):
            assert time.monotonic() < deadline, why or "waited for too long"
            time.sleep(0.05)
        return found

    def answered(self, ai: AiCall) -> None:
        """Waits until the call is answered."""
        self.until(lambda: fresh(ai).call.answered_at, "nobody answered")

    def over(self, ai: AiCall) -> AiCall:
        """Waits until the call is over and the voice has left."""
        self.until(lambda: fresh(ai).state == AiCall.State.OVER, "the call is not over")
        name, exchange = room_of(ai), self.exchange
        self.until(lambda: name not in self.loop(exchange.rooms()), "the room is still there")
        self.until(lambda: name not in exchange.jobs.values(), "the voice is still there")
        return fresh(ai)

    def jobs(self) -> list[psutil.Process]:
        """The processes that speak, or wait to."""
        below = psutil.Process(self.worker.pid).children(recursive=True)
        return [each for each in below if each.parent() in below]

    def inside(self, ai: AiCall) -> set[str]:
        """Who is in the call's room: AGENT is a voice, SIP a telephone, STANDARD a person."""
        there = self.loop(self.exchange.participants(room_of(ai)))
        return {models.ParticipantInfo.Kind.Name(each.kind) for each in there}

    def send_again(self, ai: AiCall) -> None:
        """Sends one more voice to the call, as a launch does."""
        told = json.dumps({"call": str(ai.public_id)})
        self.loop(self.exchange.send(room_of(ai), AGENT, told))

    def phone(self, ai: AiCall) -> Participant:
        """The telephone that was picked up."""
        return self.exchange.phones[room_of(ai)]

    def heard_s(self, ai: AiCall, *, voice: bool = True) -> float:
        """For how long the called has heard the voice, or people, in seconds."""
        phone = self.exchange.phones.get(room_of(ai))
        heard = phone.heard if phone else []
        return sum(each.seconds for each in heard if each.voice == voice)

    def says(self, ai: AiCall, seconds: float = 0.7) -> None:
        """The called speaks."""
        self.phone(ai).says(seconds)

    def hang_up(self, ai: AiCall) -> None:
        """The called hangs up."""
        self.loop(self.phone(ai).leave())


def fresh(ai: AiCall) -> AiCall:
    """The call as it is now."""
    return AiCall.objects.select_related("call__attempt", "lead").get(pk=ai.pk)


@pytest.fixture(scope="session")
def gemini() -> Gemini:
    """The model that stands in for Gemini."""
    return Gemini()


@pytest.fixture(scope="session")
def loop(gemini: Gemini) -> Iterator[Loop]:
    """Runs the stand-ins."""
    with serving(gemini) as running:
        yield running


@pytest.fixture(scope="session")
def exchange(loop: Loop) -> Iterator[Exchange]:
    """The telephone network before the server of LiveKit, or before what stands in for it."""
    with ExitStack() as stack:
        if REAL:
            key, secret = os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"]
            made = Exchange(REAL, key, secret, hook_port=HOOK_PORT)
        else:
            sfu = stack.enter_context(loop.serving(Sfu()))
            made = Exchange(sfu.url, KEY, SECRET)
        stack.enter_context(loop.serving(made))
        if not REAL:
            sfu.hook_url = made.hook
        yield made


@pytest.fixture(scope="session")
def worker(
    exchange: Exchange,
    gemini: Gemini,
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """The worker as `make voice` starts it, on the database of the tests."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    argv = [sys.executable, "manage.py", "run_voice_worker"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dialer.settings",
        "DATABASE_URL": _database(),
        "LIVEKIT_URL": exchange.url,
        "LIVEKIT_API_KEY": exchange.key,
        "LIVEKIT_API_SECRET": exchange.secret,
        "GOOGLE_API_KEY": "tests-only",
        "GOOGLE_GEMINI_BASE_URL": gemini.url,
        "SSL_CERT_FILE": str(gemini.certificate),
    }
    with services.running(
        argv, log=log, ready=lambda: bool(exchange.workers), cwd=ROOT, env=environment
    ) as process:
        yield process
    assert process.returncode == 0, log.read_text(errors="replace")[-3000:]


@pytest.fixture
def stage(
    exchange: Exchange,
    gemini: Gemini,
    loop: Loop,
    worker: Any,
    transactional_db: None,
    live_server: LiveServer,
    settings: Any,
) -> Stage:
    """The stage, empty, with the web server that hears the webhooks."""
    settings.LIVEKIT_URL, settings.GOOGLE_API_KEY = exchange.url, "tests-only"
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = exchange.key, exchange.secret
    exchange.hook_url = f"{live_server.url}/api/agentic/livekit/webhook"
    loop(exchange.clear())
    gemini.scripts.clear()
    gemini.talks.clear()
    return Stage(exchange, gemini, loop, worker)


@pytest.fixture
def run(transactional_db: None) -> AgenticRun:
    """A run by the real provider, on a line that LiveKit knows."""
    made = RunFactory.create(provider="livekit")
    limits = AgenticCampaign.objects.get(campaign=made.campaign)
    limits.provider = "livekit"
    limits.save()
    assert limits.trunk is not None
    limits.trunk.livekit_id = "ST_test"
    limits.trunk.save()
    return made


def _database() -> str:
    """The address of the database of the tests, for other processes."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    who = f"{facts['USER']}:{facts['PASSWORD']}"
    return f"mysql://{who}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
