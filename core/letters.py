"""Mail: written by verbs in their transaction, sent by the beat. The only module that sends it."""

import logging
import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.utils import timezone

from core import crypto
from core.models import Letter
from core.retry import retried

# A worker that died while sending; afterwards another one tries.
LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=30)
# Given up after about eight hours: by then a code or a link has mostly ended.
ATTEMPTS = 11
BATCH = 50

log = logging.getLogger(__name__)


def write(to: str, subject: str, body: str) -> Letter:
    """Puts a plain-text mail into the out tray, in the current transaction."""
    now = timezone.now()
    return Letter.objects.create(
        to=to, subject=subject, body=crypto.encrypt(body), created_at=now, due_at=now
    )


def send_due(now: datetime) -> int:
    """Sends what waits, at most `BATCH`; returns how many were sent."""
    sent = 0
    for _ in range(BATCH):
        letter = _take(now)
        if letter is None:
            break
        sent += _send(letter)
    return sent


@retried
def _take(now: datetime) -> Letter | None:
    letter = (
        Letter.objects.select_for_update(skip_locked=True)
        .filter(due_at__lte=now)
        .order_by("due_at")
        .first()
    )
    if letter is not None:
        letter.due_at = now + LEASE
        letter.attempts += 1
        letter.save(update_fields=["due_at", "attempts"])
    return letter


def _send(letter: Letter) -> bool:
    try:
        message = EmailMessage(letter.subject, crypto.decrypt(letter.body), to=[letter.to])
        message.send()
    except (OSError, smtplib.SMTPException, crypto.UnreadableError) as error:
        _postpone(letter, error)
        return False
    letter.delete()
    return True


def _postpone(letter: Letter, error: Exception) -> None:
    kind = type(error).__name__
    if letter.attempts >= ATTEMPTS:
        log.error("letter given up", extra={"letter": letter.pk, "error": kind})
        letter.delete()
        return
    log.warning("letter not sent", extra={"letter": letter.pk, "error": kind})
    letter.due_at = timezone.now() + FIRST_PAUSE * 2 ** (letter.attempts - 1)
    letter.save(update_fields=["due_at"])
