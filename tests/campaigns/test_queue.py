"""The ready table: what is put into it, in which order, and what is taken out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import AgentSeat, User
from campaigns import callbacks, queue, suppression, tasks, windows
from campaigns.models import Callback, Campaign, CampaignSlots, Lead, QueueEntry
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
NIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # two in the morning there
EAST, BERLIN = ("America/New_York",), ("Europe/Berlin",)
S, Tier = Lead.Status, QueueEntry.Tier
People = Callable[..., User]


@pytest.fixture
def campaign() -> Campaign:
    """Calls from eight to nine."""
    made = CampaignFactory.create(window_start="08:00", window_end="21:00")
    made.refresh_from_db()
    return made


def ready(agent: User, *campaigns: Campaign) -> None:
    assert agent.organization
    AgentSeat.objects.create(
        user=agent,
        organization=agent.organization,
        state=AgentSeat.State.READY,
        since=NOW,
        ready_for=[row.pk for row in campaigns],
    )


def order(campaign: Campaign) -> list[Lead]:
    rows = QueueEntry.objects.filter(campaign=campaign).order_by("tier", "rank", "id")
    return [entry.lead for entry in rows.select_related("lead")]


def test_filling_takes_new_leads_by_rank_across_the_open_classes(campaign: Campaign) -> None:
    east, berlin, tokyo = (windows.class_for([z]) for z in (*EAST, *BERLIN, "Asia/Tokyo"))
    third = LeadFactory.create(campaign=campaign, window_class=east, rank=3)
    first = LeadFactory.create(campaign=campaign, window_class=berlin, rank=1)
    second = LeadFactory.create(campaign=campaign, window_class=east, rank=2)
    asleep = LeadFactory.create(campaign=campaign, window_class=tokyo, rank=0)

    added = queue.fill(campaign.pk, NOW)

    asleep.refresh_from_db()
    assert added == 3
    assert order(campaign) == [first, second, third]
    assert asleep.status == S.NEW
    assert set(Lead.objects.filter(queue_entry__isnull=False).values_list("status", flat=True)) == {
        S.QUEUED
    }


def test_an_entry_knows_when_its_window_closes(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, window_class=windows.class_for(EAST))

    queue.fill(campaign.pk, NOW)

    assert QueueEntry.objects.get().closes_at == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_callbacks_come_before_retries_before_new_leads(campaign: Campaign) -> None:
    new = LeadFactory.create(campaign=campaign)
    late = LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=NOW)
    early = LeadFactory.create(
        campaign=campaign, status=S.RETRY, next_attempt_at=NOW - timedelta(hours=1)
    )
    promised = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(promised, due_at=NOW, now=NOW)

    queue.fill(campaign.pk, NOW)

    assert order(campaign) == [promised, early, late, new]


def test_what_is_not_due_yet_stays_where_it_is(campaign: Campaign) -> None:
    soon = NOW + timedelta(seconds=1)
    LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=soon)
    promised = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(promised, due_at=soon, now=NOW)

    assert queue.fill(campaign.pk, NOW) == 0
    assert queue.next_due(campaign, NOW) == soon
    assert queue.fill(campaign.pk, soon) == 2


def test_the_table_holds_fifty_or_six_for_each_agent_at_work(
    campaign: Campaign, person: People
) -> None:
    LeadFactory.create_batch(70, campaign=campaign)

    alone = queue.fill(campaign.pk, NOW)
    for _ in range(10):
        ready(person(organization=campaign.organization), campaign)
    ready(person(organization=campaign.organization))
    crowded = queue.fill(campaign.pk, NOW)

    assert alone == 50
    assert crowded == 10


def test_the_largest_size_is_never_exceeded(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_QUEUE_LARGEST", "60")
    due = [LeadFactory.create(campaign=campaign, status=S.RETRY) for _ in range(70)]
    for lead in due:
        callbacks.create(lead, due_at=NOW, now=NOW)
    LeadFactory.create_batch(3, campaign=campaign)

    added = queue.fill(campaign.pk, NOW)

    assert added == 60


def test_due_leads_get_in_although_the_table_is_full_of_new_ones(campaign: Campaign) -> None:
    LeadFactory.create_batch(50, campaign=campaign)
    queue.fill(campaign.pk, NOW)
    due = LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=NOW)

    queue.fill(campaign.pk, NOW)

    assert order(campaign)[0] == due


def test_refused_leads_leave_the_head_and_the_rest_moves_up(campaign: Campaign) -> None:
    refused = LeadFactory.create_batch(120, campaign=campaign, rank=1, attempts=9)
    good = LeadFactory.create(campaign=campaign, rank=2)

    added = queue.fill(campaign.pk, NOW)

    assert added == 1
    assert order(campaign) == [good]
    assert Lead.objects.filter(status=S.FINISHED, finished_because="max_attempts").count() == len(
        refused
    )


def test_a_head_of_refused_leads_is_passed_over_in_steps(campaign: Campaign) -> None:
    LeadFactory.create_batch(270, campaign=campaign, rank=1, attempts=9)
    LeadFactory.create(campaign=campaign, rank=2)

    first = queue.fill(campaign.pk, NOW)
    assert queue.wants(campaign, NOW)
    second = queue.fill(campaign.pk, NOW)

    assert (first, second) == (0, 1)


def test_a_lead_outside_its_own_hours_moves_to_their_beginning(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign, window_class=None)

    queue.fill(campaign.pk, NIGHT)

    opens = NIGHT.replace(hour=13)
    lead.refresh_from_db()
    assert (lead.status, lead.next_attempt_at) == (S.RETRY, opens)
    assert (lead.blocked_by, lead.blocked_until) == ("calling_window", opens)
    assert queue.fill(campaign.pk, opens) == 1
    lead.refresh_from_db()
    assert (lead.status, lead.blocked_by, lead.blocked_until) == (S.QUEUED, "", None)


def test_a_lead_that_no_hour_is_known_for_is_looked_at_again_a_day_later(
    campaign: Campaign,
) -> None:
    lead = LeadFactory.create(campaign=campaign, timezone="")

    queue.fill(campaign.pk, NOW)

    lead.refresh_from_db()
    assert (lead.blocked_by, lead.next_attempt_at) == ("calling_window", NOW + timedelta(days=1))


def test_a_number_suppressed_for_a_time_waits_for_its_end(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign)
    until = NOW + timedelta(days=30)
    entry = suppression.suppress(campaign.organization, lead.phone, source="import", now=NOW)
    entry.expires_at = until
    entry.save()

    queue.fill(campaign.pk, NOW)

    lead.refresh_from_db()
    assert (lead.status, lead.next_attempt_at) == (S.RETRY, until)


def test_a_refused_callback_keeps_its_promise_for_later(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    promise = callbacks.create(lead, due_at=NIGHT, now=NIGHT)

    queue.fill(campaign.pk, NIGHT)

    promise.refresh_from_db()
    lead.refresh_from_db()
    assert (promise.due_at, promise.next_at) == (NIGHT, NIGHT.replace(hour=13))
    assert (lead.status, lead.next_attempt_at) == (S.RETRY, None)
    assert queue.fill(campaign.pk, NIGHT.replace(hour=13)) == 1


def test_a_callback_to_a_suppressed_number_is_over(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(lead, due_at=NOW, now=NOW)
    suppression.suppress(campaign.organization, lead.phone, source="api", now=NOW)

    queue.fill(campaign.pk, NOW)

    lead.refresh_from_db()
    assert lead.status == S.SUPPRESSED
    assert Callback.objects.get().done_at == NOW


def test_a_callback_waits_for_its_agent_and_stands_before_nobody(
    campaign: Campaign, person: People
) -> None:
    away, here = (person(organization=campaign.organization) for _ in range(2))
    ready(here, campaign)
    for owner in (away, here):
        lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
        callbacks.create(lead, due_at=NOW, owner=owner, now=NOW)

    queue.fill(campaign.pk, NOW)

    assert QueueEntry.objects.get().owner == here.pk
    assert Callback.objects.get(owner=away).next_at == NOW + timedelta(seconds=60)


def test_a_callback_whose_agent_does_not_come_goes_to_anyone_after_a_day(
    campaign: Campaign, person: People
) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    owner = person(organization=campaign.organization)
    callbacks.create(lead, due_at=NOW, owner=owner, now=NOW)

    assert queue.fill(campaign.pk, NOW + timedelta(hours=23)) == 0
    assert queue.fill(campaign.pk, NOW + timedelta(days=1, hours=1)) == 1
    assert QueueEntry.objects.get().owner == 0


def test_an_agent_who_leaves_leaves_no_callback_in_the_table(
    campaign: Campaign, person: People
) -> None:
    owner = person(organization=campaign.organization)
    ready(owner, campaign)
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(lead, due_at=NOW, owner=owner, now=NOW)
    queue.fill(campaign.pk, NOW)
    AgentSeat.objects.update(state=AgentSeat.State.OFFLINE)

    queue.fill(campaign.pk, NOW)

    lead.refresh_from_db()
    assert lead.status == S.RETRY
    assert queue.ready_count(campaign.pk) == 0


def test_entries_whose_window_closed_go_back_to_their_rank(campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign, window_class=windows.class_for(EAST))
    queue.fill(campaign.pk, NOW)
    evening = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    assert queue.wants(campaign, evening)
    queue.fill(campaign.pk, evening)

    lead.refresh_from_db()
    assert (lead.status, queue.ready_count(campaign.pk)) == (S.NEW, 0)
    assert queue.next_due(campaign, evening) == evening + timedelta(hours=11)


def test_clearing_puts_everyone_back_where_they_came_from(campaign: Campaign) -> None:
    new = LeadFactory.create(campaign=campaign)
    due = LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=NOW)
    promised = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(promised, due_at=NOW, now=NOW)
    queue.fill(campaign.pk, NOW)

    assert queue.clear(campaign) == 3

    statuses = [Lead.objects.get(pk=lead.pk).status for lead in (new, due, promised)]
    assert statuses == [S.NEW, S.RETRY, S.RETRY]
    assert queue.fill(campaign.pk, NOW) == 3


@pytest.mark.parametrize("status", ["draft", "paused", "ended", "archived"])
def test_a_campaign_that_does_not_run_is_not_filled_and_its_table_empties(
    campaign: Campaign, status: str
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)
    Campaign.objects.update(status=status)

    assert queue.fill(campaign.pk, NOW) == 0

    lead.refresh_from_db()
    assert (lead.status, queue.ready_count(campaign.pk)) == (S.NEW, 0)


def test_changed_rules_decide_everything_again(campaign: Campaign) -> None:
    blocked = LeadFactory.create(campaign=campaign, window_class=None)
    asleep = LeadFactory.create(campaign=campaign, window_class=windows.class_for(EAST))
    assert queue.fill(campaign.pk, NIGHT) == 0
    Campaign.objects.update(window_start="00:00", rule_version=2)
    campaign.refresh_from_db()

    assert queue.wants(campaign, NIGHT)
    queue.fill(campaign.pk, NIGHT)

    assert set(order(campaign)) == {blocked, asleep}


def test_a_long_list_is_decided_again_in_several_fills(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "RECONSIDERED", 2)
    leads = LeadFactory.create_batch(5, campaign=campaign, window_class=None)
    queue.fill(campaign.pk, NIGHT)
    Campaign.objects.update(window_start="00:00", rule_version=2)
    campaign.refresh_from_db()

    sizes: list[int] = []
    while queue.wants(campaign, NIGHT) and len(sizes) < 9:
        queue.fill(campaign.pk, NIGHT)
        sizes.append(queue.ready_count(campaign.pk))

    assert sizes == [2, 4, 5]
    assert set(order(campaign)) == set(leads)


def test_the_filler_does_not_look_for_new_leads_before_there_can_be_some(
    campaign: Campaign,
) -> None:
    LeadFactory.create(campaign=campaign, window_class=windows.class_for(EAST))
    opens = NIGHT.replace(hour=13)
    just_before = opens - timedelta(seconds=10)

    queue.fill(campaign.pk, just_before)

    assert CampaignSlots.objects.get().fill_after == opens
    assert not queue.wants(campaign, opens - timedelta(seconds=1))
    assert queue.wants(campaign, opens)


def test_announced_leads_are_looked_for_at_once(
    campaign: Campaign, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    queue.fill(campaign.pk, NOW)
    assert not queue.wants(campaign, NOW)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        LeadFactory.create(campaign=campaign)
        queue.wake(campaign.pk)

    assert queue.wants(campaign, NOW)


def test_leads_that_nobody_announced_are_found_within_a_minute(campaign: Campaign) -> None:
    queue.fill(campaign.pk, NOW)
    LeadFactory.create(campaign=campaign)

    assert queue.wants(campaign, NOW + timedelta(seconds=60))


def test_the_beat_fills_every_running_campaign_that_needs_it() -> None:
    now = timezone.now()
    running, paused = CampaignFactory.create(), CampaignFactory.create(status="paused")
    later = CampaignFactory.create(starts_on=(now + timedelta(days=3)).date())
    for row in (running, paused, later):
        LeadFactory.create(campaign=row)

    tasks.fill_due()

    assert [queue.ready_count(row.pk) for row in (running, paused, later)] == [1, 0, 0]
    assert queue.fill_due(now) == 0


def test_filling_costs_the_same_number_of_queries_for_few_leads_and_for_many(
    campaign: Campaign, django_assert_num_queries: Callable[..., object]
) -> None:
    east = windows.class_for(EAST)
    LeadFactory.create(campaign=campaign, window_class=east)
    queue.fill(campaign.pk, NOW)
    LeadFactory.create_batch(48, campaign=campaign, window_class=east)

    with django_assert_num_queries(25):  # type: ignore[attr-defined]  # a context manager
        queue.fill(campaign.pk, NOW)

    assert queue.ready_count(campaign.pk) == 49
