"""Fields of a list's own with a type: numbers, dates, yes or no; whatever is neither stays text."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

type Value = str | int | float | bool

_NUMBER = re.compile(
    r"[+-]?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.\d{1,9})?", re.ASCII
)
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]00:00(?::00)?)?", re.ASCII)
_DOTS = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)
_SLASHES = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_FLAGS: Final = {
    **dict.fromkeys(("yes", "y", "true", "ja", "oui", "si", "sí"), True),
    **dict.fromkeys(("no", "n", "false", "nein", "non"), False),
}


def number(text: str) -> Value | None:
    """A number without zeros at the front, which would be a code; None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def day(text: str) -> Value | None:
    """A date as ISO 8601; None for what is none, or could be two."""
    if match := _ISO.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _DOTS.fullmatch(text):
        return _day(match[3], match[2], match[1])
    if match := _SLASHES.fullmatch(text):
        first, second = _day(match[3], match[1], match[2]), _day(match[3], match[2], match[1])
        # 01/02 is January in one country and February in another.
        return first or second if not (first and second) or first == second else None
    return None


def flag(text: str) -> Value | None:
    """Yes or no; None for anything else."""
    return _FLAGS.get(text.lower())


# Field of a column -> how its cells are read.
KINDS: Final[dict[str, Callable[[str], Value | None]]] = {
    "custom_flag": flag,
    "custom_date": day,
    "custom_number": number,
}


def kind(cells: Sequence[str]) -> str:
    """The field that all of some cells are of, or "custom"."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    fitting = (
        name for name, read in KINDS.items() if all(read(cell) is not None for cell in filled)
    )
    return next(fitting, "custom") if filled else "custom"


def _day(year: str, month: str, of_month: str) -> str | None:
    try:
        return date(int(year), int(month), int(of_month)).isoformat()
    except ValueError:
        return None
