"""Telephone numbers: what people and spreadsheets write, made into E.164, with place and time."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult
from phonenumbers import timezone as phone_timezone

from core.area_codes import STATES
from core.errors import InputError

_LONGEST: Final = 64  # characters; nothing longer is one number
# How numbers of North America are mostly written: all but the spacing is certain.
_NORTH_AMERICAN = re.compile(
    r"(\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\) ?|([2-9][0-9]{2})[ .-]?)([2-9][0-9]{2})[ .-]?([0-9]{4})"
)
_IN_NORTH_AMERICA: Final = ("US", "CA")
_FLOAT = re.compile(r"(\+?\d{4,})[.,]0+")
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
# Fewer significant digits than this were rounded by the spreadsheet, not merely cut of zeros.
_SIGNIFICANT: Final = 8
_INTERNATIONAL_DIGITS: Final = 11  # at least, to be read as international without a plus


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can exist, and what its digits tell about where it rings."""

    e164: str
    zones: tuple[str, ...]  # every plausible IANA time zone; empty when unknown
    country: str  # ISO 3166-1, empty for numbers of no country
    region: str  # ISO 3166-2 without the country, where the digits tell it
    extension: str = ""


class PhoneError(InputError):
    """A text that is not a number that can be dialed; `code` says why in a word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code, errors={"phone": [message]})


def normalize(raw: object, default_region: str = "") -> Phone:
    """The number that a text means to people of `default_region` (ISO 3166-1, or empty).

    Takes what sheets hold: scientific notation, floats, `00` and zero prefixes, extensions,
    digits of other scripts. Raises PhoneError with a sentence that says what is wrong.
    """
    text, region = str(raw).strip(), default_region.upper()
    match = _NORTH_AMERICAN.fullmatch(text)
    if match and (text[0] == "+" or region in _IN_NORTH_AMERICA):
        exchange = f"+1{match[2] or match[3]}{match[4]}"
        if found := _place(exchange):
            zones, country, state = found
            return Phone(exchange + match[5], zones, country, state)
    return _read(text, region)


@lru_cache(maxsize=4096)
def format_for_people(e164: str) -> str:
    """The number with its country's spacing, such as +1 202-555-0123; else what was given."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


@lru_cache(maxsize=4096)
def _read(text: str, region: str) -> Phone:
    """The slow, careful way for whatever is not plainly a number of North America."""
    text = _plain(_ascii(text))
    if not text:
        raise PhoneError("empty", "There is no number.")
    if len(text) > _LONGEST or not any(character.isdigit() for character in text):
        raise PhoneError("not_a_number", "This is not a telephone number.")
    refusals: list[PhoneError] = []
    for candidate in _candidates(text):
        try:
            return _parsed(candidate, region)
        except PhoneError as refusal:
            refusals.append(refusal)
    raise refusals[0]  # the first reading is the likeliest, so its reason is the one to tell


def _ascii(text: str) -> str:
    """The text with digits of any script as ASCII, without marks that cannot be seen."""
    kept = (c for c in text if unicodedata.category(c) not in ("Cf", "Cc"))
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else "+" if c == "\uff0b" else c for c in kept
    ).strip()


def _plain(text: str) -> str:
    """The text without what spreadsheets wrap around numbers: quotes, floats, exponents."""
    text = text.removeprefix("=").strip("\"'` \t").strip()
    if text[:4].lower() == "tel:":
        text = text[4:].strip()
    if match := _FLOAT.fullmatch(text):
        return match[1]
    if match := _SCIENTIFIC.fullmatch(text):
        return _expanded(match[1] + (match[2] or ""), int(match[3]))
    return text


def _expanded(digits: str, exponent: int) -> str:
    """The digits of a number in scientific notation; refuses what the spreadsheet rounded."""
    digits = digits.rstrip("0") if len(digits) > exponent + 1 else digits
    missing = exponent + 1 - len(digits)
    if missing < 0 or exponent > 15 or (missing and len(digits) < _SIGNIFICANT):
        raise PhoneError(
            "digits_lost",
            "The spreadsheet rounded this number and its last digits are lost;"
            " format the column as text and save it again.",
        )
    return digits + "0" * missing


