"""One lead at a time: added or brought up to date by a CRM, a form or a person."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from campaigns import leadfilter, queue, windows
from campaigns.models import Campaign, Lead, SuppressionEntry
from campaigns.ranking import MOST_PRIORITY, rank
from campaigns.sheets import landing
from campaigns.sheets.rows import LeadFacts, RowError, lead_facts
from core import audit, realtime
from core.errors import DomainError, InputError
from core.phone import normalize
from core.retry import retried

# What a request may say of a lead; `phones` are further numbers, `custom` further facts.
TEXTS: Final = (
    "name",
    "email",
    "company",
    "job_title",
    "job_level",
    "country",
    "region",
    "postal_code",
    "timezone",
    "remarks",
    "external_id",
)
_UPDATED: Final = (*TEXTS, "phone", "timezone_source", "custom", "consent", "priority")
# What tells where a lead may be, beside its number.
_PLACED: Final = ("country", "region", "postal_code", "timezone", "timezone_source")
_WAITING: Final = (Lead.Status.NEW, Lead.Status.QUEUED, Lead.Status.RETRY)
# Before every rank that priorities make; the earlier request goes first.
_FRONT: Final = -(1 << 62)


@dataclass(frozen=True)
class Added:
    """A lead, and whether it is new."""

    lead: Lead
    created: bool


def add_lead(
    user: User | None,
    campaign: Campaign,
    *,
    phone: str,
    phones: Iterable[str] = (),
    custom: dict[str, str] | None = None,
    consent: bool | None = None,
    priority: int | None = None,
    dial_next: bool = False,
    **texts: str,
) -> Added:
    """Adds a lead, or brings the one with the same external ID up to date.

    `dial_next` places it before all others that wait. Raises InputError by field, and
    DomainError `duplicate_number` when another lead of the campaign has the number.
    """
    facts = _facts(campaign, phone, phones, texts)
    facts.fields["custom"] |= {name: str(text) for name, text in (custom or {}).items()}
    if consent is not None:
        facts.fields["consent"] = consent
    if priority is not None:
        facts.fields["priority"] = max(-MOST_PRIORITY, min(MOST_PRIORITY, priority))
    try:
        return _upsert(user, campaign, facts, texts, dial_next=dial_next)
    except IntegrityError:
        # Another request added the same lead in this moment; now it is there to be updated.
        return _upsert(user, campaign, facts, texts, dial_next=dial_next)


@retried
def set_email(lead: Lead, email: str) -> None:
    """Keeps an address that the lead confirmed; the same again changes nothing."""
    row = Lead.objects.select_for_update().get(pk=lead.pk)
    if row.email.casefold() != email.casefold():
        row.email = email
        row.save(update_fields=["email"])
        _audit(row, ["email"], None, created=False, dial_next=False)


def _facts(
    campaign: Campaign, phone: str, phones: Iterable[str], texts: dict[str, str]
) -> LeadFacts:
    """A request read by the same rules as a row of a sheet."""
    pairs = [("phone", phone), *(("further_phone", one) for one in phones)]
    pairs += [(name, str(text)) for name, text in texts.items() if text]
    fields, cells = [name for name, _ in pairs], [text for _, text in pairs]
    try:
        return lead_facts(cells, fields, fields, campaign.default_region)
    except RowError as error:
        field = "external_id" if "external" in error.message else "phone"
        raise InputError(error.message, code=error.code, errors={field: [error.message]}) from error


@retried
def _upsert(
    user: User | None,
    campaign: Campaign,
    facts: LeadFacts,
    texts: dict[str, str],
    *,
    dial_next: bool,
) -> Added:
    now = timezone.now()
    found = _same_external_id(campaign, facts)
    _refuse_taken(campaign, facts, found)
    entries = SuppressionEntry.objects.in_force(campaign.organization_id, campaign.pk, now)
    blocked = set(entries.filter(phone=facts.phone.e164).values_list("phone", flat=True))
    changed: list[str] = []
    if found is None:
        place = windows.class_for(facts.zones, facts.fields["country"], facts.state)
        lead = landing.lead_row(campaign, facts, place, suppressed=blocked)
    else:
        before = audit.snapshot(found, _UPDATED)
        _place_again(campaign, facts, found, texts)
        lead = _updated(found, facts)
        if lead.blocked_by in leadfilter.LEFT_OUT:
            lead.next_attempt_at = now  # it may be chosen by now
        changed = [name for name in _UPDATED if before[name] != getattr(lead, name)]
    if dial_next and lead.status in _WAITING:
        lead.rank = _FRONT + time.time_ns() // 1000
        if lead.status == Lead.Status.RETRY:
            lead.next_attempt_at = now
    if lead.status != Lead.Status.CLAIMED:
        lead.phone_index = 0
    lead.save()
    lead.phones.all().delete()
    landing.add_phones([(lead.pk, facts.further)])
    if found is not None and (dial_next or "phone" in changed):
        queue.withdraw(lead.pk)
    queue.wake(campaign.pk)
    _tell(lead, user, created=found is None)
    _audit(lead, changed, user, created=found is None, dial_next=dial_next)
    return Added(lead, created=found is None)


def _tell(lead: Lead, user: User | None, *, created: bool) -> None:
    realtime.record(
        "lead.added" if created else "lead.updated",
        organization=lead.organization_id,
        topics=[f"campaign:{lead.campaign_id}"],
        subject={"lead": lead.pk, "campaign": lead.campaign_id},
        actor=user,
    )


def _audit(
    lead: Lead, changed: list[str], user: User | None, *, created: bool, dial_next: bool
) -> None:
    """Names what was changed, not the values: the log outlives the lead's own erasure."""
    facts: dict[str, object] = {"campaign": lead.campaign_id, "dial_next": dial_next}
    if not created:
        facts["changed"] = changed
    audit.record("lead.added" if created else "lead.changed", lead, after=facts, actor=user)


