"""One row of a list becomes the facts of a lead, or a sentence that says why it cannot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from campaigns.ranking import MOST_PRIORITY
from campaigns.sheets import places, postal, typed
from campaigns.sheets.typed import Value
from core.phone import Phone, PhoneError, normalize

LONGEST_ROW: Final = 10_000  # characters
_LONGEST_CELL: Final = 255  # of a row that is too long
_STOPPING: Final = frozenset(["phone", "further_phone", "country", "consent", "do_not_call"])
_HEADER_LENGTH: Final = 80
_LENGTHS: Final = {
    "name": 255,
    "company": 255,
    "job_title": 255,
    "job_level": 64,
    "email": 254,
    "postal_code": 16,
    "external_id": 128,
}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_SEVERAL = re.compile(r"[;,|/\n]|\bor\b|\band\b", re.IGNORECASE)
_PRIORITIES: Final = {
    "urgent": 20,
    "highest": 20,
    "high": 10,
    "hot": 10,
    "medium": 0,
    "normal": 0,
    "warm": 0,
    "low": -10,
    "cold": -10,
    "lowest": -20,
}
_YES: Final = frozenset(
    ["yes", "y", "true", "1", "given", "granted", "optin", "ok", "x", "ja", "oui", "si"]
)
_NO: Final = frozenset(["no", "n", "false", "0", "denied", "refused", "none", "na", "nein", "non"])
# What may stand around a yes; a question mark or another sign makes it none.
_SAID: Final = re.compile(r"'?\w[\w\s.-]*!*")
# Of a column of wishes not to be called: nothing is written there, or a zero is.
_BLANK: Final = re.compile(r"[\s\u200b\ufeff_.\u2010-\u2015-]*|0(?:[.,]0+)?")
# More than no consent: a wish that is kept.
_STOP: Final = frozenset(
    [
        *("optout", "optedout", "withdrawn", "revoked", "unsubscribed"),
        *("stop", "dnc", "donotcall", "donotcontact"),
    ]
)


@dataclass(slots=True)
class LeadFacts:
    """What a row says of one lead; `fields` are columns of `Lead`."""

    phone: Phone
    further: list[Phone] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    state: str = ""  # ISO 3166-2 without the country
    stops: bool = False  # they asked not to be called
    consented_on: date | None = None
    undated: bool = False  # a day of consent is written there, and nobody can read it

    def numbers(self) -> list[str]:
        """The number to dial and the further ones (E.164)."""
        return [phone.e164 for phone in (self.phone, *self.further)]


class RowError(Exception):
    """A row that becomes no lead; `code` is a word, the text a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def column_names(header: Sequence[str], width: int) -> list[str]:
    """A name for each column, each of them once: the header's, or "Column 3"."""
    names: list[str] = []
    for index in range(width):
        text = header[index].strip() if index < len(header) else ""
        name = " ".join(text.split())[:_HEADER_LENGTH] or f"Column {index + 1}"
        while name in names:
            name = f"{name} ({index + 1})"
        names.append(name)
    return names


def lead_facts(
    cells: Sequence[str], mapping: Sequence[str], names: Sequence[str], default_region: str
) -> LeadFacts:
    """The facts in a row whose columns hold the fields of `mapping`; raises RowError."""
    if sum(map(len, cells)) > LONGEST_ROW:
        raise RowError("too_long", f"The row has more than {LONGEST_ROW:,} characters.")
    given: dict[str, list[tuple[str, str]]] = {}
    for cell, what, name in zip(cells, mapping, names, strict=False):
        if text := cell.strip() if cell.isprintable() else _visible(cell):
            given.setdefault(what, []).append((name, text))
    custom = _custom(given)
    values = {what: pairs[0] for what, pairs in given.items()}
    fields: dict[str, Any] = {"custom": custom}
    country = _country(values, custom)
    phone, further = _phones(given, country or default_region, custom)
    fields["country"] = country or phone.country
    _texts(values, fields, custom)
    _switches(values, fields, custom)
    zones, state = _place(values, fields, phone, custom)
    facts = LeadFacts(phone, further, fields, zones, state)
    if values.keys() & {"consent", "consent_on", "do_not_call"}:
        _consent(values, facts, custom)
    return facts


