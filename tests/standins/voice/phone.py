"""The telephone of the called in a room: it speaks when a test lets it."""

import asyncio
import fractions
import time
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack

RATE, FRAME = 48_000, 960
_PITCH, _FORMANTS = 120, ((600, 90, 1.0), (1200, 110, 0.6), (2500, 160, 0.3))


class Phone(MediaStreamTrack):
    """What the called says: silence, unless a test lets them speak."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._sound: Any = np.zeros(0, np.int16)
        self._count, self._begun = 0, 0.0
        self.silent_at: list[float] = []  # when the last of what they said left

    def speak(self, seconds: float) -> None:
        """Speaks from now on for so long: vowels without words, which ears take for speech."""
        self._sound = np.concatenate([self._sound, vowels(seconds)])

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms, when they are due."""
        now = time.time()
        self._begun = self._begun or now
        await asyncio.sleep(max(0.0, self._begun + self._count / RATE - now))
        chunk, self._sound = self._sound[:FRAME], self._sound[FRAME:]
        if len(chunk) and not len(self._sound):
            self.silent_at.append(time.time())
        chunk = np.pad(chunk, (0, FRAME - len(chunk)))
        frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = RATE, self._count
        frame.time_base = fractions.Fraction(1, RATE)
        self._count += FRAME
        return frame


def vowels(seconds: float) -> Any:
    """Overtones of a human pitch under the formants of a mouth, in four syllables a second."""
    times = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(_PITCH + 15 * np.sin(2 * np.pi * 3 * times)) / RATE
    sound = np.zeros_like(times)
    for overtone in range(1, 30):
        hertz = _PITCH * overtone
        loud = sum(much / (1 + ((hertz - at) / width) ** 2) for at, width, much in _FORMANTS)
        sound += loud * np.sin(overtone * phase)
    sound *= 0.55 + 0.45 * np.sin(2 * np.pi * 4 * times)
    return (9000 * sound / np.abs(sound).max()).astype(np.int16)
