"""The sound of a simulated call: every turn where its transcript has it, each side on its channel.

Nobody's real voice: a buzz through formants, one syllable for each that the text has. Left is the
called, right the voice. Needs `av`, so only workers load it.
"""

import io
import math
import random
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import av
from av.audio.frame import AudioFrame

MIME: Final = "audio/webm"
RATE: Final = 16_000
_FRAME: Final = RATE * 3 // 50  # 60 ms
_MS: Final = RATE // 1000
_TAIL_MS: Final = 400
_HARMONICS: Final = ((1, 0.30), (2, 0.22), (4, 0.20), (5, 0.16), (10, 0.08))
_VOICE_HZ: Final = 128.0
# The called sound higher or lower, by who they are.
_PITCHES: Final = (98.0, 155.0, 178.0, 205.0)
_SYLLABLES: Final = re.compile(r"[aeiouyäöüáéíóúàèêôœ]+|\d", re.IGNORECASE)
_KINDS: Final = 9


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said; ms from the answer."""

    speaker: str
    text: str
    start_ms: int
    end_ms: int


def recording(turns: Sequence[Turn], length_ms: int, who: int) -> bytes:
    """A stereo WebM/Opus file as long as the talk; `who` chooses the called one's pitch."""
    count = (max([length_ms, *(turn.end_ms + _TAIL_MS for turn in turns)])) * _MS
    sides = {side: array("h", bytes(2 * count)) for side in ("agent", "customer")}
    for turn in turns:
        side = "agent" if turn.speaker == "agent" else "customer"
        pitch = _VOICE_HZ if side == "agent" else _PITCHES[who % len(_PITCHES)]
        _say(sides[side], turn, pitch)
    both = array("h", bytes(4 * count))
    both[0::2], both[1::2] = sides["customer"], sides["agent"]
    return _encoded(both)


def _say(side: array[int], turn: Turn, pitch: float) -> None:
    """The syllables of a turn, one after the other, with a breath between words."""
    at, end = turn.start_ms * _MS, min(turn.end_ms * _MS, len(side))
    kinds = _syllables(pitch)
    for word in turn.text.split():
        for vowels in _SYLLABLES.findall(word) or ["e"]:
            sound = kinds[sum(map(ord, vowels)) % _KINDS]
            if at + len(sound) > end:
                return
            side[at : at + len(sound)] = sound
            at += len(sound)
        at += (250 if word[-1] in ".,!?:" else 45) * _MS


@cache
def _syllables(pitch: float) -> list[array[int]]:
    """The syllables of a voice: opened and closed, a little apart in pitch and length."""
    lots = random.Random(pitch)  # noqa: S311  # a voice, no secret
    found = []
    for _ in range(_KINDS):
        length, base = int(RATE * lots.uniform(0.12, 0.2)), pitch * lots.uniform(0.9, 1.15)
        found.append(array("h", (_sample(base, place, length) for place in range(length))))
    return found


def _sample(base: float, place: int, length: int) -> int:
    buzz = sum(
        gain * math.sin(2 * math.pi * base * times * place / RATE) for times, gain in _HARMONICS
    )
    return int(12_000 * math.sin(math.pi * place / length) * buzz)


def _encoded(samples: array[int]) -> bytes:
    target = io.BytesIO()
    # For speech, in long frames and with little effort: a talk of a minute takes a moment.
    options = {"application": "voip", "frame_duration": "60", "compression_level": "2"}
    with av.open(target, "w", format="webm") as media:
        stream = media.add_stream("libopus", rate=RATE, layout="stereo", options=options)
        stream.codec_context.bit_rate = 24_000
        for frame in _frames(samples):
            media.mux(stream.encode(frame))
        media.mux(stream.encode(None))
    return target.getvalue()


def _frames(samples: array[int]) -> Iterator[AudioFrame]:
    for start in range(0, len(samples), 2 * _FRAME):
        chunk = samples[start : start + 2 * _FRAME]
        chunk.extend([0] * (2 * _FRAME - len(chunk)))
        frame = AudioFrame(format="s16", layout="stereo", samples=_FRAME)
        frame.sample_rate, frame.pts = RATE, start // 2
        frame.planes[0].update(chunk.tobytes())
        yield frame
