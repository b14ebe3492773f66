"""Sheets in their list: how fast one goes, and which one is active."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files.storage import storages
from django.db.models import F, Q

from accounts.models import User
from campaigns.models import Campaign, LeadSheet
from campaigns.sheets import receiving
from core.errors import DomainError
from core.retry import retried

_PAGE: Final = 30
_S = LeadSheet.Status
_NOTHING_CAME: Final = (_S.FAILED, _S.CANCELED, _S.UNDOING, _S.UNDONE)


def find(
    user: Any, *, search: str = "", status: str = "", after: str = ""
) -> tuple[list[LeadSheet], int | None]:
    """Sheets that the user sees, newest first, and after which the next page begins."""
    found = LeadSheet.objects.for_user(user).select_related("campaign", "created_by")
    if search:
        found = found.filter(Q(name__icontains=search) | Q(campaign__name__icontains=search))
    if status:
        found = found.filter(status=status)
    if after.isascii() and after.isdecimal():
        found = found.filter(pk__lt=int(after[:18]))
    rows = list(found.order_by("-pk")[: _PAGE + 1])
    return rows[:_PAGE], rows[_PAGE - 1].pk if len(rows) > _PAGE else None


def original(sheet: LeadSheet) -> Iterator[bytes]:
    """The file as it was uploaded, piece by piece. Raises DomainError when it is gone."""
    storage = storages[receiving.STORAGE]
    if not storage.exists(sheet.file):
        raise DomainError("The file is gone.", code="gone", status=404)

    def pieces() -> Iterator[bytes]:
        with storage.open(sheet.file, "rb") as opened:
            yield from opened.chunks()

    return pieces()


@dataclass(frozen=True)
class Pace:
    """How fast an import goes, and how long it will take as far as that tells."""

    rows_per_s: int
    left_s: int | None


def pace(sheet: LeadSheet, now: datetime) -> Pace | None:
    """The pace of an import that is going on; None when nothing can be said of it yet."""
    if sheet.status != _S.IMPORTING or not sheet.started_at or not sheet.rows_read:
        return None
    rate = sheet.rows_read / max((now - sheet.started_at).total_seconds(), 1)
    left = max((sheet.rows_total or 0) - sheet.rows_read, 0)
    return Pace(round(rate), round(left / rate) if sheet.rows_total else None)


@retried
def activate(user: User | None, sheet: LeadSheet) -> None:
    """Makes a sheet the one that its campaign's agent calls from; the others rest."""
    row = LeadSheet.objects.select_for_update().select_related("campaign").get(pk=sheet.pk)
    if row.campaign.mode != Campaign.Mode.AI:
        raise DomainError("Only campaigns of AI agents call from one sheet.", code="not_ai")
    if row.status != _S.DONE:
        raise DomainError("Only an imported sheet can be active.", code="not_imported")
    _make_active(row)
    receiving.told(row, "sheet.activated", actor=user)


def activate_first(sheet: LeadSheet) -> None:
    """Makes a list active whose import begins, where the campaign has none to call from.

    The caller holds the sheet; one that failed without a lead is as good as none.
    """
    current = sheet.campaign.active_sheet
    if current and (current.rows_accepted or current.status not in _NOTHING_CAME):
        return
    _make_active(sheet)


def _make_active(sheet: LeadSheet) -> None:
    """What was decided about leads of the other lists, and of this one, is old."""
    changed = Campaign.objects.filter(pk=sheet.campaign_id).exclude(active_sheet=sheet.pk)
    changed.update(active_sheet=sheet, rule_version=F("rule_version") + 1)
    sheet.campaign.refresh_from_db(fields=["active_sheet", "rule_version"])
