"""Joining real parts of real recorders: in place, whole or holed, hostile or honest."""

from pathlib import Path
from random import Random

import av
import pytest

from calls import joining, joins
from calls.joining import join, samples_in
from calls.segments import Segment, UnplayableError, sniff

MEDIA = Path(__file__).parent / "recorded"
WEBM = "audio/webm;codecs=opus"


def recorded(
    name: str, mime: str = WEBM, lost: tuple[int, ...] = (), start: int = 0, end: int | None = None
) -> Segment:
    """A segment as a browser recorded it, without the lost parts."""
    parts = sorted((MEDIA / name).iterdir())
    return Segment(mime, start, [None if i in lost else p for i, p in enumerate(parts)], end)


def altered(folder: Path, *parts: bytes) -> Segment:
    """A segment of 23 seconds with these bytes as parts."""
    paths = [folder / str(index) for index in range(len(parts))]
    for path, data in zip(paths, parts, strict=True):
        path.write_bytes(data)
    return Segment(WEBM, 0, paths, 23_000)


@pytest.fixture
def parts() -> list[bytes]:
    """The parts of a recording of 23 seconds."""
    return [path.read_bytes() for path in sorted((MEDIA / "seg0").iterdir())]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the joined file goes."""
    return tmp_path / "call.webm"


def near(actual: list[tuple[int, int]], *expected: tuple[int, int]) -> bool:
    """Whether gaps are where they should be, give or take 150 ms."""
    ends = [ms for gap in actual for ms in gap], [ms for gap in expected for ms in gap]
    return len(actual) == len(expected) and all(
        abs(a - b) <= 150 for a, b in zip(*ends, strict=True)
    )


def loudness(path: Path, start: float, end: float) -> float:
    """The peak between two seconds of a file, 0 to 1."""
    peak = 0.0
    with av.open(str(path)) as media:
        for frame in media.decode(audio=0):
            if frame.time is not None and start <= frame.time < end:
                peak = max(peak, *(max(memoryview(plane).cast("f")) for plane in frame.planes))
    return peak


def test_a_whole_segment_is_copied_and_can_be_sought_in(out: Path) -> None:
    result = join([recorded("seg0", end=23_000)], out)

    assert (result.gaps, result.unread, len(result.peaks)) == ([], [], 1000)
    with av.open(str(out)) as media:
        assert media.duration is not None
        assert abs(media.duration / 1e6 - 22.98) < 0.05
        media.seek(15_000_000)
        packet = next(media.demux(audio=0))
        assert packet.pts is not None
        assert 9 < packet.pts * packet.time_base <= 15
    assert out.read_bytes().index(b"\x1c\x53\xbb\x6b") < 4096  # Cues before the media


def test_segments_keep_their_place_in_the_call(out: Path) -> None:
    result = join([recorded("seg0", end=23_000), recorded("seg1", start=31_000)], out)

    assert near(result.gaps, (22_980, 31_000))
    assert abs(result.duration_ms - 46_120) < 150
    assert loudness(out, 24, 30) < 0.001 < loudness(out, 31.5, 40)


@pytest.mark.parametrize(
    ("lost", "gap"),
    [
        ((0,), (0, 5040)),
        ((2,), (10_020, 15_120)),
        ((1, 2), (4980, 15_120)),
        ((4,), (20_100, 23_000)),
    ],
)
def test_lost_parts_become_silence_of_known_span(
    out: Path, lost: tuple[int, ...], gap: tuple[int, int]
) -> None:
    result = join([recorded("seg0", lost=lost, end=23_000)], out)

    assert near(result.gaps, gap)
    assert abs(result.duration_ms - 23_000) < 100
    start, end = gap
    assert loudness(out, start / 1000 + 0.2, end / 1000 - 0.2) < 0.001
    middle = (start + end) // 2 * 1000 // result.duration_ms
    assert result.peaks[middle] == 0
    assert max(result.peaks) > 50


def test_a_lost_segment_is_named(out: Path) -> None:
    lost = recorded("seg0", lost=(0, 1, 2, 3, 4), end=23_000)

    result = join([lost, recorded("seg1", start=31_000)], out)

    assert result.unread == [0]
    assert near(result.gaps, (0, 31_000))


@pytest.mark.parametrize("bad", [b"", bytes(20_000), Random(1).randbytes(20_000), b"<html>" * 2000])
def test_a_damaged_part_costs_only_itself(
    tmp_path: Path, out: Path, parts: list[bytes], bad: bytes
) -> None:
    result = join([altered(tmp_path, parts[0], bad, *parts[2:])], out)

    assert near(result.gaps, (5000, 10_060))


def test_a_truncated_part_is_heard_as_far_as_it_goes(
    tmp_path: Path, out: Path, parts: list[bytes]
) -> None:
    result = join([altered(tmp_path, parts[0], parts[1][:10_000], *parts[2:])], out)

    assert near(result.gaps, (7380, 10_060))


def test_a_repeated_part_is_heard_once(tmp_path: Path, out: Path, parts: list[bytes]) -> None:
    result = join([altered(tmp_path, parts[0], parts[1], *parts[1:])], out)

    assert result.gaps == []
    assert abs(result.duration_ms - 22_980) <= 60


def test_a_forged_timestamp_makes_no_endless_file(
    tmp_path: Path, out: Path, parts: list[bytes]
) -> None:
    cluster = bytes.fromhex("1f43b67501ffffffffffffff")
    # 4.6 hours into a segment of 23 seconds.
    forged = parts[0].replace(cluster + b"\xe7\x81\0", cluster + bytes.fromhex("e78401000000"))

    with pytest.raises(UnplayableError):
        join([altered(tmp_path, forged)], out)


@pytest.mark.parametrize(("name", "mime"), [("aac", "audio/mp4"), ("ogg", "audio/ogg;codecs=opus")])
def test_other_browsers_record_otherwise(out: Path, name: str, mime: str) -> None:
    whole = join([recorded(name, mime, end=10_000)], out)
    assert whole.gaps == []
    assert abs(whole.duration_ms - 10_000) < 100

    holed = join([recorded(name, mime, lost=(1,), end=10_000)], out)
    assert len(holed.gaps) == 1
    assert 1500 < holed.gaps[0][1] - holed.gaps[0][0] < 4500

    mixed = join([recorded("seg0", end=23_000), recorded(name, mime, start=25_000)], out)
    assert near(mixed.gaps, (22_980, 25_000))


def tone(path: Path, codec: str, layout: str = "mono", rate: int = 8000) -> Path:
    """Two seconds of a sawtooth, in the codec that the file's name and this say."""
    with av.open(str(path), "w") as media:
        stream = media.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        for start in range(0, 2 * rate, rate // 10):
            frame = av.AudioFrame("s16", layout, rate // 10)
            frame.rate, frame.pts = rate, start
            samples = (((start + n) * 400) % 32_768 for n in range(rate // 10))
            frame.planes[0].update(b"".join(s.to_bytes(2, "little", signed=True) for s in samples))
            for packet in stream.encode(frame):
                media.mux(packet)
        media.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "rate", "mime"),
    [
        ("call.wav", "pcm_s16le", 8000, "audio/wav"),
        ("call.wav", "pcm_mulaw", 8000, "audio/wav"),
        ("call.mp3", "libmp3lame", 16_000, "audio/mpeg"),
        ("call.m4a", "aac", 44_100, "audio/mp4"),
    ],
)
def test_whole_files_of_other_softphones_are_read(
    tmp_path: Path, out: Path, name: str, codec: str, rate: int, mime: str
) -> None:
    path = tone(tmp_path / name, codec, rate=rate)
    assert sniff(path.read_bytes()[:16]) == mime

    result = join([Segment(mime, 0, [path])], out)

    assert abs(result.duration_ms - 2000) < 150
    assert max(result.peaks) > 50


@pytest.mark.parametrize(
    "start", [b"", b"MZ\x90\0", b"<!doctype html>", b"PK\x03\x04", b"\xff\xff"]
)
def test_what_is_no_recording_is_known_by_its_first_bytes(start: bytes) -> None:
    assert sniff(start) is None


def test_nothing_playable_leaves_no_file(tmp_path: Path, out: Path) -> None:
    for data in (Random(2).randbytes(50_000), b"#EXTM3U\nx.ts\n"):
        with pytest.raises(UnplayableError):
            join([altered(tmp_path, data)], out)

    assert not out.exists()
    assert not out.with_name("call.webm.partial").exists()


def test_a_process_apart_makes_the_same(tmp_path: Path, out: Path) -> None:
    segment = recorded("seg0", lost=(2,), end=23_000)

    apart = joins.join_apart([segment], out)

    assert apart == join([segment], tmp_path / "other.webm")


def test_a_process_apart_contains_failure(tmp_path: Path, out: Path) -> None:
    segment = recorded("seg0", end=23_000)

    with pytest.raises(UnplayableError):
        joins.join_apart([Segment(WEBM, 0, [tmp_path / "nowhere"])], out)
    with pytest.raises(UnplayableError, match="No audio"):
        joins.join_apart([altered(tmp_path, b"no sound at all")], out)
    with pytest.raises(UnplayableError, match="too long"):
        joins.join_apart([segment], out, timeout_s=0.01)


def test_an_opus_packet_says_how_long_it_is() -> None:
    lengths = [samples_in(bytes.fromhex(packet)) for packet in ("fc", "fd", "ff03", "1800", "ff")]

    assert lengths == [960, 1920, 2880, 2880, 0]
    assert joining.webm_header().startswith(b"\x1a\x45\xdf\xa3")
