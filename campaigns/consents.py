"""The ledger of consent: who allowed which calls to a number, and since when no more.

The only module that writes `ConsentRecord`. Records are never changed but by their revocation.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet

from accounts.models import Organization
from campaigns import editing, numbers, standing, suppression, suppressionlists
from campaigns.models import Campaign, ConsentRecord, Lead, SuppressionEntry
from campaigns.sheets import understood
from core import audit, realtime
from core.errors import DomainError, InputError
from core.retry import retried

if TYPE_CHECKING:
    from django.core.files import File

CHUNK: Final = 1000
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
        errors = {}
        if self.purpose not in Campaign.Purpose.values:
            errors["purpose"] = ["Choose a purpose."]
        if self.voice not in ConsentRecord.Voice.values:
            errors["voice"] = ["Say who may speak."]
        if self.kind not in ConsentRecord.Kind.values:
            errors["kind"] = ["Choose how strong it is."]
        if not self.source.strip():
            errors["source"] = ["Say where it was given, such as the name of a form."]
        if self.granted_at > now:
            errors["granted_at"] = ["It cannot be given in the time to come."]
        if self.expires_at is not None and self.expires_at <= self.granted_at:
            errors["expires_at"] = ["It must end after it was given."]
        if errors:
            raise InputError("Some fields are not right.", errors=errors)


@retried
def grant(
    organization: Organization, phone: str, terms: Terms, *, by: Any = None, now: datetime
) -> ConsentRecord:
    """Writes down what was allowed by a number (E.164); the same again changes nothing.

    Leads that waited for consent are looked at again. Raises InputError by field.
    """
    terms.check(now)
    _write(organization, [phone], terms, by, now)
    record = _same(organization, terms).filter(phone=phone).latest("pk")
    if record.created_at == now:
        audit.record("consent.granted", record, after=audit.snapshot(record, _GRANTED), actor=by)
        _tell("consent.granted", organization.pk, by, consent=record.pk)
        _look_again(organization.pk, phone, now)
    return record


def receive(
    file: "File[Any]",
    organization: Organization,
    terms: Terms,
    *,
    region: str,
    by: Any = None,
    now: datetime,
) -> suppressionlists.Report:
    """Writes down the same consent for every number of a file, a thousand at a time.

    Raises InputError for terms that are none, and for a file without numbers, having changed
    nothing.
    """
    terms.check(now)
    report = suppressionlists.Report()
    with understood(file) as table:
        found = suppressionlists.numbers(table, region, report)
        for chunk in batched(found, CHUNK, strict=False):
            added = _import(organization, chunk, terms, by, now)
            report.added += added
            report.known += len(chunk) - added
    _imported(organization, report, terms, by)
    return report


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
    by: Any = None,
    now: datetime,
) -> SuppressionEntry:
    """ "Stop calling me": every consent of the number ends and no campaign calls it any more, in
    one transaction. By an agent, an artificial voice, a program or a list: `source` says which.
    """
    because = reason.strip() or "They asked not to be called."
    given = ConsentRecord.objects.filter(organization=organization_id, phone=phone, revoked_at=None)
    ended = given.update(revoked_at=now, revoked_because=because[:255])
    entry = suppression.suppress(
        organization_id, phone, source=source, reason=reason, by=by, now=now
    )
    if ended:
        audit.record("consent.all_revoked", entry, after={"consents": ended}, actor=by)
        _tell("consent.revoked", organization_id, by, suppression=entry.pk)
    return entry


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


@retried
def _import(
    organization: Organization, phones: Collection[str], terms: Terms, by: Any, now: datetime
) -> int:
    return _write(organization, phones, terms, by, now)


@retried
def _imported(
    organization: Organization, report: suppressionlists.Report, terms: Terms, by: Any
) -> None:
    counts = {"added": report.added, "known": report.known, "invalid": report.invalid}
    said = {"purpose": terms.purpose, "voice": terms.voice, "kind": terms.kind, **counts}
    audit.record("consent.imported", organization, after=said, organization=organization, actor=by)
    editing.rules_changed(organization.pk)


def _write(
    organization: Organization, phones: Collection[str], terms: Terms, by: Any, now: datetime
) -> int:
    """Writes records for those numbers that have no such one; how many."""
    wanted = set(phones)
    there = set(_same(organization, terms).filter(phone__in=wanted).values_list("phone", flat=True))
    rows = [
        ConsentRecord(
            organization=organization,
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
        )
        for phone in sorted(wanted - there)
    ]
    ConsentRecord.objects.bulk_create(rows)
    return len(rows)


def _look_again(organization_id: int, phone: str, now: datetime) -> None:
    """Leads of this number that a rule refused are decided anew."""
    refused = Lead.objects.filter(
        organization=organization_id, phone=phone, status=Lead.Status.RETRY
    ).exclude(blocked_by="")
    for lead in refused.filter(next_attempt_at__gt=now).select_for_update():
        standing.retry(lead, now)


def _same(organization: Organization, terms: Terms) -> QuerySet[ConsentRecord]:
    """Records that say the same, and stand."""
    return ConsentRecord.objects.filter(
        organization=organization,
        purpose=terms.purpose,
        voice=terms.voice,
        kind=terms.kind,
        source=terms.source[:64],
        granted_at=terms.granted_at,
        expires_at=terms.expires_at,
        revoked_at=None,
    )


def _tell(kind: str, organization_id: int, by: Any, **subject: int) -> None:
    realtime.record(
        kind, organization=organization_id, topics=["activity"], subject=subject, actor=by
    )
