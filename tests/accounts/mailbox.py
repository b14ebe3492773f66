"""The mail of a test: what the beat sends, and the code in it."""

import re

from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from core import letters


def deliver() -> list[EmailMessage]:
    """Sends what waits; every mail of the test so far."""
    letters.send_due(timezone.now())
    return list(mail.outbox)


def code_in(message: EmailMessage) -> str:
    """The six digits that a mail tells."""
    found = re.search(r"\b\d{6}\b", str(message.body))
    assert found
    return found[0]
