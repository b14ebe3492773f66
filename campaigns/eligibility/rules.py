"""The rules that an organization keeps as rows, and which of them a call falls under."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

# ISO 3166-1, and ISO 3166-2 without the country, where they are known.
type Place = tuple[str, str]


class Kind(StrEnum):
    """What a rule limits, as `CallingRule.Kind` names it."""

    HOURS = "hours"
    CAP = "cap"
    SPACING = "spacing"
    CONVERSATION = "conversation"
    ABANDONED = "abandoned"
    MACHINE = "machine"
    CONSENT = "consent"
    LIST_AGE = "list_age"


LEAD = "lead"  # a scope; the other is the number
HOLIDAYS, ORDINARY = "holidays", "ordinary"
# Nothing looks back at calls but these.
_OF_CALLS = frozenset({Kind.CAP, Kind.MACHINE, Kind.CONVERSATION})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; empty places, modes and purposes mean any. Fields are those of `CallingRule`."""

    code: str
    kind: str
    title: str = ""
    version: int = 1
    country: str = ""
    region: str = ""
    modes: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    start: time | None = None  # of hours: open from here; None: closed
    end: time | None = None
    weekdays: frozenset[int] = frozenset()
    days: str = "any"
    limit: int = 0
    period_s: int = 0
    scope: str = "number"
    consent: str = ""
    valid_from: date | None = None
    valid_until: date | None = None  # included

    def covers(self, place: Place) -> bool:
        """Whether it is a rule of this place."""
        country, region = place
        return self.country in ("", country) and self.region in ("", region)

    def valid(self, day: date) -> bool:
        """Whether it is in force on a day of the organization."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Register:
    """A national list of numbers that are not called, and the day of the copy."""

    country: str
    name: str
    as_of: date | None


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """All rules of an organization; their dates are days of its zone."""

    rules: tuple[Rule, ...] = ()
    zone: str = "UTC"
    registers: tuple[Register, ...] = ()

    def for_call(self, mode: str, purpose: str) -> tuple[Rule, ...]:
        """The rules for calls of this mode and purpose, wherever they go."""
        return tuple(
            rule
            for rule in self.rules
            if (not rule.modes or mode in rule.modes)
            and (not rule.purposes or purpose in rule.purposes)
        )

    def today(self, now: datetime) -> date:
        """The day in the organization's zone."""
        return now.astimezone(ZoneInfo(self.zone)).date()


NO_RULES = Ruleset()


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """Hours that a call falls under: the rule, where it holds, and the zone of its dates."""

    rule: Rule
    calendars: tuple[Place, ...]  # whose public holidays count
    zone: str


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What a call falls under, and how far back its number and its lead must be known."""

    hours: tuple[Bound, ...] = ()
    limits: tuple[Rule, ...] = ()
    number_s: int = 0
    lead_s: int = 0
    asks_consent: bool = False


@lru_cache(maxsize=4096)
def law_for(ruleset: Ruleset, places: tuple[Place, ...], mode: str, purpose: str) -> Law:
    """The rules for a call of this mode and purpose to whoever may be in any of the places."""
    # Where nothing is known of a place, the rules of all places are those without one.
    places = places or (("", ""),)
    rules = [
        rule
        for rule in ruleset.for_call(mode, purpose)
        if any(rule.covers(place) for place in places)
    ]
    limits = tuple(rule for rule in rules if rule.kind != Kind.HOURS)
    of_calls = [rule for rule in limits if rule.kind in _OF_CALLS]
    return Law(
        hours=tuple(_bound(rule, places, ruleset) for rule in rules if rule.kind == Kind.HOURS),
        limits=limits,
        # The last conversation with a number is known without its calls.
        number_s=_longest(r for r in of_calls if r.kind != Kind.CONVERSATION and r.scope != LEAD),
        lead_s=_longest(rule for rule in of_calls if rule.scope == LEAD),
        asks_consent=any(rule.kind == Kind.CONSENT for rule in limits),
    )


def _bound(rule: Rule, places: tuple[Place, ...], ruleset: Ruleset) -> Bound:
    calendars = ((rule.country, rule.region),) if rule.country else places
    return Bound(rule, calendars, ruleset.zone)


def _longest(rules: Iterable[Rule]) -> int:
    return max((rule.period_s for rule in rules), default=0)
