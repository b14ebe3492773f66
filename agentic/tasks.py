"""Hints that calls of voices are due; the rows say which."""

from itertools import batched
from typing import Any

from celery import shared_task
from celery.signals import (
    worker_init,
    worker_process_shutdown,
    worker_shutdown,
    worker_shutting_down,
)
from django.db import transaction
from django.utils import timezone

from agentic import handover, launching, outcomes, reaping, rehearsing
from agentic.providers.simulator import recording
from agentic.providers.simulator.host import HOST

# One task launches a few calls, one after the other: a launch takes a moment.
_TOGETHER = 5
# So long one task makes recordings; the next one goes on.
_RECORDING_S = 4.0


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def launch_due() -> None:
    """Claims what the runs may call now, and hands it to whoever launches."""
    now = timezone.now()
    queued = [*launching.launch_due(now), *launching.forgotten(now)]
    for ids in batched(queued, _TOGETHER, strict=False):
        launch_calls.delay(ids)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def launch_calls(ids: list[int]) -> None:
    """Sends voices for queued calls; those that are launched already stay as they are."""
    launching.launch_many(ids)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def reap() -> None:
    """Reconciles what stays too long in a passing state."""
    reaping.reap(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def read_due() -> None:
    """Reads calls that are over, and takes back offers to take over that nobody answered."""
    now = timezone.now()
    handover.expire(now)
    for pk in outcomes.due(now):
        outcomes.read(pk, timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def record_simulated() -> None:
    """Makes the sound of simulated calls that are over."""
    recording.record_due(timezone.now(), within_s=_RECORDING_S)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def rehearse_due() -> None:
    """Finds scenarios that are to be gone through, and gives each lot to a worker."""
    for pk in rehearsing.due(timezone.now()):
        rehearse.delay(pk)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def rehearse(pk: int) -> None:
    """Goes through scenarios, unless another worker does."""
    rehearsing.run(pk, timezone.now())


def hint() -> None:
    """Tells a worker after the commit that a run may call; without a broker, the beat does."""
    transaction.on_commit(launch_due.delay, robust=True)


def hint_rehearsal() -> None:
    """Tells a worker after the commit that scenarios are to be gone through."""
    transaction.on_commit(rehearse_due.delay, robust=True)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _drain(**told: Any) -> None:
    """A worker that ends launches nothing more."""
    launching.drain()


# Only processes of workers play simulated calls; one that is to end lets them come to theirs.
worker_init.connect(HOST.arm)
worker_shutting_down.connect(HOST.drain)
worker_process_shutdown.connect(HOST.join)
worker_shutdown.connect(HOST.join)
