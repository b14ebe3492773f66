"""Whether a number may be dialed now: pure rules over facts and the clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Rises when the code below decides differently; see `version`.
RULES_VERSION = 1
# A number that is in a call now is looked at again after this time.
BUSY_ELSEWHERE = timedelta(seconds=60)
# A window is looked for this far ahead: every weekday once, and the day before and after.
HORIZON_DAYS = 8
_EPOCH_VERSIONS = 1_000_000
_E164 = re.compile(r"\+[1-9]\d{6,14}")
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


@dataclass(frozen=True, slots=True)
class CampaignRules:
    """What a campaign demands. Its dates are days of `zone`, both included."""

    running: bool
    zone: str
    starts_on: date | None
    ends_on: date | None
    window: Window
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about dialing one number; a call outside any campaign has no rules."""

    phone: str
    rules: CampaignRules | None
    zones: tuple[str, ...] = ()  # every plausible zone; empty: unknown
    attempts: int = 0
    promised: bool = False  # a callback, which is kept although the attempts are used up
    suppressed: bool = False
    suppressed_until: datetime | None = None  # None: for good
    live_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that says no, in a sentence, and when it will no longer (None: not by itself)."""

    rule: str
    message: str
    until: datetime | None = None

    def as_dict(self) -> dict[str, str | None]:
        """For JSON."""
        until = self.until.isoformat() if self.until else None
        return {"rule": self.rule, "message": self.message, "until": until}


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed when no rule refuses; otherwise every rule that does."""

    refusals: tuple[Refusal, ...]

    @property
    def allowed(self) -> bool:
        """Whether the number may be dialed."""
        return not self.refusals


def decide(facts: Facts, now: datetime) -> Decision:
    """Applies every rule to the facts; what is not known counts against dialing."""
    return Decision(tuple(_refusals(facts, now)))


def decide_campaign(rules: CampaignRules, now: datetime) -> Decision:
    """The rules that do not depend on a lead: status and dates."""
    return Decision(tuple(_campaign_refusals(rules, now)))


def version(campaign_version: int) -> int:
    """One number for the rules in code and those of a campaign; both only rise."""
    return RULES_VERSION * _EPOCH_VERSIONS + campaign_version


def opening(window: Window, zones: tuple[str, ...], at: datetime) -> Interval | None:
    """When every zone is within the window: the span that holds `at`, else the next one.

    None when there is none within a week, as with no zones or an unknown one. The end of a
    window that never closes lies at the search's horizon.
    """
    for start, end in _openings(window, zones, at.astimezone(UTC).date()):
        if end > at:
            return start, end
    return None


def _refusals(facts: Facts, now: datetime) -> Iterator[Refusal]:
    if not _E164.fullmatch(facts.phone):
        yield Refusal("invalid_number", "This is not a complete international number.")
    if facts.suppressed:
        yield Refusal(
            "suppressed",
            "This number is on the list of those who are not called.",
            facts.suppressed_until,
        )
    if facts.rules:
        yield from _campaign_refusals(facts.rules, now)
        yield from _lead_refusals(facts, facts.rules, now)
    if facts.live_elsewhere:
        yield Refusal("live_elsewhere", "This number is in another call now.", now + BUSY_ELSEWHERE)


def _campaign_refusals(rules: CampaignRules, now: datetime) -> Iterator[Refusal]:
    if not rules.running:
        yield Refusal("campaign_not_running", "The campaign is not running.")
    zone = _zone(rules.zone)
    if zone is None:
        if rules.starts_on or rules.ends_on:
            yield Refusal("campaign_dates", "The time zone of the campaign's dates is unknown.")
        return
    today = now.astimezone(zone).date()
    if rules.starts_on and today < rules.starts_on:
        starts_at = _utc(rules.starts_on, time.min, zone, later=True)
        yield Refusal(
            "campaign_dates", f"The campaign starts on {rules.starts_on:%d %B %Y}.", starts_at
        )
    if rules.ends_on and today > rules.ends_on:
        yield Refusal("campaign_dates", f"The campaign ended on {rules.ends_on:%d %B %Y}.")


def _lead_refusals(facts: Facts, rules: CampaignRules, now: datetime) -> Iterator[Refusal]:
    if facts.attempts >= rules.max_attempts and not facts.promised:
        yield Refusal("max_attempts", f"The lead was dialed {facts.attempts} times already.")
    span = opening(rules.window, facts.zones, now)
    if span is None:
        yield Refusal("calling_window", _why_never(facts.zones))
    elif span[0] > now:
        window = rules.window
        yield Refusal(
            "calling_window",
            f"It is outside the calling hours, {window.start:%H:%M} to {window.end:%H:%M}"
            " where this number rings.",
            span[0],
        )


def _why_never(zones: tuple[str, ...]) -> str:
    if not zones or any(_zone(zone) is None for zone in zones):
        return "The time zone of this number is not known, so no hour is sure to be allowed."
    return "No hour lies within the calling hours of every place where this number may ring."


@lru_cache(maxsize=8192)
def _openings(window: Window, zones: tuple[str, ...], day: date) -> tuple[Interval, ...]:
    """Spans in which all zones are open, from the day before `day` (UTC) to the horizon."""
    if window.always:
        midnight = datetime.combine(day, time.min, UTC)
        return ((midnight - timedelta(days=1), midnight + timedelta(days=HORIZON_DAYS)),)
    known = [_zone(name) for name in zones]
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
        start = _utc(local, window.start, zone, later=True)
        if window.end >= _LAST_MINUTE:
            end = _utc(local + timedelta(days=1), time.min, zone, later=False)
        else:
            end = _utc(local, window.end, zone, later=False)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        elif start < end:
            spans.append((start, end))
    return spans


def _utc(day: date, clock: time, zone: ZoneInfo, *, later: bool) -> datetime:
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
def _zone(name: str) -> ZoneInfo | None:
    """The zone of this name; None when there is none, or it is no name at all."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
