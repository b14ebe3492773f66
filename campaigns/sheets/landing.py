"""Rows land in the database: which are new, which are duplicates, which numbers are suppressed."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from django.db import IntegrityError, transaction

from campaigns import bans, windows
from campaigns.bans import Bans, Person
from campaigns.models import Campaign, Lead, LeadPhone, LeadSheet, SheetReject, WindowClass
from campaigns.ranking import rank
from campaigns.sheets import duplicates, writing
from campaigns.sheets.duplicates import Reject
from campaigns.sheets.reading import Row
from campaigns.sheets.rows import LeadFacts, RowError, lead_facts, stopped
from core.phone import Phone

_Kind = SheetReject.Kind
_DUPLICATE, _INVALID, _SUPPRESSED = _Kind.DUPLICATE, _Kind.INVALID, _Kind.SUPPRESSED
# Of a lead that may be called, and of one that may not.
_STANDING: Final = {
    False: (Lead.Status.NEW.value, ""),
    True: (Lead.Status.SUPPRESSED.value, "suppressed"),
}


@dataclass
class Batch:
    """Some rows, sorted into facts and rejects before any transaction."""

    facts: dict[int, LeadFacts] = field(default_factory=dict)  # by row number
    rejects: list[Reject] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)  # numbers (E.164) in rejected rows


@dataclass
class Counts:
    """What became of a batch; `suppressed` are among the accepted, `scrubbed` were left out."""

    accepted: int = 0
    suppressed: int = 0
    duplicate: int = 0
    invalid: int = 0
    scrubbed: int = 0
    met: bool = False  # some were there already


def sort(rows: Iterable[Row], fields: Sequence[str], names: Sequence[str], region: str) -> Batch:
    """Reads rows without a query; empty rows are nothing at all."""
    batch = Batch()
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            continue
        try:
            batch.facts[row.number] = _facts(row, fields, names, region)
        except RowError as error:
            batch.rejects.append((row.number, _INVALID, error.code, error.message))
            if not row.problem:
                batch.stopped.update(stopped(row.cells, fields, names, region))
    return batch


def _facts(row: Row, fields: Sequence[str], names: Sequence[str], region: str) -> LeadFacts:
    if row.problem:
        raise RowError("broken_row", row.problem)
    return lead_facts(row.cells, fields, names, region)


def store(
    sheet: LeadSheet, campaign: Campaign, batch: Batch, now: datetime, *, look: bool = True
) -> Counts:
    """Writes leads and rejects of a batch in the caller's transaction.

    Without `look`, the rows are taken for new ones until the database says that some are not: in
    a list without duplicates, looking for them first costs a third of the work.
    """
    rejects = list(batch.rejects)
    known = duplicates.known(sheet, batch.facts, now, in_campaign=look)
    fresh = duplicates.left_out(sheet, batch.facts, rejects, known)
    spoken = _bans(campaign, fresh, now)
    if sheet.scrub:
        for number, found in spoken.items():
            rejects.append((number, _SUPPRESSED, found[0].rule, found[0].message))
            del fresh[number]
    blocked = {number for number, found in spoken.items() if _for_good(found)} & fresh.keys()
    try:
        stored = _insert(sheet, fresh, blocked, now)
    except IntegrityError:
        if not look:
            return store(sheet, campaign, batch, now)
        stored = _insert_singly(sheet, fresh, blocked, rejects, now)
    _add_further(sheet, {number: fresh[number].further for number in stored})
    SheetReject.objects.bulk_create(
        (
            SheetReject(sheet=sheet, row=number, kind=kind, code=code, reason=reason[:255])
            for number, kind, code, reason in rejects
        ),
        batch_size=writing.AT_ONCE * 5,
    )
    kinds = Counter(kind for _, kind, _, _ in rejects)
    return Counts(
        accepted=len(stored),
        suppressed=len(blocked & stored),
        duplicate=kinds[_DUPLICATE],
        invalid=kinds[_INVALID],
        scrubbed=kinds[_SUPPRESSED],
        met=bool(known),
    )


def _bans(campaign: Campaign, fresh: dict[int, LeadFacts], now: datetime) -> dict[int, Bans]:
    """What speaks against calling some of the rows' numbers."""
    people = {
        number: Person(facts.phone.e164, facts.fields.get("email", ""))
        for number, facts in fresh.items()
    }
    found = bans.of_many(campaign.organization_id, people.values(), campaign, now)
    return {number: found[person] for number, person in people.items() if found[person]}


def _for_good(found: Bans) -> bool:
    """Whether the number itself is never called; what ends is looked at when it is due."""
    return any(ban.rule == bans.NUMBER and ban.until is None for ban in found)


def lead_row(
    campaign: Campaign,
    facts: LeadFacts,
    window_class: WindowClass,
    *,
    suppressed: Collection[str] = (),
) -> Lead:
    """A lead of no list that is not saved yet. A new row's first status is the import's to say."""
    status, because = _STANDING[facts.phone.e164 in suppressed]
    priority = facts.fields.get("priority", 0)
    return Lead(
        organization_id=campaign.organization_id,
        campaign=campaign,
        phone=facts.phone.e164,
        rank=rank(priority, 0, 0),
        status=status,
        finished_because=because,
        window_class=window_class,
        **facts.fields,
    )


def add_phones(pairs: Iterable[tuple[int, Sequence[Phone]]]) -> None:
    """Further numbers of saved leads, by their ids, in their order."""
    LeadPhone.objects.bulk_create(
        (
            LeadPhone(lead_id=lead_id, phone=phone.e164, order=order)
            for lead_id, phones in pairs
            for order, phone in enumerate(phones, 1)
        ),
        batch_size=writing.AT_ONCE * 5,
    )


def _insert(
    sheet: LeadSheet, fresh: dict[int, LeadFacts], blocked: Collection[int], now: datetime
) -> set[int]:
    """Saves the rows as leads, all of them or, with an IntegrityError, none."""
    place = cache(windows.class_for)
    same = {
        "organization": sheet.organization_id,
        "campaign": sheet.campaign_id,
        "sheet": sheet.pk,
    }
    leads = [
        writing.values(
            number,
            facts.phone.e164,
            (
                rank(facts.fields.get("priority", 0), sheet.pk, number),
                *_STANDING[number in blocked],
            ),
            place(facts.zones, facts.fields["country"], facts.state).pk,
            facts.fields,
        )
        for number, facts in fresh.items()
    ]
    with transaction.atomic():
        writing.insert(same, leads, now)
    return set(fresh)


def _insert_singly(
    sheet: LeadSheet,
    fresh: dict[int, LeadFacts],
    blocked: Collection[int],
    rejects: list[Reject],
    now: datetime,
) -> set[int]:
    """Saves the rows that were new, where another import or request met the same number."""
    stored: set[int] = set()
    for number, facts in fresh.items():
        try:
            stored |= _insert(sheet, {number: facts}, blocked, now)
        except IntegrityError:
            reason = "The number or external ID is already in the campaign."
            rejects.append((number, _DUPLICATE, "duplicate_number", reason))
    return stored


def _add_further(sheet: LeadSheet, phones: dict[int, list[Phone]]) -> None:
    """Further numbers of the rows that have some."""
    several = {number: further for number, further in phones.items() if further}
    if several:
        rows = Lead.objects.filter(sheet=sheet, sheet_row__in=several)
        ids = dict(rows.values_list("sheet_row", "pk"))
        add_phones((ids[number], further) for number, further in several.items())
