"""A synthesized conversation: two voices taking turns, as WebM/Opus. Nobody's real voice."""

import io
import math
import random
from array import array
from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame

RATE = 16_000
FRAME = RATE // 50  # 20 ms
VOICES = {"agent": (125.0, 0.9), "customer": (205.0, 0.75)}  # pitch in Hz, loudness
HARMONICS = ((1, 0.30), (2, 0.22), (4, 0.20), (5, 0.16), (10, 0.08))


def conversation(seconds: float, seed: int) -> bytes:
    """A WebM/Opus file of this length, the same for the same seed."""
    target = io.BytesIO()
    with av.open(target, "w", format="webm") as media:
        stream = media.add_stream("libopus", rate=48_000, layout="mono")
        stream.codec_context.bit_rate = 24_000
        resampler = av.AudioResampler("flt", "mono", 48_000)
        for frame in _frames(seconds, seed):
            for piece in resampler.resample(frame):
                media.mux(stream.encode(piece))
        media.mux(stream.encode(None))
    return target.getvalue()


def _frames(seconds: float, seed: int) -> Iterator[AudioFrame]:
    samples = _samples(int(seconds * RATE), random.Random(seed))  # noqa: S311 - a script, no secret
    for start in range(0, len(samples), FRAME):
        chunk = samples[start : start + FRAME]
        chunk.extend([0] * (FRAME - len(chunk)))
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.sample_rate, frame.pts = RATE, start
        frame.planes[0].update(chunk.tobytes())
        yield frame


def _samples(count: int, chance: random.Random) -> array[int]:
    """Turns of one to four seconds, the two voices in alternation, with a breath between."""
    syllables = {name: _syllables(*voice, chance) for name, voice in VOICES.items()}
    samples: array[int] = array("h")
    speaker, other = "agent", "customer"
    while len(samples) < count:
        for _ in range(chance.randint(4, 14)):
            samples.extend(chance.choice(syllables[speaker]))
        samples.extend([0] * int(RATE * chance.uniform(0.2, 0.7)))
        speaker, other = other, speaker
    return samples[:count]


def _syllables(pitch: float, loudness: float, chance: random.Random) -> list[array[int]]:
    """Twelve syllables of a voice: a buzz through formants, opened and closed."""
    found = []
    for _ in range(12):
        length = int(RATE * chance.uniform(0.14, 0.30))
        base = pitch * chance.uniform(0.9, 1.15)
        found.append(
            array(
                "h",
                (
                    int(
                        14_000
                        * loudness
                        * math.sin(math.pi * i / length)
                        * sum(g * math.sin(2 * math.pi * base * h * i / RATE) for h, g in HARMONICS)
                    )
                    for i in range(length)
                ),
            )
        )
    return found
