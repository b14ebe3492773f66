"""Launching: within the limits of line and campaign, each call once, never into a broken line."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import AgentSeat, User
from agentic import launching, sink
from agentic.models import AgenticCampaign, AiCall
from campaigns.models import DialAttempt, Lead, PhoneState
from tests.agentic.running import begin, over
from tests.agentic.standin import IN_DOUBT, NOTHING_STARTED, StandIn
from tests.agentic.voices import NOW
from tests.factories import AgenticFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db


def on_the_same_line(limits: AgenticCampaign) -> AgenticCampaign:
    """Another campaign on the same line."""
    return AgenticFactory.create(
        campaign__organization=limits.organization, trunk=limits.trunk, max_calls=5
    )


def test_a_list_is_called_within_the_campaigns_limit(
    limits: AgenticCampaign, manager: User, voice: StandIn
) -> None:
    LeadFactory.create_batch(8, campaign=limits.campaign)
    run = begin(manager, limits)

    ids = launching.launch_due(NOW)

    assert len(ids) == 5
    assert launching.launch_due(NOW) == []
    assert [launching.launch(pk) for pk in ids] == [True] * 5
    assert [launching.launch(pk) for pk in ids] == [False] * 5
    assert voice.launched == ids
    states = AiCall.objects.filter(run=run).values_list("state", flat=True)
    assert set(states) == {"dispatched"}
    assert AiCall.objects.exclude(instructions="").count() == 5


def test_lines_that_are_free_again_are_used(limits: AgenticCampaign, manager: User) -> None:
    LeadFactory.create_batch(8, campaign=limits.campaign)
    run = begin(manager, limits)
    launching.launch_due(NOW)

    over(run)

    assert len(launching.launch_due(NOW)) == 3


def test_a_trunk_is_shared_by_its_campaigns(limits: AgenticCampaign, manager: User) -> None:
    trunk = limits.trunk
    assert trunk is not None
    trunk.max_calls = 7
    trunk.save()
    campaign = on_the_same_line(limits)
    for one in (limits, campaign):
        LeadFactory.create_batch(8, campaign=one.campaign)
        begin(manager, one)

    assert len(launching.launch_due(NOW)) == 7


def test_no_more_are_claimed_than_voices_can_dial_soon(
    limits: AgenticCampaign, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_AGENTIC_MOST_WAITING", "3")
    LeadFactory.create_batch(8, campaign=limits.campaign)
    run = begin(manager, limits)

    assert [len(launching.launch_due(NOW)) for _ in range(2)] == [3, 0]
    for ai in AiCall.objects.filter(run=run):
        launching.launch(ai.pk)
        sink.take(ai.pk, NOW)
    assert len(launching.launch_due(NOW)) == 2


def test_so_many_calls_a_second_begin_and_no_more(
    limits: AgenticCampaign, manager: User, clock: time_machine.Traveller
) -> None:
    limits.calls_per_second = 2
    limits.save()
    LeadFactory.create_batch(8, campaign=limits.campaign)
    begin(manager, limits)

    begun = [len(launching.launch_due(NOW + timedelta(seconds=s))) for s in (0, 0.5, 1.1, 1.2)]

    assert begun == [2, 0, 2, 0]


def test_less_than_one_call_a_second_is_one_in_so_many_seconds(
    limits: AgenticCampaign, manager: User
) -> None:
    limits.calls_per_second = "0.25"
    limits.save()
    LeadFactory.create_batch(8, campaign=limits.campaign)
    begin(manager, limits)

    assert [len(launching.launch_due(NOW + timedelta(seconds=s))) for s in (0, 3, 4.1)] == [1, 0, 1]


def test_where_people_close_there_are_no_more_calls_than_people(
    limits: AgenticCampaign, manager: User
) -> None:
    limits.needs_closers = True
    limits.save()
    agents = UserFactory.create_batch(3, organization=limits.organization)
    limits.campaign.agents.set(agents)
    for agent, state in zip(agents, ("ready", "ready", "break"), strict=True):
        AgentSeat.objects.create(
            user=agent, organization=limits.organization, state=state, since=NOW
        )
    LeadFactory.create_batch(8, campaign=limits.campaign)
    begin(manager, limits)

    assert len(launching.launch_due(NOW)) == 2


def test_a_call_that_a_person_took_over_keeps_no_other_from_those_who_are_free(
    limits: AgenticCampaign, manager: User
) -> None:
    limits.needs_closers = True
    limits.save()
    free, busy = UserFactory.create_batch(2, organization=limits.organization)
    limits.campaign.agents.set([free, busy])
    AgentSeat.objects.create(user=free, organization=limits.organization, state="ready", since=NOW)
    LeadFactory.create_batch(3, campaign=limits.campaign)
    begin(manager, limits)
    (first,) = launching.launch_due(NOW)

    AiCall.objects.filter(pk=first).update(taken_over_at=NOW, taken_over_by=busy)

    assert len(launching.launch_due(NOW)) == 1


def test_a_launch_that_surely_started_nothing_gives_its_attempt_back(
    limits: AgenticCampaign, manager: User, voice: StandIn
) -> None:
    LeadFactory.create(campaign=limits.campaign)
    begin(manager, limits)
    (pk,) = launching.launch_due(NOW)
    voice.error = NOTHING_STARTED

    assert not launching.launch(pk)

    ai = AiCall.objects.get(pk=pk)
    assert (ai.state, ai.problem) == ("over", "The server said no.")
    assert DialAttempt.objects.get().dialed_at is None
    assert Lead.objects.get().attempts == 0
    assert PhoneState.objects.get().live_attempt is None


def test_a_launch_in_doubt_is_neither_repeated_nor_taken_back(
    limits: AgenticCampaign, manager: User, voice: StandIn
) -> None:
    LeadFactory.create(campaign=limits.campaign)
    begin(manager, limits)
    (pk,) = launching.launch_due(NOW)
    voice.error = IN_DOUBT

    assert [launching.launch(pk) for _ in range(2)] == [False, False]

    assert voice.launched == [pk]
    assert AiCall.objects.get(pk=pk).state == "launching"
    # The voice was there after all.
    assert sink.take(pk, NOW) is not None


def test_a_line_that_fails_again_and_again_ends_the_run_and_rests(
    limits: AgenticCampaign, manager: User
) -> None:
    AgenticCampaign.objects.update(max_calls=10)
    LeadFactory.create_batch(30, campaign=limits.campaign)
    run = begin(manager, limits)
    launching.launch_due(NOW)
    over(run, "failed")

    assert launching.launch_due(NOW) == []

    run.refresh_from_db()
    assert run.status == "broken"
    assert run.because == "10 of the last 10 calls failed on the line."
    trunk = AgenticCampaign.objects.get().trunk
    assert trunk is not None
    assert trunk.rests_until == NOW + timedelta(seconds=300)
    begin(manager, limits)
    assert launching.launch_due(NOW) == []
    assert len(launching.launch_due(NOW + timedelta(seconds=301))) == 10


def test_calls_that_nobody_answers_are_no_failures_of_the_line(
    limits: AgenticCampaign, manager: User
) -> None:
    AgenticCampaign.objects.update(max_calls=10)
    LeadFactory.create_batch(30, campaign=limits.campaign)
    run = begin(manager, limits)
    for _ in range(2):
        launching.launch_due(NOW)
        over(run)

    assert len(launching.launch_due(NOW)) == 10


def test_a_queued_call_whose_hint_was_lost_is_found(limits: AgenticCampaign, manager: User) -> None:
    LeadFactory.create(campaign=limits.campaign)
    begin(manager, limits)
    ids = launching.launch_due(NOW)

    assert launching.forgotten(NOW + timedelta(seconds=4)) == []
    assert launching.forgotten(NOW + timedelta(seconds=5)) == ids
