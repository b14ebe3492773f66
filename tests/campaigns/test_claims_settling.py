"""What a call's end means for its lead and its number."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from campaigns import claims, queue, suppression
from campaigns.models import (
    Callback,
    Campaign,
    DialAttempt,
    Lead,
    PhoneState,
    RetryRule,
    SuppressionEntry,
)
from core.errors import DomainError
from tests.factories import CampaignFactory, DispositionFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
S = Lead.Status
People = Callable[..., User]


@pytest.fixture
def agent(person: People) -> User:
    return person()


@pytest.fixture
def campaign(agent: User) -> Campaign:
    return CampaignFactory.create(organization=agent.organization, retry_after_s=7200)


@pytest.fixture
def lead(campaign: Campaign) -> Lead:
    return LeadFactory.create(campaign=campaign)


@pytest.fixture
def attempt(agent: User, lead: Lead) -> DialAttempt:
    """A call to the lead that was dialed."""
    return dialed(agent, lead)


def dialed(agent: User, lead: Lead, now: datetime = NOW) -> DialAttempt:
    claim = claims.claim_next(agent, [lead.campaign_id], now=now)
    assert claim.attempt is not None, claim
    assert claim.attempt.lead_id == lead.pk
    claims.approve_dial(claim.attempt, now=now)
    return claim.attempt


def where(lead: Lead) -> tuple[str, datetime | None, str]:
    lead.refresh_from_db()
    return lead.status, lead.next_attempt_at, lead.finished_because


@pytest.mark.parametrize(
    ("outcome", "delay_s"),
    [("busy", 600), ("failed", 900), ("canceled", 600), ("no_answer", 7200), ("rejected", 7200)],
)
def test_an_unanswered_lead_is_tried_again_after_a_sensible_time(
    attempt: DialAttempt, lead: Lead, outcome: str, delay_s: int
) -> None:
    claims.settle(attempt, outcome=outcome, now=NOW)

    assert where(lead) == (S.RETRY, NOW + timedelta(seconds=delay_s), "")


@pytest.mark.parametrize("outcome", ["answered", "invalid_number"])
def test_an_answered_or_invalid_number_is_finished(
    attempt: DialAttempt, lead: Lead, outcome: str
) -> None:
    claims.settle(attempt, outcome=outcome, now=NOW, live_answer=outcome == "answered")

    assert where(lead) == (S.FINISHED, None, outcome)


def test_a_campaigns_own_rule_decides_before_the_default(
    attempt: DialAttempt, lead: Lead, campaign: Campaign
) -> None:
    RetryRule.objects.create(campaign=campaign, outcome="answered", delay_s=60)

    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)

    assert where(lead) == (S.RETRY, NOW + timedelta(seconds=60), "")


def test_a_rule_may_finish_a_lead_on_an_outcome(
    attempt: DialAttempt, lead: Lead, campaign: Campaign
) -> None:
    RetryRule.objects.create(campaign=campaign, outcome="busy", delay_s=0, finished=True)

    claims.settle(attempt, outcome="busy", now=NOW)

    assert where(lead) == (S.FINISHED, None, "busy")


def test_the_last_attempt_finishes_the_lead(
    attempt: DialAttempt, lead: Lead, campaign: Campaign
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(max_attempts=1)

    claims.settle(attempt, outcome="busy", now=NOW)

    assert where(lead) == (S.FINISHED, None, "max_attempts")


def test_the_next_try_lies_inside_an_open_window(
    agent: User, lead: Lead, campaign: Campaign
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(window_start="08:00", window_end="12:30")
    attempt = dialed(agent, lead)

    claims.settle(attempt, outcome="no_answer", now=NOW)

    tomorrow_at_eight = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    assert where(lead) == (S.RETRY, tomorrow_at_eight, "")


def test_settling_frees_number_and_agent_and_keeps_the_outcome(
    attempt: DialAttempt, lead: Lead
) -> None:
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True, conversation=True)

    attempt.refresh_from_db()
    state = PhoneState.objects.get(phone=lead.phone)
    assert (attempt.outcome, attempt.live_answer, attempt.conversation) == ("answered", True, True)
    assert (attempt.ended_at, attempt.live_agent) == (NOW, None)
    assert (state.live_attempt, state.last_conversation_at) == (None, NOW)


def test_settling_twice_changes_nothing(attempt: DialAttempt, lead: Lead) -> None:
    claims.settle(attempt, outcome="busy", now=NOW)
    before = where(lead)

    claims.settle(attempt, outcome="answered", now=NOW + timedelta(minutes=1), live_answer=True)

    attempt.refresh_from_db()
    assert attempt.outcome == "busy"
    assert where(lead) == before


def test_after_a_presumed_end_the_lead_rests(attempt: DialAttempt, lead: Lead) -> None:
    rest = NOW + timedelta(hours=3)

    claims.settle(attempt, outcome="unknown", now=NOW, hold_until=rest)

    assert where(lead) == (S.RETRY, rest, "")


def test_a_released_lead_comes_back_without_a_dial(agent: User, person: People, lead: Lead) -> None:
    claim = claims.claim_next(agent, [lead.campaign_id], now=NOW)
    assert claim.attempt is not None

    claims.release(claim.attempt, now=NOW, reason="skipped", delay_s=30)

    assert where(lead) == (S.RETRY, NOW + timedelta(seconds=30), "")
    assert (lead.attempts, claim.attempt.released_because) == (0, "skipped")
    again = claims.claim_next(person(), [lead.campaign_id], now=NOW + timedelta(seconds=30))
    assert again.attempt is not None


def test_releasing_twice_changes_nothing(agent: User, lead: Lead) -> None:
    claim = claims.claim_next(agent, [lead.campaign_id], now=NOW)
    assert claim.attempt is not None
    claims.release(claim.attempt, now=NOW, reason="skipped")

    claims.release(claim.attempt, now=NOW, reason="cancelled", delay_s=99)

    assert where(lead) == (S.RETRY, NOW, "")
    assert claim.attempt.released_because == "skipped"


def test_what_was_dialed_is_not_released(attempt: DialAttempt) -> None:
    with pytest.raises(DomainError) as caught:
        claims.release(attempt, now=NOW, reason="skipped")

    assert caught.value.code == "already_dialed"


@pytest.mark.parametrize("first", ["settle", "dispose"])
def test_the_agents_result_overrides_the_lines(
    attempt: DialAttempt, lead: Lead, first: str
) -> None:
    result = DispositionFactory.create(finished=False, retry_after_s=300)

    if first == "settle":
        claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)
        claims.dispose(attempt, result, now=NOW)
    else:
        claims.dispose(attempt, result, now=NOW)
        claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)

    assert where(lead) == (S.RETRY, NOW + timedelta(seconds=300), "")
    assert PhoneState.objects.get(phone=lead.phone).live_attempt is None


def test_a_finishing_result_names_itself(attempt: DialAttempt, lead: Lead) -> None:
    claims.settle(attempt, outcome="busy", now=NOW)

    claims.dispose(attempt, DispositionFactory.create(code="lost"), now=NOW)

    assert where(lead) == (S.FINISHED, None, "lost")


def test_a_changed_result_moves_the_lead_again(attempt: DialAttempt, lead: Lead) -> None:
    claims.settle(attempt, outcome="busy", now=NOW)
    claims.dispose(attempt, DispositionFactory.create(code="lost"), now=NOW)

    claims.dispose(attempt, DispositionFactory.create(finished=False, retry_after_s=60), now=NOW)

    assert where(lead) == (S.RETRY, NOW + timedelta(seconds=60), "")


def test_a_late_result_of_a_lead_in_the_ready_table_takes_it_out(
    attempt: DialAttempt, lead: Lead
) -> None:
    claims.settle(attempt, outcome="busy", now=NOW)
    later = NOW + timedelta(minutes=11)
    queue.fill(lead.campaign_id, later)

    claims.dispose(attempt, DispositionFactory.create(code="lost"), now=later)

    assert where(lead)[0] == S.FINISHED
    assert queue.ready_count(lead.campaign_id) == 0


def test_a_late_result_does_not_move_a_lead_that_is_called_again(
    attempt: DialAttempt, lead: Lead, person: People
) -> None:
    claims.settle(attempt, outcome="busy", now=NOW)
    dialed(person(), lead, now=NOW + timedelta(minutes=11))

    claims.dispose(attempt, DispositionFactory.create(), now=NOW + timedelta(minutes=12))

    assert where(lead)[0] == S.CLAIMED


def test_a_wish_not_to_be_called_holds_in_every_campaign_at_once(
    attempt: DialAttempt, lead: Lead, agent: User
) -> None:
    other = LeadFactory.create(
        campaign=CampaignFactory.create(organization=agent.organization), phone=lead.phone
    )
    waiting = LeadFactory.create(
        campaign=CampaignFactory.create(organization=agent.organization), phone=lead.phone
    )
    PhoneState.objects.update(live_attempt=None)
    queue.fill(other.campaign_id, NOW)
    PhoneState.objects.update(live_attempt=attempt.pk)

    claims.dispose(attempt, DispositionFactory.create(do_not_call=True), now=NOW)
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)

    entry = SuppressionEntry.objects.get()
    assert (entry.phone, entry.campaign_key, entry.source) == (lead.phone, 0, "agent")
    assert where(lead)[0] == S.SUPPRESSED
    assert where(other)[0] == S.SUPPRESSED
    assert queue.fill(waiting.campaign_id, NOW) == 0
    assert where(waiting)[0] == S.SUPPRESSED


def test_another_organization_may_call_a_suppressed_number(
    attempt: DialAttempt, lead: Lead
) -> None:
    theirs = LeadFactory.create(phone=lead.phone)

    claims.dispose(attempt, DispositionFactory.create(do_not_call=True), now=NOW)

    assert queue.fill(theirs.campaign_id, NOW) == 1
    assert not suppression.is_suppressed(theirs.organization, theirs.phone, now=NOW)


def test_a_promised_call_waits_for_its_time_and_its_agent(
    attempt: DialAttempt, lead: Lead, agent: User
) -> None:
    due = NOW + timedelta(days=1)
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)

    result = DispositionFactory.create(finished=False, callback=True)
    claims.dispose(attempt, result, now=NOW, callback_at=due, owner=agent)

    promise = Callback.objects.get()
    assert where(lead) == (S.RETRY, None, "")
    assert (promise.open_key, promise.owner, promise.due_at) == (lead.pk, agent, due)
    assert claims.claim_next(agent, [lead.campaign_id], now=NOW).next_at == due


def test_a_promise_is_kept_when_someone_was_reached(
    attempt: DialAttempt, lead: Lead, agent: User
) -> None:
    _promise(attempt, agent)
    second = dialed(agent, lead, now=NOW + timedelta(hours=1))

    claims.settle(second, outcome="answered", now=NOW + timedelta(hours=1), live_answer=True)

    assert Callback.objects.get().done_at is not None
    assert where(lead)[0] == S.FINISHED


def test_a_promise_moves_along_while_nobody_answers(
    attempt: DialAttempt, lead: Lead, agent: User
) -> None:
    _promise(attempt, agent)
    at = NOW + timedelta(hours=1)
    second = dialed(agent, lead, now=at)

    claims.settle(second, outcome="busy", now=at)

    promise = Callback.objects.get()
    assert (promise.done_at, promise.owner) == (None, agent)
    assert promise.due_at == at
    assert promise.next_at == at + timedelta(minutes=10)


def test_a_promise_is_tried_once_more_than_the_attempts_allow(
    attempt: DialAttempt, lead: Lead, agent: User, campaign: Campaign
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(max_attempts=1)
    _promise(attempt, agent)
    second = dialed(agent, lead, now=NOW + timedelta(hours=1))

    claims.settle(second, outcome="busy", now=NOW + timedelta(hours=1))

    assert where(lead) == (S.FINISHED, None, "max_attempts")
    assert Callback.objects.get().done_at is not None


def test_a_new_promise_takes_the_place_of_the_old(
    attempt: DialAttempt, lead: Lead, agent: User
) -> None:
    _promise(attempt, agent)

    _promise(attempt, agent)

    assert Callback.objects.filter(open_key=lead.pk).count() == 1
    assert Callback.objects.filter(done_at=None).count() == 1


def test_an_end_is_put_right_and_the_same_again_changes_nothing(
    attempt: DialAttempt, lead: Lead
) -> None:
    claims.settle(attempt, outcome="unknown", now=NOW, hold_until=NOW + timedelta(minutes=10))
    later = NOW + timedelta(minutes=2)

    claims.correct(attempt, outcome="busy", now=NOW, live_answer=False, conversation=False)
    for minutes in (0, 1):  # what came later knew more, and came twice
        at = later + timedelta(minutes=minutes)
        claims.correct(attempt, outcome="answered", now=at, live_answer=True, conversation=True)

    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.live_answer, attempt.corrected_at) == ("answered", True, later)
    assert where(lead) == (S.FINISHED, None, "answered")
    assert PhoneState.objects.get(phone=lead.phone).last_conversation_at == later


def test_a_correction_leaves_the_agents_result_alone(attempt: DialAttempt, lead: Lead) -> None:
    claims.settle(attempt, outcome="unknown", now=NOW)
    claims.dispose(attempt, DispositionFactory.create(code="lost"), now=NOW)

    claims.correct(attempt, outcome="busy", now=NOW, live_answer=False, conversation=False)

    assert where(lead) == (S.FINISHED, None, "lost")


def test_an_incoming_calls_result_moves_the_lead_it_is_about(
    agent: User, person: People, lead: Lead, campaign: Campaign
) -> None:
    queue.fill(campaign.pk, NOW)
    call = claims.claim_number(
        agent, phone=lead.phone, campaign=campaign, lead=lead, inbound=True, now=NOW
    )
    claims.settle(call, outcome="answered", now=NOW, live_answer=True)
    assert where(lead)[0] == S.QUEUED

    claims.dispose(call, DispositionFactory.create(code="lost"), now=NOW)

    assert where(lead) == (S.FINISHED, None, "lost")
    assert queue.ready_count(campaign.pk) == 0


def _promise(attempt: DialAttempt, owner: User) -> None:
    """The agent promises to call again in an hour."""
    result = DispositionFactory.create(finished=False, callback=True, contact=True)
    at = NOW + timedelta(hours=1)
    claims.settle(attempt, outcome="answered", now=NOW, live_answer=True)
    claims.dispose(attempt, result, now=NOW, callback_at=at, owner=owner)
