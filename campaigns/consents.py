"""The ledger of consent: who allowed which calls to a number, and since when no more.

The only module that writes `ConsentRecord`. Records are never changed but by their revocation.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from accounts.models import Organization
from campaigns import numbers, standing, suppression
from campaigns.models import (
    Campaign,
    ConsentRecord,
    Lead,
    LeadPhone,
    LeadSheet,
    SuppressionEntry,
)
from core import audit, realtime, years
from core.errors import DomainError, InputError
from core.retry import retried

CHUNK: Final = 1000  # of what is ended in one transaction
UNDONE: Final = "The import that it came on was undone."
_SAME: Final = ("purpose", "voice", "kind", "source", "granted_at", "expires_at")
_GRANTED: Final = (
    "phone",
    "purpose",
    "voice",
    "kind",
    "source",
    "proof",
    "granted_at",
    "expires_at",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is allowed, how that is proven, and for how long."""

    purpose: str
    voice: str
    kind: str
    source: str
    granted_at: datetime
    proof: str = ""
    expires_at: datetime | None = None

    def check(self, now: datetime) -> None:
        """Raises InputError, by field, for what is no consent."""
        future = self.granted_at > now
        ended = self.expires_at is not None and self.expires_at <= self.granted_at
        checks = (
            ("purpose", self.purpose in Campaign.Purpose.values, "Choose a purpose."),
            ("voice", self.voice in ConsentRecord.Voice.values, "Say who may speak."),
            ("kind", self.kind in ConsentRecord.Kind.values, "Choose how strong it is."),
            ("source", bool(self.source.strip()), "Say where it was given: the name of a form."),
            ("granted_at", years.fits(self.granted_at), years.SAID),
            ("granted_at", not future, "It cannot be given in the time to come."),
            ("expires_at", years.fits(self.expires_at), years.SAID),
            ("expires_at", not ended, "It must end after it was given."),
        )
        errors = {name: [said] for name, right, said in checks if not right}
        if errors:
            raise InputError("Some fields are not right.", errors=errors)


@retried
def grant(
    organization: Organization, phone: str, terms: Terms, *, by: Any = None, now: datetime
) -> ConsentRecord:
    """Writes down what was allowed by a number (E.164); the same again changes nothing.

    Leads that waited for consent are looked at again. Raises InputError by field, also for what
    was ended since it was granted: only a later consent counts.
    """
    terms.check(now)
    if not _held(organization.pk, [(phone, terms)]):
        said = "They revoked since then, or asked not to be called. Only a later consent counts."
        raise InputError("Some fields are not right.", errors={"granted_at": [said]})
    _write(organization.pk, [(phone, terms)], by, now)
    known = dict(zip(_SAME, _words(terms), strict=True))
    standing_ones = ConsentRecord.objects.filter(organization=organization, revoked_at=None)
    record = standing_ones.filter(phone=phone, **known).latest("pk")
    if record.created_at == now:
        audit.record("consent.granted", record, after=audit.snapshot(record, _GRANTED), actor=by)
        _tell("consent.granted", organization.pk, by, consent=record.pk)
        _look_again(organization.pk, phone, now)
    return record


@retried
def revoke(record: ConsentRecord, *, because: str, by: Any = None, now: datetime) -> ConsentRecord:
    """Ends one consent. Raises InputError without a reason, DomainError "revoked" when it ended."""
    if not because.strip():
        raise InputError("Say why it ends.", errors={"because": ["Why?"]})
    row = ConsentRecord.objects.select_for_update().get(pk=record.pk)
    if row.revoked_at is not None:
        raise DomainError("This consent was revoked already.", code="revoked")
    with audit.changes("consent.revoked", row, ("revoked_at", "revoked_because"), actor=by):
        row.revoked_at, row.revoked_because = now, because.strip()[:255]
        row.save(update_fields=["revoked_at", "revoked_because"])
    _tell("consent.revoked", row.organization_id, by, consent=row.pk)
    return row


@retried
def stop(
    organization_id: int,
    phone: str,
    *,
    source: str,
    reason: str = "",
    lead: Lead | None = None,
    by: Any = None,
    now: datetime,
) -> SuppressionEntry:
    """ "Stop calling me": every consent of the person ends and no campaign calls them any more, in
    one transaction. By an agent, an artificial voice, a program or a list: `source` says which.

    A person is the number, the `lead` who was spoken with, and the further numbers of every lead
    whose first number this is.
    """
    because = reason.strip() or "They asked not to be called."
    further = _further(organization_id, phone, lead)
    given = ConsentRecord.objects.filter(
        organization=organization_id, phone__in=[phone, *further], revoked_at=None
    )
    ended = given.update(revoked_at=now, revoked_because=because[:255])
    said: dict[str, Any] = {"source": source, "reason": reason, "by": by, "now": now}
    entry = suppression.suppress(organization_id, phone, **said)
    for other in further:
        suppression.suppress(organization_id, other, **said)
    if ended:
        audit.record("consent.all_revoked", entry, after={"consents": ended}, actor=by)
        _tell("consent.revoked", organization_id, by, suppression=entry.pk)
    return entry


def _further(organization_id: int, phone: str, lead: Lead | None) -> list[str]:
    """The other numbers of whoever has this one."""
    people = set(
        Lead.objects.filter(organization=organization_id, phone=phone).values_list("pk", flat=True)
    )
    known = {lead.phone} if lead else set()
    people |= {lead.pk} if lead else set()
    known.update(LeadPhone.objects.filter(lead__in=people).values_list("phone", flat=True))
    return sorted(known - {phone})


