"""Runs: whom they call, within which limits, and how people and failures end them."""

from datetime import timedelta

import pytest

from accounts.models import User
from agentic import commands, launching, runs, sink
from agentic.models import AgenticCampaign, AiCall, AiCommand
from agentic.providers import Problem
from campaigns import editing, suppression
from campaigns.models import Campaign, DialAttempt, Lead
from core import realtime
from core.errors import DomainError, InputError
from core.models import AuditEntry, Event
from tests.agentic.running import begin, over
from tests.agentic.standin import StandIn
from tests.agentic.voices import NOW
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_selection_is_called_in_its_order_and_says_whom_it_left_out(
    limits: AgenticCampaign, manager: User
) -> None:
    first, bad, other, last = LeadFactory.create_batch(4, campaign=limits.campaign)
    suppression.suppress(limits.organization, bad.phone, source="api", now=NOW)
    run = begin(manager, limits, kind="selection", leads=[last.pk, bad.pk, first.pk])

    launching.launch_due(NOW)

    called = AiCall.objects.filter(run=run).order_by("pk").values_list("lead", flat=True)
    assert list(called) == [last.pk, first.pk]
    refused = run.picked.get(lead=bad).refusals[0]["rule"]
    assert refused in ("suppressed", "not_waiting")
    assert Lead.objects.get(pk=other.pk).status == "new"


def test_a_run_is_finished_when_nobody_is_left_and_no_call_goes_on(
    limits: AgenticCampaign, manager: User
) -> None:
    lead = LeadFactory.create(campaign=limits.campaign)
    run = begin(manager, limits, kind="one", leads=[lead.pk])
    launching.launch_due(NOW)
    launching.launch_due(NOW)
    run.refresh_from_db()
    assert run.status == "running"

    over(run)
    launching.launch_due(NOW)

    run.refresh_from_db()
    assert (run.status, run.live_campaign, run.ended_at) == ("finished", None, NOW)
    assert Event.objects.filter(kind="run.finished").exists()


def test_an_empty_list_is_finished(limits: AgenticCampaign, manager: User) -> None:
    run = begin(manager, limits)

    assert launching.launch_due(NOW) == []

    run.refresh_from_db()
    assert run.status == "finished"


def test_a_list_whose_leads_come_later_waits_for_them(
    limits: AgenticCampaign, manager: User
) -> None:
    LeadFactory.create(campaign=limits.campaign)
    run = begin(manager, limits)
    launching.launch_due(NOW)
    over(run)

    assert launching.launch_due(NOW) == []
    run.refresh_from_db()
    assert (run.status, run.due_at) == ("running", NOW + timedelta(seconds=30))
    later = Lead.objects.get().next_attempt_at
    assert later is not None
    assert len(launching.launch_due(later + timedelta(seconds=30))) == 1


def test_one_run_at_a_time_for_a_campaign(limits: AgenticCampaign, manager: User) -> None:
    begin(manager, limits)

    with pytest.raises(DomainError, match="has a run already"):
        begin(manager, limits)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mode": "progressive"}, "mode is not AI"),
        ({"status": "paused"}, "start it first"),
    ],
)
def test_what_is_not_ready_does_not_run(
    limits: AgenticCampaign, manager: User, change: dict[str, str], said: str
) -> None:
    Campaign.objects.filter(pk=limits.campaign_id).update(**change)

    with pytest.raises(DomainError, match=said) as refused:
        begin(manager, limits)
    assert refused.value.code == "not_ready"


def test_without_a_published_wording_or_a_line_nothing_runs(
    limits: AgenticCampaign, manager: User
) -> None:
    AgenticCampaign.objects.update(published=None, trunk=None)

    with pytest.raises(DomainError) as refused:
        begin(manager, limits)

    assert len(refused.value.errors["missing"]) == 2


def test_a_provider_that_cannot_speak_is_said_so_with_the_way_to_mend_it(
    limits: AgenticCampaign, manager: User, voice: StandIn
) -> None:
    voice.missing = [Problem("There is no key.", "Set THE_KEY.")]

    with pytest.raises(DomainError, match="Set THE_KEY") as refused:
        begin(manager, limits)
    assert refused.value.code == "not_configured"


