"""Somebody who joins a call's room by a program, with the token of a browser."""

import asyncio
import time
from typing import Any

import numpy as np
from livekit import rtc

from tests.standins.voice.phone import FRAME, RATE, vowels

_LOUD = 1500


class Person:
    """Silent, unless a test lets them speak; hears everybody."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.loud: list[float] = []  # when they heard something
        self._source = rtc.AudioSource(RATE, 1)
        self._sound: Any = np.zeros(0, np.int16)
        self._tasks: list[asyncio.Task[None]] = []
        self.room.on("track_subscribed", self._subscribed)

    async def join(self, url: str, token: str) -> None:
        """Comes in, with a microphone."""
        await self.room.connect(url, token)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        source = rtc.TrackSource.SOURCE_MICROPHONE
        self._tasks.append(asyncio.create_task(self._speak()))
        await self.room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=source)
        )

    async def leave(self) -> None:
        """Goes away."""
        for task in self._tasks:
            task.cancel()
        await self.room.disconnect()

    def says(self, seconds: float = 0.7) -> None:
        """Speaks from now on."""
        self._sound = np.concatenate([self._sound, vowels(seconds)])

    def heard_since(self, at: float) -> bool:
        """Whether they heard anybody after that time."""
        return any(each > at for each in self.loud)

    async def _speak(self) -> None:
        while True:
            chunk, self._sound = self._sound[:FRAME], self._sound[FRAME:]
            chunk = np.pad(chunk, (0, FRAME - len(chunk)))
            await self._source.capture_frame(rtc.AudioFrame(chunk.tobytes(), RATE, 1, FRAME))

    def _subscribed(self, track: Any, publication: object, who: object) -> None:
        self._tasks.append(asyncio.ensure_future(self._hear(track)))

    async def _hear(self, track: Any) -> None:
        async for event in rtc.AudioStream.from_track(track=track):
            if np.abs(np.frombuffer(event.frame.data, np.int16)).max() > _LOUD:
                self.loud.append(time.time())
