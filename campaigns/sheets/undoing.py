"""An import is undone: leads that were never dialed vanish, the others are closed and kept.

Consent that came on the sheet counts no more; a wish not to be called stays.

Some leads at a time, each of them once, whoever is killed between: what is gone is counted in the
transaction in which it goes.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import PROTECT
from django.utils import timezone

from accounts.models import User
from campaigns import callbacks, consents, editing, queue, standing
from campaigns.models import Callback, Campaign, Lead, LeadSheet
from campaigns.sheets import receiving
from campaigns.sheets.importing import LEASE, MOST_TRIES
from core.errors import DomainError, InputError
from core.retry import retried

CHUNK: Final = 500
BECAUSE: Final = "undone"
# Leads who are being called now are looked at again after their calls.
_LATER: Final = timedelta(seconds=15)
_OVER: Final = (Lead.Status.FINISHED, Lead.Status.SUPPRESSED)
_S = LeadSheet.Status


@retried
def start_undo(user: User | None, sheet: LeadSheet, *, leads: int | None) -> LeadSheet:
    """Makes the undoing of an import due; `leads` is their number, typed by whoever asks.

    Raises InputError when that is not how many there are, DomainError while the import goes on.
    """
    row = LeadSheet.objects.select_for_update().get(pk=sheet.pk)
    if row.status not in (_S.DONE, _S.FAILED, _S.CANCELED):
        raise DomainError("This sheet cannot be undone now.", code="cannot_undo")
    there = row.leads.count()
    if not there and not consents.came_on(row):
        raise DomainError("No lead came from this sheet.", code="cannot_undo")
    if leads != there:
        message = f"Type {there} to confirm."
        raise InputError(message, errors={"leads": [message]})
    row.status, row.problem, row.due_at = _S.UNDOING, "", timezone.now()
    row.lease_until, row.tries, row.rows_removed = None, 0, 0
    row.save()
    Campaign.objects.filter(active_sheet=row).update(active_sheet=None)
    receiving.told(row, "sheet.undo_started", actor=user)
    return row


def run_undo(sheet_id: int) -> bool:
    """Undoes a sheet that is due, to its end; False when it is not due or someone else has it."""
    if not _begin(sheet_id, timezone.now()):
        return False
    given: int | None = 0
    while given is not None:
        given = consents.withdraw_some(sheet_id, given, timezone.now())
    after: int | None = 0
    while after is not None:
        after = _remove_some(sheet_id, after)
    _finish(sheet_id)
    return True


@retried
def _begin(sheet_id: int, now: datetime) -> bool:
    """Takes the lease of a sheet that is to be undone."""
    sheet = LeadSheet.objects.select_for_update().filter(pk=sheet_id).first()
    if sheet is None or sheet.status != _S.UNDOING or sheet.due_at is None or sheet.due_at > now:
        return False
    if sheet.lease_until is not None and sheet.lease_until > now:
        return False
    if sheet.tries >= MOST_TRIES:
        sheet.status, sheet.due_at, sheet.lease_until = _S.FAILED, None, None
        sheet.problem = "The undoing stopped several times at the same place; try it again."
        sheet.save()
        receiving.told(sheet, "sheet.failed", severity="error")
        return False
    sheet.lease_until, sheet.tries = now + LEASE, sheet.tries + 1
    sheet.save(update_fields=["lease_until", "tries"])
    return True


@retried
def _remove_some(sheet_id: int, after: int) -> int | None:
    """Removes or closes the leads of some rows; the last row of them, None when there are none."""
    now = timezone.now()
    sheet = LeadSheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.status != _S.UNDOING:
        return None
    rows = sheet.leads.filter(sheet_row__gt=after).order_by("sheet_row")
    found = list(rows.values_list("pk", "sheet_row", "status")[:CHUNK])
    if not found:
        return None
    for pk, _, status in found:
        if status == Lead.Status.QUEUED:
            queue.withdraw(pk)
    leads = Lead.objects.select_for_update().filter(pk__in=[pk for pk, _, _ in found])
    free = {lead.pk: lead for lead in leads if lead.status != Lead.Status.CLAIMED}
    known = _known(free)
    gone = free.keys() - known
    callbacks.complete(known, now)
    for pk in known:
        if free[pk].status not in _OVER:
            standing.finish(free[pk], BECAUSE)
    callbacks.forget(gone)
    Lead.objects.filter(pk__in=gone).delete()
    sheet.rows_removed += len(gone)
    sheet.lease_until, sheet.tries = now + LEASE, 0
    sheet.save(update_fields=["rows_removed", "lease_until", "tries"])
    receiving.told(sheet, "sheet.progress")
    return found[-1][1]


def _known(lead_ids: Collection[int]) -> set[int]:
    """Those of the leads of whom there is history: attempts, calls, notes."""
    found: set[int] = set()
    for relation in Lead._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is not PROTECT or model is Callback:
            continue
        rows = model._base_manager.filter(**{f"{relation.field.name}__in": lead_ids})
        found.update(rows.values_list(relation.field.attname, flat=True))
    return found


@retried
def _finish(sheet_id: int) -> None:
    """Marks the sheet as undone, or as due again while some of its leads are being called."""
    sheet = LeadSheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.status != _S.UNDOING:
        return
    now = timezone.now()
    sheet.lease_until = None
    if sheet.leads.exclude(status__in=_OVER).exists():
        sheet.due_at = now + _LATER
        sheet.save(update_fields=["lease_until", "due_at"])
        return
    sheet.status, sheet.due_at, sheet.finished_at = _S.UNDONE, None, now
    sheet.save()
    if sheet.rows_consented:
        editing.rules_changed(sheet.organization_id)
    receiving.told(sheet, "sheet.undone")
