"""How long after a try the next one is: rules of retrying, pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from campaigns.eligibility import Interval

# However often a delay is multiplied, it ends here.
LONGEST: Final = timedelta(days=90)
# Morning, afternoon and evening begin at these times.
_PARTS: Final = (time(0), time(12), time(17))
# Further than this nobody looks for another part of the day.
_FAR: Final = timedelta(days=8)

# The span in which a lead may be called: the one that holds a time, else the next one.
type Spans = Callable[[datetime], Interval | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """When to try again after one result."""

    delay_s: int
    factor: Decimal = Decimal(1)  # by which the delay grows with each further try
    other_day_part: bool = False  # not in the same part of the day as the last try
    finished: bool = False  # never

    def delay(self, tries: int) -> timedelta:
        """The delay after so many tries, the first of which it is not multiplied for."""
        further = max(0, tries - 1)
        ceiling = int(LONGEST.total_seconds())
        if self.factor <= 1 or not self.delay_s:
            grown = Decimal(self.delay_s) * self.factor**further
        else:
            # Each step is bounded, as a power of many tries is not.
            grown = Decimal(self.delay_s)
            for _ in range(further):
                grown = min(grown * self.factor, Decimal(ceiling))
                if grown == ceiling:
                    break
        return timedelta(seconds=min(int(grown), ceiling))


def next_try(
    rule: Rule,
    *,
    tries: int,
    cap: int,
    now: datetime,
    tried_at: datetime,
    zones: tuple[str, ...],
    spans: Spans,
    not_before: datetime | None = None,
) -> datetime | None:
    """When a lead is tried again: never before the delay is over, always in an open span.

    None when it is not: the rule finishes it, or its tries are used up. Where no hour is ever
    open, the end of the delay, at which the decision will refuse.
    """
    if rule.finished or tries >= cap:
        return None
    earliest = now + rule.delay(tries)
    plain = within(spans, max(earliest, not_before or earliest))
    if not rule.other_day_part or not zones:
        return plain
    return _in_other_part(plain, tried_at, zones, spans) or plain


def within(spans: Spans, at: datetime) -> datetime:
    """The first time from `at` on in an open span; `at` if there is none."""
    span = spans(at)
    return max(at, span[0]) if span else at


def day_part(at: datetime, zone: str) -> int:
    """0 in the morning, 1 in the afternoon, 2 in the evening, by a zone's clock."""
    clock = at.astimezone(ZoneInfo(zone)).time()
    return sum(1 for begins in _PARTS if clock >= begins) - 1


def _in_other_part(
    at: datetime, tried_at: datetime, zones: tuple[str, ...], spans: Spans
) -> datetime | None:
    """The first open time from `at` on that lies in another part of the day in every zone."""
    end, avoided = at + _FAR, {zone: day_part(tried_at, zone) for zone in zones}
    while at < end:
        same = [zone for zone, part in avoided.items() if day_part(at, zone) == part]
        if not same:
            return at
        at = max(_part_after(at, zone) for zone in same)
        span = spans(at)
        if span is None:
            return None
        at = max(at, span[0])
    return None


def _part_after(at: datetime, zone: str) -> datetime:
    """When the next part of the day begins."""
    local = at.astimezone(ZoneInfo(zone))
    later = [begins for begins in _PARTS if begins > local.time()]
    day = local.date() if later else local.date() + timedelta(days=1)
    begins = datetime.combine(day, later[0] if later else _PARTS[0], local.tzinfo)
    # A clock that is put back shows some times twice; the search only ever goes forward.
    return max(begins.astimezone(at.tzinfo), at + timedelta(minutes=1))
