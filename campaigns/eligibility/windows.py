"""When numbers may be called by the clock: hours in every plausible zone, pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# A window is looked for this far ahead: every weekday once, and the day before and after.
HORIZON_DAYS = 8
_LAST_MINUTE = time(23, 59)

type Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Window:
    """Calling hours in the zone of whoever is called; an end from 23:59 on means midnight."""

    start: time
    end: time
    days: frozenset[int] = frozenset()  # ISO weekdays; empty: every day

    @property
    def always(self) -> bool:
        """Whether it never closes, so that no zone needs to be known."""
        every_day = not self.days or self.days >= frozenset(range(1, 8))
        return every_day and self.start == time.min and self.end >= _LAST_MINUTE


def opening(window: Window, zones: tuple[str, ...], at: datetime) -> Interval | None:
    """When every zone is within the window: the span that holds `at`, else the next one.

    None when there is none within a week, as with no zones or an unknown one. The end of a
    window that never closes lies at the search's horizon.
    """
    for start, end in _openings(window, zones, at.astimezone(UTC).date()):
        if end > at:
            return start, end
    return None


@lru_cache(maxsize=8192)
def _openings(window: Window, zones: tuple[str, ...], day: date) -> tuple[Interval, ...]:
    """Spans in which all zones are open, from the day before `day` (UTC) to the horizon."""
    if window.always:
        midnight = datetime.combine(day, time.min, UTC)
        return ((midnight - timedelta(days=1), midnight + timedelta(days=HORIZON_DAYS)),)
    known = [zone_of(name) for name in zones]
    if not known:
        return ()
    common: list[Interval] | None = None
    for zone in known:
        if zone is None:
            return ()
        spans = _spans(window, zone, day)
        common = spans if common is None else _overlap(common, spans)
    return tuple(common or ())


def _spans(window: Window, zone: ZoneInfo, day: date) -> list[Interval]:
    """The window's days in one zone, as spans of UTC; touching ones are one."""
    spans: list[Interval] = []
    for offset in range(-2, HORIZON_DAYS + 2):
        local = day + timedelta(days=offset)
        if window.days and local.isoweekday() not in window.days:
            continue
        start = utc(local, window.start, zone, later=True)
        if window.end >= _LAST_MINUTE:
            end = utc(local + timedelta(days=1), time.min, zone, later=False)
        else:
            end = utc(local, window.end, zone, later=False)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        elif start < end:
            spans.append((start, end))
    return spans


def utc(day: date, clock: time, zone: ZoneInfo, *, later: bool) -> datetime:
    """A local time in UTC. One that comes twice or never gives two answers: a window takes the
    later for its start and the earlier for its end, so that it never opens too wide."""
    local = datetime.combine(day, clock, zone)
    both = (local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC))
    return max(both) if later else min(both)


def _overlap(left: list[Interval], right: list[Interval]) -> list[Interval]:
    """The times that both hold."""
    spans = (
        (max(a_start, b_start), min(a_end, b_end))
        for a_start, a_end in left
        for b_start, b_end in right
    )
    return sorted(span for span in spans if span[0] < span[1])


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of this name; None when there is none, or it is no name at all."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
