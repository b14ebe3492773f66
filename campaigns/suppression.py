"""Numbers that are not called. The only module that writes `SuppressionEntry`."""

from datetime import datetime
from typing import Any

from accounts.models import Organization
from campaigns import queue
from campaigns.models import Campaign, SuppressionEntry
from core import realtime
from core.retry import retried


@retried
def suppress(
    organization: Organization | int,
    phone: str,
    *,
    source: str,
    reason: str = "",
    by: Any = None,
    campaign: Campaign | None = None,
    now: datetime,
) -> SuppressionEntry:
    """Keeps a number (E.164) from being called: in one campaign, or in the whole organization.

    Stands for good, also where it stood for a time only. Leads with this number leave the ready
    tables at once; those that wait become suppressed when they are looked at.
    """
    organization_id = organization if isinstance(organization, int) else organization.pk
    entry = _stand(
        organization_id=organization_id,
        phone=phone,
        campaign_key=campaign.pk if campaign else SuppressionEntry.EVERYWHERE,
        source=source,
        reason=reason[:255],
        created_by=by,
        created_at=now,
    )
    queue.drop_numbers(organization_id, [phone], campaign_id=campaign.pk if campaign else None)
    realtime.record(
        "number.suppressed",
        organization=organization_id,
        topics=["activity"],
        subject={"suppression": entry.pk, "campaign": campaign.pk if campaign else None},
        data={"source": source},
        actor=by,
    )
    return entry


def _stand(**facts: Any) -> SuppressionEntry:
    """The entry of these facts; one that stood for a time only now stands for good."""
    SuppressionEntry.objects.bulk_create([SuppressionEntry(**facts)], ignore_conflicts=True)
    key = {name: facts[name] for name in ("organization_id", "phone", "campaign_key")}
    entry = SuppressionEntry.objects.select_for_update().get(**key)
    if entry.expires_at is not None:
        entry.expires_at, entry.reason = None, facts["reason"]
        entry.save(update_fields=["expires_at", "reason"])
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
