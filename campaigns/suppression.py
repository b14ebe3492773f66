"""Numbers that are not called. The only module that writes `SuppressionEntry`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from accounts.models import Organization
from campaigns import queue, standing
from campaigns.models import Campaign, Lead, LeadPhone, SuppressionEntry
from core import audit, realtime, years
from core.errors import InputError
from core.retry import retried

# Of an entry, who said it, why, when, and for how long.
_SAID: Final = ("source", "reason", "created_by", "created_at", "expires_at")


@retried
def suppress(
    organization: Organization | int,
    phone: str,
    *,
    source: str,
    reason: str = "",
    by: Any = None,
    campaign: Campaign | None = None,
    until: datetime | None = None,
    now: datetime,
) -> SuppressionEntry:
    """Keeps a number (E.164) from being called: in one campaign, or in the whole organization.

    Stands for good, or until a time; where it stood for a shorter time only, it stands longer,
    and by the later word: its source, reason and day are what was last said.
    Leads with this number leave the ready tables at once; those that wait become suppressed when
    they are looked at, or wait for that time. Raises InputError for a time that is over.
    """
    _demand_later(until, now)
    organization_id = organization if isinstance(organization, int) else organization.pk
    entry = _stand(
        organization_id=organization_id,
        phone=phone,
        campaign_key=campaign.pk if campaign else SuppressionEntry.EVERYWHERE,
        source=source,
        reason=reason[:255],
        created_by=by,
        created_at=now,
        expires_at=until,
    )
    _leave_tables(organization_id, [phone], campaign, until)
    kept = ("phone", "campaign_key", "source", "reason", "expires_at")
    audit.record("suppression.added", entry, after=audit.snapshot(entry, kept), actor=by)
    _tell("number.suppressed", entry, by, source=source)
    return entry


@retried
def suppress_many(
    organization: Organization,
    phones: Collection[str],
    *,
    source: str,
    reason: str = "",
    by: Any = None,
    campaign: Campaign | None = None,
    until: datetime | None = None,
    now: datetime,
) -> int:
    """Keeps many numbers (E.164) from being called; how many were not kept for so long before.

    For chunks of a thousand or so: they are one transaction. Raises InputError for a time that is
    over.
    """
    _demand_later(until, now)
    scope = campaign.pk if campaign else SuppressionEntry.EVERYWHERE
    numbers = sorted(set(phones))
    there = SuppressionEntry.objects.filter(
        organization=organization, campaign_key=scope, phone__in=numbers
    )
    shorter = there.exclude(expires_at=None)
    if until:
        shorter = shorter.filter(expires_at__lt=until)
    known = set(there.values_list("phone", flat=True))
    said: dict[str, Any] = {
        "source": source,
        "reason": reason[:255],
        "created_by": by,
        "created_at": now,
        "expires_at": until,
    }
    longer = shorter.update(**said)
    same = {"organization": organization, "campaign_key": scope, **said}
    new = [SuppressionEntry(phone=phone, **same) for phone in numbers if phone not in known]
    SuppressionEntry.objects.bulk_create(new, ignore_conflicts=True)
    _leave_tables(organization.pk, numbers, campaign, until)
    return len(numbers) - len(known) + longer


@retried
def lift(entry: SuppressionEntry, *, by: Any, because: str, now: datetime) -> None:
    """Lets a number be called again, where nothing else keeps it from that.

    Leads that it had ended are tried again. Raises InputError without a reason: someone who asked
    not to be called must be able to learn why they were.
    """
    because = because.strip()
    if not because:
        raise InputError("Say why this number may be called again.", errors={"because": ["Why?"]})
    known = SuppressionEntry.objects.select_for_update().filter(pk=entry.pk).first()
    if known is None:
        return
    audit.record(
        "suppression.lifted",
        known,
        before=audit.snapshot(known, ("phone", "campaign_key", "source", "reason", "created_at")),
        after={"because": because[:255]},
        actor=by,
    )
    known.delete()
    _revive(known, now)
    known.pk = entry.pk  # which it lost with its row
    _tell("number.released", known, by)


def exported(by: Any) -> None:
    """Notes that someone took the list out of the house."""
    audit.record("suppression.exported", by.organization, actor=by)


def _revive(entry: SuppressionEntry, now: datetime) -> None:
    """Tries the leads again whom this number alone kept from being called, by whichever number."""
    own = Lead.objects.filter(organization=entry.organization_id, status=Lead.Status.SUPPRESSED)
    # Two dives: one question with "or" would read all leads.
    further = LeadPhone.objects.filter(phone=entry.phone).values_list("lead", flat=True)
    ids = {*own.filter(phone=entry.phone).values_list("pk", flat=True), *further}
    leads = own.filter(pk__in=ids)
    if entry.campaign_key:
        leads = leads.filter(campaign=entry.campaign_key)
    for lead in leads.select_for_update():
        if not is_suppressed(lead.organization_id, entry.phone, campaign=lead.campaign, now=now):
            standing.retry(lead, now)


def _demand_later(until: datetime | None, now: datetime) -> None:
    if not years.fits(until):
        raise InputError(years.SAID, errors={"until": [years.SAID]})
    if until is not None and until <= now:
        raise InputError("That time is over already.", errors={"until": ["Choose a later time."]})


def _tell(kind: str, entry: SuppressionEntry, by: Any, **data: Any) -> None:
    realtime.record(
        kind,
        organization=entry.organization_id,
        topics=["activity"],
        subject={"suppression": entry.pk, "campaign": entry.campaign_key or None},
        data=data,
        actor=by,
    )


def _leave_tables(
    organization_id: int,
    phones: Collection[str],
    campaign: Campaign | None,
    until: datetime | None,
) -> None:
    """Their leads are not called from now on: for good, or to be decided again."""
    queue.drop_numbers(
        organization_id,
        phones,
        campaign_id=campaign.pk if campaign else None,
        for_good=until is None,
    )


def _stand(**known: Any) -> SuppressionEntry:
    """The entry of these facts; one that stood for a shorter time now stands as long."""
    SuppressionEntry.objects.bulk_create([SuppressionEntry(**known)], ignore_conflicts=True)
    key = {name: known[name] for name in ("organization_id", "phone", "campaign_key")}
    entry = SuppressionEntry.objects.select_for_update().get(**key)
    until = known["expires_at"]
    if entry.expires_at is not None and (until is None or until > entry.expires_at):
        for name in _SAID:
            setattr(entry, name, known[name])
        entry.save(update_fields=_SAID)
    return entry


def is_suppressed(
    organization: Organization | int,
    phone: str,
    *,
    campaign: Campaign | None = None,
    now: datetime,
) -> bool:
    """Whether a number must not be called now, in the campaign or anywhere."""
    organization_id = organization if isinstance(organization, int) else organization.pk
    campaign_id = campaign.pk if campaign else None
    rows = SuppressionEntry.objects.in_force(organization_id, campaign_id, now)
    return rows.filter(phone=phone).exists()
