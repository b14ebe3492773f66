"""What the beat does for accounts."""

from celery import shared_task
from django.utils import timezone

from accounts import lockout, logins, passwords, presence


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_presence() -> None:
    """Marks who is idle or lost, and ends forgotten shifts."""
    presence.sweep(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def send_reset_code(email: str) -> None:
    """Looks for the person away from the request, whose time then tells nothing of them."""
    passwords.send_code(email)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def end_closed() -> None:
    """Ends what is open of organizations that have closed."""
    logins.end_closed(timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def prune() -> None:
    """Forgets guesses, ended logins and ways to a password that are past their time."""
    now = timezone.now()
    lockout.prune(now)
    logins.prune(now)
    passwords.prune(now)
