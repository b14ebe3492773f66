"""Finding a lead among millions by how its number, name, company or e-mail address begins."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final, Protocol

import phonenumbers
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from campaigns.models import Campaign, Lead, LeadPhone
from core.parsers import meant

PAGE: Final = 50
# What is asked for in this order, when nobody says what a word is.
FIELDS: Final = {"phone": "Number", "name": "Name", "company": "Company", "email": "E-mail"}
_FEWEST: Final = {"phone": 4, "name": 2, "company": 2, "email": 2}
# A further number is found when it is given nearly whole: its index knows no organization.
_WHOLE: Final = 8
_MOST_FURTHER: Final = 500
_LAST: Final = "\uffff"


@dataclass(frozen=True, slots=True)
class Found:
    """Leads in the order of the field that was looked at, and where the next page begins."""

    rows: list[Lead]
    field: str = ""
    older: str | None = None


def search(user: Any, text: str, *, field: str = "", after: str = "") -> Found:
    """Leads that the user sees, by how a field begins; which one, the text tells unless named.

    Each page costs the same few index reads however long the lists are.
    """
    return _search(Seen(user), text, field, after)


def within(campaign: Campaign, text: str, *, status: str = "", after: str = "") -> Found:
    """Leads of one campaign, in a status if one is given, by how a field begins."""
    return _search(Within(campaign, status), text, "", after)


def _search(scope: "Scope", text: str, field: str, after: str) -> Found:
    text = text.strip()
    for name in [field] if field in FIELDS else _fields(text):
        if len(_digits(text) if name == "phone" else text) < _FEWEST[name]:
            continue
        found = _page(scope, name, text, after)
        if found.rows or field:
            return found
    return Found([], field)


class Scope(Protocol):
    """Whose leads are looked at, and in which countries their campaigns are at home."""

    regions: set[str]

    def condition(self) -> Q:
        """For leads."""

    def holds(self, lead: Lead) -> bool:
        """Whether a lead is one of them."""


class Seen:
    """The leads that a person may see, read once for a search."""

    def __init__(self, user: Any) -> None:
        mine = Campaign.objects.for_user(user).values_list("pk", "organization", "default_region")
        rows = list(mine)
        self.campaigns = {pk for pk, _, _ in rows}
        self.organizations = {organization for _, organization, _ in rows}
        self.regions = {region for _, _, region in rows}
        everything = Campaign.objects.filter(organization__in=self.organizations).count()
        self.all = user.role != User.Role.AGENT and everything == len(rows)

    def condition(self) -> Q:
        """The organization's index serves it; the campaigns only where some are not seen."""
        found = Q(organization__in=self.organizations)
        return found if self.all else found & Q(campaign__in=self.campaigns)

    def holds(self, lead: Lead) -> bool:
        """Of a campaign that the person sees."""
        return lead.campaign_id in self.campaigns


class Within:
    """The leads of one campaign, in a status if one is given."""

    def __init__(self, campaign: Campaign, status: str = "") -> None:
        self.campaign, self.status = campaign, status
        self.regions = {campaign.default_region}

    def condition(self) -> Q:
        """The organization is named for its indexes, by name, company and e-mail."""
        found = Q(organization=self.campaign.organization_id, campaign=self.campaign.pk)
        return found & Q(status=self.status) if self.status else found

    def holds(self, lead: Lead) -> bool:
        """Of this campaign, in this status."""
        return lead.campaign_id == self.campaign.pk and self.status in ("", lead.status)


def _fields(text: str) -> list[str]:
    if "@" in text:
        return ["email"]
    letters = any(character.isalpha() for character in text)
    return ["name", "company", "email"] if letters or not _digits(text) else ["phone", "name"]


def keys(scope: Scope, field: str, text: str) -> QuerySet[Lead]:
    """Leads whose field begins so, in the order of the index that serves it alone."""
    begins = _phone(scope, text) if field == "phone" else _begins(field, text)
    return Lead.objects.filter(scope.condition(), begins).order_by(field, "id").only("pk", field)


def _page(scope: Scope, field: str, text: str, after: str) -> Found:
    found = keys(scope, field, text)
    if cursor := _cursor(after):
        value, pk = cursor
        later = Q(**{f"{field}__gt": value}) | Q(pk__gt=pk)
        found = found.filter(later, **{f"{field}__gte": value})
    # First the keys alone, in the index's order; a join might tempt the optimizer away from it.
    first = list(found.values_list("pk", field)[: PAGE + 1])
    more, ids = len(first) > PAGE, [pk for pk, _ in first[:PAGE]]
    if field == "phone" and not cursor and not more:
        ids += [pk for pk in _by_further(scope, text) if pk not in set(ids)]
    last = first[PAGE - 1] if more else None
    older = _as_cursor(last[1], last[0]) if last else None
    return Found(_by_key(scope, ids), field, older)


def _by_key(scope: Scope, ids: list[int]) -> list[Lead]:
    """Leads in this order. Nothing is joined: where the statistics of a long list are not made
    yet, the optimizer takes it for empty and begins there, and reads all of it.
    """
    rows = Lead.objects.filter(pk__in=ids).defer("remarks", "custom")
    scripts = Prefetch("campaign", Campaign.objects.defer("script"))
    known = {lead.pk: lead for lead in rows.prefetch_related(scripts, "window_class")}
    return [known[pk] for pk in ids if pk in known and scope.holds(known[pk])]


def _by_further(scope: Scope, text: str) -> list[int]:
    """A number is nearly whole, so that few leads have it, whosesoever they are."""
    if len(_digits(text)) < _WHOLE:
        return []
    rows = LeadPhone.objects.filter(_phone(scope, text)).order_by("phone", "lead")
    return list(rows.values_list("lead_id", flat=True)[:_MOST_FURTHER])


def _phone(scope: Scope, text: str) -> Q:
    """Numbers in international form: as written, or as in a country of one of the campaigns."""
    digits = _digits(text)
    beginnings = {f"+{digits}"}
    if digits.startswith("00"):
        beginnings = {f"+{digits[2:]}"}
    elif not text.startswith("+"):
        for region in scope.regions:
            code = phonenumbers.country_code_for_region(region)
            beginnings.add(f"+{code}{digits.removeprefix('0')}")
    found = Q()
    for one in sorted(beginnings):
        # Digits sort alike in every collation, so a span serves both engines' indexes.
        found |= Q(phone__gte=one, phone__lt=f"{one}:")
    return found


def _begins(field: str, text: str) -> Q:
    """MariaDB compares without case, by an index; SQLite has an index only for what is exact."""
    if connection.vendor == "mysql":
        return Q(**{f"{field}__istartswith": text})
    found = Q()
    for form in {text, text.lower(), text.upper(), text.title(), text.capitalize()}:
        found |= Q(**{f"{field}__gte": form, f"{field}__lt": form + _LAST})
    return found


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _as_cursor(value: str, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, pk]).encode()).decode()


def _cursor(text: str) -> tuple[str, int] | None:
    """The place that a cursor names; a broken one begins anew."""
    try:
        value, pk = meant(base64.urlsafe_b64decode(text.encode()).decode())
    except (binascii.Error, ValueError, TypeError):
        return None
    return (value, pk) if isinstance(value, str) and isinstance(pk, int) else None
