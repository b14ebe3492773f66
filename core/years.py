"""Which days and times are taken: those that every time zone can show, and no calendar ends at."""

from datetime import date
from typing import Final

FIRST: Final = 1900
LAST: Final = 2199
SAID: Final = f"Choose a day from {FIRST} to {LAST}."


def fits(day: date | None) -> bool:
    """Whether a day or a point in time may be kept; none at all may be."""
    return day is None or FIRST <= day.year <= LAST
