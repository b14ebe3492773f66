"""An AI campaign calls from one of its lists; the others rest."""

from datetime import UTC, datetime

import pytest

from campaigns import callbacks, claims, dryrun, explaining, leadfilter, queue, sheets
from campaigns.models import Campaign, Lead, LeadSheet, QueueEntry
from core.errors import DomainError
from tests.campaigns.lists import imported, upload
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
S = Lead.Status


@pytest.fixture
def campaign() -> Campaign:
    """A campaign of a voice; its lists are in New York."""
    return CampaignFactory.create(mode="ai")


def sheet(campaign: Campaign, first: int, leads: int = 3) -> LeadSheet:
    """An imported list of people in New York, numbered from `first`."""
    rows = (f"+1212555{first + number:04d},America/New_York\n" for number in range(leads))
    return imported(campaign, "Phone,Time zone\n" + "".join(rows))


def claimed(campaign: Campaign, count: int = 50) -> set[int | None]:
    """The lists of those who are taken for a call now."""
    attempts = claims.claim_ahead(campaign.pk, count, now=NOW)
    return {attempt.lead.sheet_id for attempt in attempts if attempt.lead}


def test_the_first_list_is_active_and_the_next_ones_rest(campaign: Campaign) -> None:
    first, second = sheet(campaign, 1000), sheet(campaign, 2000)

    campaign.refresh_from_db()

    assert campaign.active_sheet == first
    assert (first.active, second.active) == (True, False)
    assert claimed(campaign) == {first.pk}
    assert queue.ready_count(campaign.pk) == 0


def test_a_list_of_which_nothing_came_makes_room_for_the_next(campaign: Campaign) -> None:
    canceled = sheets.receive_upload(None, campaign, upload("Phone\n2125550123\n"))
    sheets.start_import(None, canceled)
    sheets.cancel(None, canceled)

    second = sheet(campaign, 2000)

    campaign.refresh_from_db()
    assert campaign.active_sheet == second


def test_another_active_list_changes_at_once_who_is_called(campaign: Campaign) -> None:
    first, second = sheet(campaign, 1000), sheet(campaign, 2000)
    queue.fill(campaign.pk, NOW)
    assert QueueEntry.objects.count() == 3

    sheets.activate(None, second)

    assert claimed(campaign) == {second.pk}
    assert set(first.leads.values_list("blocked_by", flat=True)) == {leadfilter.RESTS}
    sheets.activate(None, first)
    assert claimed(campaign) == {first.pk}


def test_who_was_taken_before_the_list_changed_is_not_dialed(campaign: Campaign) -> None:
    sheet(campaign, 1000, leads=1)
    second = sheet(campaign, 2000)
    (attempt,) = claims.claim_ahead(campaign.pk, 1, now=NOW)

    sheets.activate(None, second)

    with pytest.raises(DomainError, match="Its list rests") as refused:
        claims.approve_dial(attempt, now=NOW)
    assert refused.value.errors["refusals"][0]["rule"] == leadfilter.RESTS
    attempt.refresh_from_db()
    assert attempt.dialed_at is None


def test_a_lead_without_a_list_is_called_and_a_picked_one_of_a_resting_list_is_not(
    campaign: Campaign,
) -> None:
    sheet(campaign, 1000, leads=1)
    resting = sheet(campaign, 2000, leads=1).leads.get()
    alone = LeadFactory.create(campaign=campaign)

    picked = claims.claim_picked(campaign.pk, resting.pk, now=NOW)

    assert picked.attempt is None
    assert [row["rule"] for row in picked.refusals] == [leadfilter.RESTS]
    assert claims.claim_picked(campaign.pk, alone.pk, now=NOW).attempt


def test_a_promise_to_someone_of_a_resting_list_is_kept(campaign: Campaign) -> None:
    sheet(campaign, 1000, leads=1)
    lead = sheet(campaign, 2000, leads=1).leads.get()
    Lead.objects.filter(pk=lead.pk).update(status=S.RETRY)
    callbacks.create(lead, due_at=NOW, now=NOW)

    (attempt, _) = claims.claim_ahead(campaign.pk, 2, now=NOW)

    assert attempt.lead == lead
    claims.approve_dial(attempt, now=NOW)


def test_nobody_is_called_from_a_list_that_is_being_undone(campaign: Campaign) -> None:
    first, second = sheet(campaign, 1000), sheet(campaign, 2000)

    sheets.start_undo(None, first, leads=3)

    campaign.refresh_from_db()
    assert campaign.active_sheet is None
    assert claimed(campaign) == set()
    sheets.activate(None, second)
    assert claimed(campaign) == {second.pk}


def test_many_resting_leads_are_passed_over_in_steps_to_the_active_ones(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SWEEP", 1)
    sheet(campaign, 1000, leads=600)
    second = sheet(campaign, 2000, leads=2)
    sheets.activate(None, second)

    fills = 0
    while queue.wants(campaign, NOW) and not queue.ready_count(campaign.pk):
        queue.fill(campaign.pk, NOW)
        fills += 1

    assert 1 < fills < 10
    assert claimed(campaign) == {second.pk}


def test_the_dry_run_and_the_explanation_count_who_rests(campaign: Campaign) -> None:
    sheet(campaign, 1000, leads=1)
    sheet(campaign, 2000, leads=3)
    campaign.refresh_from_db()

    before = dryrun.dry_run(campaign, NOW)
    queue.fill(campaign.pk, NOW)
    after = dryrun.dry_run(campaign, NOW)
    found = explaining.explain(campaign, NOW)

    for run in (before, after):
        shares = {(share.rule, share.leads) for share in run.shares}
        assert shares == {("", 1), (leadfilter.RESTS, 3)}
    assert ("On a list that rests: another one is active", 3) in {
        (cause.label, cause.leads) for cause in found.waiting
    }


def test_agents_call_from_all_lists_of_their_campaign() -> None:
    campaign = CampaignFactory.create()
    sheet(campaign, 1000), sheet(campaign, 2000)

    queue.fill(campaign.pk, NOW)

    assert QueueEntry.objects.count() == 6
    with pytest.raises(DomainError, match="Only campaigns of AI agents"):
        sheets.activate(None, LeadSheet.objects.latest("pk"))
