"""Promises to call at a time. The only module that writes `Callback`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import connection

from campaigns.models import Callback, Lead
from core import statements

_COMPLETE: Final = (
    "UPDATE campaigns_callback SET open_key = NULL, done_at = %s WHERE open_key IN ({})"
)
_OWED: Final = "SELECT lead_id FROM campaigns_callback WHERE open_key IN ({})"


def create(
    lead: Lead, *, due_at: datetime, owner: Any = None, note: str = "", now: datetime
) -> Callback:
    """Promises a call to a lead, in the place of an earlier promise. The lead is locked.

    Only `owner` gets it, as long as the owner is there; without one, anyone.
    """
    complete([lead.pk], now)
    return Callback.objects.create(
        organization_id=lead.organization_id,
        campaign_id=lead.campaign_id,
        lead=lead,
        open_key=lead.pk,
        owner=owner,
        due_at=due_at,
        next_at=due_at,
        note=note,
        created_at=now,
    )


def give(promise: Callback, owner: Any) -> None:
    """Another keeps the promise, or (None) anyone; it is looked at at once. The row is locked."""
    promise.owner, promise.next_at = owner, promise.due_at
    promise.save(update_fields=["owner", "next_at"])


def complete(lead_ids: Iterable[int], now: datetime) -> None:
    """The promises to these leads are kept, or cannot be kept any more."""
    if keys := list(lead_ids):
        at = connection.ops.adapt_datetimefield_value(now)
        statements.run(_COMPLETE.format(statements.places(keys)), [at, *keys])


def forget(lead_ids: Iterable[int]) -> None:
    """Nothing was ever promised to these leads, who were never called."""
    Callback.objects.filter(lead__in=lead_ids).delete()


def owed(lead_ids: Iterable[int]) -> set[int]:
    """Those of the leads to whom a promise stands."""
    keys = list(lead_ids)
    sql = _OWED.format(statements.places(keys))
    return {pk for (pk,) in statements.rows(sql, keys)} if keys else set()


def defer(callback_ids: Iterable[int], at: datetime) -> None:
    """The queue looks at these promises again then."""
    Callback.objects.filter(pk__in=callback_ids, done_at=None).update(next_at=at)


def postpone(lead_id: int, at: datetime) -> bool:
    """The queue looks at a lead's promise again then; False when none stands."""
    return Callback.objects.filter(open_key=lead_id).update(next_at=at) == 1
