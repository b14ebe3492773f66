"""What a sheet's columns of consent say goes into the ledger, and who asked not to be called."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models import Organization
from campaigns import consents
from campaigns.consents import Terms
from campaigns.models import LeadSheet, SuppressionEntry
from campaigns.sheets.allowances import EARLIEST, Allowance, as_day
from campaigns.sheets.landing import Batch
from campaigns.sheets.rows import LeadFacts

_STOPPED: Final = "The list says that they asked not to be called."


@dataclass(frozen=True, slots=True)
class Heard:
    """How many consents were written down, and how many people had asked not to be called."""

    granted: int = 0
    stopped: int = 0


def hear(sheet: LeadSheet, purpose: str, batch: Batch, now: datetime) -> Heard:
    """Keeps what some rows say, duplicates of other leads included, in the caller's transaction.

    A wish not to be called counts for every number of its row, also of one that becomes no lead;
    consent for the first alone. Who stopped in the same breath, or revoked after the day of the
    row, has allowed nothing.
    """
    rows = batch.facts.values()
    stopped = batch.stopped.union(*(fact.numbers() for fact in rows if fact.stops))
    if stopped:
        consents.stop_many(
            sheet.organization_id,
            stopped,
            source=SuppressionEntry.Source.IMPORT,
            reason=_STOPPED,
            now=now,
        )
    allowance = Allowance.read(sheet.consent)
    if not allowance.voices:
        return Heard(stopped=len(stopped))
    zone = ZoneInfo(Organization.objects.only("timezone").get(pk=sheet.organization_id).timezone)
    given = [
        (fact.phone.e164, terms)
        for fact in rows
        if fact.fields.get("consent") and fact.phone.e164 not in stopped
        for terms in _terms(allowance, purpose, fact, zone)
        if terms.granted_at <= now
    ]
    granted = consents.grant_many(sheet.organization_id, given, sheet=sheet, now=now)
    return Heard(granted, len(stopped))


def _terms(allowance: Allowance, purpose: str, fact: LeadFacts, zone: ZoneInfo) -> Iterable[Terms]:
    """One consent for each voice; none where nobody knows since when."""
    day = None if fact.undated else fact.consented_on or as_day(allowance.granted_on)
    if day is None or day < EARLIEST:
        return
    ends = as_day(allowance.expires_on)
    if ends and ends <= day:
        return
    for voice in allowance.voices:
        yield Terms(
            purpose=purpose,
            voice=voice,
            kind=allowance.kind,
            source=allowance.source,
            proof=allowance.proof,
            granted_at=_midnight(day, zone),
            expires_at=_midnight(ends, zone) if ends else None,
        )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # In UTC: a time that a zone's clock skips or repeats equals none that a database answers.
    return datetime.combine(day, time.min, zone).astimezone(UTC)
