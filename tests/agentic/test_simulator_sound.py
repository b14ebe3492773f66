"""The sound of simulated calls: as long as the talk, each side on its own channel, playable."""

import io
from array import array

import av
import pytest
import time_machine
from django.core.files.storage import storages
from django.utils import timezone

from agentic.models import AgenticRun, AiCall
from agentic.providers.simulator import recording, sound
from agentic.providers.simulator.player import Player
from agentic.providers.simulator.sound import Turn
from calls import assembly
from calls.models import Recording
from tests.agentic.play import Notes, begin, go_on
from tests.factories import LeadFactory

TURNS = [
    Turn("customer", "Hello, who is this?", 0, 2000),
    Turn("agent", "Good day, this is an automated voice.", 3000, 6000),
]


def loudness(data: bytes) -> tuple[list[int], list[int]]:
    """The loudest sample of each second, left and right."""
    left, right = array("h"), array("h")
    with av.open(io.BytesIO(data), "r") as media:
        for frame in media.decode(audio=0):
            for piece in av.AudioResampler("s16", "stereo", 16_000).resample(frame):
                samples = array("h", bytes(piece.planes[0])[: piece.samples * 4])
                left.extend(samples[0::2])
                right.extend(samples[1::2])

    def peaks(side: array[int]) -> list[int]:
        return [max(side[at : at + 16_000]) for at in range(0, len(side), 16_000)]

    return peaks(left), peaks(right)


def test_each_side_is_heard_on_its_channel_when_it_speaks() -> None:
    left, right = loudness(sound.recording(TURNS, 8000, who=1))

    assert len(left) in (8, 9)
    assert min(left[0:2]) > 2000
    assert max(left[3:7]) < 500
    assert max(right[0:2]) < 500
    assert min(right[3:5]) > 2000


def test_a_minute_of_talk_is_a_small_file() -> None:
    turns = [
        Turn(
            ("customer", "agent")[place % 2],
            "word and word " * 4,
            place * 5000,
            place * 5000 + 4500,
        )
        for place in range(12)
    ]

    assert len(sound.recording(turns, 60_000, who=2)) < 300_000


@pytest.mark.django_db
def test_an_answered_call_gets_a_recording_as_long_as_its_talk(
    run: AgenticRun, clock: time_machine.Traveller
) -> None:
    player = Player(Notes())
    for digits in ("0101", "0486"):
        LeadFactory.create(campaign=run.campaign, phone=f"+1212555{digits}")
    begin(player, run)
    go_on(player, clock)

    assert recording.record_due(timezone.now(), within_s=30) == 1
    assert recording.record_due(timezone.now(), within_s=30) == 0
    assembly.join_due(timezone.now())

    made = Recording.objects.get()
    seconds = AiCall.objects.get(call=made.call).usage["simulator"]["seconds"]
    assert (made.status, made.problem) == ("ready", "")
    assert made.duration_ms == pytest.approx(seconds * 1000, abs=1000)
    assert max(made.peaks) > 30
    with storages["recordings"].open(made.file) as file:
        left, right = loudness(file.read())
    assert max(left) > 2000
    assert max(right) > 2000
