"""Which rows of a list are already there: in its campaign always, in others where it is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from campaigns.models import Lead, LeadSheet, SheetReject
from campaigns.sheets.rows import LeadFacts
from core import statements

type Reject = tuple[int, str, str, str]  # row, kind, code, reason
_PHONES: Final = (
    "SELECT phone, sheet_id, sheet_row FROM campaigns_lead"
    " WHERE campaign_id = %s AND phone IN ({places})"
)
_IDS: Final = (
    "SELECT external_id FROM campaigns_lead WHERE campaign_id = %s AND external_id IN ({places})"
)
_DUPLICATE = SheetReject.Kind.DUPLICATE


def left_out(
    sheet: LeadSheet, facts: dict[int, LeadFacts], rejects: list[Reject], known: "Known"
) -> dict[int, LeadFacts]:
    """The rows whose number and external ID are new; the others become rejects."""
    have, ids = dict(known.phones), set(known.ids)
    fresh: dict[int, LeadFacts] = {}
    for number, one in facts.items():
        phone, external = one.phone.e164, str(one.fields.get("external_id", "")).casefold()
        if phone in have:
            reason = f"The number is already in {have[phone]}."
            rejects.append((number, _DUPLICATE, "duplicate_number", reason))
        elif external and external in ids:
            reason = "A lead with this external ID is already in the campaign."
            rejects.append((number, _DUPLICATE, "duplicate_id", reason))
        else:
            fresh[number] = one
            have[phone] = f"row {number}"
            ids.add(external)
    return fresh


@dataclass(frozen=True)
class Known:
    """What some rows share with leads that are there."""

    phones: dict[str, str] = field(default_factory=dict)  # number -> where it is
    ids: frozenset[str] = frozenset()  # without case, as MariaDB compares, so that both engines do

    def __bool__(self) -> bool:
        return bool(self.phones or self.ids)


def known(
    sheet: LeadSheet, facts: dict[int, LeadFacts], now: datetime, *, in_campaign: bool
) -> Known:
    """What the rows share with leads; `in_campaign`: also with those of their own campaign."""
    phones = [one.phone.e164 for one in facts.values()]
    have = _elsewhere(sheet, phones, now)
    if not in_campaign:
        return Known(have)
    ids = [one.fields["external_id"] for one in facts.values() if "external_id" in one.fields]
    for phone, sheet_id, row in _among(_PHONES, sheet.campaign_id, phones):
        have[phone] = _where(sheet, sheet_id, row)
    found = _among(_IDS, sheet.campaign_id, ids)
    return Known(have, frozenset(external.casefold() for (external,) in found))


def _elsewhere(sheet: LeadSheet, phones: Collection[str], now: datetime) -> dict[str, str]:
    """Numbers of the organization's other campaigns, as far as the sheet looks there."""
    if sheet.duplicates == LeadSheet.Duplicates.CAMPAIGN:
        return {}
    leads = Lead.objects.filter(organization=sheet.organization_id, phone__in=phones)
    leads = leads.exclude(campaign=sheet.campaign_id)
    if sheet.duplicates == LeadSheet.Duplicates.RECENT:
        since = now - timedelta(days=sheet.duplicate_days)
        leads = leads.filter(Q(created_at__gte=since) | Q(last_called_at__gte=since))
    return {phone: f"“{name}”" for phone, name in leads.values_list("phone", "campaign__name")}


def _among(sql: str, campaign_id: int, values: Sequence[str]) -> Sequence[tuple[Any, ...]]:
    """What a statement finds among some values."""
    if not values:
        return []
    places = ", ".join(["%s"] * len(values))
    return statements.rows(sql.format(places=places), [campaign_id, *values])


def _where(sheet: LeadSheet, sheet_id: int | None, row: int | None) -> str:
    return f"row {row}" if sheet_id == sheet.pk else "the campaign"
