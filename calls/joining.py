"""Joins the uploaded parts of one recorded call into a single seekable WebM/Opus file.

Opus packets are copied, never encoded again; anything else is transcoded. Holes are filled with
real Opus silence, so the file's timeline is the call's timeline in every player. Runs as a process
of its own (`calls.joins`): media from outside is hostile, and only here is it parsed.
"""

import json
import os
import resource
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import accumulate, pairwise
from pathlib import Path

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from calls.segments import CONTAINERS, Container, Joined, Segment, UnplayableError, plain

RATE = 48_000
FRAME = RATE // 50  # one 20 ms Opus frame, in samples
TOLERANCE = RATE // 5  # clock jitter up to 200 ms is not a hole
BIN = RATE // 10  # peaks are collected every 100 ms, then reduced
MAX_MS = 12 * 3_600_000
LIMITS = {
    resource.RLIMIT_AS: 1 << 30,
    resource.RLIMIT_CPU: 300,
    resource.RLIMIT_FSIZE: 1 << 30,
    resource.RLIMIT_CORE: 0,
}


def _element(ident: str, body: bytes) -> bytes:
    return bytes.fromhex(ident) + (0x4000 | len(body)).to_bytes(2) + body


def webm_header() -> bytes:
    """A stand-in for a lost first part: tracks 1 and 2 (browsers differ), both stereo Opus."""
    head = b"OpusHead" + bytes.fromhex("01020000 80bb0000 000000")
    audio = _element("e1", _element("b5", bytes.fromhex("473b8000")) + _element("9f", b"\2"))
    codec = _element("83", b"\2") + _element("86", b"A_OPUS") + _element("63a2", head) + audio
    numbers = [_element("d7", n) + _element("73c5", n) for n in (b"\1", b"\2")]
    tracks = b"".join(_element("ae", number + codec) for number in numbers)
    info = _element("1549a966", _element("2ad7b1", (1_000_000).to_bytes(3)))
    segment = bytes.fromhex("18538067 01ffffffffffffff")  # of unknown size
    ebml = _element("1a45dfa3", _element("4282", b"webm"))
    return ebml + segment + info + _element("1654ae6b", tracks)


class PartReader:
    """Chunks, in memory or on disk, as one seekable file: the demuxers seek back to resync."""

    def __init__(self, chunks: Sequence[bytes | Path]) -> None:
        self._chunks, self._at = chunks, 0
        sizes = (len(c) if isinstance(c, bytes) else c.stat().st_size for c in chunks)
        self._ends = list(accumulate(sizes))

    def tell(self) -> int:
        """The position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Goes to a position, counted as `io` counts; returns it."""
        self._at = offset + (0, self._at, self._ends[-1])[whence]
        return self._at

    def read(self, size: int) -> bytes:
        """At most so many bytes, fewer where a chunk ends, none at the end."""
        index = bisect_right(self._ends, self._at)
        if index == len(self._ends):
            return b""
        chunk, left = self._chunks[index], self._ends[index] - self._at
        size = min(size, left)
        self._at += size
        if isinstance(chunk, bytes):
            return chunk[len(chunk) - left :][:size]
        with chunk.open("rb") as file:
            file.seek(-left, os.SEEK_END)
            return file.read(size)


def runs(segment: Segment) -> Iterator[list[bytes | Path]]:
    """Each unbroken run of parts, made readable on its own: the segment's header, then the parts.

    Chromium cuts parts one byte into a block, so joined across a hole the demuxer would take
    the next bytes for that block: it reports it 5 s early, or loses all that follows.
    """
    container = CONTAINERS[plain(segment.mime)]
    if len(segment.parts) == 1 or not container.mark:
        for only in filter(None, segment.parts):
            yield [only]
        return
    header = _header(container, segment.parts[0])
    run: list[bytes | Path] = []
    for index, part in enumerate((*segment.parts, None)):
        if part is None:
            if run:
                yield run
            run = []
        elif run or index == 0:
            run.append(part)
        else:
            data = part.read_bytes()
            at = data.find(container.mark) - container.offset
            if at >= 0:
                run = [header, data[at:]]