def _same_external_id(campaign: Campaign, facts: LeadFacts) -> Lead | None:
    external_id = facts.fields.get("external_id")
    if not external_id:
        return None
    leads = Lead.objects.select_for_update().filter(campaign=campaign)
    return leads.filter(external_id__iexact=external_id).first()


def _refuse_taken(campaign: Campaign, facts: LeadFacts, found: Lead | None) -> None:
    """Two leads of a campaign never share the number that is dialed."""
    others = Lead.objects.filter(campaign=campaign, phone=facts.phone.e164)
    other = (others.exclude(pk=found.pk) if found else others).first()
    if other is not None:
        raise DomainError(
            "Another lead of the campaign has this number.",
            code="duplicate_number",
            errors={"lead": other.pk},
        )


def _place_again(campaign: Campaign, facts: LeadFacts, lead: Lead, texts: dict[str, str]) -> None:
    """Where someone may be is told by all that is known: what was not sent counts as well."""
    known = {"region": lead.region, "postal_code": lead.postal_code}
    if lead.timezone_source == "column":
        known["timezone"] = lead.timezone
    if lead.country != normalize(lead.phone).country:
        # Else it may only be what the number said, which goes along with another number.
        known["country"] = lead.country
    said = {name: text for name, text in texts.items() if name in _PLACED and text}
    again = _facts(campaign, facts.phone.e164, (), known | said)
    facts.zones, facts.state = again.zones, again.state
    facts.fields |= {name: again.fields[name] for name in _PLACED if name in again.fields}


def _updated(lead: Lead, facts: LeadFacts) -> Lead:
    """What was sent replaces what was known; what was not sent stays. The status stays."""
    given = {**facts.fields, "phone": facts.phone.e164}
    if lead.status == Lead.Status.CLAIMED and given["phone"] != lead.phone:
        raise DomainError(
            "The lead is being called; its number can change afterwards.", code="lead_is_claimed"
        )
    given["custom"] = {**lead.custom, **given["custom"]}
    for name in _UPDATED:
        if name in given:
            setattr(lead, name, given[name])
    lead.window_class = windows.class_for(facts.zones, lead.country, facts.state)
    if "priority" in facts.fields and lead.rank >= 0:
        lead.rank = rank(lead.priority, lead.sheet_id or 0, lead.sheet_row or 0)
    return lead
