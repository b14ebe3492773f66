"""Countries, states and time zones as lists write them, made into codes."""

import re
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import available_timezones

_COUNTRY_ALIASES: Final = {
    "usa": "US",
    "unitedstates": "US",
    "unitedstatesofamerica": "US",
    "america": "US",
    "uk": "GB",
    "unitedkingdom": "GB",
    "greatbritain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northernireland": "GB",
    "can": "CA",
    "gbr": "GB",
    "deu": "DE",
    "deutschland": "DE",
    "fra": "FR",
    "esp": "ES",
    "españa": "ES",
    "ita": "IT",
    "italia": "IT",
    "ind": "IN",
    "aus": "AU",
    "nzl": "NZ",
    "irl": "IE",
    "nld": "NL",
    "holland": "NL",
    "thenetherlands": "NL",
    "che": "CH",
    "schweiz": "CH",
    "aut": "AT",
    "österreich": "AT",
    "bel": "BE",
    "bra": "BR",
    "brasil": "BR",
    "mex": "MX",
    "uae": "AE",
    "unitedarabemirates": "AE",
    "sgp": "SG",
    "zaf": "ZA",
    "southkorea": "KR",
    "korea": "KR",
    "russia": "RU",
    "czechrepublic": "CZ",
    "czechia": "CZ",
    "vietnam": "VN",
    "taiwan": "TW",
    "hongkong": "HK",
    "türkiye": "TR",
    "turkey": "TR",
}
# United States and Canada: code -> name | IANA zones.
_STATES: Final = {
    "US": {
        "AL": "Alabama|America/Chicago",
        "AK": "Alaska|America/Anchorage America/Adak",
        "AZ": "Arizona|America/Phoenix America/Denver",
        "AR": "Arkansas|America/Chicago",
        "CA": "California|America/Los_Angeles",
        "CO": "Colorado|America/Denver",
        "CT": "Connecticut|America/New_York",
        "DE": "Delaware|America/New_York",
        "DC": "District of Columbia|America/New_York",
        "FL": "Florida|America/New_York America/Chicago",
        "GA": "Georgia|America/New_York",
        "HI": "Hawaii|Pacific/Honolulu",
        "ID": "Idaho|America/Boise America/Los_Angeles",
        "IL": "Illinois|America/Chicago",
        "IN": "Indiana|America/New_York America/Chicago",
        "IA": "Iowa|America/Chicago",
        "KS": "Kansas|America/Chicago America/Denver",
        "KY": "Kentucky|America/New_York America/Chicago",
        "LA": "Louisiana|America/Chicago",
        "ME": "Maine|America/New_York",
        "MD": "Maryland|America/New_York",
        "MA": "Massachusetts|America/New_York",
        "MI": "Michigan|America/New_York America/Chicago",
        "MN": "Minnesota|America/Chicago",
        "MS": "Mississippi|America/Chicago",
        "MO": "Missouri|America/Chicago",
        "MT": "Montana|America/Denver",
        "NE": "Nebraska|America/Chicago America/Denver",
        "NV": "Nevada|America/Los_Angeles America/Denver",
        "NH": "New Hampshire|America/New_York",
        "NJ": "New Jersey|America/New_York",
        "NM": "New Mexico|America/Denver",
        "NY": "New York|America/New_York",
        "NC": "North Carolina|America/New_York",
        "ND": "North Dakota|America/Chicago America/Denver",
        "OH": "Ohio|America/New_York",
        "OK": "Oklahoma|America/Chicago",
        "OR": "Oregon|America/Los_Angeles America/Boise",
        "PA": "Pennsylvania|America/New_York",
        "PR": "Puerto Rico|America/Puerto_Rico",
        "RI": "Rhode Island|America/New_York",
        "SC": "South Carolina|America/New_York",
        "SD": "South Dakota|America/Chicago America/Denver",
        "TN": "Tennessee|America/Chicago America/New_York",
        "TX": "Texas|America/Chicago America/Denver",
        "UT": "Utah|America/Denver",
        "VT": "Vermont|America/New_York",
        "VA": "Virginia|America/New_York",
        "WA": "Washington|America/Los_Angeles",
        "WV": "West Virginia|America/New_York",
        "WI": "Wisconsin|America/Chicago",
        "WY": "Wyoming|America/Denver",
    },
    "CA": {
        "AB": "Alberta|America/Edmonton",
        "BC": "British Columbia|America/Vancouver America/Edmonton America/Fort_Nelson",
        "MB": "Manitoba|America/Winnipeg",
        "NB": "New Brunswick|America/Moncton",
        "NL": "Newfoundland and Labrador|America/St_Johns America/Goose_Bay",
        "NS": "Nova Scotia|America/Halifax",
        "NT": "Northwest Territories|America/Edmonton",
        "NU": "Nunavut|America/Iqaluit America/Rankin_Inlet America/Cambridge_Bay",
        "ON": "Ontario|America/Toronto America/Winnipeg",
        "PE": "Prince Edward Island|America/Halifax",
        "QC": "Quebec|America/Toronto America/Blanc-Sablon",
        "SK": "Saskatchewan|America/Regina America/Edmonton",
        "YT": "Yukon|America/Whitehorse",
    },
}
_ZONE_NAMES: Final = {
    "America/New_York": "est edt et eastern easterntime easternstandardtime useastern",
    "America/Chicago": "cst cdt ct central centraltime centralstandardtime uscentral",
    "America/Denver": "mst mdt mt mountain mountaintime mountainstandardtime usmountain",
    "America/Los_Angeles": "pst pdt pt pacific pacifictime pacificstandardtime uspacific",
    "America/Phoenix": "arizona",
    "America/Anchorage": "akst akdt alaska alaskatime",
    "Pacific/Honolulu": "hst hawaii hawaiitime",
    "America/Halifax": "ast adt atlantic atlantictime",
    "America/St_Johns": "nst ndt newfoundland",
    "Europe/London": "gmt bst uk greenwichmeantime",
    "Europe/Lisbon": "wet west",
    "Europe/Berlin": "cet cest mez mesz centraleuropeantime",
    "Europe/Athens": "eet eest easterneuropeantime",
    "Asia/Kolkata": "ist india indianstandardtime indiastandardtime",
    "Asia/Singapore": "sgt",
    "Asia/Tokyo": "jst",
    "Australia/Sydney": "aest aedt",
    "Australia/Perth": "awst",
    "Pacific/Auckland": "nzst nzdt",
    "Etc/UTC": "utc z zulu",
}
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-\u2212])\s*0?(\d{1,2})(?::?00)?", re.IGNORECASE)


