"""When numbers may be called by the clock: hours in every plausible zone, pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from campaigns.eligibility.rules import HOLIDAYS, ORDINARY, Bound, Place, Rule

# A window is looked for so far ahead at a time: every weekday once, and the day before and after.
HORIZON_DAYS = 8
# Where nothing opens, so many more such times: a holiday may lie on the only day of a week.
_FURTHER = 4
_LAST_MINUTE = time(23, 59)
_DAY = timedelta(days=1)

type Interval = tuple[datetime, datetime]
# Open from, and until (None: midnight); None instead of both: closed.
type _Hours = tuple[time, time | None] | None
_OPEN: tuple[time, time | None] = (time.min, None)


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


def opening(
    window: Window | None, zones: tuple[str, ...], at: datetime, hours: tuple[Bound, ...] = ()
) -> Interval | None:
    """When the window and all rules of hours are open in every zone: the span that holds `at`,
    else the next one.

    None when there is none for weeks, nor after a rule's last day, as with no zones or an unknown
    one. The end of what never closes lies at the search's horizon.
    """
    today = at.astimezone(UTC).date()
    if found := _first(_openings(window, hours, zones, today), at):
        return found
    later = (_first(_openings(window, hours, zones, day), at) for day in _days_ahead(hours, today))
    return next(filter(None, later), None)


def _first(spans: tuple[Interval, ...], at: datetime) -> Interval | None:
    return next((span for span in spans if span[1] > at), None)


def _days_ahead(hours: tuple[Bound, ...], today: date) -> list[date]:
    """The days from which on to look again: week by week, and where a rule has ended."""
    ends = {bound.rule.valid_until for bound in hours}
    weeks = [today + timedelta(days=HORIZON_DAYS * turn) for turn in range(1, _FURTHER + 1)]
    return sorted({*weeks, *(day for day in ends if day and day > today)})


@lru_cache(maxsize=16384)
def _openings(
    window: Window | None, hours: tuple[Bound, ...], zones: tuple[str, ...], day: date
) -> tuple[Interval, ...]:
    """Spans in which all zones are open, from the day before `day` (UTC) to the horizon."""
    midnight = datetime.combine(day, time.min, UTC)
    horizon = (midnight - 3 * _DAY, midnight + (HORIZON_DAYS + 3) * _DAY)
    bounds = [(bound, term) for bound in hours if (term := _term(bound, horizon))]
    limited = window is not None and not window.always
    if not limited and not bounds:
        return ((midnight - _DAY, midnight + HORIZON_DAYS * _DAY),)
    known = [zone_of(name) for name in zones]
    common: list[Interval] = [horizon] if known else []
    for zone in known:
        if zone is None:
            return ()
        if window is not None and limited:
            common = _overlap(common, _spans(_of_window(window), zone, day))
        for bound, term in bounds:
            spans = _spans(_of_rule(bound), zone, day)
            common = _overlap(common, _beyond(term, spans, horizon))
    return tuple(common)


def _of_window(window: Window) -> Callable[[date], _Hours]:
    end = None if window.end >= _LAST_MINUTE else window.end

    def hours(day: date) -> _Hours:
        return (window.start, end) if not window.days or day.isoweekday() in window.days else None

    return hours


def _of_rule(bound: Bound) -> Callable[[date], _Hours]:
    """A rule says nothing of other days than its own: these are open."""
    rule = bound.rule
    end = None if rule.end is None or rule.end >= _LAST_MINUTE else rule.end

    def hours(day: date) -> _Hours:
        if not _speaks(rule, bound.calendars, day):
            return _OPEN
        return None if rule.start is None else (rule.start, end)

    return hours


def _speaks(rule: Rule, calendars: tuple[Place, ...], day: date) -> bool:
    """Whether hours are about this day; where no calendar is known, about each that they may."""
    if rule.weekdays and day.isoweekday() not in rule.weekdays:
        return False
    if rule.days not in (HOLIDAYS, ORDINARY):
        return True
    known = [_holidays(country, region, day.year) for country, region in calendars]
    if rule.days == HOLIDAYS:
        return any(found is None or day in found for found in known)
    return not all(found is not None and day in found for found in known)


@lru_cache(maxsize=1024)
def _holidays(country: str, region: str, year: int) -> frozenset[date] | None:
    """The public holidays of a place in a year; None where nobody knows them."""
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError:
        return None
    return frozenset(found)


def has_calendar(country: str, region: str = "") -> bool:
    """Whether the public holidays of a place are known."""
    return _holidays(country, region, 2026) is not None


def _term(bound: Bound, horizon: Interval) -> Interval | None:
    """The part of the horizon in which a rule is in force; None when it is in none."""
    first, last, zone = bound.rule.valid_from, bound.rule.valid_until, zone_of(bound.zone)
    if zone is None or (first is None and last is None):
        return horizon
    start, end = horizon
    if first is not None:
        start = max(start, utc(first, time.min, zone, later=False))
    if last is not None:
        end = min(end, utc(last + _DAY, time.min, zone, later=True))
    return (start, end) if start < end else None


def _beyond(term: Interval, spans: list[Interval], horizon: Interval) -> list[Interval]:
    """A rule's spans, and all the time in which it is not in force."""
    if term == horizon:
        return spans
    within = _overlap(spans, [term])
    before, after = (horizon[0], term[0]), (term[1], horizon[1])
    joined: list[Interval] = []
    for start, end in sorted([before, *within, after]):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _spans(hours: Callable[[date], _Hours], zone: ZoneInfo, day: date) -> list[Interval]:
    """The open hours of days in one zone, as spans of UTC; touching ones are one."""
    spans: list[Interval] = []
    whole_before = False
    for offset in range(-2, HORIZON_DAYS + 2):
        local = day + timedelta(days=offset)
        found = hours(local)
        if found is None:
            whole_before = False
            continue
        start = utc(local, found[0], zone, later=True)
        if found[1] is None:
            end = utc(local + _DAY, time.min, zone, later=False)
        else:
            end = utc(local, found[1], zone, later=False)
        # Between two days that are open to their ends, no midnight can be too early.
        through = whole_before and found[0] == time.min
        whole_before = found[1] is None
        if spans and (through or start <= spans[-1][1]):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
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
    """The times that both hold; both are in order."""
    found: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            found.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return found


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of this name; None when there is none, or it is no name at all."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
