"""Rules about how often, how soon, with what consent and by which lists: each refuses or not."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from campaigns.eligibility.facts import Facts, Refusal
from campaigns.eligibility.rules import LEAD, Kind, Law, Rule
from campaigns.eligibility.windows import utc, zone_of

_DAY_S: Final = 86_400
# The longest by which a clock that changes can make a day longer.
_LONGER: Final = timedelta(hours=2)
_STRENGTH: Final = {"": 0, "express": 1, "written": 2}
_UNITS: Final = ((_DAY_S, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def refusals(law: Law, facts: Facts, now: datetime) -> Iterator[Refusal]:
    """Each rule in force that says no."""
    today = facts.law.today(now)
    for rule in law.limits:
        if rule.valid(today) and (refusal := _ASKED[rule.kind](rule, facts, now)):
            yield refusal


def _cap(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    dials = facts.past.lead_dials if rule.scope == LEAD else facts.past.dials
    recent = sorted(at for at in dials if at > now - _span(rule))
    if len(recent) < rule.limit:
        return None
    until = recent[len(recent) - rule.limit] + _span(rule) if rule.limit else None
    what = "lead" if rule.scope == LEAD else "number"
    times = f"{len(recent)} times" if len(recent) != 1 else "once"
    said = f"this {what} was dialed {times} within {lasting(rule.period_s)}, and {rule.limit}"
    return _no(rule, f"{said} is the most.", until)


def _spacing(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    past = facts.past
    last = past.lead_dialed_at if rule.scope == LEAD else past.dialed_at
    said = f"less than {lasting(rule.period_s)} have passed since the last call."
    return _rest(rule, last, said, now)


def _conversation(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    """Days of rest count from the day of the talk as the first, wherever the person may be."""
    past = facts.past
    talks = [at for at in (past.talked_at, rule.scope == LEAD and past.lead_talked_at) if at]
    if not talks:
        return None
    last = max(talks)
    said = f"someone spoke with them less than {lasting(rule.period_s)} ago."
    if rule.period_s % _DAY_S:
        return _rest(rule, last, said, now)
    until = _days_after(last, rule.period_s // _DAY_S, facts.zones)
    return _no(rule, said, until) if now < until else None


def _abandoned(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    said = f"a call to this number was abandoned less than {lasting(rule.period_s)} ago."
    return _rest(rule, facts.past.abandoned_at, said, now)


def _machine(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    said = f"a machine answered less than {lasting(rule.period_s)} ago."
    return _rest(rule, facts.past.machine_at, said, now)


def _consent(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    past, artificial = facts.past, facts.mode == "ai"
    wanted = [
        one
        for one in past.consents
        if one.purpose == facts.purpose
        and (one.voice == "ai" or not artificial)
        and _STRENGTH.get(one.kind, 0) >= _STRENGTH.get(rule.consent, 2)
    ]
    if any(one.holds(now, past.reassigned_on) for one in wanted):
        return None
    if past.reassigned_on and any(one.holds(now, None) for one in wanted):
        return _no(rule, f"someone else has this number since {past.reassigned_on:%d %B %Y}.", None)
    whom = "an artificial voice" if artificial else "a call"
    strength = f"{rule.consent} " if rule.consent == "written" else ""
    return _no(rule, f"nobody gave {strength}consent to {whom} for this purpose.", None)


def _list_age(rule: Rule, facts: Facts, now: datetime) -> Refusal | None:
    copies = [one for one in facts.law.registers if rule.country in ("", one.country)]
    days: list[date] = [one.as_of for one in copies if one.as_of]
    if not days or len(days) < len(copies):
        return _no(rule, "no copy of the national list is loaded.", None)
    age, allowed = (facts.law.today(now) - min(days)).days, rule.period_s // _DAY_S
    if age <= allowed:
        return None
    return _no(rule, f"the national list is {age} days old, and {allowed} is the most.", None)


_ASKED: Final[dict[str, Callable[[Rule, Facts, datetime], Refusal | None]]] = {
    Kind.CAP: _cap,
    Kind.SPACING: _spacing,
    Kind.CONVERSATION: _conversation,
    Kind.ABANDONED: _abandoned,
    Kind.MACHINE: _machine,
    Kind.CONSENT: _consent,
    Kind.LIST_AGE: _list_age,
}


def lasting(seconds: int) -> str:
    """A span in its largest whole unit, such as "24 hours": days from the second on."""
    for size, name in _UNITS:
        count, rest = divmod(seconds, size)
        if count and not rest and (count > 1 or size < _DAY_S):
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"


def _rest(rule: Rule, last: datetime | None, said: str, now: datetime) -> Refusal | None:
    if last is None or now >= last + _span(rule):
        return None
    return _no(rule, said, last + _span(rule))


def _days_after(at: datetime, days: int, names: Iterable[str]) -> datetime:
    """Midnight so many days after the day of `at`, in whichever zone it comes last."""
    zones = [zone_of(name) for name in names]
    if not zones or None in zones:
        # Wherever it was, its day had begun, so that no midnight comes later than this.
        return at + timedelta(days=days) + _LONGER
    return max(
        utc(at.astimezone(zone).date() + timedelta(days=days), time.min, zone, later=True)
        for zone in zones
        if zone
    )


def _span(rule: Rule) -> timedelta:
    return timedelta(seconds=rule.period_s)


def _no(rule: Rule, said: str, until: datetime | None) -> Refusal:
    return Refusal(rule.code, f"{rule.title or rule.code}: {said}", until, rule.version)
