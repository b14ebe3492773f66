"""The measure by which recordings are judged must itself be right."""

import random

import pytest

from tests.standins.sip import voices
from tests.standins.sip.voices import AGENT, CALLEE, RATE


def test_a_voice_is_recognized_from_any_five_seconds_of_it() -> None:
    heard = voices.samples(AGENT)[7 * RATE : 12 * RATE]

    assert voices.likeness(AGENT, heard) > 0.95
    assert voices.likeness(CALLEE, heard) < 0.5


def test_both_voices_are_recognized_when_they_speak_at_once() -> None:
    agent, callee = (
        voices.samples(voice)[start * RATE : (start + 5) * RATE]
        for voice, start in ((AGENT, 2), (CALLEE, 9))
    )
    heard = [a + b for a, b in zip(agent, callee, strict=True)]

    assert voices.likeness(AGENT, heard) > 0.9
    assert voices.likeness(CALLEE, heard) > 0.9


@pytest.mark.parametrize("loudness", [0, 3000])
def test_neither_silence_nor_noise_is_taken_for_a_voice(loudness: int) -> None:
    source = random.Random(7)
    heard = [int(source.uniform(-loudness, loudness)) for _ in range(5 * RATE)]

    assert voices.likeness(AGENT, heard) < 0.5
    assert voices.likeness(CALLEE, heard) < 0.5


def test_too_little_sound_is_not_judged() -> None:
    with pytest.raises(ValueError, match="two seconds"):
        voices.likeness(AGENT, voices.samples(AGENT)[:RATE])
