"""The words between whoever has a recording's parts and the process that joins them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class UnplayableError(Exception):
    """No audio could be read from any part, or the joining process failed."""


@dataclass(frozen=True, slots=True)
class Container:
    """A file format: its demuxer, and the bytes that open a cluster, fragment or page of it."""

    mime: str
    demuxer: str
    mark: bytes = b""
    offset: int = 0  # of the mark in what it opens
    headers: int = 0  # marks that belong to the headers, plus one; 0 where there are none


CONTAINERS = {
    container.mime: container
    for container in (
        Container("audio/webm", "matroska", b"\x1f\x43\xb6\x75", 0, 1),
        Container("audio/mp4", "mp4", b"moof", 4, 1),
        Container("audio/ogg", "ogg", b"OggS", 0, 3),
        Container("audio/wav", "wav"),
        Container("audio/mpeg", "mp3"),
    )
}
# What recorders in browsers make, which can be sent in parts.
IN_PARTS = frozenset({"audio/webm", "audio/mp4", "audio/ogg"})


def plain(mime: str) -> str:
    """The type without its parameters, in lower case: `audio/webm` of `audio/webm;codecs=opus`."""
    return mime.partition(";")[0].strip().lower()


def sniff(start: bytes) -> str | None:
    """The type of a recording by its first bytes (16 will do); None for what is none."""
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if start.startswith(b"OggS"):
        return "audio/ogg"
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "audio/wav"
    if start[4:8] == b"ftyp":
        return "audio/mp4"
    if start.startswith(b"ID3") or _is_mp3_frame(start):
        return "audio/mpeg"
    return None


def _is_mp3_frame(start: bytes) -> bool:
    """Whether an MPEG audio layer III frame header stands here, none of its fields reserved."""
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE6 != 0xE2:
        return False
    return start[1] & 0x18 != 0x08 and start[2] & 0xF0 not in (0x00, 0xF0) and start[2] & 0x0C != 12


@dataclass(frozen=True, slots=True)
class Segment:
    """One start of a recorder: its parts by index (None: never arrived), its place in the call."""

    mime: str
    start_ms: int
    parts: Sequence[Path | None]
    end_ms: int | None = None  # when the recorder stopped, if known: shows a lost tail


@dataclass(frozen=True, slots=True)
class Joined:
    """What was made of the segments."""

    duration_ms: int
    gaps: list[tuple[int, int]]  # [start, end) in ms of what is silence in the file
    peaks: list[int]  # 0..255
    unread: list[int]  # indexes of segments that gave no audio
