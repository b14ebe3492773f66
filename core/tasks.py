"""What the beat asks of the system itself."""

from celery import shared_task
from django.utils import timezone

from core import configlog, health, letters, outbox, retention, sealing


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def prune_events() -> None:
    """Forgets events that are past their time."""
    retention.prune(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def heartbeat() -> None:
    """Shows that beat and worker live; numbers events while no page is open to need them."""
    health.beat("worker", timezone.now())
    outbox.catch_up()


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def send_letters() -> None:
    """Sends the mail that waits."""
    letters.send_due(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def seal_audit() -> None:
    """Notes a changed configuration, and seals the audit entries that wait."""
    configlog.note()
    sealing.catch_up(timezone.now())
