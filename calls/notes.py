"""Notes on calls and numbers. The only module that writes `Note`."""

from typing import Any

from django.utils import timezone

from calls.models import Call, Note
from core.errors import InputError

LIMIT = 10_000  # characters


def add_note(author: Any, *, call: Call, body: str, visibility: str = Note.Visibility.TEAM) -> Note:
    """Writes what someone has to say about a call; an empty or endless note is refused."""
    body = body.strip()
    if not body:
        raise InputError("Write something first.", errors={"body": ["Empty."]})
    if len(body) > LIMIT:
        raise InputError(f"A note has at most {LIMIT} characters.", errors={"body": ["Too long."]})
    now = timezone.now()
    return Note.objects.create(
        organization_id=call.organization_id,
        author=author,
        call=call,
        lead_id=call.lead_id,
        phone=call.number,
        body=body,
        visibility=visibility,
        created_at=now,
        updated_at=now,
    )