def test_prospects_of_another_campaign_cannot_be_picked(
    limits: AgenticCampaign, manager: User
) -> None:
    stranger = LeadFactory.create()

    with pytest.raises(InputError):
        begin(manager, limits, kind="one", leads=[stranger.pk])


def test_paused_nothing_begins_and_resumed_it_goes_on(
    limits: AgenticCampaign, manager: User
) -> None:
    LeadFactory.create_batch(2, campaign=limits.campaign)
    run = runs.pause(manager, begin(manager, limits))

    assert launching.launch_due(NOW) == []
    runs.resume(manager, run)
    assert len(launching.launch_due(NOW)) == 2
    with pytest.raises(DomainError, match="running"):
        runs.resume(manager, run)


def test_a_paused_campaign_calls_nobody_and_an_ended_one_stops_its_run(
    limits: AgenticCampaign, manager: User
) -> None:
    LeadFactory.create_batch(2, campaign=limits.campaign)
    run = begin(manager, limits)
    editing.set_status(manager, limits.campaign, "paused")

    assert launching.launch_due(NOW) == []
    run.refresh_from_db()
    assert run.status == "running"

    editing.set_status(manager, limits.campaign, "ended")
    launching.launch_due(NOW)
    run.refresh_from_db()
    assert (run.status, run.because) == ("stopped", "The campaign has ended.")


def test_stopped_politely_calls_go_on_and_what_was_queued_is_given_back(
    limits: AgenticCampaign, manager: User
) -> None:
    LeadFactory.create_batch(2, campaign=limits.campaign)
    run = begin(manager, limits)
    talking, queued = launching.launch_due(NOW)
    launching.launch(talking)
    sink.take(talking, NOW)

    run = runs.stop(manager, run)

    assert run.status == "stopping"
    assert AiCall.objects.get(pk=queued).state == "over"
    assert AiCall.objects.get(pk=talking).state == "placed"
    assert not AiCommand.objects.exists()
    sink.ended(talking, NOW)
    assert launching.launch_due(NOW) == []
    run.refresh_from_db()
    assert (run.status, run.live_campaign) == ("stopped", None)


def test_stopped_at_once_every_call_is_hung_up(limits: AgenticCampaign, manager: User) -> None:
    LeadFactory.create_batch(3, campaign=limits.campaign)
    run = begin(manager, limits)
    talking, launched, queued = launching.launch_due(NOW)
    for pk in (talking, launched):
        launching.launch(pk)
    sink.take(talking, NOW)

    assert runs.stop_all(manager, [run]) == 1

    assert list(AiCommand.objects.values_list("ai_call", "kind")) == [(talking, "hang_up")]
    states = AiCall.objects.filter(pk__in=[launched, queued]).values_list("state", flat=True)
    assert set(states) == {"over"}
    assert sink.take(launched, NOW) is None
    assert DialAttempt.objects.filter(dialed_at__isnull=False).count() == 1


def test_where_the_next_call_is_asked_for_each_call_waits_for_that(
    limits: AgenticCampaign, manager: User
) -> None:
    LeadFactory.create_batch(3, campaign=limits.campaign)
    runs.set_auto_next(manager, limits.campaign, on=False)
    run = begin(manager, limits)

    assert [len(launching.launch_due(NOW)) for _ in range(2)] == [1, 0]
    runs.next_call(manager, run)
    assert [len(launching.launch_due(NOW)) for _ in range(2)] == [1, 0]
    runs.set_auto_next(manager, limits.campaign, on=True)
    assert len(launching.launch_due(NOW)) == 1


def test_a_run_that_ended_meanwhile_keeps_no_other_from_being_stopped(
    limits: AgenticCampaign, manager: User
) -> None:
    lead = LeadFactory.create(campaign=limits.campaign)
    ended = begin(manager, limits, kind="one", leads=[lead.pk])
    runs.stop(manager, ended)
    other = begin(manager, limits)

    assert runs.stop_all(manager, [ended, other]) == 1

    other.refresh_from_db()
    assert other.status == "stopped"