def _header(container: Container, first: Path | None) -> bytes:
    """What makes the middle of a segment readable: the head of its first part, or a stand-in."""
    stand_in = webm_header() if container.mime == "audio/webm" else b""
    if first is None:
        return stand_in
    data = first.read_bytes()
    units = data.split(container.mark, container.headers + 1)
    if len(units) > container.headers:
        head = container.mark.join(units[: container.headers])
        return head[: len(head) - container.offset]
    return stand_in or data


def samples_in(packet: bytes) -> int:
    """Duration of an Opus packet from its table-of-contents byte (RFC 6716, section 3.1)."""
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config & 3]
    else:
        frame = (480, 960)[config & 1] if config < 16 else (120, 240, 480, 960)[config & 3]
    count = (1, 2, 2, packet[1] & 63 if len(packet) > 1 else 0)[code]
    return frame * count if frame * count <= 5760 else 0


def _decoded(packets: Iterator["av.Packet[AudioStream]"]) -> Iterator[AudioFrame]:
    for packet in packets:
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue  # one damaged packet; the timestamps tell of the hole


class _Encoder:
    """Frames of any codec as Opus packets with their positions, afresh after each hole."""

    def __init__(self) -> None:
        self._codec: AudioCodecContext | None = None
        self._resampler = AudioResampler("flt", "stereo", RATE, FRAME)
        self._start = self._taken = self._done = 0

    def packets(self, frames: Iterator[AudioFrame]) -> Iterator[tuple[int, bytes]]:
        for frame in frames:
            at = round((frame.time or 0) * RATE)
            if self._codec is None or abs(at - self._start - self._taken) > TOLERANCE:
                yield from self._encoded(None)
                self._begin(at)
            self._taken += frame.samples * RATE // frame.sample_rate
            yield from self._encoded(frame)
        yield from self._encoded(None)

    def _begin(self, at: int) -> None:
        self._resampler = AudioResampler("flt", "stereo", RATE, FRAME)
        self._codec = AudioCodecContext.create("libopus", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = RATE, "stereo", "flt"
        self._codec.bit_rate = 48_000
        self._start, self._taken, self._done = at, 0, 0

    def _encoded(self, frame: AudioFrame | None) -> Iterator[tuple[int, bytes]]:
        if self._codec is None:
            return
        for piece in self._resampler.resample(frame):
            piece.pts = None
            if piece.samples != FRAME:
                continue
            for packet in self._codec.encode(piece):
                yield self._start + self._done, bytes(packet)
                self._done += FRAME


def _packets(demuxer: str, chunks: Sequence[bytes | Path]) -> Iterator[tuple[int, bytes]]:
    """A run's Opus packets, each with its position in samples."""
    with av.open(PartReader(chunks), "r", format=demuxer) as media:  # never let it guess the format
        streams = media.streams.audio
        if not streams or not streams[0].codec_context:  # an unknown codec has no context
            return
        packets = media.demux(streams[0])
        if streams[0].codec_context.name != "opus":
            yield from _Encoder().packets(_decoded(packets))
            return
        for packet in packets:
            if packet.size and packet.pts is not None:
                yield round(packet.pts * packet.time_base * RATE), bytes(packet)


class _Writer:
    """Places packets on the call's timeline: fills holes, drops repeats, collects peaks."""

    def __init__(self, path: Path) -> None:
        self._file = av.open(str(path), "w", format="webm", options={"cues_to_front": "1"})
        self._stream = self._file.add_stream("libopus", rate=RATE, layout="stereo")
        self._file.start_encoding()
        self._decoder = AudioCodecContext.create("opus", "r")
        self._decoder.sample_rate, self._decoder.layout = RATE, "stereo"
        self._bins: list[int] = []
        self.at, self.gaps = 0, list[tuple[int, int]]()
        self._newest = -1
        self.close = self._file.close

    def begin(self) -> None:
        self._newest = -1

    def place(self, at: int, packet: bytes) -> bool:
        samples = samples_in(packet)
        if at <= self._newest or not samples:
            return False  # a repeat, or no Opus
        self._newest = at
        self.silence(at)
        self._mux(packet, samples, self._peak(packet))
        return True

    def silence(self, until: int) -> None:
        if until - self.at <= TOLERANCE:
            return
        start = self.at * 1000 // RATE
        while frames := min(6, (until - self.at) // FRAME):  # at most 120 ms in a packet
            self._mux(b"\xff" + bytes([frames]) + b"\xff\xfe" * frames, frames * FRAME, 0)
        if self.gaps and self.gaps[-1][1] == start:
            start = self.gaps.pop()[0]
        self.gaps.append((start, self.at * 1000 // RATE))

    def peaks(self, count: int) -> list[int]:
        edges = [i * len(self._bins) // count for i in range(count + 1)]
        return [max(self._bins[a : max(b, a + 1)]) for a, b in pairwise(edges)]

    def _mux(self, data: bytes, samples: int, peak: int) -> None:
        packet = av.Packet(data)
        packet.stream, packet.time_base = self._stream, self._stream.codec_context.time_base
        packet.pts = packet.dts = self.at
        packet.duration = samples
        self._file.mux(packet)
        self._bins += [0] * (self.at // BIN + 1 - len(self._bins))
        self._bins[-1] = max(self._bins[-1], peak)
        self.at += samples

    def _peak(self, data: bytes) -> int:
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return 0
        # Every 8th sample is plenty for a drawing, and needs no numpy.
        planes = [memoryview(p).cast("f")[: f.samples : 8] for f in frames for p in f.planes]
        return min(255, round(255 * max((max(max(p), -min(p)) for p in planes), default=0)))


def _add(writer: _Writer, segment: Segment) -> bool:
    """Writes one segment at its place; False when it gave no audio."""
    base = max(segment.start_ms * RATE // 1000, writer.at)
    end = (segment.end_ms or MAX_MS) * RATE // 1000  # a forged timestamp goes no further
    writer.begin()
    heard, demuxer = False, CONTAINERS[plain(segment.mime)].demuxer
    for run in runs(segment):
        try:
            for at, packet in _packets(demuxer, run):
                if base + at < end + TOLERANCE:
                    heard = writer.place(base + at, packet) or heard
        except av.FFmpegError:
            continue  # what was read is kept; the rest shows as a gap
    if segment.end_ms is not None:
        writer.silence(min(end, MAX_MS * RATE // 1000))
    return heard


def join(segments: Sequence[Segment], output: Path, buckets: int = 1000) -> Joined:
    """Writes the call to `output` (replaced whole, or untouched); segments are in call order.

    Raises UnplayableError when no segment gave audio.
    """
    partial = output.with_name(output.name + ".partial")
    writer = _Writer(partial)
    try:
        heard = [_add(writer, segment) for segment in segments]
        if not any(heard):
            raise UnplayableError("No audio in any part.")
        writer.close()
        partial.replace(output)
    finally:
        writer.close()
        partial.unlink(missing_ok=True)
    unread = [index for index, ok in enumerate(heard) if not ok]
    return Joined(writer.at * 1000 // RATE, writer.gaps, writer.peaks(buckets), unread)


def main() -> int:
    """Reads a job from standard input, does it within limits, and writes what came of it."""
    for limit, value in LIMITS.items():
        resource.setrlimit(limit, (value, value))
    os.nice(10)
    job = json.load(sys.stdin)
    segments = [
        Segment(s["mime"], s["start_ms"], [Path(p) if p else None for p in s["parts"]], s["end_ms"])
        for s in job["segments"]
    ]
    try:
        joined = join(segments, Path(job["output"]))
    except UnplayableError as error:
        sys.stderr.write(str(error))
        return 3
    sys.stdout.write(json.dumps(asdict(joined)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
