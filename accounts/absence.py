"""When someone at their seat is no longer there: the rules, which know no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What is to be done with a seat."""

    IDLE = "idle"  # the page is alive, the person does nothing
    LOST = "lost"  # no page is alive
    CLOSE_IDLE = "close_idle"
    CLOSE_LOST = "close_lost"


@dataclass(frozen=True)
class Limits:
    """How long each absence may last before something is done."""

    idle: timedelta
    lost: timedelta
    close: timedelta
    close_break: timedelta


@dataclass(frozen=True)
class Facts:
    """A seat as the rules see it; `seen` is a page's last sign of life, `active` a person's."""

    state: str
    since: datetime
    seen: datetime | None
    active: datetime | None


def judge(facts: Facts, limits: Limits, now: datetime) -> Verdict | None:
    """What the time that has passed does to a seat; None leaves it as it is.

    Reserved, on call and wrap-up belong to the call, whose own clock ends them.
    """
    rule = _RULES.get(facts.state)
    return rule(facts, limits, now) if rule else None


def _present(facts: Facts, limits: Limits, now: datetime) -> Verdict | None:
    if now - (facts.seen or facts.since) > limits.lost:
        return Verdict.LOST
    if facts.state == "idle":
        return Verdict.CLOSE_IDLE if now - facts.since > limits.close else None
    quiet_since = max(facts.active or facts.since, facts.since)
    return Verdict.IDLE if now - quiet_since > limits.idle else None


def _lost(facts: Facts, limits: Limits, now: datetime) -> Verdict | None:
    return Verdict.CLOSE_LOST if now - facts.since > limits.close else None


def _away(facts: Facts, limits: Limits, now: datetime) -> Verdict | None:
    # A laptop that sleeps through a lunch is no lost connection.
    limit = limits.close_break if facts.state == "break" else limits.close
    last = max(facts.seen or facts.since, facts.since)
    return Verdict.CLOSE_LOST if now - last > limit else None


_RULES = {
    "ready": _present,
    "idle": _present,
    "lost": _lost,
    "break": _away,
    "offline": _away,
}