def _candidates(text: str) -> list[str]:
    """The readings of a text, the likeliest first."""
    if text.startswith("+"):
        return [text]
    bare = text.lstrip("(")
    if bare.startswith("00"):
        return ["+" + bare.lstrip("0"), bare.lstrip("0")]
    readings = [text]
    if bare.startswith("0"):
        readings.append(bare.lstrip("0"))
    if sum(c.isdigit() for c in text) >= _INTERNATIONAL_DIGITS:
        readings.append("+" + bare.lstrip("0"))
    return readings


def _parsed(text: str, region: str) -> Phone:
    """One reading of a text; raises PhoneError when no such number can exist."""
    _refuse_words(text)
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException as error:
        raise _unreadable(error, region) from error
    if not phonenumbers.is_valid_number(number):
        raise _impossible(number)
    e164 = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    zones, country, state = _about(number)
    return Phone(e164, zones, country, state, str(number.extension or ""))


# What may stand around the digits: spacing, and an extension at the end.
_NUMBERLIKE = re.compile(
    r"[+\d\s().\-/\u2010-\u2015\u2212\u00b7]+"
    r"(?:\s*(?:;ext=|,+|e?xt(?:ensi(?:o|ó)n)?\.?:?|x\.?|#|anexo|int\.?)\s*\d{1,9}#?)?",
    re.IGNORECASE,
)


def _refuse_words(text: str) -> None:
    """Sentences hold digits too: only a number, a vanity number or an extension is read."""
    if not _NUMBERLIKE.fullmatch(text) and not phonenumbers.is_alpha_number(text):
        raise PhoneError("not_a_number", "This is not a telephone number.")


def _unreadable(error: phonenumbers.NumberParseException, region: str) -> PhoneError:
    """Why a text could not be parsed at all."""
    kinds = phonenumbers.NumberParseException
    if error.error_type == kinds.INVALID_COUNTRY_CODE and not region:
        return PhoneError("no_country", "The number names no country and there is no default.")
    if error.error_type == kinds.INVALID_COUNTRY_CODE:
        return PhoneError("invalid_number", "No country has this calling code.")
    if error.error_type in (kinds.TOO_SHORT_NSN, kinds.TOO_SHORT_AFTER_IDD):
        return PhoneError("too_short", "The number has too few digits.")
    if error.error_type == kinds.TOO_LONG:
        return PhoneError("too_long", "The number has too many digits.")
    return PhoneError("not_a_number", "This is not a telephone number.")


def _impossible(number: phonenumbers.PhoneNumber) -> PhoneError:
    """Why a parsed number cannot exist."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return PhoneError("too_short", "The number has too few digits.")
    if reason == ValidationResult.TOO_LONG:
        return PhoneError("too_long", "The number has too many digits.")
    return PhoneError("invalid_number", "There is no such number in its country.")


@lru_cache(maxsize=65536)
def _place(prefix: str) -> tuple[tuple[str, ...], str, str] | None:
    """Place and zones of a North American exchange (`+1NPANXX`); None when it is not certain.

    A number of the United States or Canada that has a place is told by one pattern each; whatever
    is neither, such as the Caribbean or a free number, is left to the careful way.
    """
    national = f"{prefix[2:]}0100"
    for country in _IN_NORTH_AMERICA:
        if _pattern(country).fullmatch(national):
            number = phonenumbers.PhoneNumber(country_code=1, national_number=int(national))
            found = phone_timezone.time_zones_for_geographical_number(number)
            return _known(found), country, STATES.get(national[:3], "")
    return None


@lru_cache
def _pattern(country: str) -> re.Pattern[str]:
    """What the numbers of a country that have a place look like, without its code."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    landlines = metadata.fixed_line if metadata else None
    return re.compile((landlines and landlines.national_number_pattern) or r"(?!)")


def _known(zones: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(zone for zone in zones if zone != phone_timezone.UNKNOWN_TIMEZONE))


def _about(number: phonenumbers.PhoneNumber) -> tuple[tuple[str, ...], str, str]:
    """Zones, country and state of a number."""
    zones = _known(phone_timezone.time_zones_for_number(number))
    country = phonenumbers.region_code_for_number(number) or ""
    if country == "001":  # satellites and networks that belong to no country
        country = ""
    state = STATES.get(str(number.national_number)[:3], "") if country in ("US", "CA") else ""
    return zones, country, state
