"""The rules in force for an organization, read once for each version of a campaign's rules."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from accounts.models import Organization
from campaigns import areas
from campaigns.eligibility import Kind, Law, Place, Register, Rule, Ruleset, law_for
from campaigns.models import CallingRule, Campaign, Lead, NationalList

# Of each campaign the version, and what was read under it: whoever changes a rule, a national
# list or the organization's zone raises the version.
_read: dict[int, tuple[int, str, Ruleset]] = {}
_COLUMNS: Final = (
    "code", "version", "kind", "title", "country", "region", "modes", "purposes", "start", "end",
    "weekdays", "days", "limit", "period_s", "scope", "consent", "valid_from", "valid_until",
)  # fmt: skip


def of_campaign(campaign: Campaign) -> Ruleset:
    """The rules for a campaign's calls; without a query where this version was read before."""
    zone = campaign.organization.timezone
    known = _read.get(campaign.pk)
    if known is None or known[:2] != (campaign.rule_version, zone):
        found = _now(campaign.organization_id, zone)
        known = _read[campaign.pk] = (campaign.rule_version, zone, found)
    return known[2]


def of_organization(organization_id: int) -> Ruleset:
    """The rules as they stand now, for calls outside any campaign: four queries.

    Nobody says what such a call is for, so that it falls under the rules of every purpose for
    which the organization calls.
    """
    organization = Organization.objects.only("timezone").get(pk=organization_id)
    found = _now(organization_id, organization.timezone)
    kept = Campaign.objects.filter(organization=organization_id, archived_at=None)
    purposes = set(kept.values_list("purpose", flat=True).order_by().distinct())
    rules = (
        replace(rule, purposes=frozenset()) if rule.purposes & purposes else rule
        for rule in found.rules
    )
    return replace(found, rules=tuple(rules))


def registers_of(organization_id: int) -> tuple[Register, ...]:
    """The national lists of an organization, with their age."""
    rows = NationalList.objects.filter(organization=organization_id)
    return tuple(register(row) for row in rows)


def register(row: NationalList) -> Register:
    """A list as the decision takes it."""
    return Register(row.country, row.name, row.as_of)


def _now(organization_id: int, zone: str) -> Ruleset:
    registers = registers_of(organization_id)
    rows = CallingRule.objects.filter(organization=organization_id, is_active=True)
    rules = tuple(
        as_rule(row) for row in rows.order_by("code", "version") if configured(row, registers)
    )
    return Ruleset(rules, zone, registers)


def configured(row: CallingRule, registers: tuple[Register, ...]) -> bool:
    """Whether a rule can act: one about a list's age only once there is one, or someone signed."""
    if row.kind != Kind.LIST_AGE or row.signed_off_at is not None:
        return True
    return any(one.as_of and row.country in ("", one.country) for one in registers)


def as_rule(row: CallingRule) -> Rule:
    """A row as the decision takes it."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _COLUMNS}
    for name in ("modes", "purposes", "weekdays"):
        values[name] = frozenset(values[name])
    for name in ("limit", "period_s"):
        values[name] = values[name] or 0
    return Rule(**values)


def law_of(campaign: Campaign, places: tuple[Place, ...]) -> Law:
    """What a campaign's calls to these places fall under."""
    return law_for(of_campaign(campaign), places, campaign.mode, campaign.purpose)


def with_number(place: Place, phone: str) -> tuple[Place, ...]:
    """Where someone lives and where their number belongs, as far as either is known."""
    found = dict.fromkeys([place, areas.place_of(phone)])
    return tuple(one for one in found if one[0])


def place_of(lead: Lead) -> Place:
    """Where a lead that is in no class says that it lives."""
    return areas.under_law((lead.country, lead.region.removeprefix(f"{lead.country}-")[:6]))


def today(zone: str, now: datetime) -> date:
    """The day in an organization's zone, by which its rules begin and end."""
    return Ruleset(zone=zone).today(now)


def forget() -> None:
    """Forgets what was read, for a database that begins anew."""
    _read.clear()