def stopped(
    cells: Sequence[str], mapping: Sequence[str], names: Sequence[str], default_region: str
) -> list[str]:
    """Numbers (E.164) of a row that becomes no lead, where it says not to call them."""
    told = [
        (cell[:_LONGEST_CELL], what, name)
        for cell, what, name in zip(cells, mapping, names, strict=False)
        if what in _STOPPING
    ]
    try:
        facts = lead_facts(
            [cell for cell, _, _ in told],
            [what for _, what, _ in told],
            [name for _, _, name in told],
            default_region,
        )
    except RowError:
        return []
    return facts.numbers() if facts.stops else []


def _visible(cell: str) -> str:
    """The cell without control characters, such as those of a terminal's colors."""
    return "".join(c for c in cell if (c >= " " and c != "\x7f") or c in "\n\t").strip()


def _custom(given: dict[str, list[tuple[str, str]]]) -> dict[str, Value]:
    """The fields of the list's own, by name; a cell that is not of its column's type stays text."""
    custom: dict[str, Value] = dict(given.get("custom", []))
    for kind in typed.KINDS.keys() & given.keys():
        read = typed.KINDS[kind]
        for name, text in given[kind]:
            value = read(text)
            custom[name] = text if value is None else value
    return custom


def _country(values: dict[str, tuple[str, str]], custom: dict[str, Value]) -> str:
    name, text = values.get("country", ("", ""))
    code = places.country(text) if text else ""
    if text and not code:
        custom[name] = text
    return code


def _phones(
    given: dict[str, list[tuple[str, str]]], region: str, custom: dict[str, Value]
) -> tuple[Phone, list[Phone]]:
    """The number to dial and further ones; where the first is none, a further one takes over."""
    found: list[Phone] = []
    refusal: PhoneError | None = None
    for what in ("phone", "further_phone"):
        for name, text in given.get(what, []):
            try:
                found.extend(_numbers(text, region))
            except PhoneError as error:
                refusal = refusal or error
                custom[name] = text
    if not found:
        refusal = refusal or PhoneError("no_number", "The row has no telephone number.")
        raise RowError(refusal.code, refusal.message)
    unique = list({phone.e164: phone for phone in found}.values())
    if unique[0].extension:
        custom["Extension"] = unique[0].extension
    return unique[0], unique[1:]


def _numbers(text: str, region: str) -> list[Phone]:
    """The number in a cell, or several where people wrote more than one."""
    try:
        return [normalize(text, region)]
    except PhoneError:
        parts = [part.strip() for part in _SEVERAL.split(text) if part.strip()]
        if not 2 <= len(parts) <= 6:
            raise
        return [normalize(part, region) for part in parts]


def _texts(
    values: dict[str, tuple[str, str]], fields: dict[str, Any], custom: dict[str, Value]
) -> None:
    """Plain texts; what does not fit its field is kept whole among the custom ones."""
    if "name" not in values:
        parts = [values[what] for what in ("first_name", "last_name") if what in values]
        if parts:
            values["name"] = (parts[0][0], " ".join(text for _, text in parts))
    for what in _LENGTHS.keys() & values.keys():
        _text(what, *values[what], fields, custom)
    if "remarks" in values:
        fields["remarks"] = values["remarks"][1]


def _text(
    what: str, name: str, text: str, fields: dict[str, Any], custom: dict[str, Value]
) -> None:
    length = _LENGTHS[what]
    if what == "email":
        if (email := _email(text)) != text:
            custom[name] = text
        if not email:
            return
        text = email
    if what == "external_id" and len(text) > length:
        raise RowError("too_long", f"The external ID has more than {length} characters.")
    if len(text) > length:
        custom[name] = text
    fields[what] = text[:length]


def _email(text: str) -> str:
    """The address in a cell, the first of several, so that its domain is known; or none."""
    if _EMAIL.fullmatch(text):
        return text.rstrip(".")
    found = _EMAIL.search(text) if len(text) <= _LENGTHS["email"] else None
    return found[0].rstrip(".") if found else ""


def _switches(
    values: dict[str, tuple[str, str]], fields: dict[str, Any], custom: dict[str, Value]
) -> None:
    """Priority."""
    if "priority" in values:
        name, text = values["priority"]
        number = _priority(text)
        if number is None:
            custom[name] = text
        else:
            fields["priority"] = number


