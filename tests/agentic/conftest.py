"""What the tests of AI calls share: a clock, and a run on the simulator."""

from collections.abc import Iterator

import pytest
import time_machine

from agentic.models import AgenticRun
from tests.agentic.voices import NOW
from tests.factories import RunFactory


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands at noon in New York, until a test moves it: `clock.shift(5)`."""
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def run(clock: object) -> AgenticRun:
    """A run through a list of a campaign that may call at any hour."""
    return RunFactory.create()
