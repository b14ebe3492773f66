"""What tests of claims share: an hour, and leads taken at it."""

from datetime import UTC, datetime

from accounts.models import User
from campaigns import claims, windows
from campaigns.models import Campaign, DialAttempt, Disposition, WindowClass
from tests.factories import DispositionFactory

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
NIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # two in the morning there


def taken(agent: User, *campaigns: Campaign, now: datetime = NOW) -> DialAttempt:
    claim = claims.claim_next(agent, [row.pk for row in campaigns], now=now)
    assert claim.attempt is not None, claim
    return claim.attempt


def callback(campaign: Campaign) -> Disposition:
    return DispositionFactory.create(
        organization=campaign.organization, callback=True, contact=True, finished=False
    )


def by_day_only(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(window_start="08:00", window_end="21:00")


def zones_class(*zones: str) -> WindowClass:
    return windows.class_for(zones, "US")
