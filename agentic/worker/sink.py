"""Where a voice tells what happens: a protocol, and our database behind it.

A voice that runs elsewhere would need another sink, and nothing else.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from asgiref.sync import sync_to_async
from django.core.files import File
from django.db import close_old_connections
from django.utils import timezone

from agentic import briefing, handover, leadfacts, outcomes, placeholders, sink, tools
from agentic.models import AiCall, AiCommand
from agentic.sink import Order
from agentic.tools import Offered, ToolAnswer
from calls import recordings
from calls.transcripts import Line

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Brief:
    """What a voice needs to know before it dials."""

    pk: int
    room: str
    instructions: str
    disclosure: str
    voice: str
    language: str
    model: str
    temperature: float
    silence_s: int
    voicemail: str
    voicemail_text: str
    offers: tuple[Offered, ...] = field(default=())


class CallSink(Protocol):
    """Everything that a voice tells or asks of its call."""

    async def load(self) -> Brief | None:
        """What is to be said; None for a call that nobody knows."""

    async def take(self) -> Order | None:
        """Leave to dial, once."""

    async def rings(self, at: datetime) -> None:
        """The far end rings."""

    async def answered(self, at: datetime) -> None:
        """Somebody or something picked up."""

    async def classified(self, answered_by: str) -> None:
        """Who or what picked up."""

    async def said(self, lines: Sequence[Line]) -> None:
        """Turns as they were spoken; what customers say is listened to for an opt-out."""

    async def alive(self) -> None:
        """The voice is there."""

    async def measured(self, usage: dict[str, Any], latencies_ms: Sequence[int]) -> None:
        """What the call used so far."""

    async def ended(self, at: datetime, **how: Any) -> bool:
        """The line is free."""

    async def orders(self) -> list[AiCommand]:
        """What people ask of the voice."""

    async def done(self, command: AiCommand) -> bool:
        """Takes a command; False where it is done already."""

    async def use(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Uses a tool."""

    async def joined(self, person: int) -> bool:
        """Who takes the call over is in the room; False where it is not theirs any more."""

    async def missed(self, person: int) -> None:
        """Who said that they take the call over did not come."""

    async def recorded(self, path: Path, mime: str) -> None:
        """Keeps the recording."""


class OrmSink:
    """The database, from a thread of its own so that speech never waits for it."""

    def __init__(self, ref: str) -> None:
        self._ref, self._pk = ref, 0

    async def load(self) -> Brief | None:
        """What is to be said; None for a call that nobody knows."""
        brief = await _threaded(_brief, self._ref)
        self._pk = brief.pk if brief else 0
        return brief

    async def take(self) -> Order | None:
        """Leave to dial, once."""
        return await _threaded(sink.take, self._pk, timezone.now())

    async def rings(self, at: datetime) -> None:
        """The far end rings."""
        await _threaded(sink.rings, self._pk, at)

    async def answered(self, at: datetime) -> None:
        """Somebody or something picked up."""
        await _threaded(sink.answered, self._pk, at)

    async def classified(self, answered_by: str) -> None:
        """Who or what picked up."""
        await _threaded(sink.classified, self._pk, answered_by)

    async def said(self, lines: Sequence[Line]) -> None:
        """Turns as they were spoken; what customers say is listened to for an opt-out."""
        await _threaded(_said, self._pk, lines)

    async def alive(self) -> None:
        """The voice is there."""
        await _threaded(sink.alive, self._pk, timezone.now())

    async def measured(self, usage: dict[str, Any], latencies_ms: Sequence[int]) -> None:
        """What the call used so far."""
        await _threaded(_measured, self._pk, usage, latencies_ms)

    async def ended(self, at: datetime, **how: Any) -> bool:
        """The line is free."""
        return await _threaded(_ended, self._pk, at, how)

    async def orders(self) -> list[AiCommand]:
        """What people ask of the voice."""
        return await _threaded(sink.waiting, self._pk)

    async def done(self, command: AiCommand) -> bool:
        """Takes a command; False where it is done already."""
        return await _threaded(sink.done, command, timezone.now())

    async def use(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Uses a tool."""
        return await _threaded(tools.use, self._pk, name, arguments, timezone.now())

    async def joined(self, person: int) -> bool:
        """Who takes the call over is in the room; False where it is not theirs any more."""
        return await _threaded(handover.joined, self._pk, person, timezone.now())

    async def missed(self, person: int) -> None:
        """Who said that they take the call over did not come."""
        await _threaded(handover.missed, self._pk, person, timezone.now())

    async def recorded(self, path: Path, mime: str) -> None:
        """Keeps the recording."""
        await _threaded(_recorded, self._pk, path, mime)


async def _threaded[**P, R](verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    def run() -> R:
        # No request begins or ends here, which is when Django looks after its connections.
        close_old_connections()
        try:
            return verb(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(run)()


def _brief(ref: str) -> Brief | None:
    rows = AiCall.objects.select_related("version", "campaign__agentic", "lead")
    ai = rows.filter(public_id=ref).first()
    if ai is None:
        return None
    wording = ai.version
    return Brief(
        pk=ai.pk,
        room=f"call-{ai.public_id}",
        instructions=ai.instructions,
        disclosure=briefing.disclosure(ai),
        voice=wording.voice,
        language=wording.language,
        model=wording.model,
        temperature=float(wording.temperature),
        silence_s=ai.campaign.agentic.silence_s,
        voicemail=wording.voicemail,
        voicemail_text=placeholders.fill(wording.voicemail_text, leadfacts.about(ai.lead)),
        offers=tuple(tools.offered(wording, ai.campaign)),
    )


def _said(pk: int, lines: Sequence[Line]) -> None:
    sink.said(pk, lines)
    for line in lines:
        if line.speaker == "customer":
            outcomes.heard(pk, line)


def _measured(pk: int, usage: dict[str, Any], latencies_ms: Sequence[int]) -> None:
    sink.measured(pk, usage=usage, latencies_ms=latencies_ms)


def _ended(pk: int, at: datetime, how: dict[str, Any]) -> bool:
    return sink.ended(pk, at, **how)


def _recorded(pk: int, path: Path, mime: str) -> None:
    call = AiCall.objects.select_related("call").get(pk=pk).call
    with path.open("rb") as file:
        recordings.attach_file(call, File(file, name=path.name), mime)
