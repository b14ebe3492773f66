"""What a person asks of a voice in mid-call: a message, or to hang up."""

from typing import Any

from django.utils import timezone

from agentic import sink
from agentic.models import AiCall, AiCommand
from core import audit, realtime
from core.errors import DomainError, InputError
from core.retry import retried

LONGEST = 1000
_K, _S = AiCommand.Kind, AiCall.State


def say(user: Any, ai: AiCall, text: str) -> AiCommand:
    """Tells the voice something that the called does not hear; it follows it in its own words.

    Raises InputError for no text or too much, DomainError "not_live" where nobody is spoken to.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        said = f"Write up to {LONGEST} letters."
        raise InputError(said, errors={"text": [said]})
    return _ask(ai, _K.SAY, by=user, body=text)


def hang_up(user: Any, ai: AiCall) -> bool:
    """Ends a call: one that was not dialed yet is given back. False for one that is over."""
    return end(ai, by=user)


def end(ai: AiCall, *, by: Any = None) -> bool:
    """The same for a run that stops; `by` is nobody where the house itself hangs up."""
    if _withdraw(ai.pk, by):
        return True
    if not AiCall.objects.filter(pk=ai.pk, state=_S.PLACED).exists():
        return False
    _ask(ai, _K.HANG_UP, by=by)
    return True


def _withdraw(pk: int, by: Any) -> bool:
    """Ends a call that was not dialed: whoever asks for leave to dial it gets none."""
    waiting = (_S.QUEUED, _S.LAUNCHING, _S.DISPATCHED)
    if not AiCall.objects.filter(pk=pk, state__in=waiting).exists():
        return False
    return sink.withdrawn(pk, timezone.now(), problem="It was ended before it was dialed.")


@retried
def _ask(ai: AiCall, kind: str, *, by: Any, body: str = "") -> AiCommand:
    """Writes the command, once where it is to hang up, and tells who speaks and who watches."""
    now = timezone.now()
    row = AiCall.objects.select_for_update().only("state", "taken_over_at").get(pk=ai.pk)
    if row.state != _S.PLACED:
        raise DomainError("This call is not going on.", code="not_live")
    if kind == _K.SAY and row.taken_over_at is not None:
        raise DomainError("The voice has left this call to a person.", code="not_live")
    asked = AiCommand.objects.filter(ai_call=ai, kind=kind, done_at=None).first()
    if asked is not None and kind != _K.SAY:
        return asked
    command = AiCommand.objects.create(ai_call=ai, kind=kind, body=body, by=by, at=now)
    audit.record(f"ai_call.{kind}_asked", ai, after={"text": body} if body else {}, actor=by)
    realtime.record(
        "call.commanded",
        organization=ai.organization_id,
        topics=[f"call:{ai.call.public_id}"],
        subject={"call": str(ai.call.public_id), "campaign": ai.campaign_id},
        data={"kind": kind},
        category="calls",
        actor=by,
        at=now,
    )
    return command
