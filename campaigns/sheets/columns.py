"""What each column of a list holds, recognized from its header and from its cells."""

import re
from collections.abc import Sequence
from typing import Final

from campaigns.sheets import typed

FIELDS: Final = {
    "phone": "Phone",
    "further_phone": "Further phone",
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "job_level": "Job level",
    "email": "E-mail",
    "country": "Country",
    "region": "State or region",
    "postal_code": "Postal code",
    "timezone": "Time zone",
    "remarks": "Remarks",
    "priority": "Priority",
    "consent": "Consent",
    "consent_on": "Consent given on",
    "do_not_call": "Do not call",
    "external_id": "External ID",
    "custom": "Keep as it is",
    "custom_number": "Keep as a number",
    "custom_date": "Keep as a date",
    "custom_flag": "Keep as yes or no",
    "ignore": "Leave out",
}
# A sheet may have any number of these, and one of every other field.
MANY: Final = frozenset({"further_phone", "custom", *typed.KINDS, "ignore"})
# Words of headers without spacing and case; the first match of a column wins.
_ALIASES: Final = {
    "phone": (
        "phone phonenumber phoneno phonenum telephone telephonenumber tel telno telefon telefono"
        " telephonenr telefonnummer contactnumber contactno number msisdn phone1 primaryphone"
        " mainphone dial dialnumber callnumber"
    ),
    "mobile": (
        "mobile mobilephone mobilenumber mobileno cell cellphone cellnumber mobil handy"
        " directphone directdial directnumber direct directline workdirectphone"
    ),
    "further_phone": (
        "phone2 phone3 phone4 altphone alternatephone alternativephone otherphone secondphone"
        " secondaryphone workphone officephone businessphone companyphone hqphone homephone"
        " corporatephone switchboard tel2 tel3 mobile2 landline phonenumber2 phonenumber3"
    ),
    "name": "name fullname contact prospect prospectname contactname customer customername leadname"
    " person",
    "first_name": "firstname first givenname forename fname vorname prenom",
    "last_name": "lastname last surname familyname lname nachname nom",
    "company": "company companyname organization organisation org firm account accountname"
    " business employer firma",
    "job_title": "jobtitle title designation role position function jobrole",
    "job_level": "joblevel level seniority managementlevel joblevels",
    "email": "email emailaddress mail emailid workemail businessemail",
    "country": "country countryname countrycode land pays",
    "region": "region state stateprovince province stateregion companystate personstate county"
    " bundesland",
    "postal_code": "postalcode zip zipcode postcode plz postal",
    "timezone": "timezone tz localtimezone",
    "remarks": "remarks remark notes note comments comment description",
    "priority": "priority prio",
    "consent": "consent optin optedin permission gdprconsent",
    "consent_on": "consentdate dateofconsent consenton consentgivenon optindate optinon optintime"
    " optintimestamp",
    "do_not_call": "donotcall dnc dncflag dncstatus donotphone donotcontact optout optedout"
    " unsubscribed",
    "external_id": (
        "externalid id leadid recordid contactid prospectid crmid uniqueid reference ref"
    ),
}
_WORDS: Final = {word: name for name, words in _ALIASES.items() for word in words.split()}
_PHONELIKE = re.compile(
    r"""[='"\s]*(?:tel:)?\+?[\d\s().\-/\u2010-\u2015]{7,25}(?:\s*(?:x|ext\.?)\s*\d{1,6})?["'\s]*""",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\d[.,]\d+[eE]\+?1[0-4]")
_PHONE_WORD = re.compile(r"(?:tele|\b)phone|\bmobile\b|\bcell\b|telefon", re.IGNORECASE)
_NOT_PHONE_WORD = re.compile(r"fax|type|\bext|code|status|score|date|do not", re.IGNORECASE)
_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?.*|\d\d?[-/.]\d\d?[-/.]\d{4}.*")
_NAME = re.compile(r"[^\W\d_][^\W\d_.'\u2019-]*(?: [^\W\d_][^\W\d_'\u2019-]*\.?){1,3}")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """The number of the row (from 1) that names the columns; 0 when there is none.

    Lines above a header, such as a report's title or a row that groups columns, are passed over.
    """
    for number, row in enumerate(rows[:10], 1):
        cells = [cell for cell in row if cell.strip()]
        if not cells:
            continue
        if any(is_phonelike(cell) or _EMAIL.fullmatch(cell.strip()) for cell in cells):
            return 0
        known = sum(1 for cell in cells if _word(cell) in _WORDS)
        if known >= min(2, len(cells)):
            return number
        if _names_columns(row, rows[number : number + 30]):
            return number
    return 0


def recognize(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """The field of each column, by name; what is unknown is "custom", with its type."""
    width = max([len(header), *(len(row) for row in sample)], default=0)
    fields = ["custom"] * width
    taken: set[str] = set()
    mobile: list[int] = []
    for index, cell in enumerate(header):
        found = _WORDS.get(_word(cell)) or ("mobile" if _names_phone(cell) else "custom")
        if found == "mobile":
            mobile.append(index)
        elif found in MANY or found not in taken:
            fields[index] = found
            taken.add(found)
        elif found == "phone":
            fields[index] = "further_phone"
    _place_phones(fields, mobile, header, sample)
    guesses = {"email": _EMAIL} if header else {"email": _EMAIL, "name": _NAME}
    for field, shape in guesses.items():
        unknown = (index for index, known in enumerate(fields) if known == "custom")
        found_at = next((index for index in unknown if _mostly(shape, index, sample)), None)
        if field not in taken and found_at is not None:
            fields[found_at] = field
    return [
        _kind(index, sample) if field == "custom" else field for index, field in enumerate(fields)
    ]


def is_phonelike(cell: str) -> bool:
    """Whether a cell looks like a telephone number, without knowing whether it is one."""
    text = cell.strip()
    if _SCIENTIFIC.fullmatch(text):
        return True
    if not _PHONELIKE.fullmatch(text.removesuffix(".0")) or _DATE.fullmatch(text):
        return False
    return 7 <= sum(c.isdigit() for c in text) <= 16


def _place_phones(
    fields: list[str], mobile: list[int], header: Sequence[str], sample: Sequence[Sequence[str]]
) -> None:
    """Chooses the column to dial first, and makes every other column of numbers a further one."""
    if "phone" not in fields and "further_phone" in fields and not mobile:
        fields[fields.index("further_phone")] = "phone"
    for index in mobile:
        fields[index] = "further_phone" if "phone" in fields else "phone"
    named = {index for index, cell in enumerate(header) if _word(cell)}
    for index in range(len(fields)):
        known_otherwise = index in named and ("phone" in fields or _names_other(header[index]))
        if fields[index] == "custom" and not known_otherwise and _mostly_phones(index, sample):
            fields[index] = "further_phone" if "phone" in fields else "phone"


def _mostly_phones(index: int, sample: Sequence[Sequence[str]]) -> bool:
    cells = [row[index] for row in sample if index < len(row) and row[index].strip()]
    return bool(cells) and sum(map(is_phonelike, cells)) >= 0.6 * len(cells)


def _mostly(shape: re.Pattern[str], index: int, sample: Sequence[Sequence[str]]) -> bool:
    cells = [row[index].strip() for row in sample if index < len(row) and row[index].strip()]
    return bool(cells) and sum(bool(shape.fullmatch(cell)) for cell in cells) >= 0.6 * len(cells)


def _kind(index: int, sample: Sequence[Sequence[str]]) -> str:
    """How a column of the list's own is kept; long numbers are codes, so they stay text."""
    cells = [row[index] for row in sample if index < len(row)]
    return "custom" if any(map(is_phonelike, cells)) else typed.kind(cells)


def _names_phone(cell: str) -> bool:
    """Whether a longer header such as "Phone (direct)" names a number."""
    return bool(_PHONE_WORD.search(cell)) and not _names_other(cell)


def _names_other(cell: str) -> bool:
    """Whether a header names digits that are not dialed, such as a fax."""
    return bool(_NOT_PHONE_WORD.search(cell))


def _names_columns(row: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds words over columns of numbers."""
    columns = range(len(row))
    return any(row[index].strip() and _mostly_phones(index, following) for index in columns)


def _word(cell: str) -> str:
    return re.sub(r"[\W_]+", "", cell).lower()
