"""Finished leads go through the list again; campaigns are copied."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from campaigns import claims, copying, editing, recycling, retries, tasks
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState, RecycleRun
from campaigns.pacing import Rule
from campaigns.recycling import Choice
from campaigns.retries import Given
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
S = Lead.Status


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def campaign(manager: User) -> Campaign:
    made = CampaignFactory.create(organization=manager.organization, max_attempts=2)
    made.refresh_from_db()
    return made


def finished(campaign: Campaign, because: str = "no_answer", **fields: Any) -> Lead:
    return LeadFactory.create(
        campaign=campaign,
        status=S.FINISHED,
        finished_because=because,
        **{"attempts": 2, "last_called_at": NOW - 10 * DAY, **fields},
    )


def test_the_dry_count_is_what_a_run_does(manager: User, campaign: Campaign) -> None:
    old, worn = finished(campaign), finished(campaign, "max_attempts")
    fresh = finished(campaign, last_called_at=NOW - DAY)
    won, other = finished(campaign, "lead"), finished(CampaignFactory.create())
    choice = Choice(("max_attempts", "no_answer"), days=5)

    counted = recycling.count(campaign, choice, NOW)
    run = recycling.start(manager, campaign, choice, now=NOW)
    moved = recycling.work(run.pk, NOW)

    run.refresh_from_db()
    assert counted == moved == run.leads == 2
    assert run.done_at == NOW
    again = Lead.objects.filter(status=S.RETRY)
    assert set(again) == {old, worn}
    assert set(again.values_list("next_attempt_at", "attempts", "attempts_before")) == {(NOW, 2, 2)}
    assert set(Lead.objects.filter(status=S.FINISHED)) == {fresh, won, other}
    assert AuditEntry.objects.get(action="campaign.recycled").after["days"] == 5


def test_a_recycled_lead_has_its_attempts_anew_and_rules_still_count_all(
    campaign: Campaign, person: Callable[..., User]
) -> None:
    agent = person(organization=campaign.organization)
    lead = LeadFactory.create(campaign=campaign)
    for at in (NOW, NOW + DAY):
        attempt = claims.claim_next(agent, [campaign.pk], now=at).attempt
        assert attempt
        claims.approve_dial(attempt, now=at)
        claims.settle(attempt, outcome="no_answer", now=at)
    lead.refresh_from_db()
    assert (lead.status, lead.finished_because) == (S.FINISHED, "max_attempts")
    dialed = PhoneState.objects.get(phone=lead.phone).last_dialed_at
    later = NOW + 2 * DAY

    run = recycling.start(agent, campaign, Choice(("max_attempts",)), now=later)
    recycling.work(run.pk, later)
    state = PhoneState.objects.get(phone=lead.phone)
    attempt = claims.claim_next(agent, [campaign.pk], now=later).attempt

    lead.refresh_from_db()
    assert attempt
    assert attempt.lead_id == lead.pk
    assert (lead.attempts, lead.tries) == (2, 0)
    assert state.last_dialed_at == dialed
    assert DialAttempt.objects.filter(lead=lead, dialed_at__isnull=False).count() == 2


def test_a_run_goes_on_after_its_last_chunk(
    manager: User, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recycling, "AT_ONCE", 2)
    for _ in range(5):
        finished(campaign)
    run = recycling.start(manager, campaign, Choice(("no_answer",)), now=NOW)
    # A worker that was killed after one chunk still holds the lease.
    assert recycling._begin(run.pk, NOW)
    assert recycling._step(run.pk, NOW) == 2

    assert recycling.work(run.pk, NOW) == 0
    later = NOW + recycling.LEASE
    assert recycling.due(later) == [run.pk]
    assert recycling.work(run.pk, later) == 3

    run.refresh_from_db()
    assert (run.leads, run.done_at) == (5, later)


def test_one_run_at_a_time_and_none_of_nothing(manager: User, campaign: Campaign) -> None:
    with pytest.raises(InputError):
        recycling.start(manager, campaign, Choice(()), now=NOW)
    recycling.start(manager, campaign, Choice(("no_answer",)), now=NOW)

    with pytest.raises(DomainError) as refusal:
        recycling.start(manager, campaign, Choice(("busy",)), now=NOW)

    assert refusal.value.code == "recycling"


def test_the_beat_finds_a_run(manager: User, campaign: Campaign) -> None:
    finished(campaign)
    recycling.start(manager, campaign, Choice(("no_answer",)), now=NOW - 365 * DAY)

    tasks.recycle_due()

    assert RecycleRun.objects.get().done_at is not None


def test_a_copy_has_everything_but_leads_and_past_dates(manager: User) -> None:
    original = editing.create_campaign(
        manager,
        name="Spring",
        max_attempts=7,
        starts_on=date(2020, 1, 1),
        ends_on=date(2020, 2, 1),
        next_phone_on=["busy"],
        lead_filter={
            "all": [
                {"field": "sheet", "operator": "is", "values": ["1"]},
                {"field": "country", "operator": "is", "values": ["US"]},
            ]
        },
        agents=[manager],
    )
    given = [Given(Rule(60, Decimal(2), other_day_part=True), outcome="busy")]
    retries.replace(original, given, by=manager)
    LeadFactory.create(campaign=original)

    copied = copying.copy_campaign(manager, original)
    third = copying.copy_campaign(manager, original)

    assert (copied.name, third.name) == ("Spring (2)", "Spring (3)")
    assert (copied.status, copied.max_attempts, copied.starts_on) == ("draft", 7, None)
    assert copied.next_phone_on == ["busy"]
    assert [row["field"] for row in copied.lead_filter["all"]] == ["country"]
    assert list(copied.agents.all()) == [manager]
    assert copied.dispositions.count() == 18
    assert retries.of_campaign(copied) == given
    assert not copied.leads.exists()
