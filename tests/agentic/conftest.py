"""What the tests of AI calls share: a clock, and a run on the simulator."""

from collections.abc import Iterator

import pytest
import time_machine

from accounts.models import User
from agentic.models import AgenticCampaign, AgenticRun
from agentic.providers import register
from tests.agentic.standin import StandIn
from tests.agentic.voices import NOW
from tests.factories import AgenticFactory, RunFactory, UserFactory


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
