"""Hints that something is due; the rows say what."""

from celery import shared_task
from django.utils import timezone

from campaigns import queue, sheets


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def fill_due() -> None:
    """Fills the ready tables of running campaigns."""
    queue.fill_due(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def import_due() -> None:
    """Hands every sheet that waits to a worker of its own."""
    for sheet_id in sheets.due(timezone.now()):
        import_sheet.delay(sheet_id)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def import_sheet(sheet_id: int) -> None:
    """Imports a confirmed sheet to its end."""
    sheets.run_import(sheet_id)
