"""Whether a version of a calling rule acts, and which one does on a day; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from campaigns import ruleset
from campaigns.models import CallingRule

IN_FORCE: Final = "In force"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a rule acts, in a word for people, and why not."""

    word: str
    hint: str = ""

    @property
    def acts(self) -> bool:
        """Whether calls are refused by it."""
        return self.word == IN_FORCE


def standing(row: CallingRule, *, today: date, registers: Any) -> Standing:
    """Whether a rule acts on a day."""
    if ended(row, today):
        return Standing("Ended")
    if not row.is_active:
        demo = row.organization.is_demo
        return Standing("Off", "The demo's practice line rings nobody at any hour." if demo else "")
    if row.valid_from and row.valid_from > today:
        return Standing("To come")
    if not ruleset.configured(row, registers):
        hint = "Load the national list, or sign this rule off: then calls wait for a fresh list."
        return Standing("Not configured", hint)
    return Standing(IN_FORCE)


def ended(row: CallingRule, today: date) -> bool:
    """Whether a version holds on no day from today on, so that it can only come back."""
    until = row.valid_until
    return until is not None and (until < today or (row.valid_from or until) > until)


def on(versions: Sequence[CallingRule], day: date) -> CallingRule | None:
    """The version of a rule that holds on a day; None where none does."""
    held = (row for row in versions if row.is_active and _covers(row, day))
    return max(held, key=lambda row: row.version, default=None)


def lapse(versions: Sequence[CallingRule], today: date) -> date | None:
    """The first day from today on on which no version of a rule holds; None while one always does.

    A rule that only begins later does not lapse before its first day.
    """
    day = today
    if on(versions, day) is None:
        starts = [row.valid_from for row in versions if row.is_active and row.valid_from]
        day = min((start for start in starts if start > today), default=today)
    while held := on(versions, day):
        if held.valid_until is None:
            return None
        day = held.valid_until + timedelta(days=1)
    return day


def _covers(row: CallingRule, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (
        row.valid_until is None or day <= row.valid_until
    )
