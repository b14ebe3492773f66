"""The sound of a talk: from the answer on, and kept by us alone."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from agentic.worker import listening, recording

RATE = 48_000
BEGUN = 1_795_000_000.0


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Five seconds of two sides, as the worker's library writes them."""
    return written(tmp_path / "audio.ogg")


def written(path: Path) -> Path:
    """Five silent seconds."""
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        for number in range(250):
            samples = np.zeros((1, 960 * 2), np.int16)
            frame = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
            frame.sample_rate, frame.pts = RATE, number * 960
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def seconds(path: Path) -> float:
    """How long a recording plays."""
    with av.open(str(path), "r") as container:
        assert container.streams.audio[0].layout.name == "stereo"
        return sum(frame.samples for frame in container.decode(audio=0)) / RATE


def at(after_s: float) -> datetime:
    """A time after the recorder began."""
    return datetime.fromtimestamp(BEGUN + after_s, UTC)


def test_what_came_before_the_answer_is_no_part_of_it(recorded: Path) -> None:
    cut = recording.since([(recorded, BEGUN)], at(2))

    assert cut is not None
    assert abs(seconds(cut) - 3) < 0.1


def test_a_call_that_ended_with_its_answer_has_no_recording(recorded: Path) -> None:
    assert recording.since([(recorded, BEGUN)], at(9)) is None


def test_a_colleague_goes_on_where_the_voice_ended(recorded: Path, tmp_path: Path) -> None:
    after = written(tmp_path / "colleague.ogg")

    whole = recording.since([(recorded, BEGUN), (after, BEGUN + 4.5)], at(1))

    assert whole is not None
    assert abs(seconds(whole) - 8.5) < 0.1


def test_a_side_is_heard_where_it_spoke_and_silent_elsewhere() -> None:
    side, ones = listening.Side(), np.ones(960, np.int16)
    side.put(RATE, ones)
    side.put(RATE + 1000, ones * 2)  # a little late: part of the same run
    side.put(3 * RATE, ones * 3)

    first, second = side.take(0, RATE + 1200), side.take(RATE + 1200, 4 * RATE)

    assert (first[RATE - 1], first[RATE], first[RATE + 960], first[-1]) == (0, 1, 2, 2)
    assert (second[0], second[719], second[720]) == (2, 2, 0)
    assert list(np.flatnonzero(second == 3)[[0, -1]]) == [3 * RATE - RATE - 1200, 2 * RATE - 241]
    assert not side.take(4 * RATE, 5 * RATE).any()


async def test_the_recording_is_kept_by_us_and_sent_to_nobody(recorded: Path) -> None:
    options = {"audio": True, "traces": False, "logs": False, "transcript": False}
    report = SimpleNamespace(
        options=SimpleNamespace(recording_options=options),
        audio_recording_path=recorded,
        audio_recording_started_at=BEGUN,
    )
    kept: list[tuple[Path, str]] = []

    async def keep(path: Path, mime: str) -> None:
        kept.append((path, mime))

    context: Any = SimpleNamespace(make_session_report=lambda: report)
    talk: Any = SimpleNamespace(answered_at=at(1), keep_recording=keep, listener=None)
    await recording.keep(context, talk)

    assert not any(options.values())
    ((path, mime),) = kept
    assert (mime, round(seconds(path))) == ("audio/ogg", 4)
