"""Where a number's first digits say that it belongs."""

from functools import lru_cache
from typing import Final

import phonenumbers

from core.area_codes import STATES

_PROVINCES: Final = frozenset(
    ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]
)

# Their numbers and addresses have country codes of their own, and the law of the United States.
_TERRITORIES: Final = frozenset(["AS", "GU", "MP", "PR", "VI"])

# So many characters tell the place: a plus, and a country's code or North America's area code.
LENGTH: Final = 5


def place_of(e164: str) -> tuple[str, str]:
    """Country (ISO 3166-1) and state that a number's first digits speak for; empty if unknown.

    Quick, for decisions about many numbers; a number may have moved since it was given out.
    """
    return under_law(_presumed(e164[:LENGTH]))


def under_law(place: tuple[str, str]) -> tuple[str, str]:
    """The place as calling rules name it: Puerto Rico is a part of the United States."""
    return ("US", place[0]) if place[0] in _TERRITORIES else place


@lru_cache(maxsize=4096)
def _presumed(beginning: str) -> tuple[str, str]:
    """The place of a calling code, and in North America of the area code after it."""
    if beginning.startswith("+1"):
        state = STATES.get(beginning[2:], "")
        if state:
            return "CA" if state in _PROVINCES else "US", state
        number = phonenumbers.PhoneNumber(country_code=1, national_number=0)
        if beginning[2:].isdigit():
            number.national_number = int(beginning[2:]) * 10_000_000 + 2_345_678
        return phonenumbers.region_code_for_number(number) or "US", ""
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    for length in (2, 3, 4):
        digits = beginning[1:length]
        if digits.isdigit() and int(digits) in codes:
            country = codes[int(digits)][0]
            return ("" if country == "001" else country), ""
    return "", ""
