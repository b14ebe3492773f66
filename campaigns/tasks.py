"""Hints that something is due; the rows say what."""

from functools import partial

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from campaigns import queue, recycling, sheets


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
    """Imports a confirmed sheet to its end, or undoes an import."""
    if not sheets.run_import(sheet_id):
        sheets.run_undo(sheet_id)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def recycle_due() -> None:
    """Goes on with the runs that send finished leads round again."""
    for run_id in recycling.due(timezone.now()):
        recycling.work(run_id, timezone.now())


def hint(sheet_id: int) -> None:
    """Tells a worker of a sheet after the commit; without a broker, the beat's sweep finds it."""
    transaction.on_commit(partial(import_sheet.delay, sheet_id), robust=True)
