"""Which leads of its list a campaign calls: conditions over facts of a lead, as data.

Pure but for `unlike`, which asks the database the same question of many.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, Q, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, Exact

from campaigns.eligibility import Refusal
from campaigns.models import Campaign, Lead
from core.errors import InputError

# The rules' names in decisions. Whom they refuse waits for another filter or list, not for a time.
RULE: Final = "lead_filter"
RESTS: Final = "resting_list"
LEFT_OUT: Final = (RESTS, RULE)
CUSTOM: Final = "custom:"
MOST: Final = 12
_MOST_VALUES, _LONGEST = 50, 120
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")

IS, IS_NOT, CONTAINS, LACKS = "is", "is_not", "contains", "lacks"
AT_LEAST, AT_MOST = "at_least", "at_most"
OPERATORS: Final = {
    IS: "is",
    IS_NOT: "is not",
    CONTAINS: "contains",
    LACKS: "does not contain",
    AT_LEAST: "is at least",
    AT_MOST: "is at most",
}
_TEXT: Final = frozenset({IS, IS_NOT, CONTAINS, LACKS})
_CHOICE: Final = frozenset({IS, IS_NOT})
_NUMBER: Final = frozenset({IS, IS_NOT, AT_LEAST, AT_MOST})
# The closed list of fields, with what may be asked of each.
FIELDS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "country": ("Country", _CHOICE),
    "region": ("Region", _CHOICE),
    "sheet": ("List", _CHOICE),
    "priority": ("Priority", _NUMBER),
    "company": ("Company", _TEXT),
    "job_title": ("Job title", _TEXT),
    "job_level": ("Job level", _TEXT),
    "consent": ("Consent", _CHOICE),
}
_NEGATIONS: Final = {IS_NOT: IS, LACKS: CONTAINS}
CONSENTS: Final[Mapping[str, bool | None]] = {"yes": True, "no": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be so; of several values, one is enough."""

    field: str
    operator: str
    values: tuple[str, ...]

    @property
    def column(self) -> str:
        """The lead's column that it looks at."""
        if self.field.startswith(CUSTOM):
            return "custom"
        return "sheet_id" if self.field == "sheet" else self.field


type Filter = tuple[Condition, ...]


def parse(data: Any) -> Filter:
    """The conditions in JSON of the form {"all": [{field, operator, values}]}; {} has none.

    Raises InputError for anything that it does not know.
    """
    if data == {}:
        return ()
    rows = data.get("all") if isinstance(data, dict) and set(data) == {"all"} else None
    if not isinstance(rows, list) or len(rows) > MOST:
        raise _misfit(f"A filter is a list of {MOST} conditions at most.")
    return tuple(_condition(row) for row in rows)


def as_json(found: Filter) -> dict[str, Any]:
    """What `parse` reads."""
    rows = [
        {"field": one.field, "operator": one.operator, "values": list(one.values)} for one in found
    ]
    return {"all": rows} if rows else {}


def matches(found: Filter, lead: Lead) -> bool:
    """Whether a lead is one of those who are called."""
    return all(_holds(one, lead) for one in found)


def refusals(
    campaign: Campaign | None, lead: Lead | None, *, promised: bool
) -> tuple[Refusal, ...]:
    """What the campaign's filter and its active list say of a lead; a promise is kept all the
    same."""
    if promised or campaign is None or lead is None:
        return ()
    found = []
    if _calls_one_list(campaign) and lead.sheet_id not in (None, campaign.active_sheet_id):
        found.append(Refusal(RESTS, "Its list rests: another one is the active list."))
    if campaign.lead_filter and not matches(parse(campaign.lead_filter), lead):
        found.append(Refusal(RULE, "The campaign's filter does not choose this lead."))
    return tuple(found)


def marks(campaign: Campaign) -> dict[str, Case]:
    """By rule, 1 for leads that it seems to leave out and 0 for the others, in the database."""
    found = {}
    if _calls_one_list(campaign):
        called = Q(sheet=None) | Q(sheet=campaign.active_sheet_id)
        found[RESTS] = Case(When(called, then=0), default=1)
    if wanted := parse(campaign.lead_filter):
        found[RULE] = unlike(wanted)
    return found


def unneeded(campaign: Campaign) -> tuple[str, ...]:
    """The long columns of leads that no decision of the campaign looks at."""
    asks = any(one.column == "custom" for one in parse(campaign.lead_filter))
    return ("remarks",) if asks else ("remarks", "custom")