def country(text: str) -> str:
    """ISO 3166-1 code of a country's name or code; empty when it is neither."""
    key = _key(text)
    if len(key) == 2 and key.upper() in _names().values():
        return key.upper()
    return _COUNTRY_ALIASES.get(key) or _names().get(key, "")


def region(text: str, of_country: str) -> str:
    """A region as people write it: its ISO 3166-2 code where it is known, else the text."""
    text = text.strip()
    states = _STATES.get(of_country, {})
    code = text.upper().removeprefix(f"{of_country}-") if of_country else text.upper()
    if code in states:
        return f"{of_country}-{code}"
    found = _state_names().get((of_country, _key(text)))
    return f"{of_country}-{found}" if found else text[:64]


def state(of_region: str, of_country: str) -> str:
    """The subdivision in an ISO 3166-2 code that `region` made; empty for other texts."""
    code = of_region.removeprefix(f"{of_country}-")
    return code if code in _STATES.get(of_country, {}) else ""


def has_states(of_country: str) -> bool:
    """Whether the states or provinces of a country are known."""
    return of_country in _STATES


def zones_of_state(code: str, of_country: str) -> tuple[str, ...]:
    """Every IANA zone of a state or province; empty when it is unknown."""
    described = _STATES.get(of_country, {}).get(code, "")
    return tuple(described.partition("|")[2].split())


def zone(text: str) -> str:
    """The IANA zone that a text names; empty when it names none."""
    text = text.strip()
    if found := _zone_names().get(_key(text)):
        return found
    if match := _OFFSET.fullmatch(text):
        hours = int(match[2])
        # The Etc zones count westwards.
        sign = "-" if match[1] == "+" else "+"
        name = f"Etc/GMT{sign}{hours}" if hours else "Etc/UTC"
        return name if name in available_timezones() else ""
    return _iana().get(text.lower().replace(" ", "_"), "")


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


@cache
def _names() -> dict[str, str]:
    """Country names of the time-zone database, and their codes."""
    table = (resources.files("tzdata.zoneinfo") / "iso3166.tab").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {_key(name): code for code, name in pairs}


@cache
def _state_names() -> dict[tuple[str, str], str]:
    return {
        (of_country, _key(described.partition("|")[0])): code
        for of_country, states in _STATES.items()
        for code, described in states.items()
    }


@cache
def _zone_names() -> dict[str, str]:
    return {name: iana for iana, names in _ZONE_NAMES.items() for name in names.split()}


@cache
def _iana() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
