"""An import is stopped, goes on, and is undone: nobody who was called is forgotten."""

import pytest
from django.utils import timezone

from campaigns import callbacks, sheets, tasks
from campaigns.models import Callback, Campaign, Lead, LeadPhone, LeadSheet, QueueEntry
from campaigns.sheets import importing, undoing
from campaigns.sheets.reading import Layout
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.campaigns.lists import imported, upload
from tests.factories import AttemptFactory, CampaignFactory

pytestmark = pytest.mark.django_db
LIST = "Name,Phone,Phone 2\n" + "".join(
    f"Person {n},21255501{n:02d},21255502{n:02d}\n" for n in range(10)
)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


def undone(sheet: LeadSheet) -> LeadSheet:
    """The sheet after a worker has undone it."""
    sheets.start_undo(None, sheet, leads=sheet.leads.count())
    sheets.run_undo(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def test_a_canceled_import_keeps_its_rows_and_goes_on_where_it_stopped(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an import that is canceled while its second chunk is read
    monkeypatch.setenv("DIALER_SHEETS_CHUNK_ROWS", "10")
    text = "Phone\n" + "".join(f"21255501{n:02d}\n" for n in range(30))
    sheet = sheets.receive_upload(None, campaign, upload(text))
    sheets.start_import(None, sheet)
    begun = importing._begin(sheet.pk, timezone.now())
    assert begun is not None
    run = importing.Run(begun, Layout(**begun.layout), 31)
    rows = list(importing.rows_of(sheet))
    assert run.through(iter(rows[:10]))
    sheets.cancel(None, sheet)

    # when its worker goes on, and the import is continued later
    assert not run.through(iter(rows[10:]))
    sheet.refresh_from_db()
    assert (sheet.status, sheet.rows_accepted) == (LeadSheet.Status.CANCELED, 9)
    assert sheets.due(timezone.now()) == []
    sheets.start_import(None, sheet)
    sheets.run_import(sheet.pk)

    # then each row is there once
    sheet.refresh_from_db()
    assert (sheet.status, sheet.rows_accepted) == (LeadSheet.Status.DONE, 30)
    assert sheet.leads.count() == 30


def test_only_an_import_that_goes_on_can_be_canceled(campaign: Campaign) -> None:
    with pytest.raises(DomainError, match="No import"):
        sheets.cancel(None, imported(campaign, LIST))


def test_leads_who_were_never_dialed_vanish_with_all_that_hangs_on_them(
    campaign: Campaign,
) -> None:
    # given an imported list, of which one waits in the ready table and one has a callback
    sheet = imported(campaign, LIST)
    first, second = sheet.leads.order_by("rank")[:2]
    QueueEntry.objects.create(lead=first, campaign=campaign, phone=first.phone)
    Lead.objects.filter(pk=first.pk).update(status="queued")
    callbacks.create(second, due_at=timezone.now(), now=timezone.now())

    # when
    sheet = undone(sheet)

    # then
    assert (sheet.status, sheet.rows_removed, sheet.due_at) == ("undone", 10, None)
    for model in (Lead, QueueEntry, Callback, LeadPhone):
        assert not model._base_manager.exists()
    assert imported(campaign, LIST).rows_accepted == 10


def test_leads_who_were_dialed_are_closed_and_kept(campaign: Campaign) -> None:
    # given one lead who was dialed, one who bought, one who asked not to be called
    sheet = imported(campaign, LIST)
    dialed, bought, refused = sheet.leads.order_by("rank")[:3]
    for lead, status in ((dialed, "retry"), (bought, "finished"), (refused, "suppressed")):
        AttemptFactory.create(campaign=campaign, lead=lead, phone=lead.phone)
        Lead.objects.filter(pk=lead.pk).update(status=status)
    callbacks.create(dialed, due_at=timezone.now(), now=timezone.now())

    # when
    sheet = undone(sheet)

    # then
    kept = sheet.leads.order_by("rank").values_list("pk", "status", "finished_because")
    assert list(kept) == [
        (dialed.pk, "finished", "undone"),
        (bought.pk, "finished", ""),
        (refused.pk, "suppressed", ""),
    ]
    assert (sheet.rows_removed, sheet.status) == (7, "undone")
    assert not callbacks.owed([dialed.pk])


def test_a_lead_who_is_being_called_is_closed_after_the_call(campaign: Campaign) -> None:
    # given
    sheet = imported(campaign, LIST)
    called = sheet.leads.order_by("rank")[0]
    AttemptFactory.create(campaign=campaign, lead=called, phone=called.phone)
    Lead.objects.filter(pk=called.pk).update(status="claimed")

    # when the undoing meets the call, and looks again after it
    sheet = undone(sheet)
    assert (sheet.status, sheet.rows_removed) == ("undoing", 9)
    Lead.objects.filter(pk=called.pk).update(status="retry")
    LeadSheet.objects.update(due_at=timezone.now())
    tasks.import_sheet(sheet.pk)

    # then
    sheet.refresh_from_db()
    called.refresh_from_db()
    assert (sheet.status, sheet.rows_removed) == ("undone", 9)
    assert (called.status, called.finished_because) == ("finished", "undone")


def test_an_undoing_that_was_killed_goes_on_and_counts_each_lead_once(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker that dies after its first chunk
    monkeypatch.setattr(undoing, "CHUNK", 3)
    sheet = imported(campaign, LIST)
    sheets.start_undo(None, sheet, leads=10)
    assert undoing._begin(sheet.pk, timezone.now())
    assert undoing._remove_some(sheet.pk, 0) == 4

    # when another one finds it after its lease
    assert not sheets.run_undo(sheet.pk)
    LeadSheet.objects.update(lease_until=None)
    assert sheets.due(timezone.now()) == [sheet.pk]
    assert sheets.run_undo(sheet.pk)

    # then
    sheet.refresh_from_db()
    assert (sheet.status, sheet.rows_removed) == ("undone", 10)
    actions = AuditEntry.objects.filter(action__in=["sheet.undo_started", "sheet.undone"])
    assert actions.count() == 2


def test_an_undoing_that_always_dies_at_the_same_place_fails(campaign: Campaign) -> None:
    sheet = imported(campaign, LIST)
    sheets.start_undo(None, sheet, leads=10)
    LeadSheet.objects.update(tries=importing.MOST_TRIES)

    assert not sheets.run_undo(sheet.pk)

    sheet.refresh_from_db()
    assert (sheet.status, sheet.due_at) == (LeadSheet.Status.FAILED, None)
    assert sheets.start_undo(None, sheet, leads=10).status == LeadSheet.Status.UNDOING


def test_undoing_asks_for_the_number_of_leads(campaign: Campaign) -> None:
    sheet = imported(campaign, LIST)

    for typed in (None, 9):
        with pytest.raises(InputError, match="Type 10"):
            sheets.start_undo(None, sheet, leads=typed)
    assert sheet.leads.count() == 10


def test_a_sheet_without_leads_has_nothing_to_undo(campaign: Campaign) -> None:
    with pytest.raises(DomainError, match="No lead"):
        sheets.start_undo(None, imported(campaign, "Phone\n12\n"), leads=0)
    waiting = sheets.receive_upload(None, campaign, upload(LIST))
    with pytest.raises(DomainError, match="cannot be undone"):
        sheets.start_undo(None, waiting, leads=0)
