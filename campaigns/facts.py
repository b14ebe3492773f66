"""What is known about dialing a number, gathered from rows for `eligibility` to decide on."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from campaigns import numbers, windows
from campaigns.eligibility import CampaignRules, Facts
from campaigns.models import Campaign, Lead, SuppressionEntry
from campaigns.numbers import Number
from core import statements

_SUPPRESSED: Final = (
    "SELECT 1 FROM campaigns_suppressionentry WHERE organization_id = %s AND phone = %s LIMIT 1"
)


def rules_of(campaign: Campaign) -> CampaignRules:
    """What a campaign demands; its dates are days in its organization's zone."""
    return CampaignRules(
        running=campaign.status == Campaign.Status.RUNNING,
        zone=campaign.organization.timezone,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        window=windows.window_of(campaign),
        max_attempts=campaign.max_attempts,
    )


def of_number(
    number: Number,
    *,
    campaign: Campaign | None,
    lead: Lead | None,
    now: datetime,
    zones: tuple[str, ...] = (),
    promised: bool = False,
    attempt_id: int | None = None,
) -> Facts:
    """About one locked number.

    `zones` are those of a number without a lead; `attempt_id` is the attempt that asks, whose
    own hold on the number does not count.
    """
    organization_id, phone = number.organization_id, number.phone
    standing: dict[str, datetime | None] = {}
    if _maybe_suppressed(organization_id, phone):
        standing = suppressed(organization_id, [phone], campaign, now)
    return Facts(
        phone=phone,
        rules=rules_of(campaign) if campaign else None,
        zones=windows.zones_of(lead) if lead else zones,
        attempts=lead.attempts if lead else 0,
        promised=promised,
        suppressed=phone in standing,
        suppressed_until=standing.get(phone),
        live_elsewhere=number.live_attempt not in (None, attempt_id),
    )


def of_leads(
    campaign: Campaign, leads: Collection[Lead], *, promised: bool, now: datetime
) -> dict[int, Facts]:
    """About many leads of one campaign, by lead id, in a fixed number of queries.

    Makes the states of their numbers, so that a claim finds them.
    """
    phones = {lead.phone for lead in leads}
    windows.read_zones(lead.window_class_id for lead in leads)
    states = numbers.ensure(campaign.organization_id, phones)
    standing = suppressed(campaign.organization_id, phones, campaign, now)
    rules = rules_of(campaign)
    return {
        lead.pk: Facts(
            phone=lead.phone,
            rules=rules,
            zones=windows.zones_of(lead),
            attempts=lead.attempts,
            promised=promised,
            suppressed=lead.phone in standing,
            suppressed_until=standing.get(lead.phone),
            live_elsewhere=states[lead.phone].live_attempt is not None,
        )
        for lead in leads
    }


def suppressed(
    organization_id: int, phones: Iterable[str], campaign: Campaign | None, now: datetime
) -> dict[str, datetime | None]:
    """Which of the numbers are not called, and until when (None: for good)."""
    campaign_id = campaign.pk if campaign else None
    rows = SuppressionEntry.objects.in_force(organization_id, campaign_id, now)
    found: dict[str, datetime | None] = {}
    for phone, until in rows.filter(phone__in=phones).values_list("phone", "expires_at"):
        before = found.get(phone, until)
        found[phone] = None if before is None or until is None else max(before, until)
    return found


def _maybe_suppressed(organization_id: int, phone: str) -> bool:
    """Whether there is any entry for a number; most have none, and need no closer look."""
    return bool(statements.rows(_SUPPRESSED, [organization_id, phone]))
