"""Dialing what was claimed, typed numbers, and incoming calls."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from campaigns import claims, queue, rules, suppression
from campaigns.models import (
    Campaign,
    DialAttempt,
    Lead,
    PhoneState,
)
from core.errors import DomainError
from tests.campaigns.claiming import NIGHT, NOW, by_day_only, taken
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
S = Lead.Status
People = Callable[..., User]


@pytest.fixture
def agent(person: People) -> User:
    return person()


@pytest.fixture
def campaign(agent: User) -> Campaign:
    return CampaignFactory.create(organization=agent.organization)


def refusals(caught: pytest.ExceptionInfo[DomainError]) -> list[str]:
    return [refusal["rule"] for refusal in caught.value.errors["refusals"]]


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
    by_day_only(campaign)
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
    by_day_only(campaign)
    organization = campaign.organization
    suppression.suppress(organization, "+12125550123", source="manager", now=NIGHT)

    with pytest.raises(DomainError) as caught:
        claims.claim_number(agent, phone="+12125550123", campaign=campaign, now=NIGHT)

    assert caught.value.code == "not_allowed"
    assert refusals(caught) == ["suppressed", "calling_window"]
    assert not DialAttempt.objects.exists()


@pytest.mark.parametrize(("purpose", "allowed"), [("debt", False), ("service", True)])
def test_us_10_a_call_outside_campaigns_falls_under_the_rules_of_those_that_there_are(
    agent: User, campaign: Campaign, purpose: str, allowed: bool
) -> None:
    rules.ensure_defaults(campaign.organization)
    Campaign.objects.update(purpose=purpose)
    for minute in range(7):
        now = NOW + timedelta(minutes=minute)
        attempt = claims.claim_number(agent, phone="+12125550123", campaign=campaign, now=now)
        claims.approve_dial(attempt, now=now)
        claims.settle(attempt, outcome="no_answer", now=now)

    refused: list[str] = []
    try:
        claims.claim_number(agent, phone="+12125550123", campaign=None, now=NOW)
    except DomainError as error:
        refused = [refusal["rule"] for refusal in error.errors["refusals"]]

    assert refused == ([] if allowed else ["US-10"])


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
