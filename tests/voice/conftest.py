"""The whole path of a real voice: its worker as a process, real sound, stand-ins for the rest."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from agentic import launching
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from agentic.providers.livekit import room_of
from calls import records
from campaigns import claims
from tests import services
from tests.factories import LeadFactory, RunFactory
from tests.standins.voice.gemini import Gemini, Turn
from tests.standins.voice.serving import Loop, serving
from tests.standins.voice.sfu import Sfu
from tests.standins.voice.signing import KEY, SECRET

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30


class Stage:
    """Everything that a call of a voice needs, and what became of it."""

    def __init__(self, sfu: Sfu, gemini: Gemini, loop: Loop, worker: Any) -> None:
        self.sfu, self.gemini, self.loop, self.worker = sfu, gemini, loop, worker

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
        name = room_of(ai)
        self.until(lambda: name not in self.sfu.rooms, "the room is still there")
        self.until(lambda: name not in self.sfu.jobs.values(), "the voice is still there")
        return fresh(ai)

    def jobs(self) -> list[psutil.Process]:
        """The processes that speak, or wait to."""
        below = psutil.Process(self.worker.pid).children(recursive=True)
        return [each for each in below if each.parent() in below]

    def heard_s(self, ai: AiCall) -> float:
        """For how long the called has heard the voice, in seconds."""
        guests = self.sfu.guests.get(room_of(ai), [])
        return 0.02 * sum(loud for each in guests if each.is_voice for _, loud in each.loud)

    def says(self, ai: AiCall, seconds: float = 0.7) -> None:
        """The called speaks."""
        self.sfu.phones[room_of(ai)].speak(seconds)


def fresh(ai: AiCall) -> AiCall:
    """The call as it is now."""
    return AiCall.objects.select_related("call__attempt", "lead").get(pk=ai.pk)


@pytest.fixture(scope="session")
def sfu() -> Sfu:
    """The server that stands in for LiveKit."""
    return Sfu(answer_after_s=0.4)


@pytest.fixture(scope="session")
def gemini() -> Gemini:
    """The model that stands in for Gemini."""
    return Gemini()


@pytest.fixture(scope="session")
def loop(sfu: Sfu, gemini: Gemini) -> Iterator[Loop]:
    """Runs the stand-ins."""
    with serving(sfu, gemini) as running:
        yield running


@pytest.fixture(scope="session")
def worker(
    sfu: Sfu,
    gemini: Gemini,
    loop: Loop,
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
        "LIVEKIT_URL": sfu.url,
        "LIVEKIT_API_KEY": KEY,
        "LIVEKIT_API_SECRET": SECRET,
        "GOOGLE_API_KEY": "tests-only",
        "GOOGLE_GEMINI_BASE_URL": gemini.url,
        "SSL_CERT_FILE": str(gemini.certificate),
    }
    with services.running(
        argv, log=log, ready=lambda: bool(sfu.workers), cwd=ROOT, env=environment
    ) as process:
        yield process
    assert process.returncode == 0, log.read_text(errors="replace")[-3000:]


@pytest.fixture
def stage(
    sfu: Sfu,
    gemini: Gemini,
    loop: Loop,
    worker: Any,
    transactional_db: None,
    live_server: LiveServer,
    settings: Any,
) -> Stage:
    """The stage, empty, with the web server that hears the webhooks."""
    settings.LIVEKIT_URL, settings.GOOGLE_API_KEY = sfu.url, "tests-only"
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
    sfu.hook_url = f"{live_server.url}/api/agentic/livekit/webhook"
    sfu.dials.clear()
    sfu.events.clear()
    gemini.scripts.clear()
    gemini.talks.clear()
    return Stage(sfu, gemini, loop, worker)


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
