"""Claiming leads and numbers: who gets what, and why there is nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from campaigns import claims, queue, suppression, windows
from campaigns.models import (
    Campaign,
    DialAttempt,
    Disposition,
    Lead,
    PhoneState,
    QueueEntry,
    WindowClass,
)
from core.errors import DomainError
from tests.factories import CampaignFactory, DispositionFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
NIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # two in the morning there
S = Lead.Status
People = Callable[..., User]


@pytest.fixture
def agent(person: People) -> User:
    return person()


@pytest.fixture
def campaign(agent: User) -> Campaign:
    return CampaignFactory.create(organization=agent.organization)


def taken(agent: User, *campaigns: Campaign, now: datetime = NOW) -> DialAttempt:
    claim = claims.claim_next(agent, [row.pk for row in campaigns], now=now)
    assert claim.attempt is not None, claim
    return claim.attempt


def refusals(caught: pytest.ExceptionInfo[DomainError]) -> list[str]:
    return [refusal["rule"] for refusal in caught.value.errors["refusals"]]


def test_claim_next_takes_the_new_lead_of_the_lowest_rank(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, rank=2)
    first = LeadFactory.create(campaign=campaign, rank=1)

    attempt = taken(agent, campaign)

    first.refresh_from_db()
    assert attempt.lead == first
    assert (attempt.live_agent, attempt.decision) == (agent.pk, "allowed")
    assert first.status == S.CLAIMED
    assert PhoneState.objects.get(phone=first.phone).live_attempt == attempt.pk
    assert not QueueEntry.objects.filter(lead=first).exists()


def test_no_lead_is_claimed_twice(person: People, campaign: Campaign) -> None:
    LeadFactory.create_batch(3, campaign=campaign)
    agents = [person() for _ in range(4)]

    attempts = [claims.claim_next(agent, [campaign.pk], now=NOW).attempt for agent in agents]

    leads = {attempt.lead_id for attempt in attempts if attempt}
    assert len(leads) == 3
    assert attempts[3] is None


def test_a_claim_costs_a_fixed_number_of_queries(
    agent: User,
    person: People,
    campaign: Campaign,
    django_assert_num_queries: Callable[..., object],
) -> None:
    LeadFactory.create_batch(30, campaign=campaign)
    taken(person(), campaign)

    with django_assert_num_queries(10):  # type: ignore[attr-defined]  # a context manager
        taken(agent, campaign)


def test_a_retry_comes_before_new_leads_and_a_callback_before_a_retry(
    agent: User, person: People, campaign: Campaign
) -> None:
    LeadFactory.create(campaign=campaign)
    retry = LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=NOW)
    attempt = claims.claim_number(
        person(),
        phone=(promised := LeadFactory.create(campaign=campaign)).phone,
        campaign=campaign,
        lead=promised,
        now=NOW,
    )
    claims.dispose(attempt, _callback(campaign), now=NOW, callback_at=NOW + timedelta(hours=1))
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)
    later = NOW + timedelta(hours=1)

    order = [taken(person(), campaign, now=later).lead for _ in range(2)]

    assert order == [promised, retry]


def test_the_agents_own_callback_comes_first_and_to_no_one_else(
    agent: User, person: People, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    attempt = taken(agent, campaign)
    claims.dispose(attempt, _callback(campaign), now=NOW, callback_at=NOW, owner=agent)
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)
    later = NOW + timedelta(minutes=5)

    nothing = claims.claim_next(person(), [campaign.pk], now=NOW)
    own = taken(agent, campaign, now=later)

    assert nothing.attempt is None
    assert own.lead == lead


def test_a_campaign_with_something_due_is_served_before_one_with_new_leads(
    agent: User, campaign: Campaign
) -> None:
    other = CampaignFactory.create(organization=agent.organization)
    LeadFactory.create(campaign=campaign)
    due = LeadFactory.create(campaign=other, status=S.RETRY, next_attempt_at=NOW)
    for row in (campaign, other):
        queue.fill(row.pk, NOW)

    assert taken(agent, campaign, other).lead == due


def test_a_number_that_is_in_a_call_elsewhere_is_passed_over(
    agent: User, person: People, campaign: Campaign
) -> None:
    other = CampaignFactory.create(organization=agent.organization)
    theirs = LeadFactory.create(campaign=other)
    ours = LeadFactory.create(campaign=campaign, phone=theirs.phone, rank=1)
    next_one = LeadFactory.create(campaign=campaign, rank=2)
    queue.fill(campaign.pk, NOW)
    taken(person(), other)

    attempt = taken(agent, campaign)

    ours.refresh_from_db()
    assert attempt.lead == next_one
    assert (ours.status, ours.blocked_by) == (S.RETRY, "live_elsewhere")
    assert ours.next_attempt_at == NOW + timedelta(seconds=60)


def test_a_number_suppressed_after_filling_is_passed_over(agent: User, campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)
    organization = campaign.organization
    suppression.suppress(organization, lead.phone, source="manager", now=NOW)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    lead.refresh_from_db()
    assert (claim.attempt, claim.code) == (None, "list_finished")
    assert lead.status == S.SUPPRESSED


def test_a_claim_gives_up_after_twenty_refused_leads(agent: User, campaign: Campaign) -> None:
    LeadFactory.create_batch(25, campaign=campaign)
    queue.fill(campaign.pk, NOW)
    Lead.objects.update(attempts=99)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.attempt, claim.code) == (None, "queue_stale")
    assert claim.next_at == NOW + timedelta(seconds=1)
    assert Lead.objects.filter(status=S.FINISHED, finished_because="max_attempts").count() == 20


def test_without_a_campaign_the_claim_asks_for_one(agent: User) -> None:
    claim = claims.claim_next(agent, [], now=NOW)

    assert (claim.code, claim.message) == ("no_campaign", "Choose a campaign to call for.")


def test_another_organizations_campaign_is_none(agent: User) -> None:
    theirs = LeadFactory.create().campaign

    assert claims.claim_next(agent, [theirs.pk], now=NOW).code == "no_campaign"


def test_a_paused_campaign_says_so_at_once(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)
    Campaign.objects.update(status=Campaign.Status.PAUSED)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.message) == ("campaign_paused", "The campaign is paused.")


def test_a_campaign_that_starts_later_says_when(agent: User, campaign: Campaign) -> None:
    Campaign.objects.update(starts_on=date(2026, 11, 25))

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert claim.code == "campaign_dates"
    assert claim.next_at == datetime(2026, 11, 25, tzinfo=UTC)


def test_outside_the_calling_hours_the_claim_says_when_they_begin(
    agent: User, campaign: Campaign
) -> None:
    _daytime(campaign)
    LeadFactory.create(campaign=campaign, window_class=_class("America/New_York"))

    claim = claims.claim_next(agent, [campaign.pk], now=NIGHT)

    assert (claim.code, claim.next_at) == ("outside_window", NIGHT.replace(hour=13))


def test_before_the_next_retry_the_claim_says_when_it_is_due(
    agent: User, campaign: Campaign
) -> None:
    due = NOW + timedelta(minutes=20)
    LeadFactory.create(campaign=campaign, status=S.RETRY, next_attempt_at=due)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.next_at) == ("nothing_due", due)


def test_while_others_have_the_last_leads_the_claim_asks_to_come_back(
    agent: User, person: People, campaign: Campaign
) -> None:
    LeadFactory.create(campaign=campaign)
    taken(person(), campaign)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.next_at) == ("nothing_due", NOW + timedelta(seconds=15))


def test_a_list_that_is_worked_through_is_finished(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, status=S.FINISHED)

    assert claims.claim_next(agent, [campaign.pk], now=NOW).code == "list_finished"


def test_leads_without_a_known_hour_are_not_a_finished_list(
    agent: User, campaign: Campaign
) -> None:
    _daytime(campaign)
    LeadFactory.create(campaign=campaign, timezone="", window_class=_class())

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert (claim.code, claim.next_at) == ("outside_window", None)


def test_dialing_counts_once_however_often_it_is_asked(agent: User, campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign)
    attempt = taken(agent, campaign)

    for _ in range(2):
        claims.approve_dial(attempt, now=NOW)

    lead.refresh_from_db()
    attempt.refresh_from_db()
    assert (lead.attempts, lead.last_called_at, attempt.dialed_at) == (1, NOW, NOW)
    assert PhoneState.objects.get(phone=lead.phone).last_dialed_at == NOW


def test_dialing_is_decided_again_and_refused_without_a_trace(
    agent: User, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    attempt = taken(agent, campaign)
    Campaign.objects.update(status=Campaign.Status.PAUSED)

    with pytest.raises(DomainError) as caught:
        claims.approve_dial(attempt, now=NOW)

    lead.refresh_from_db()
    assert caught.value.code == "not_allowed"
    assert refusals(caught) == ["campaign_not_running"]
    assert lead.attempts == 0


def test_dialing_after_the_window_closed_is_refused(agent: User, campaign: Campaign) -> None:
    _daytime(campaign)
    LeadFactory.create(campaign=campaign)
    attempt = taken(agent, campaign)

    with pytest.raises(DomainError) as caught:
        claims.approve_dial(attempt, now=NOW + timedelta(hours=9))

    assert refusals(caught) == ["calling_window"]


def test_an_ended_attempt_is_not_dialed(agent: User, campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign)
    attempt = taken(agent, campaign)
    claims.release(attempt, now=NOW, reason="skipped")

    with pytest.raises(DomainError, match="over"):
        claims.approve_dial(attempt, now=NOW)


def test_a_typed_number_without_a_campaign_is_taken(agent: User) -> None:
    attempt = claims.claim_number(agent, phone="+12025550123", campaign=None, now=NOW)

    claims.approve_dial(attempt, now=NOW)
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True, conversation=True)

    state = PhoneState.objects.get(phone="+12025550123")
    assert (state.live_attempt, state.last_conversation_at) == (None, NOW)
    assert (attempt.campaign_id, attempt.lead_id, attempt.live_agent) == (None, None, None)


def test_a_typed_number_passes_the_same_rules(agent: User, campaign: Campaign) -> None:
    _daytime(campaign)
    organization = campaign.organization
    suppression.suppress(organization, "+12125550123", source="manager", now=NIGHT)

    with pytest.raises(DomainError) as caught:
        claims.claim_number(agent, phone="+12125550123", campaign=campaign, now=NIGHT)

    assert caught.value.code == "not_allowed"
    assert refusals(caught) == ["suppressed", "calling_window"]
    assert not DialAttempt.objects.exists()


def test_a_typed_number_in_a_call_is_refused(agent: User, person: People) -> None:
    claims.claim_number(person(), phone="+12025550123", campaign=None, now=NOW)

    with pytest.raises(DomainError) as caught:
        claims.claim_number(agent, phone="+12025550123", campaign=None, now=NOW)

    assert refusals(caught) == ["live_elsewhere"]


def test_dialing_a_waiting_lead_by_hand_takes_it_out_of_the_table(
    agent: User, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)

    claims.claim_number(agent, phone=lead.phone, campaign=campaign, lead=lead, now=NOW)

    lead.refresh_from_db()
    assert lead.status == S.CLAIMED
    assert queue.ready_count(campaign.pk) == 0


def test_dialing_a_finished_lead_by_hand_leaves_it_finished(
    agent: User, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.FINISHED)
    attempt = claims.claim_number(agent, phone=lead.phone, campaign=campaign, lead=lead, now=NOW)

    claims.approve_dial(attempt, now=NOW)
    claims.settle(attempt, outcome="busy", now=NOW)

    lead.refresh_from_db()
    assert (lead.status, lead.attempts) == (S.FINISHED, 1)


def test_an_incoming_call_is_taken_whatever_the_rules_say(agent: User, campaign: Campaign) -> None:
    lead = LeadFactory.create(campaign=campaign, status=S.SUPPRESSED)
    organization = campaign.organization
    suppression.suppress(organization, lead.phone, source="manager", now=NOW)

    attempt = claims.claim_number(
        agent, phone=lead.phone, campaign=campaign, lead=lead, inbound=True, now=NIGHT
    )

    lead.refresh_from_db()
    assert attempt.inbound
    assert lead.status == S.SUPPRESSED


def test_an_incoming_call_keeps_its_number_from_being_dialed(
    agent: User, person: People, campaign: Campaign
) -> None:
    lead = LeadFactory.create(campaign=campaign)
    call = claims.claim_number(
        person(), phone=lead.phone, campaign=campaign, lead=lead, inbound=True, now=NOW
    )

    during = claims.claim_next(agent, [campaign.pk], now=NOW)
    claims.settle(call, outcome="answered", now=NOW, live_answer=True)
    afterwards = taken(agent, campaign, now=NOW + timedelta(minutes=1))

    assert during.attempt is None
    assert afterwards.lead == lead


@pytest.mark.parametrize("shown", ["anonymous", "101", ""])
def test_incoming_calls_without_a_number_do_not_exclude_each_other(
    person: People, shown: str
) -> None:
    calls = [
        claims.claim_number(person(), phone=shown, campaign=None, inbound=True, now=NOW)
        for _ in range(2)
    ]

    assert all(call.pk for call in calls)
    assert not PhoneState.objects.exists()


def _callback(campaign: Campaign) -> Disposition:
    return DispositionFactory.create(
        organization=campaign.organization, callback=True, contact=True, finished=False
    )


def _class(*zones: str) -> WindowClass:
    return windows.class_for(zones, "US")


def _daytime(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(window_start="08:00", window_end="21:00")
