"""Hints that something is due; the rows say what."""

from celery import shared_task
from django.utils import timezone

from campaigns import queue


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def fill_due() -> None:
    """Fills the ready tables of running campaigns."""
    queue.fill_due(timezone.now())
