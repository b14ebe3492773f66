"""Rows land in the database: which are new, which are duplicates, which numbers are suppressed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from campaigns import windows
from campaigns.models import (
    Campaign,
    Lead,
    LeadPhone,
    LeadSheet,
    SheetReject,
    SuppressionEntry,
    WindowClass,
)
from campaigns.sheets.reading import Row
from campaigns.sheets.rows import MOST_PRIORITY, LeadFacts, RowError, lead_facts
from core.phone import Phone

# Rows of 10,000 characters in one statement stay below MariaDB's smallest packet limit.
_BATCH: Final = 200
_DUPLICATE, _INVALID = SheetReject.Kind.DUPLICATE, SheetReject.Kind.INVALID


@dataclass
class Batch:
    """Some rows, sorted into facts and rejects before any transaction."""

    facts: dict[int, LeadFacts] = field(default_factory=dict)  # by row number
    rejects: list[tuple[int, str, str, str]] = field(default_factory=list)


@dataclass
class Counts:
    """What became of a batch; `suppressed` are among the accepted."""

    accepted: int = 0
    suppressed: int = 0
    duplicate: int = 0
    invalid: int = 0


def rank(priority: int, sheet_id: int, row: int) -> int:
    """The place of a new lead, lower first: by priority, then sheet, then row."""
    bounded = max(-MOST_PRIORITY, min(MOST_PRIORITY, priority))
    return ((MOST_PRIORITY - bounded) << 48) + (sheet_id << 24) + min(row, (1 << 24) - 1)


def sort(
    rows: Iterable[Row], fields: Sequence[str], names: Sequence[str], campaign: Campaign
) -> Batch:
    """Reads rows without a query; empty rows are nothing at all."""
    batch = Batch()
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            continue
        try:
            batch.facts[row.number] = _facts(row, fields, names, campaign.default_region)
        except RowError as error:
            batch.rejects.append((row.number, _INVALID, error.code, error.message))
    return batch


def _facts(row: Row, fields: Sequence[str], names: Sequence[str], region: str) -> LeadFacts:
    if row.problem:
        raise RowError("broken_row", row.problem)
    return lead_facts(row.cells, fields, names, region)


def store(sheet: LeadSheet, campaign: Campaign, batch: Batch, now: datetime) -> Counts:
    """Writes leads and rejects of a batch in the caller's transaction."""
    rejects = list(batch.rejects)
    fresh = _without_duplicates(sheet, campaign, batch.facts, rejects)
    suppressed = _suppressed(campaign, (facts.phone.e164 for facts in fresh.values()), now)
    place = cache(windows.class_for)
    leads = {
        number: lead_row(
            campaign,
            facts,
            place(facts.zones, facts.fields["country"], facts.state),
            sheet=sheet,
            row=number,
            suppressed=suppressed,
        )
        for number, facts in fresh.items()
    }
    stored = _insert(leads, rejects)
    add_phones((lead, fresh[number].further) for number, lead in stored.items())
    SheetReject.objects.bulk_create(
        (
            SheetReject(sheet=sheet, row=number, kind=kind, code=code, reason=reason[:255])
            for number, kind, code, reason in rejects
        ),
        batch_size=_BATCH * 5,
    )
    return Counts(
        accepted=len(stored),
        suppressed=sum(lead.status == Lead.Status.SUPPRESSED for lead in stored.values()),
        duplicate=sum(kind == _DUPLICATE for _, kind, _, _ in rejects),
        invalid=sum(kind == _INVALID for _, kind, _, _ in rejects),
    )