def _consent(
    values: dict[str, tuple[str, str]], facts: LeadFacts, custom: dict[str, Value]
) -> None:
    """Whether they allowed to be called, since when, or asked not to be."""
    name, text = values.get("consent", ("", ""))
    word = _plain(text)
    if text and (word in _NO | _STOP or _BLANK.fullmatch(text) or _agrees(text)):
        facts.fields["consent"], facts.stops = word in _YES, word in _STOP
    elif text:
        custom[name] = text
    name, text = values.get("do_not_call", ("", ""))
    if not _BLANK.fullmatch(text) and _plain(text) not in _NO:
        # Whatever else stands there, such as a date or a reason, is a wish not to be called.
        facts.fields["consent"], facts.stops = False, True
        if _plain(text) not in _YES | _STOP:
            custom[name] = text
    name, text = values.get("consent_on", ("", ""))
    if text:
        facts.consented_on = _day(text)
        facts.undated = facts.consented_on is None
        custom[name] = text


def _agrees(text: str) -> bool:
    """Whether a word of consent stands there as one: `yes`, and not `yes?` or `=-1`."""
    return _plain(text) in _YES and _SAID.fullmatch(text) is not None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _day(text: str) -> date | None:
    """A day, also of a point in time; None for what could be two."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        found = typed.day(text)
        return date.fromisoformat(str(found)) if found else None


def _priority(text: str) -> int | None:
    """A number from -100 to 100 (higher is dialed earlier), or one of a few words."""
    word = text.lower()
    if word in _PRIORITIES:
        return _PRIORITIES[word]
    if not re.fullmatch(r"[+-]?\d{1,6}(?:\.0+)?", text):
        return None
    return max(-MOST_PRIORITY, min(MOST_PRIORITY, int(float(text))))


def _place(
    values: dict[str, tuple[str, str]],
    fields: dict[str, Any],
    phone: Phone,
    custom: dict[str, Value],
) -> tuple[tuple[str, ...], str]:
    """Every zone in which the lead may be, and the state: by the column, else by all that is known.

    `timezone_source` is the finest that told: column, postal, region or phone.
    """
    country = fields["country"]
    _, region_text = values.get("region", ("", ""))
    if region_text:
        fields["region"] = places.region(region_text, country)
    state = places.state(fields.get("region", ""), country)
    # Whose rules hold where no column names the state.
    state = state or postal.state(fields.get("postal_code", ""), country)
    if not state and country == phone.country:
        state = phone.region
    name, zone_text = values.get("timezone", ("", ""))
    if zone := places.zone(zone_text) if zone_text else "":
        fields |= {"timezone": zone, "timezone_source": "column"}
        return (zone,), state
    if zone_text:
        custom[name] = zone_text
    # A mobile number travels: both where it was issued and where the lead lives must be open.
    stated = places.zones_of_state(state, country) if region_text else ()
    by_code = postal.zones(fields.get("postal_code", ""), country)
    zones = _distinct((*phone.zones, *_home(stated, by_code)))
    source = "postal" if by_code else "region" if stated else "phone" if zones else ""
    fields |= {"timezone": shown_zone(zones), "timezone_source": source}
    return zones, state


@lru_cache(maxsize=4096)
def _home(stated: tuple[str, ...], by_code: tuple[str, ...]) -> tuple[str, ...]:
    """Where the lead may live: a code narrows its state; where the two disagree, both may be."""
    if not stated or not by_code:
        return stated or by_code
    clocks = {_clock(zone) for zone in stated}
    return tuple(zone for zone in by_code if _clock(zone) in clocks) or (*stated, *by_code)


@lru_cache(maxsize=4096)
def _distinct(zones: tuple[str, ...]) -> tuple[str, ...]:
    """The zones without those whose clocks agree with another one's all year round."""
    by_clock: dict[tuple[object, ...], str] = {}
    for zone in sorted(set(zones), key=lambda name: (name not in _MAIN, name)):
        by_clock.setdefault(_clock(zone), zone)
    return tuple(sorted(by_clock.values()))


_MAIN: Final = frozenset(
    [
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Toronto",
        "Europe/London",
        "Europe/Berlin",
        "Europe/Paris",
        "Asia/Kolkata",
        "Australia/Sydney",
        "America/Sao_Paulo",
        "America/Mexico_City",
    ]
)


def _clock(zone: str) -> tuple[object, ...]:
    """What tells two zones' clocks apart: their offsets through a year."""
    now = datetime.now(UTC)
    middles = (
        datetime(now.year, month, day, tzinfo=UTC) for month in range(1, 13) for day in (1, 15)
    )
    return tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in middles)


def shown_zone(zones: tuple[str, ...]) -> str:
    """The one zone to show an agent; empty when the lead may be in several."""
    return zones[0] if len(zones) == 1 else ""
