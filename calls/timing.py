"""The clock of a call: when things happened, worked out from what a page's clocks said. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# A page's monotonic clock may stand still while the computer sleeps; its wall clock does not.
SLEPT_MS = 5_000
_LONGEST_MS = 90 * 86_400_000  # what a forged clock may claim at most


@dataclass(frozen=True, slots=True)
class Sent:
    """The clocks of a request: what its page's said when it left, and when it came in here."""

    page: str
    mono_ms: float
    wall_ms: float
    received: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, as a page tells it; `seq` rises by one per call and page."""

    client_id: str
    page: str
    seq: int
    kind: str
    mono_ms: float
    wall_ms: float
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened, with its place in time."""

    kind: str
    at: datetime
    page: str
    seq: int
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Timeline:
    """A call as its events tell it; `moves` are the states it went through, each with its time."""

    moves: list[tuple[str, datetime]] = field(default_factory=list)
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    held_since: datetime | None = None
    hold_ms: int = 0
    sip_status: int | None = None
    cause: str = ""
    by: str = ""
    failed: bool = False


def estimate(told: Told, sent: Sent, *, earliest: datetime) -> datetime:
    """When it happened, between `earliest` and the request's receipt.

    The page's monotonic clock tells how long before the request it was. The wall clock tells it
    when the event is of another page, or when the computer slept in between.
    """
    by_wall = sent.wall_ms - told.wall_ms
    elapsed = by_wall
    if told.page == sent.page:
        by_mono = sent.mono_ms - told.mono_ms
        elapsed = by_wall if by_wall - by_mono > SLEPT_MS else by_mono
    elapsed = min(max(elapsed, 0), _LONGEST_MS)
    return max(earliest, sent.received - timedelta(milliseconds=elapsed))


def place(
    fresh: Iterable[Told], known: Iterable[Happened], sent: Sent, *, earliest: datetime
) -> list[Happened]:
    """Gives each fresh event its time, so that within a page time never runs against `seq`.

    The fresh ones are answered in the order of page and `seq`.
    """
    placed: list[Happened] = []
    taken: dict[str, list[tuple[int, datetime]]] = {}
    for event in known:
        taken.setdefault(event.page, []).append((event.seq, event.at))
    for times in taken.values():
        times.sort()
    for told in sorted(fresh, key=lambda event: (event.page, event.seq)):
        times = taken.setdefault(told.page, [])
        at = estimate(told, sent, earliest=earliest)
        index = bisect_left(times, (told.seq, at))
        if index < len(times):
            at = min(at, times[index][1])
        if index:
            at = max(at, times[index - 1][1])
        times.insert(index, (told.seq, at))
        placed.append(Happened(told.kind, at, told.page, told.seq, told.data))
    return placed


def in_order(events: Iterable[Happened]) -> list[Happened]:
    """Events in the order in which they happened: page after page, each in its own sequence."""
    by_page: dict[str, list[Happened]] = {}
    for event in events:
        by_page.setdefault(event.page, []).append(event)
    pages = sorted(by_page.items(), key=lambda item: (min(e.at for e in item[1]), item[0]))
    return [e for _, own in pages for e in sorted(own, key=lambda e: (e.seq, e.at))]


def read(events: Iterable[Happened]) -> Timeline:
    """What became of a call, whatever the order in which its events came in.

    An event that makes no sense where it stands (a hold before the answer) changes nothing, and
    nothing happens after the end.
    """
    line = Timeline()
    for event in in_order(events):
        reader = _READERS.get(event.kind)
        if reader and line.ended_at is None:
            reader(line, event)
    return line


def acknowledged(seqs: Sequence[int]) -> int:
    """The last `seq` up to which nothing is missing; 0 when the first is not there yet."""
    known = sorted(set(seqs))
    if not known or known[0] > 1:
        return 0
    last = known[0]
    for seq in known[1:]:
        if seq != last + 1:
            break
        last = seq
    return last


def milliseconds(start: datetime | None, end: datetime | None) -> int:
    """From start to end in whole milliseconds; 0 when one is unknown or they are reversed."""
    if start is None or end is None:
        return 0
    return max(0, round((end - start) / timedelta(milliseconds=1)))


def _dialing(line: Timeline, event: Happened) -> None:
    if not line.moves:
        line.moves.append(("dialing", event.at))


def _ringing(line: Timeline, event: Happened) -> None:
    if line.ringing_at is None and line.answered_at is None:
        line.ringing_at = event.at
        line.moves.append(("ringing", event.at))


def _answered(line: Timeline, event: Happened) -> None:
    if line.answered_at is None:
        line.answered_at = event.at
        line.moves.append(("in_call", event.at))


def _hold(line: Timeline, event: Happened) -> None:
    if line.answered_at is not None and line.held_since is None:
        line.held_since = event.at
        line.moves.append(("on_hold", event.at))


def _unhold(line: Timeline, event: Happened) -> None:
    if line.held_since is not None:
        line.hold_ms += milliseconds(line.held_since, event.at)
        line.held_since = None
        line.moves.append(("in_call", event.at))


def _ended(line: Timeline, event: Happened) -> None:
    line.hold_ms += milliseconds(line.held_since, event.at)
    line.held_since = None
    line.ended_at = event.at
    line.failed = event.kind == "failed"
    line.sip_status = event.data.get("sip_status")
    line.cause, line.by = event.data.get("cause", ""), event.data.get("by", "")
    line.moves.append(("ended", event.at))


_READERS = {
    "dialing": _dialing,
    "ringing": _ringing,
    "answered": _answered,
    "hold": _hold,
    "unhold": _unhold,
    "ended": _ended,
    "failed": _ended,
}