def test_one_call_is_a_run_that_ends_with_it_though_nothing_goes_on_by_itself(
    limits: AgenticCampaign, manager: User
) -> None:
    runs.set_auto_next(manager, limits.campaign, on=False)
    lead, other = LeadFactory.create_batch(2, campaign=limits.campaign)
    run = begin(manager, limits, kind="one", leads=[lead.pk])
    assert len(launching.launch_due(NOW)) == 1
    launching.launch_due(NOW)
    run.refresh_from_db()
    assert run.status == "running"

    over(run)
    launching.launch_due(NOW)

    run.refresh_from_db()
    assert run.status == "finished"
    assert begin(manager, limits, kind="one", leads=[other.pk]).status == "running"


def test_a_selection_waits_for_a_word_as_long_as_somebody_is_left(
    limits: AgenticCampaign, manager: User
) -> None:
    runs.set_auto_next(manager, limits.campaign, on=False)
    leads = [lead.pk for lead in LeadFactory.create_batch(2, campaign=limits.campaign)]
    run = begin(manager, limits, kind="selection", leads=leads)
    launching.launch_due(NOW)
    over(run)

    assert launching.launch_due(NOW) == []

    run.refresh_from_db()
    assert run.status == "running"
    runs.next_call(manager, run)
    assert len(launching.launch_due(NOW)) == 1


def test_a_message_reaches_only_a_voice_that_speaks(limits: AgenticCampaign, manager: User) -> None:
    LeadFactory.create(campaign=limits.campaign)
    begin(manager, limits)
    (pk,) = launching.launch_due(NOW)
    ai = AiCall.objects.get(pk=pk)

    with pytest.raises(DomainError, match="not going on"):
        commands.say(manager, ai, "Ask for the name.")
    launching.launch(pk)
    sink.take(pk, NOW)
    commands.say(manager, ai, " Ask for the name. ")
    assert commands.hang_up(manager, ai)
    assert commands.hang_up(manager, ai)

    asked = [(row.kind, row.by) for row in sink.waiting(pk)]
    assert asked == [("say", manager), ("hang_up", manager)]
    assert sink.waiting(pk)[0].body == "Ask for the name."
    sink.ended(pk, NOW, by="remote")
    assert not commands.hang_up(manager, ai)


def test_who_took_a_call_over_is_told_nothing_through_a_voice_that_left(
    limits: AgenticCampaign, manager: User
) -> None:
    LeadFactory.create(campaign=limits.campaign)
    begin(manager, limits)
    (pk,) = launching.launch_due(NOW)
    launching.launch(pk)
    sink.take(pk, NOW)
    AiCall.objects.filter(pk=pk).update(taken_over_at=NOW, taken_over_by=manager)

    with pytest.raises(DomainError, match="has left this call"):
        commands.say(manager, AiCall.objects.get(pk=pk), "Ask for the name.")

    assert not AiCommand.objects.exists()


def test_who_started_and_stopped_a_run_is_on_record(limits: AgenticCampaign, manager: User) -> None:
    run = begin(manager, limits)
    runs.stop(manager, run)

    told = AuditEntry.objects.filter(action__startswith="run.").order_by("pk")
    assert [entry.action for entry in told] == ["run.started", "run.stopping", "run.stopped"]
    assert told[0].actor_id == manager.pk


def test_only_who_sees_a_campaign_watches_its_runs(limits: AgenticCampaign, manager: User) -> None:
    limits.campaign.managers.add(manager)
    run = begin(manager, limits)
    stranger = UserFactory.create(role="manager")
    agent = UserFactory.create(organization=limits.organization)

    topic = f"run:{run.public_id}"
    watched = [realtime.may_watch(who, topic) for who in (manager, stranger, agent)]
    assert watched == [True, False, False]
    assert not realtime.may_watch(manager, "run:none")
