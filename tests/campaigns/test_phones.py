"""Several numbers of one lead, tried in their order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from campaigns import claims, consents, dryrun, nationallists, patterns, queue, suppression
from campaigns.models import (
    Campaign,
    DialAttempt,
    Lead,
    LeadPhone,
    PhoneState,
    QueueEntry,
    SuppressionEntry,
)
from tests.campaigns.lists import upload
from tests.factories import CampaignFactory, DispositionFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
FIRST, SECOND, THIRD = "+12125550001", "+12125550002", "+12125550003"
BERLIN = "+493012345678"
S = Lead.Status


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    return person()


@pytest.fixture
def campaign(agent: User) -> Campaign:
    made = CampaignFactory.create(
        organization=agent.organization,
        next_phone_on=["no_answer", "invalid_number"],
        max_attempts=5,
    )
    made.refresh_from_db()
    return made


@pytest.fixture
def lead(campaign: Campaign) -> Lead:
    """With three numbers."""
    made = LeadFactory.create(campaign=campaign, phone=FIRST)
    for order, phone in enumerate((SECOND, THIRD), 1):
        LeadPhone.objects.create(lead=made, phone=phone, order=order)
    return made


def take(agent: User, campaign: Campaign, now: datetime = NOW) -> DialAttempt:
    claim = claims.claim_next(agent, [campaign.pk], now=now)
    assert claim.attempt, claim
    return claim.attempt


def call(agent: User, campaign: Campaign, outcome: str, now: datetime = NOW) -> str:
    """The number that was dialed."""
    attempt = take(agent, campaign, now)
    claims.approve_dial(attempt, now=now)
    claims.settle(attempt, outcome=outcome, now=now)
    return attempt.phone


def test_the_next_number_is_dialed_at_once_and_all_again_after_the_delay(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    numbers = [call(agent, campaign, "no_answer") for _ in range(3)]
    nothing = claims.claim_next(agent, [campaign.pk], now=NOW)
    later = NOW + timedelta(seconds=campaign.retry_after_s)
    again = call(agent, campaign, "no_answer", later)

    assert numbers == [FIRST, SECOND, THIRD]
    assert nothing.next_at == later
    assert again == FIRST


def test_each_number_has_its_own_state_and_the_lead_one_cap(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(max_attempts=2)

    for _ in range(2):
        call(agent, campaign, "no_answer")

    lead.refresh_from_db()
    dialed = PhoneState.objects.filter(last_dialed_at=NOW).values_list("phone", flat=True)
    assert set(dialed) == {FIRST, SECOND}
    assert (lead.status, lead.finished_because, lead.attempts) == (S.FINISHED, "max_attempts", 2)


def test_an_outcome_that_is_not_named_stays_with_the_number(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    call(agent, campaign, "busy")

    lead.refresh_from_db()
    assert (lead.phone_index, lead.next_attempt_at) == (0, NOW + timedelta(seconds=600))


def test_what_is_no_number_is_not_tried_again(agent: User, campaign: Campaign, lead: Lead) -> None:
    first = [call(agent, campaign, outcome) for outcome in ("invalid_number", "no_answer")]
    third = call(agent, campaign, "invalid_number")
    later = NOW + timedelta(days=1)
    left = call(agent, campaign, "invalid_number", later)

    lead.refresh_from_db()
    assert (*first, third, left) == (FIRST, SECOND, THIRD, SECOND)
    assert (lead.status, lead.finished_because) == (S.FINISHED, "invalid_number")


def test_suppressed_numbers_are_passed_over(agent: User, campaign: Campaign, lead: Lead) -> None:
    for phone in (FIRST, SECOND):
        suppression.suppress(campaign.organization, phone, source="api", now=NOW)

    assert take(agent, campaign).phone == THIRD


def test_a_lead_all_of_whose_numbers_are_suppressed_is_not_called(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    for phone in (FIRST, SECOND, THIRD):
        suppression.suppress(campaign.organization, phone, source="api", now=NOW)

    queue.fill(campaign.pk, NOW)

    lead.refresh_from_db()
    assert lead.status == S.SUPPRESSED


def test_a_number_suppressed_while_it_is_ready_gives_way_to_the_next(
    agent: User,
    campaign: Campaign,
    lead: Lead,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    queue.fill(campaign.pk, NOW)
    with django_capture_on_commit_callbacks(execute=True):
        suppression.suppress(campaign.organization, FIRST, source="api", now=NOW)

    assert take(agent, campaign).phone == SECOND


def test_a_further_number_suppressed_while_it_is_ready_is_not_dialed(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    call(agent, campaign, "no_answer")
    queue.fill(campaign.pk, NOW)
    assert QueueEntry.objects.get().phone == SECOND
    suppression.suppress(campaign.organization, SECOND, source="api", now=NOW)

    assert take(agent, campaign).phone == THIRD


def test_a_number_of_another_place_is_called_in_the_hours_of_both(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(window_start="09:00", window_end="20:00")
    LeadPhone.objects.filter(phone=SECOND).update(phone=BERLIN)
    evening = NOW + timedelta(hours=3)  # nine in Berlin

    call(agent, campaign, "no_answer", evening)

    lead.refresh_from_db()
    nothing = claims.claim_next(agent, [campaign.pk], now=evening)
    tomorrow = NOW.replace(day=24, hour=14)  # nine in New York, three in Berlin
    assert nothing.attempt is None
    assert take(agent, campaign, tomorrow).phone == BERLIN


def test_the_dry_run_looks_at_the_number_whose_turn_it_is(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    call(agent, campaign, "no_answer")
    suppression.suppress(campaign.organization, FIRST, source="api", now=NOW)

    shares = dryrun.dry_run(campaign, NOW).shares

    assert [(share.rule, share.leads) for share in shares] == [("", 1)]


@pytest.mark.parametrize("bar", ["number", "prefix", "list"])
def test_the_dry_run_passes_over_a_number_that_is_not_called_as_the_queue_does(
    campaign: Campaign, lead: Lead, bar: str
) -> None:
    Campaign.objects.update(next_phone_on=[])
    campaign.refresh_from_db()
    LeadFactory.create(campaign=campaign, phone="+13105550001")
    not_called(campaign, bar, FIRST, "+13105550001")

    before = dryrun.dry_run(campaign, NOW)
    ready = queue.fill(campaign.pk, NOW)
    after = dryrun.dry_run(campaign, NOW)

    assert (before.total, before.of("now"), ready, after.of("now")) == (2, 1, 1, 1)
    assert QueueEntry.objects.get().phone == (BERLIN if bar == "prefix" else SECOND)


def not_called(campaign: Campaign, bar: str, *numbers: str) -> None:
    """Bars numbers, or all of their country."""
    house = campaign.organization
    if bar == "number":
        suppression.suppress_many(house, numbers, source="api", now=NOW)
    elif bar == "list":
        file = upload("Number\n" + "\n".join(numbers))
        nationallists.copy(file, house, "US-DNC", as_of=NOW.date(), now=NOW)
    else:
        patterns.add(house, "prefix", "+1", now=NOW)
        LeadPhone.objects.filter(phone=THIRD).update(phone=BERLIN)
    campaign.refresh_from_db()


def test_us_9_who_asks_not_to_be_called_is_called_at_no_other_number(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    elsewhere = CampaignFactory.create(organization=agent.organization)
    again = LeadFactory.create(campaign=elsewhere, phone=SECOND)
    dnc = DispositionFactory.create(organization=agent.organization, do_not_call=True)
    call(agent, campaign, "no_answer")
    attempt = take(agent, campaign)

    claims.dispose(attempt, dnc, now=NOW)

    assert attempt.phone == SECOND
    assert suppressed(agent) == {FIRST, SECOND, THIRD}
    assert queue.fill(elsewhere.pk, NOW) == 0
    again.refresh_from_db()
    assert again.status == S.SUPPRESSED


def test_us_9_a_program_that_names_the_first_number_stops_them_all(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    stranger = LeadFactory.create(campaign=campaign, phone="+12125550009")
    LeadPhone.objects.create(lead=stranger, phone=FIRST, order=1)

    consents.stop(campaign.organization_id, FIRST, source="api", now=NOW)

    assert suppressed(agent) == {FIRST, SECOND, THIRD}
    assert queue.fill(campaign.pk, NOW) == 1


def test_a_lead_comes_back_by_whichever_of_its_numbers_is_released(
    agent: User, campaign: Campaign, lead: Lead
) -> None:
    consents.stop(campaign.organization_id, FIRST, source="api", now=NOW)
    queue.fill(campaign.pk, NOW)
    lead.refresh_from_db()
    assert lead.status == S.SUPPRESSED

    entry = SuppressionEntry.objects.get(phone=SECOND)
    suppression.lift(entry, by=agent, because="They asked for it.", now=NOW)

    assert take(agent, campaign).phone == SECOND


def suppressed(agent: User) -> set[str]:
    """The numbers that the agent's organization calls in no campaign."""
    rows = SuppressionEntry.objects.filter(organization=agent.organization_id, campaign_key=0)
    return set(rows.values_list("phone", flat=True))
