"""What the tests of calls share: a running campaign, a shift, a clock."""

from collections.abc import Callable, Iterator

import pytest
import time_machine

from accounts.models import Organization, User
from campaigns.models import Campaign
from tests.calls.phones import Shift
from tests.factories import CampaignFactory, TeamFactory


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands at noon in New York, until a test moves it: `clock.shift(5)`."""
    with time_machine.travel("2026-03-02T17:00:00Z", tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    """A running campaign at any hour."""
    return CampaignFactory.create(organization=organization, wrap_up_limit_s=60)


@pytest.fixture
def agent(person: Callable[..., User], campaign: Campaign) -> User:
    """An agent of a team that is assigned to the campaign."""
    agent = person("agent")
    team = TeamFactory.create(organization=agent.organization)
    team.members.add(agent)
    campaign.teams.add(team)
    return agent


@pytest.fixture
def shift(agent: User, campaign: Campaign, clock: object) -> Shift:
    """The agent, ready for the campaign."""
    return Shift(agent, campaign).ready()
