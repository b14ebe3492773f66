"""The lease of a live call: every sign of life renews it, and the reaper ends what has none."""

from datetime import datetime, timedelta

from calls import limits  # noqa: F401  # defines what is read here
from calls.models import Call
from core import config

_MOMENT = timedelta(seconds=5)


def span() -> timedelta:
    """How long a call lives without a sign of life."""
    return timedelta(seconds=config.get("calls.lease_s"))


def renew(call_pk: int, now: datetime) -> None:
    """Renews a live call's lease, unless that was done a moment ago.

    One statement without the agent's lock, so that parts and heartbeats wait for nobody.
    """
    old = Call.objects.filter(pk=call_pk, lease_until__lt=now + span() - _MOMENT)
    old.filter(status__in=Call.LIVE).update(lease_until=now + span())
