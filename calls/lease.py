"""The lease of a live call: every sign of life renews it, and the reaper ends what has none.

A previewed lead has a time of its own: its phone dials it or gives it back, and whatever its phone
does, it is given back soon after.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from calls import limits  # noqa: F401  # defines what is read here
from calls.models import Call
from campaigns.models import Campaign
from core import config
from core.errors import DomainError

_MOMENT = timedelta(seconds=5)
# A phone that keeps the time of a preview has told of its end by then.
_GRACE = timedelta(seconds=10)
_RESTS = frozenset({"skipped", "preview_over"})


def span() -> timedelta:
    """How long a call lives without a sign of life."""
    return timedelta(seconds=config.get("calls.lease_s"))


def renew(call_pk: int, now: datetime) -> None:
    """Renews a live call's lease, unless that was done a moment ago.

    One statement without the agent's lock, so that parts and heartbeats wait for nobody.
    """
    old = Call.objects.filter(pk=call_pk, lease_until__lt=now + span() - _MOMENT)
    old.filter(status__in=Call.LIVE).update(lease_until=now + span())


def renew_many(call_pks: Collection[int], now: datetime) -> None:
    """Renews the leases of the live ones among many calls, in one statement."""
    live = Call.objects.filter(pk__in=call_pks, status__in=Call.LIVE, lease_until__isnull=False)
    live.update(lease_until=now + span())


def rest_s(call: Call, reason: str) -> int:
    """Seconds for which a lead that is given back rests.

    Raises DomainError "may_not_skip" where nobody may pass a previewed lead by.
    """
    campaign = call.campaign
    if reason == "skipped" and campaign and previewed(call) and not campaign.may_skip:
        raise DomainError("Leads of this campaign may not be skipped.", code="may_not_skip")
    return int(config.get("calls.skip_s")) if reason in _RESTS else 0


def previewed(call: Call) -> bool:
    """Whether an agent looks at the lead before it is dialed."""
    return call.attempt.mode == Campaign.Mode.PREVIEW


def over(call: Call, now: datetime) -> bool:
    """Whether a live call has had no sign of life for too long, or a preview its time."""
    if call.lease_until is not None and call.lease_until <= now:
        return True
    limit_s = call.campaign.preview_limit_s if call.campaign and previewed(call) else 0
    waits = call.status == Call.Status.RESERVED and call.dialed_at is None
    return bool(limit_s) and waits and _ended(call.reserved_at, limit_s) <= now


def overdue_previews(now: datetime) -> list[int]:
    """Reservations that were looked at for longer than their campaigns allow."""
    rows = Call.objects.filter(
        status=Call.Status.RESERVED,
        live_agent__isnull=False,
        attempt__mode=Campaign.Mode.PREVIEW,
        campaign__preview_limit_s__gt=0,
    ).values_list("pk", "reserved_at", "campaign__preview_limit_s")
    return [pk for pk, at, limit_s in rows if _ended(at, limit_s) <= now]


def _ended(reserved_at: datetime, limit_s: int) -> datetime:
    return reserved_at + timedelta(seconds=limit_s) + _GRACE
