"""What tests of calling rules share: the law book as the decision takes it, and clocks."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from campaigns import lawbook, ruleset
from campaigns.eligibility import (
    CampaignRules,
    Facts,
    Past,
    Place,
    Register,
    Rule,
    Ruleset,
    Window,
    decide,
)
from campaigns.models import CallingRule

EAST, CENTRAL, WEST = "America/New_York", "America/Chicago", "America/Los_Angeles"
ANY_HOUR = CampaignRules(True, "UTC", None, None, Window(time.min, time(23, 59)), 100)  # noqa: FBT003  # running


def book(*codes: str) -> tuple[Rule, ...]:
    """Rules of the law book as an organization has them; all, without codes."""
    rows = [
        CallingRule(**{name: lawbook._plain(value) for name, value in default._asdict().items()})
        for default in lawbook.DEFAULTS
        if not codes or default.code in codes
    ]
    return tuple(ruleset.as_rule(row) for row in rows)


def house(*codes: str, registers: tuple[Register, ...] = ()) -> Ruleset:
    """An organization with these rules."""
    return Ruleset(book(*codes), "UTC", registers)


def call(law: Ruleset, *places: Place, zones: tuple[str, ...] = (EAST,), **more: Any) -> Facts:
    """A call to someone in these places."""
    if isinstance(past := more.pop("past", None), dict):
        more["past"] = Past(**past)
    known: dict[str, Any] = {"mode": "progressive", "purpose": "marketing", **more}
    return Facts("+12125550100", ANY_HOUR, zones, law=law, places=places, **known)


def refused(facts: Facts, now: datetime) -> list[str]:
    """The codes of the rules that say no."""
    return [refusal.rule for refusal in decide(facts, now).refusals]


def until(facts: Facts, now: datetime) -> datetime | None:
    """When the only refusal ends."""
    (refusal,) = decide(facts, now).refusals
    return refusal.until


def at(zone: str, day: date | str, clock: str) -> datetime:
    """A local time in UTC."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    local = datetime.combine(on, time.fromisoformat(clock), ZoneInfo(zone))
    return local.astimezone(UTC)
