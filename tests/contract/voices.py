"""Stages on which the contract of voice providers is tried: each moves its own voice and line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.utils import timezone
from livekit.protocol import models

from agentic import sink
from agentic.models import AiCall
from agentic.providers import VoiceProvider
from agentic.providers.livekit import LiveKit, room_of
from agentic.providers.simulator import Simulator
from agentic.providers.simulator.player import Player
from tests.agentic.play import Notes
from tests.standins.voice.livekit import LiveKitServer
from tests.standins.voice.serving import Loop, serving
from tests.standins.voice.signing import KEY, SECRET


class Stage(Protocol):
    """A provider, and what its voices do when they are left to themselves."""

    provider: VoiceProvider

    def dials(self, ai: AiCall) -> bool:
        """The voice that was sent asks for leave and dials; False where it gets none."""

    def answers(self, ai: AiCall) -> None:
        """The called picks up."""

    def obeys(self, ai: AiCall) -> None:
        """The voice sees that its line was freed, and tells so."""


class SimulatorStage:
    """A player that the test moves."""

    def __init__(self) -> None:
        self.provider: VoiceProvider = Simulator()
        self.player = Player(Notes())

    def dials(self, ai: AiCall) -> bool:
        """The player takes the call."""
        return self.player.begin(ai.pk, timezone.now())

    def answers(self, ai: AiCall) -> None:
        """The called picks up."""
        sink.answered(ai.pk, timezone.now())

    def obeys(self, ai: AiCall) -> None:
        """The player looks at what is asked of it."""
        self.player.step(timezone.now())


class LiveKitStage:
    """LiveKit's stand-in without media: its voice is played by the test."""

    def __init__(self, server: LiveKitServer, loop: Loop) -> None:
        self.provider: VoiceProvider = LiveKit()
        self._server, self._loop = server, loop

    def dials(self, ai: AiCall) -> bool:
        """The voice and a phone are in the room of a call that got leave."""
        room = self._server.rooms.get(room_of(ai))
        if room is None or sink.take(ai.pk, timezone.now()) is None:
            return False
        voice = models.ParticipantInfo(identity="voice", kind=models.ParticipantInfo.Kind.AGENT)
        self._loop(self._server.join(room, voice))
        kind, attributes = models.ParticipantInfo.Kind.SIP, {"sip.callStatus": "dialing"}
        phone = models.ParticipantInfo(identity="lead", kind=kind, attributes=attributes)
        self._loop(self._server.join(room, phone))
        return True

    def answers(self, ai: AiCall) -> None:
        """The phone's status changes."""
        sink.answered(ai.pk, timezone.now())
        phone = self._server.rooms[room_of(ai)].participants["lead"]
        phone.attributes["sip.callStatus"] = "active"

    def obeys(self, ai: AiCall) -> None:
        """The voice finds its room closed."""
        if room_of(ai) not in self._server.rooms:
            sink.ended(ai.pk, timezone.now(), by="local")


@contextmanager
def stage(name: str, settings: Any) -> Iterator[Stage]:
    """The stage of a provider; `settings` are put back by the test."""
    if name == "simulator":
        yield SimulatorStage()
        return
    server = LiveKitServer()
    with serving(server) as loop:
        settings.LIVEKIT_URL = server.url
        settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
        settings.GOOGLE_API_KEY = "tests-only"
        yield LiveKitStage(server, loop)
