"""What the tests of AI calls share: a clock, and a run on the simulator."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from accounts.models import User
from agentic.models import AgenticCampaign, AgenticRun
from agentic.providers import register
from tests.agentic.standin import StandIn
from tests.agentic.voices import NOW
from tests.factories import AgenticFactory, RunFactory, UserFactory
from tests.standins.voice.generating import Generating


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands at noon in New York, until a test moves it: `clock.shift(5)`."""
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def run(clock: object) -> AgenticRun:
    """A run through a list of a campaign that may call at any hour."""
    return RunFactory.create()


@pytest.fixture
def voice() -> Iterator[StandIn]:
    """Takes every call, and says nothing."""
    made = StandIn()
    register(made, "simulator")
    yield made
    register(None, "simulator")


@pytest.fixture
def limits(clock: object, voice: StandIn) -> AgenticCampaign:
    return AgenticFactory.create(max_calls=5)


@pytest.fixture
def manager(limits: AgenticCampaign) -> User:
    return UserFactory.create(role="manager", organization=limits.organization)


@pytest.fixture
def gemini(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Generating]:
    """The model's stand-in, and a key for it."""
    with Generating() as server:
        settings.GOOGLE_API_KEY = "tests-only"
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