def unlike(found: Filter) -> Case:
    """1 for leads that do not match and 0 for the others, in the database.

    Engines compare letters with accents in their own ways: whoever acts on it asks `matches`.
    """
    wanted = Q(pk__gt=0)
    for one in found:
        wanted &= _query(one)
    return Case(When(wanted, then=0), default=1)


def words(one: Condition) -> str:
    """A condition as people say it."""
    label = FIELDS[one.field][0] if one.field in FIELDS else one.field.removeprefix(CUSTOM)
    return f"{label} {OPERATORS[one.operator]} {' or '.join(one.values)}"


def _calls_one_list(campaign: Campaign) -> bool:
    return campaign.mode == Campaign.Mode.AI


def _condition(row: Any) -> Condition:
    if not isinstance(row, dict) or set(row) != {"field", "operator", "values"}:
        raise _misfit("A condition has a field, an operator and values.")
    field, operator, values = row["field"], row["operator"], row["values"]
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_VALUES:
        raise _misfit("A condition has values.")
    found = Condition(str(field), str(operator), tuple(str(value).strip() for value in values))
    custom = found.field.startswith(CUSTOM) and len(found.field) > len(CUSTOM)
    if custom and found.field.removeprefix(CUSTOM).isdecimal():
        # Databases take such a name for a place in an array.
        raise _misfit("A column whose name is a number cannot be asked for: name it otherwise.")
    if not custom and found.field not in FIELDS:
        raise _misfit(f"Leads cannot be chosen by “{found.field[:40]}”.")
    allowed = _TEXT if custom else FIELDS[found.field][1]
    if found.operator not in allowed:
        raise _misfit(f"“{found.field}” cannot be asked like this.")
    if not all(0 < len(value) <= _LONGEST for value in found.values):
        raise _misfit("Give each condition a value.")
    _check_values(found)
    return found


def _check_values(one: Condition) -> None:
    if one.field == "consent" and not set(one.values) <= set(CONSENTS):
        raise _misfit("Consent is yes, no or unknown.")
    if one.field in ("priority", "sheet"):
        for value in one.values:
            if not _WHOLE.fullmatch(value):
                raise _misfit(f"“{value}” is no whole number of at most 15 digits.")


def _holds(one: Condition, lead: Lead) -> bool:
    if one.operator in _NEGATIONS:
        return not _holds(Condition(one.field, _NEGATIONS[one.operator], one.values), lead)
    if one.field.startswith(CUSTOM):
        return _text_holds(one, lead.custom.get(one.field.removeprefix(CUSTOM)))
    value = getattr(lead, one.column)
    if one.field == "consent":
        return value in {CONSENTS[text] for text in one.values}
    if one.field in ("priority", "sheet"):
        return value is not None and _number_holds(one, value)
    return _text_holds(one, value)


def _text_holds(one: Condition, value: object) -> bool:
    text = "" if value is None else str(value).strip().casefold()
    wanted = [value.casefold() for value in one.values]
    return text in wanted if one.operator == IS else any(each in text for each in wanted)


def _number_holds(one: Condition, value: int) -> bool:
    wanted = [int(text) for text in one.values]
    if one.operator == AT_LEAST:
        return value >= max(wanted)
    if one.operator == AT_MOST:
        return value <= min(wanted)
    return value in wanted


def _query(one: Condition) -> Q:
    if one.operator in _NEGATIONS:
        positive = _query(Condition(one.field, _NEGATIONS[one.operator], one.values))
        # What is not known is not like anything.
        return Q(Case(When(positive, then=False), default=True))
    if one.field == "consent":
        return _any(Q(consent=CONSENTS[text]) for text in one.values)
    if one.field in ("priority", "sheet"):
        wanted = [int(text) for text in one.values]
        if one.operator == AT_LEAST:
            return Q(priority__gte=max(wanted))
        if one.operator == AT_MOST:
            return Q(priority__lte=min(wanted))
        return Q(**{f"{one.column}__in": wanted})
    if one.field.startswith(CUSTOM):
        # What MariaDB takes out of JSON it compares by bytes.
        key = Lower(KeyTextTransform(one.field.removeprefix(CUSTOM), "custom"))
        lookup = Exact if one.operator == IS else Contains
        return _any(Q(lookup(key, text.lower())) for text in one.values)
    name = f"{one.field}__{'iexact' if one.operator == IS else 'icontains'}"
    return _any(Q(**{name: text}) for text in one.values)


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for one in conditions:
        found |= one
    return found


def _misfit(sentence: str) -> InputError:
    return InputError(sentence, errors={RULE: [sentence]})
