"""What the beat does for accounts."""

from celery import shared_task
from django.utils import timezone

from accounts import presence


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_presence() -> None:
    """Marks who is idle or lost, and ends forgotten shifts."""
    presence.sweep(timezone.now())