def lead_row(
    campaign: Campaign,
    facts: LeadFacts,
    window_class: WindowClass,
    *,
    sheet: LeadSheet | None = None,
    row: int | None = None,
    suppressed: Iterable[str] = (),
) -> Lead:
    """A lead that is not saved yet. A new row's first status is the import's to say."""
    blocked = facts.phone.e164 in suppressed
    priority = facts.fields.get("priority", 0)
    return Lead(
        organization_id=campaign.organization_id,
        campaign=campaign,
        sheet=sheet,
        sheet_row=row,
        phone=facts.phone.e164,
        rank=rank(priority, sheet.pk if sheet else 0, row or 0),
        status=Lead.Status.SUPPRESSED if blocked else Lead.Status.NEW,
        finished_because="suppressed" if blocked else "",
        window_class=window_class,
        **facts.fields,
    )


def add_phones(pairs: Iterable[tuple[Lead, Sequence[Phone]]]) -> None:
    """Further numbers of saved leads, in their order."""
    LeadPhone.objects.bulk_create(
        (
            LeadPhone(lead=lead, phone=phone.e164, order=order)
            for lead, phones in pairs
            for order, phone in enumerate(phones, 1)
        ),
        batch_size=_BATCH * 5,
    )


def _suppressed(campaign: Campaign, phones: Iterable[str], now: datetime) -> set[str]:
    """Which of the numbers must not be called in the campaign."""
    entries = SuppressionEntry.objects.in_force(campaign.organization_id, campaign.pk, now)
    return set(entries.filter(phone__in=list(phones)).values_list("phone", flat=True))


def _without_duplicates(
    sheet: LeadSheet,
    campaign: Campaign,
    facts: dict[int, LeadFacts],
    rejects: list[tuple[int, str, str, str]],
) -> dict[int, LeadFacts]:
    """The rows whose number and external ID are new; the others become rejects."""
    phones = [one.phone.e164 for one in facts.values()]
    ids = [one.fields["external_id"] for one in facts.values() if "external_id" in one.fields]
    leads = Lead.objects.filter(campaign=campaign)
    have = {
        phone: _where(sheet, sheet_id, row)
        for phone, sheet_id, row in leads.filter(phone__in=phones).values_list(
            "phone", "sheet_id", "sheet_row"
        )
    }
    # MariaDB compares without case, so both engines do.
    known = {found.casefold() for found in _existing_ids(leads, ids)}
    fresh: dict[int, LeadFacts] = {}
    for number, one in facts.items():
        external = str(one.fields.get("external_id", "")).casefold()
        if one.phone.e164 in have:
            reason = f"The number is already in {have[one.phone.e164]}."
            rejects.append((number, _DUPLICATE, "duplicate_number", reason))
        elif external and external in known:
            reason = "A lead with this external ID is already in the campaign."
            rejects.append((number, _DUPLICATE, "duplicate_id", reason))
        else:
            fresh[number] = one
            have[one.phone.e164] = f"row {number}"
            known.add(external)
    return fresh


def _existing_ids(leads: QuerySet[Lead], ids: list[str]) -> list[str]:
    if not ids:
        return []
    found = leads.filter(external_id__in=ids).values_list("external_id", flat=True)
    return [one for one in found if one]


def _where(sheet: LeadSheet, sheet_id: int | None, row: int | None) -> str:
    return f"row {row}" if sheet_id == sheet.pk else "the campaign"


def _insert(leads: dict[int, Lead], rejects: list[tuple[int, str, str, str]]) -> dict[int, Lead]:
    """Saves the leads; where another import or request met the same number, those that were new."""
    try:
        with transaction.atomic():
            Lead.objects.bulk_create(leads.values(), batch_size=_BATCH)
    except IntegrityError:
        return _insert_singly(leads, rejects)
    return leads


def _insert_singly(
    leads: dict[int, Lead], rejects: list[tuple[int, str, str, str]]
) -> dict[int, Lead]:
    stored = {}
    for number, lead in leads.items():
        lead.pk = None
        try:
            with transaction.atomic():
                lead.save(force_insert=True)
            stored[number] = lead
        except IntegrityError:
            reason = "The number or external ID is already in the campaign."
            rejects.append((number, _DUPLICATE, "duplicate_number", reason))
    return stored
