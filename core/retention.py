"""How long events are kept, and their deletion after that."""

from datetime import datetime, timedelta

from core import config
from core.models import Event

BATCH = 2_000

config.define(
    "events.keep_days",
    int,
    default=90,
    minimum=1,
    help="Days that an event stays in the activity feed.",
)


def prune(now: datetime) -> int:
    """Deletes events past their time; returns how many.

    In batches, so that no verb waits long for the table.
    """
    oldest = now - timedelta(days=config.get("events.keep_days"))
    deleted = 0
    while rows := list(
        Event.objects.filter(at__lt=oldest).order_by("at").values_list("pk", flat=True)[:BATCH]
    ):
        deleted += Event.objects.filter(pk__in=rows).delete()[0]
    return deleted
