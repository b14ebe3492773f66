"""An agent is ready only for campaigns that are theirs and that run."""

from collections.abc import Callable

import pytest

from accounts import presence
from accounts.models import AgentSeat, User
from core.errors import DomainError
from tests.factories import CampaignFactory, TeamFactory

type Person = Callable[..., User]


def test_an_agent_is_ready_for_campaigns_of_their_own_and_of_their_team(person: Person) -> None:
    agent = person("agent")
    team = TeamFactory.create(organization=agent.organization)
    team.members.add(agent)
    own, of_team = CampaignFactory.create_batch(2, organization=agent.organization)
    own.agents.add(agent)
    of_team.teams.add(team)

    seat = presence.ready(agent, [own.pk, of_team.pk])

    assert seat.ready_for == [own.pk, of_team.pk]


def test_a_campaign_of_others_does_not_exist_for_an_agent(person: Person) -> None:
    agent = person("agent")
    colleagues = CampaignFactory.create(organization=agent.organization)
    elsewhere = CampaignFactory.create()

    for campaign in (colleagues, elsewhere):
        with pytest.raises(DomainError) as refusal:
            presence.ready(agent, [campaign.pk])
        assert (refusal.value.code, refusal.value.status) == ("unknown_campaign", 404)

    assert not AgentSeat.objects.exists()


@pytest.mark.parametrize("status", ["draft", "paused", "ended", "archived"])
def test_a_campaign_that_does_not_run_is_refused_by_name(person: Person, status: str) -> None:
    agent = person("agent")
    campaign = CampaignFactory.create(organization=agent.organization, name="Spring", status=status)
    campaign.agents.add(agent)

    with pytest.raises(DomainError, match="Spring is not running") as refusal:
        presence.ready(agent, [campaign.pk])

    assert refusal.value.code == "campaign_not_running"


def test_nobody_is_ready_for_what_a_voice_calls(person: Person) -> None:
    agent = person("agent")
    voice = CampaignFactory.create(organization=agent.organization, mode="ai")
    voice.agents.add(agent)

    with pytest.raises(DomainError, match="called by a voice"):
        presence.ready(agent, [voice.pk])
