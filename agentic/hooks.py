"""What LiveKit tells of a call by itself: the word of last resort, where no voice told it.

Each event counts once, in whatever order they come. While the voice is in the room, it knows more
than these events say, so they settle only what it can no longer tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agentic import sink
from agentic.models import AiCall, ProviderEvent
from agentic.providers.base import VoiceProvider

PHONE, VOICE = "phone", "voice"
LEFT, FINISHED = "participant_left", "room_finished"
# An event's own clock counts whole seconds; ours is better unless the event is an old one.
_FRESH = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Told:
    """An event; `who` is a phone, a voice or another, `reason` LiveKit's word for why they left."""

    event_id: str
    kind: str
    room: str
    call: UUID | None
    at: datetime
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _End:
    by: str
    cause: str = ""


# Why a phone left; a call that was answered has ended by whom it says.
_ENDS = {
    "CLIENT_INITIATED": _End("remote"),
    "USER_REJECTED": _End("remote", "rejected"),
    "USER_UNAVAILABLE": _End("remote", "no_answer"),
    "SIP_TRUNK_FAILURE": _End("system", "request_timeout"),
    "MEDIA_FAILURE": _End("system", "request_timeout"),
    "ROOM_DELETED": _End("local"),
    "PARTICIPANT_REMOVED": _End("local"),
}
_NOBODY_KNOWS = _End("system", "unknown")


def receive(told: Told, provider: VoiceProvider, now: datetime) -> bool:
    """Settles what an event means for its call; False for one that is known or of no call of ours.

    Raises DomainError "provider_unreachable" where a line could not be freed: tell it again.
    """
    calls = AiCall.objects.select_related("call")
    ai = calls.filter(public_id=told.call).first() if told.call else None
    if ai is None or ai.provider != provider.name:
        return False
    if ProviderEvent.objects.filter(event_id=told.event_id).exists():
        return False
    at = told.at if now - told.at > _FRESH else now
    if told.kind == LEFT and told.who == PHONE:
        _phone_left(ai, told, at)
    elif told.kind == LEFT and told.who == VOICE:
        _voice_left(ai, told, at, provider)
    elif told.kind == FINISHED:
        _room_finished(ai, at)
    # Last of all, so that what failed above is done when the event comes again.
    _remember(told, now)
    return True


def _phone_left(ai: AiCall, told: Told, at: datetime) -> None:
    """After an answer the talk is over; before it, the voice hears from its dial what it was."""
    if ai.call.answered_at is not None:
        sink.ended(ai.pk, at, by=_ENDS.get(told.reason, _NOBODY_KNOWS).by)


def _voice_left(ai: AiCall, told: Told, at: datetime, provider: VoiceProvider) -> None:
    """Nobody speaks any more: the called must not be left in silence."""
    if told.reason == "ROOM_DELETED" or ai.taken_over_at is not None:
        return
    _settle(ai, at, problem="The voice left the call.")
    provider.hang_up(ai)


def _room_finished(ai: AiCall, at: datetime) -> None:
    _settle(ai, at, problem="The room was closed.")


def _settle(ai: AiCall, at: datetime, *, problem: str) -> None:
    """Ends a call of which nothing more will be told."""
    if ai.state == AiCall.State.OVER:
        return
    end = _ENDS.get(_last_reason(ai), _NOBODY_KNOWS)
    if ai.call.answered_at is not None:
        sink.ended(ai.pk, at, by="system", problem=problem)
    else:
        sink.ended(ai.pk, at, by=end.by, cause=end.cause, problem=problem)


def _last_reason(ai: AiCall) -> str:
    """Why the phone left, where an earlier event told it."""
    events = ProviderEvent.objects.filter(room=f"call-{ai.public_id}", kind__startswith=f"{PHONE}:")
    kind = events.order_by("-pk").values_list("kind", flat=True).first()
    return kind.partition(":")[2] if kind else ""


def _remember(told: Told, now: datetime) -> None:
    kind = f"{told.who}:{told.reason}" if told.kind == LEFT and told.who else told.kind
    ProviderEvent.objects.get_or_create(
        event_id=told.event_id,
        defaults={"kind": kind[:64], "room": told.room[:64], "at": told.at, "received_at": now},
    )
