"""Who is not called: by number, by its beginning, by e-mail domain, or by a national list."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from campaigns.eligibility import Refusal
from campaigns.models import Campaign, ListedNumber, SuppressionEntry, SuppressionPattern
from core import statements

# Whatever could speak against one number, in one look: most numbers have nothing.
_ANYTHING: Final = (
    "SELECT 1 FROM campaigns_suppressionentry WHERE organization_id = %s AND phone = %s"
    " UNION ALL SELECT 1 FROM campaigns_suppressionpattern WHERE organization_id = %s"
    " AND kind IN ('prefix', 'domain') AND pattern IN ({places})"
    " UNION ALL SELECT 1 FROM campaigns_listednumber WHERE phone = %s LIMIT 1"
)
_Kind = SuppressionPattern.Kind

NUMBER: Final = "suppressed"
PATTERNS: Final[dict[str, str]] = {
    _Kind.PREFIX: "suppressed_prefix",
    _Kind.DOMAIN: "suppressed_domain",
}
LISTED: Final = "national_list"

type Bans = tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A number, and the e-mail address of whom it is said to belong to."""

    phone: str
    email: str = ""


def of_one(organization_id: int, person: Person, campaign: Campaign | None, now: datetime) -> Bans:
    """What speaks against calling one number: a single query where nothing does."""
    patterns = [*beginnings(person.phone), *domains(person.email)]
    sql = _ANYTHING.format(places=", ".join(["%s"] * len(patterns)))
    if not statements.rows(
        sql, [organization_id, person.phone, organization_id, *patterns, person.phone]
    ):
        return ()
    return of_many(organization_id, [person], campaign, now)[person]


def of_many(
    organization_id: int, people: Iterable[Person], campaign: Campaign | None, now: datetime
) -> dict[Person, Bans]:
    """What speaks against calling each of them, in three queries however many they are."""
    asked = set(people)
    phones = {person.phone for person in asked}
    numbers = _numbers(organization_id, phones, campaign, now)
    patterns = in_force(organization_id, campaign, now)
    listed = _listed(organization_id, phones) if listed_apply(campaign) else {}
    return {
        person: (
            *numbers.get(person.phone, ()),
            *_matching(person, patterns),
            *listed.get(person.phone, ()),
        )
        for person in asked
    }


def beginnings(phone: str) -> list[str]:
    """What a number in international form may begin with: +4, +44, … up to all of it."""
    return [phone[:length] for length in range(2, len(phone) + 1)]


def domains(email: str) -> list[str]:
    """The domain of an address and those above it: mail.example.com, then example.com."""
    labels = email.rpartition("@")[2].strip().lower().rstrip(".").split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def in_force(
    organization_id: int, campaign: Campaign | None, now: datetime
) -> list[SuppressionPattern]:
    """The patterns that hold now: everywhere in the organization, and in the campaign."""
    keys = [SuppressionEntry.EVERYWHERE, *([campaign.pk] if campaign else [])]
    rows = SuppressionPattern.objects.filter(organization=organization_id, campaign_key__in=keys)
    return list(rows.filter(Q(expires_at=None) | Q(expires_at__gt=now)).order_by("pk"))


def listed_apply(campaign: Campaign | None) -> bool:
    """Whether national lists hold for these calls: for marketing, and where nobody says why."""
    return campaign is None or campaign.purpose == Campaign.Purpose.MARKETING


def _numbers(
    organization_id: int, phones: Collection[str], campaign: Campaign | None, now: datetime
) -> dict[str, Bans]:
    rows = SuppressionEntry.objects.in_force(
        organization_id, campaign.pk if campaign else None, now
    )
    ends: dict[str, set[datetime | None]] = defaultdict(set)
    for phone, until in rows.filter(phone__in=phones).values_list("phone", "expires_at"):
        ends[phone].add(until)
    message = "This number is on the list of those who are not called."
    return {phone: (Refusal(NUMBER, message, _last(found)),) for phone, found in ends.items()}


def _last(ends: set[datetime | None]) -> datetime | None:
    """When the longest of them ends; None: never."""
    return None if None in ends else max(end for end in ends if end)


def _matching(person: Person, patterns: Iterable[SuppressionPattern]) -> Bans:
    """The patterns that a person falls under."""
    mine = domains(person.email) if person.email else []
    return tuple(
        Refusal(PATTERNS[row.kind], _says(row), row.expires_at)
        for row in patterns
        if (
            person.phone.startswith(row.pattern)
            if row.kind == _Kind.PREFIX
            else row.pattern in mine
        )
    )


def _says(pattern: SuppressionPattern) -> str:
    if pattern.kind == _Kind.PREFIX:
        return f"Numbers that begin with {pattern.pattern} are not called."
    return f"People at {pattern.pattern} are not called."


def _listed(organization_id: int, phones: Collection[str]) -> dict[str, Bans]:
    rows = ListedNumber.objects.filter(phone__in=phones, list__organization=organization_id)
    found: dict[str, list[Refusal]] = defaultdict(list)
    for phone, name in rows.values_list("phone", "list__name"):
        found[phone].append(Refusal(LISTED, f"This number is on the list {name}."))
    return {phone: tuple(refusals) for phone, refusals in found.items()}
