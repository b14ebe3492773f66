"""Somebody who joins a room by a program: a person at a browser, or a telephone that was dialed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from livekit import rtc
from livekit.protocol.models import DisconnectReason

from tests.standins.voice.phone import FRAME, RATE, vowels

_LOUD = 1500


@dataclass(frozen=True, slots=True)
class Heard:
    """A moment of sound: when it came, whether a voice spoke and no person, how long it was."""

    at: float
    voice: bool
    seconds: float


class Participant:
    """Silent, unless a test lets them speak; hears everybody."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.heard: list[Heard] = []  # what was loud
        self._source = rtc.AudioSource(RATE, 1)
        self._sound: Any = np.zeros(0, np.int16)
        self._tasks: list[asyncio.Task[None]] = []
        self.room.on("track_subscribed", self._subscribed)

    @property
    def speaking(self) -> bool:
        """Whether they have not said all of it yet."""
        return bool(self._sound.size)

    async def join(self, url: str, token: str, *, silent: bool = False) -> None:
        """Comes in; with a microphone, unless it is to come later."""
        await self.room.connect(url, token)
        if not silent:
            await self.publish()

    async def publish(self) -> None:
        """Can be heard from now on."""
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self._tasks.append(asyncio.create_task(self._speak()))
        source = rtc.TrackSource.SOURCE_MICROPHONE
        # As telephones have it: sound all the time, each moment sent once.
        options = rtc.TrackPublishOptions(source=source, dtx=False, red=False)
        await self.room.local_participant.publish_track(track, options)

    async def leave(self, reason: Any = DisconnectReason.CLIENT_INITIATED) -> None:
        """Goes away, and says why."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.room.disconnect(reason=reason)
        await self._source.aclose()

    def says(self, seconds: float = 0.7) -> None:
        """Speaks from now on."""
        self._sound = np.concatenate([self._sound, vowels(seconds)])

    def heard_since(self, at: float) -> bool:
        """Whether they heard anybody after that time."""
        return any(each.at > at for each in self.heard)

    async def _speak(self) -> None:
        while True:
            chunk, self._sound = self._sound[:FRAME], self._sound[FRAME:]
            chunk = np.pad(chunk, (0, FRAME - len(chunk)))
            await self._source.capture_frame(rtc.AudioFrame(chunk.tobytes(), RATE, 1, FRAME))

    def _subscribed(self, track: Any, publication: object, who: rtc.RemoteParticipant) -> None:
        voice = who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        self._tasks.append(asyncio.ensure_future(self._hear(track, voice)))

    async def _hear(self, track: Any, voice: bool) -> None:
        async with _sound_of(track) as stream:
            async for event in stream:
                if np.abs(np.frombuffer(event.frame.data, np.int16)).max() > _LOUD:
                    self.heard.append(Heard(time.time(), voice, event.frame.duration))


class Echo(Participant):
    """Repeats at once what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.connected = False

    async def _speak(self) -> None:
        """Nothing of its own."""

    async def _hear(self, track: Any, voice: bool) -> None:
        async with _sound_of(track) as stream:
            async for event in stream:
                self.connected = True
                await self._source.capture_frame(event.frame)


@asynccontextmanager
async def _sound_of(track: Any) -> AsyncIterator[rtc.AudioStream]:
    """Streams that nobody closes outlive the loop, and end the process when they find it gone."""
    stream = rtc.AudioStream.from_track(track=track, sample_rate=RATE, num_channels=1)
    try:
        yield stream
    finally:
        await stream.aclose()
