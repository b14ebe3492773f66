"""Zones and states of postal codes: of the United States by three digits, of Canada by a letter.

The tables were made of the package zipcodes 3.0.0 (MIT license): every zone in which it has a code
that begins so, and zones whose clocks agree all year round as one. See docs/decisions/0009.
"""

import re
from functools import lru_cache
from typing import Final

from campaigns.sheets import places

_UNITED_STATES: Final = {
    "America/New_York": (
        "005 010-089 099-212 214-268 270-324 326-339 341-342 344 346-347 349 373-374 376-379 "
        "398-418 425-427 430-462 465-475 478-499 569 888"
    ),
    "America/Chicago": (
        "324-325 350-352 354-375 377 380-397 401 420-424 426-427 463-465 469 475-477 479 "
        "498-516 520-528 530-532 534-535 537-551 553-567 570-576 580-588 600-620 622-631 "
        "633-641 644-658 660-662 664-681 683-692 700-701 703-708 710-714 716-731 733-741 "
        "743-770 772-799"
    ),
    "America/Los_Angeles": (
        "835 838 889-891 893-895 897-898 900-908 910-928 930-961 970-986 988-994"
    ),
    "America/Denver": (
        "575-577 585-586 590-599 677-678 690-693 798-816 820-837 840-847 860 865 870-871 "
        "873-885 979"
    ),
    "America/Phoenix": "850-853 855-857 859-860 863-865",
    "America/Anchorage": "995-999",
    "America/Puerto_Rico": "006-009",
    "Pacific/Honolulu": "967-968",
    "Pacific/Pago_Pago": "967",
    "Pacific/Guam": "969",
    "Pacific/Palau": "969",
    "Pacific/Majuro": "969",
    "America/Adak": "995",
}
_STATES: Final = {
    "AK": "995-999",
    "AL": "350-352 354-369",
    "AR": "716-729",
    "AZ": "850-853 855-857 859-860 863-865",
    "CA": "900-908 910-928 930-961",
    "CO": "800-816",
    "CT": "060-069",
    "DC": "200 202-205 569 888",
    "DE": "197-199",
    "FL": "320-339 341-342 344 346-347 349",
    "GA": "300-319 398-399",
    "HI": "967-968",
    "IA": "500-516 520-528",
    "ID": "832-838",
    "IL": "600-620 622-629",
    "IN": "460-479",
    "KS": "660-662 664-679",
    "KY": "400-418 420-427",
    "LA": "700-701 703-708 710-714",
    "MA": "010-027 055",
    "MD": "206-212 214-219",
    "ME": "039-049",
    "MI": "480-499",
    "MN": "550-551 553-567",
    "MO": "630-631 633-641 644-658",
    "MS": "386-397",
    "MT": "590-599",
    "NC": "270-289",
    "ND": "580-588",
    "NE": "680-681 683-693",
    "NH": "030-038",
    "NJ": "070-089",
    "NM": "870-871 873-884",
    "NV": "889-891 893-895 897-898",
    "NY": "005 100-149",
    "OH": "430-459",
    "OK": "730-731 734-741 743-749",
    "OR": "970-979",
    "PA": "150-196",
    "PR": "006-007 009",
    "RI": "028-029",
    "SC": "290-299",
    "SD": "570-577",
    "TN": "370-385",
    "TX": "733 750-770 772-799 885",
    "UT": "840-847",
    "VA": "201 220-246",
    "VT": "050-054 056-059",
    "WA": "980-986 988-994",
    "WI": "530-532 534-535 537-549",
    "WV": "247-268",
    "WY": "820-831",
}
# Towns across a line from the post office that they share.
_ACROSS: Final = {
    "06390": "NY",
    "20588": "MD",
    "20598": "VA",
    "72643": "MO",
    "73960": "TX",
    "83414": "WY",
}
_CANADA: Final = {
    "A": "NL",
    "B": "NS",
    "C": "PE",
    "E": "NB",
    **dict.fromkeys("GHJ", "QC"),
    **dict.fromkeys("KLMNP", "ON"),
    "R": "MB",
    "S": "SK",
    "T": "AB",
    "V": "BC",
    "Y": "YT",
}
_NORTH: Final = ("NT", "NU")  # share the letter X
# Spreadsheets take a code for a number, and its zeros at the front away.
_ZIP = re.compile(r"([0-9]{3,5})(?:\.0+)?(?:[- ]?[0-9]{4})?")
_POSTAL = re.compile(r"([ABCEGHJ-NPRSTVXY])[0-9][A-Z](?: ?[0-9][A-Z][0-9])?", re.IGNORECASE)


@lru_cache(maxsize=65536)
def zones(code: str, country: str) -> tuple[str, ...]:
    """Every zone in which a postal code of a country (ISO 3166-1) may be; empty when unknown."""
    if country == "US" and (match := _ZIP.fullmatch(code)):
        return _by_digits()[0].get(match[1].zfill(5)[:3], ())
    if country == "CA" and (match := _POSTAL.fullmatch(code)):
        letter = match[1].upper()
        provinces = _NORTH if letter == "X" else (_CANADA[letter],)
        found = {zone for one in provinces for zone in places.zones_of_state(one, "CA")}
        return tuple(sorted(found))
    return ()


@lru_cache(maxsize=65536)
def state(code: str, country: str) -> str:
    """The state or province of a postal code, as ISO 3166-2 has it; empty when it may be two."""
    if country == "US" and (match := _ZIP.fullmatch(code)):
        full = match[1].zfill(5)
        found = _by_digits()[1].get(full[:3], ())
        return _ACROSS.get(full) or (found[0] if len(found) == 1 else "")
    if country == "CA" and (match := _POSTAL.fullmatch(code)):
        return _CANADA.get(match[1].upper(), "")
    return ""


@lru_cache
def _by_digits() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """First three digits -> zones, and -> states."""
    return _spread(_UNITED_STATES), _spread(_STATES)


def _spread(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, spans in table.items():
        for span in spans.split():
            first, _, last = span.partition("-")
            for number in range(int(first), int(last or first) + 1):
                found.setdefault(f"{number:03d}", []).append(name)
    return {digits: tuple(sorted(names)) for digits, names in found.items()}