def stop_many(
    organization_id: int, phones: Collection[str], *, source: str, reason: str, now: datetime
) -> None:
    """The same for many numbers, in the caller's transaction."""
    organization = Organization.objects.get(pk=organization_id)
    given = ConsentRecord.objects.filter(
        organization=organization, phone__in=phones, revoked_at=None
    )
    ended = given.update(revoked_at=now, revoked_because=reason[:255])
    added = suppression.suppress_many(organization, phones, source=source, reason=reason, now=now)
    if ended or added:
        after = {"numbers": len(phones), "suppressed": added, "consents": ended, "reason": reason}
        audit.record("consent.stopped", organization, after=after, organization=organization)


def grant_many(
    organization_id: int,
    given: Collection[tuple[str, Terms]],
    *,
    sheet: LeadSheet,
    now: datetime,
) -> int:
    """What the rows of a sheet allow, in the caller's transaction; how many records are new.

    Whoever revoked on the day of a row's consent or later, or is for good not called since then,
    has allowed nothing by it.
    """
    return _write(organization_id, _held(organization_id, given), None, now, sheet=sheet)


def _held(organization_id: int, given: Collection[tuple[str, Terms]]) -> list[tuple[str, Terms]]:
    """Those of the consents that nobody ended since they were given."""
    ended = _ended(organization_id, {phone for phone, _ in given})
    return [
        (phone, terms)
        for phone, terms in given
        if phone not in ended or terms.granted_at > ended[phone]
    ]


def _ended(organization_id: int, phones: Collection[str]) -> dict[str, datetime]:
    """Since when consent of some numbers is over, by the last word that was heard of it."""
    records = ConsentRecord.objects.filter(organization=organization_id, phone__in=phones)
    revoked = records.exclude(revoked_at=None).exclude(revoked_because=UNDONE)
    stopped = SuppressionEntry.objects.filter(
        organization=organization_id,
        campaign_key=SuppressionEntry.EVERYWHERE,
        phone__in=phones,
        expires_at=None,
    )
    ended: dict[str, datetime] = {}
    for phone, at in (
        *revoked.values_list("phone", "revoked_at"),
        *stopped.values_list("phone", "created_at"),
    ):
        if at is not None:
            ended[phone] = max(at, ended.get(phone, at))
    return ended


def came_on(sheet: LeadSheet) -> bool:
    """Whether consent that counts came on a sheet."""
    return ConsentRecord.objects.filter(sheet=sheet, revoked_at=None).exists()


@retried
def withdraw_some(sheet_id: int, after: int, now: datetime) -> int | None:
    """Ends some of the consents that came on a sheet, because it is undone, in the order of their
    ids; the last of them, None when there are none.
    """
    rows = ConsentRecord.objects.filter(sheet=sheet_id, pk__gt=after).order_by("pk")
    some = list(rows.values_list("pk", flat=True)[:CHUNK])
    ConsentRecord.objects.filter(pk__in=some, revoked_at=None).update(
        revoked_at=now, revoked_because=UNDONE
    )
    return some[-1] if some else None


@retried
def add_many(
    organization: Organization, phones: Collection[str], terms: Terms, *, by: Any, now: datetime
) -> tuple[int, int]:
    """Writes the same down for many numbers: how many had no such record, and for how many it
    counts no more, because they revoked or asked not to be called since it was granted."""
    held = _held(organization.pk, [(phone, terms) for phone in phones])
    return _write(organization.pk, held, by, now), len(phones) - len(held)


@retried
def reassigned(
    organization: Organization, phone: str, *, on: date, source: str, by: Any = None, now: datetime
) -> None:
    """Somebody else has the number since a day: what was allowed by then counts no more.

    Consent that is written down later counts by its own date. Raises InputError for a day to come.
    """
    if on > now.date():
        raise InputError("That day is yet to come.", errors={"on": ["Choose a day that is over."]})
    numbers.reassigned(organization.pk, phone, on)
    after = {"phone": phone, "on": on, "source": source}
    audit.record("consent.reassigned", organization, after=after, actor=by)


def _write(
    organization_id: int,
    given: Collection[tuple[str, Terms]],
    by: Any,
    now: datetime,
    *,
    sheet: LeadSheet | None = None,
) -> int:
    """Writes records for those numbers that have no such one that stands; how many."""
    standing_ones = ConsentRecord.objects.filter(
        organization=organization_id, phone__in={phone for phone, _ in given}, revoked_at=None
    )
    there = set(standing_ones.values_list("phone", *_SAME))
    rows = {
        key: ConsentRecord(
            organization_id=organization_id,
            phone=phone,
            purpose=terms.purpose,
            voice=terms.voice,
            kind=terms.kind,
            source=terms.source[:64],
            proof=terms.proof[:255],
            granted_at=terms.granted_at,
            expires_at=terms.expires_at,
            created_by=by,
            created_at=now,
            sheet=sheet,
        )
        for phone, terms in sorted(given, key=lambda one: one[0])
        if (key := (phone, *_words(terms))) not in there
    }
    ConsentRecord.objects.bulk_create(rows.values())
    return len(rows)


def _words(terms: Terms) -> tuple[Any, ...]:
    """What two consents of one number must share to be the same, as `_SAME` names it."""
    source = terms.source[:64]
    return (terms.purpose, terms.voice, terms.kind, source, terms.granted_at, terms.expires_at)


def _look_again(organization_id: int, phone: str, now: datetime) -> None:
    """Leads of this number that a rule refused are decided anew."""
    refused = Lead.objects.filter(
        organization=organization_id, phone=phone, status=Lead.Status.RETRY
    ).exclude(blocked_by="")
    for lead in refused.filter(next_attempt_at__gt=now).select_for_update():
        standing.retry(lead, now)


def _tell(kind: str, organization_id: int, by: Any, **subject: int) -> None:
    realtime.record(
        kind, organization=organization_id, topics=["activity"], subject=subject, actor=by
    )
