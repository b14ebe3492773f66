"""The sound of a call once its voice has left: the called on the left, the colleague on the right.

The library records what its own session hears and says; with that closed, the job listens by
itself, so that the recording of a call is whole.
"""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
from livekit import rtc

RATE, FRAME_MS = 48_000, 20
_WRITE_EVERY_S = 2.0
# What was heard is in its place by then, however unevenly it came.
_SETTLED_S = 0.5
_DRIFT = RATE // 10

type Sound = np.ndarray[tuple[int], np.dtype[np.int16]]


class Side:
    """One side's sound, each piece where it was heard, and silence where there is none."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, Sound]] = []
        self._next = 0

    def put(self, place: int, sound: Sound) -> None:
        """A piece that begins there, in samples; a run stays together unless it left its clock."""
        if abs(place - self._next) < _DRIFT:
            place = self._next
        self._pieces.append((place, sound))
        self._next = place + len(sound)

    def take(self, begin: int, end: int) -> Sound:
        """What lies between; it is forgotten, and so is what came too late for its place."""
        taken: Sound = np.zeros(end - begin, np.int16)
        for place, sound in self._pieces:
            first, last = max(place, begin), min(place + len(sound), end)
            if first < last:
                taken[first - begin : last - begin] = sound[first - place : last - place]
        self._pieces = [each for each in self._pieces if each[0] + len(each[1]) > end]
        return taken


class Listener:
    """Hears two people of a room and writes what they say, until it is closed."""

    def __init__(self, room: rtc.Room, sides: tuple[str, str], path: Path) -> None:
        self.path, self.begun = path, time.time()
        self._room, self._sides = room, {name: Side() for name in sides}
        self._heard: dict[str, asyncio.Task[None]] = {}  # by the ids of tracks
        self._written = 0
        self._file: Any = av.open(str(path), "w", format="ogg")
        self._stream = self._file.add_stream("libopus", rate=RATE, layout="stereo")
        room.on("track_subscribed", self._subscribed)
        for who in room.remote_participants.values():
            for publication in who.track_publications.values():
                if publication.track is not None:
                    self._subscribed(publication.track, publication, who)
        self._writing = asyncio.create_task(self._write())

    async def aclose(self) -> None:
        """Writes what is left; the file is whole afterwards."""
        if self._file is None:
            return
        self._room.off("track_subscribed", self._subscribed)
        for task in (self._writing, *self._heard.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        file, self._file = self._file, None
        await asyncio.to_thread(self._finish, file, self._block(time.time()))

    def _subscribed(
        self, track: Any, publication: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant
    ) -> None:
        side = self._sides.get(who.identity)
        if side is None or track.kind != rtc.TrackKind.KIND_AUDIO or track.sid in self._heard:
            return
        self._heard[track.sid] = asyncio.create_task(self._hear(track, side))

    async def _hear(self, track: Any, side: Side) -> None:
        stream = rtc.AudioStream.from_track(
            track=track, sample_rate=RATE, num_channels=1, frame_size_ms=FRAME_MS
        )
        try:
            async for event in stream:
                sound = np.frombuffer(event.frame.data, np.int16)
                side.put(self._place(time.time()) - len(sound), sound)
        finally:
            await stream.aclose()

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(_WRITE_EVERY_S)
            block = self._block(time.time() - _SETTLED_S)
            # Shielded, so that nobody closes the file beneath it.
            await asyncio.shield(asyncio.to_thread(self._encode, self._file, block))

    def _place(self, at: float) -> int:
        return round((at - self.begun) * RATE)

    def _block(self, until: float) -> Any:
        """Both sides, one sample after the other, up to a time."""
        end = max(self._written, self._place(until))
        sides = [side.take(self._written, end) for side in self._sides.values()]
        self._written = end
        return np.stack(sides, axis=1).reshape(1, -1)

    def _encode(self, file: Any, block: Any) -> None:
        if not block.size:
            return
        frame = av.AudioFrame.from_ndarray(block, "s16", "stereo")
        frame.sample_rate = RATE
        file.mux(self._stream.encode(frame))

    def _finish(self, file: Any, block: Any) -> None:
        self._encode(file, block)
        file.mux(self._stream.encode(None))
        file.close()
