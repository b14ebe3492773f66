"""Work of calls that the beat hints at; the rows say what is due."""

from celery import shared_task
from django.utils import timezone

from calls import assembly, lifecycle


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def reap() -> None:
    """Ends calls without a sign of life, and wrap-ups whose time is over."""
    lifecycle.reap(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def join_due() -> None:
    """Joins recordings whose parts are there, and deletes parts that have served."""
    now = timezone.now()
    assembly.join_due(now)
    assembly.purge_due(now)
