"""Two voices that no one can confuse, and a measure of how much of one is in a recording.

A voice is noise in its own band, cut into syllables by its own random pattern. A recording holds a
voice when the loudness of that band rises and falls with that pattern: codecs, echo and the other
voice change little about it.
"""

import array
import math
import random
import subprocess
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RATE = 8000
SECONDS = 20
FRAME = RATE // 50  # 20 ms
_PEAK = 16000


@dataclass(frozen=True)
class Voice:
    """A speaker: the seed of the syllables and the band in Hz."""

    name: str
    seed: int
    low: float
    high: float


AGENT = Voice("agent", 1, 500, 1100)
CALLEE = Voice("callee", 2, 1700, 2700)


@cache
def samples(voice: Voice) -> Sequence[int]:
    """Return SECONDS of the voice, 16 bit at RATE; it repeats without end when it is played."""
    source = random.Random(voice.seed)
    noise = [source.uniform(-1, 1) for _ in range(RATE * SECONDS)]
    spoken = [a * b for a, b in zip(_band(noise, voice), _syllables(source), strict=True)]
    scale = _PEAK / max(abs(value) for value in spoken)
    return array.array("h", (int(value * scale) for value in spoken))


def write_wav(voice: Voice, path: Path) -> Path:
    """Write the voice as a mono WAV, for a browser's fake microphone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", samples(voice)).tobytes())
    return path


def write_ulaw(voice: Voice, path: Path) -> Path:
    """Write the voice as raw G.711 mu-law, for SIPp."""
    path.write_bytes(bytes(_ulaw(value) for value in samples(voice)))
    return path


def decode(path: Path, channel: int | None = None) -> Sequence[int]:
    """Return a sound file as mono samples at RATE; one channel of it, or all mixed."""
    pick = [] if channel is None else ["-af", f"pan=mono|c0=c{channel}"]
    argv = ["ffmpeg", "-v", "error", "-i", str(path), *pick]
    argv += ["-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    done = subprocess.run(argv, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return array.array("h", done.stdout)


def likeness(voice: Voice, heard: Sequence[int]) -> float:
    """Return how surely the voice is in what was heard: near 1 if it speaks, below 0.5 if not.

    At least 4 s should be compared. It is the best correlation of the band's loudness with any
    place of the repeating voice.
    """
    wanted, found = _loudness(voice, samples(voice)), _loudness(voice, heard)
    if len(found) < 100:
        raise ValueError("less than two seconds cannot be compared")
    found = found[: len(wanted)]
    doubled = [*wanted, *wanted]
    places = (doubled[at : at + len(found)] for at in range(len(wanted)))
    return max(_correlation(found, place) for place in places)


def _loudness(voice: Voice, heard: Iterable[int]) -> list[float]:
    filtered = list(_band(heard, voice))
    starts = range(0, len(filtered) - FRAME + 1, FRAME)
    return [math.sqrt(sum(x * x for x in filtered[s : s + FRAME]) / FRAME) for s in starts]


def _correlation(left: Sequence[float], right: Sequence[float]) -> float:
    mean_left, mean_right = sum(left) / len(left), sum(right) / len(right)
    top = left_power = right_power = 0.0
    for a, b in zip(left, right, strict=True):
        a, b = a - mean_left, b - mean_right
        top += a * b
        left_power += a * a
        right_power += b * b
    return top / math.sqrt(left_power * right_power) if left_power and right_power else 0.0


def _syllables(source: random.Random) -> list[float]:
    """Return a loudness for each sample: syllables of 80 to 260 ms with pauses between them."""
    curve: list[float] = []
    while len(curve) < RATE * SECONDS:
        length, loud = int(source.uniform(0.08, 0.26) * RATE), source.uniform(0.4, 1)
        curve += [loud * math.sin(math.pi * i / length) for i in range(length)]
        curve += [0.0] * int(source.choice((0.02, 0.06, 0.12, 0.3)) * RATE)
    return curve[: RATE * SECONDS]


def _band(signal: Iterable[float], voice: Voice) -> Iterable[float]:
    """Pass only the voice's band: two second-order sections."""
    centre = math.sqrt(voice.low * voice.high)
    turn = 2 * math.pi * centre / RATE
    alpha = math.sin(turn) * (voice.high - voice.low) / (2 * centre)
    for _ in range(2):
        signal = _section(signal, alpha, math.cos(turn))
    return signal


def _section(signal: Iterable[float], alpha: float, cosine: float) -> Iterable[float]:
    gain = 1 + alpha
    b, a1, a2 = alpha / gain, -2 * cosine / gain, (1 - alpha) / gain
    x1 = x2 = y1 = y2 = 0.0
    for x in signal:
        y = b * (x - x2) - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        yield y


def _ulaw(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> exponent + 3) & 0x0F) & 0xFF
