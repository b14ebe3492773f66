"""Calling rules are added, replaced, retired and signed off here.

The only writer of `CallingRule` beside `lawbook`, which gives an organization its first ones.
"""

from dataclasses import replace as dataclass_replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import phonenumbers

from accounts.models import Organization, User
from campaigns import areas, editing, lawbook, ruleset, rulestanding
from campaigns.eligibility import Ruleset
from campaigns.eligibility.windows import has_calendar
from campaigns.models import CallingRule, Campaign, ConsentRecord
from campaigns.sheets import places
from core import audit, realtime, years
from core.errors import DomainError, InputError
from core.retry import retried

_K = CallingRule.Kind
# What a version says; the rest is its history.
TERMS: Final = (
    "title", "source", "country", "region", "modes", "purposes", "start", "end", "weekdays",
    "days", "limit", "period_s", "scope", "consent", "valid_from", "valid_until",
)  # fmt: skip
_AUDITED: Final = ("code", "version", "kind", *TERMS, "is_active")
# What each kind cannot be without.
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    _K.CAP: ("limit", "period_s"),
    _K.SPACING: ("period_s",),
    _K.CONVERSATION: ("period_s",),
    _K.ABANDONED: ("period_s",),
    _K.MACHINE: ("period_s",),
    _K.CONSENT: ("consent",),
    _K.LIST_AGE: ("period_s", "country"),
    _K.HOURS: (),
}
_WORDS: Final = {
    "limit": "Say how many.",
    "period_s": "Say in how long.",
    "consent": "Say which consent.",
    "country": "Name the country.",
}


@retried
def ensure_defaults(organization: Organization) -> int:
    """Gives an organization the rules of the law book that it never had; how many."""
    made = lawbook.ensure(organization)
    if made:
        editing.rules_changed(organization.pk)
    return made


def ensure_everywhere() -> None:
    """Gives every organization the rules that came with this version of the product."""
    for organization in Organization.objects.filter(archived_at=None):
        ensure_defaults(organization)


@retried
def add(
    user: User, organization: Organization, *, code: str, now: datetime, **terms: Any
) -> CallingRule:
    """A rule of the organization's own. Raises InputError for a taken code or what cannot be."""
    row = CallingRule(
        organization=organization,
        code=code.strip().upper(),
        created_by=user,
        created_at=now,
        **terms,
    )
    if CallingRule.objects.filter(organization=organization, code=row.code).exists():
        raise InputError("There is such a rule.", errors={"code": ["There is such a rule."]})
    return _keep(row, user, "rule.added")


@retried
def replace(user: User, rule: CallingRule, *, now: datetime, **terms: Any) -> CallingRule:
    """The next version of a rule, from its `valid_from` on (today when it names no day).

    The version before ends the day before. It is to be signed off anew. Raises InputError for
    what cannot be, DomainError "old_version" for a version that was replaced already.
    """
    before = _newest(rule)
    today = _today(before, now)
    row = CallingRule(
        organization_id=before.organization_id,
        code=before.code,
        kind=before.kind,
        version=before.version + 1,
        replaces=before,
        created_by=user,
        created_at=now,
        **{name: getattr(before, name) for name in TERMS if name not in _DATES},
    )
    for name, value in terms.items():
        setattr(row, name, value)
    row.valid_from = max(row.valid_from or today, today)
    _end(before, row.valid_from - timedelta(days=1), today)
    return _keep(row, user, "rule.replaced")


_DATES: Final = ("valid_from", "valid_until")


@retried
def retire(user: User, rule: CallingRule, *, because: str, now: datetime) -> CallingRule:
    """Ends a rule at once. Raises InputError without a reason."""
    because = because.strip()
    if not because:
        raise InputError("Say why this rule ends.", errors={"because": ["Why?"]})
    row = _newest(rule)
    with audit.changes("rule.retired", row, ("is_active", "valid_until"), actor=user):
        _end(row, _today(row, now) - timedelta(days=1), _today(row, now))
    audit.record("rule.explained", row, after={"because": because[:255]}, actor=user)
    _tell(row, "rule.retired", user)
    return row


@retried
def bring_back(user: User, rule: CallingRule, *, now: datetime) -> CallingRule:
    """An earlier version holds again, as the newest; signed off where its very terms were.

    It begins at once, or on the day on which a version to come would have begun. Raises
    DomainError "in_force" for the newest version while it has not ended.
    """
    former = CallingRule.objects.get(pk=rule.pk)
    rows = CallingRule.objects.select_for_update().filter(
        organization=former.organization_id, code=former.code
    )
    before = rows.order_by("-version")[0]
    today = _today(before, now)
    if before.pk == former.pk and not rulestanding.ended(before, today):
        raise DomainError("This version has not ended.", code="in_force")
    row = CallingRule(
        organization_id=before.organization_id,
        code=before.code,
        kind=before.kind,
        version=before.version + 1,
        replaces=before,
        created_by=user,
        created_at=now,
        signed_off_by=former.signed_off_by,
        signed_off_at=former.signed_off_at,
        **{name: getattr(former, name) for name in TERMS if name not in _DATES},
    )
    row.valid_from = max(before.valid_from or today, today)
    _end(before, row.valid_from - timedelta(days=1), today)
    return _keep(row, user, "rule.brought_back")


@retried
def sign_off(user: User, rule: CallingRule, *, now: datetime) -> CallingRule:
    """Someone answers for this version of a rule. A list's age counts from then on, in any case."""
    row = _newest(rule)
    if row.signed_off_at is not None:
        return row
    with audit.changes("rule.signed_off", row, ("signed_off_by", "signed_off_at"), actor=user):
        row.signed_off_by, row.signed_off_at = user, now
        row.save(update_fields=["signed_off_by", "signed_off_at"])
    _tell(row, "rule.signed_off", user)
    return row


def as_if(rule: CallingRule, terms: dict[str, Any], law: Ruleset) -> Ruleset:
    """The rules as they would be with another version of one, from today on; nothing is kept.

    Raises InputError for what cannot be.
    """
    row = CallingRule(
        organization_id=rule.organization_id,
        code=rule.code,
        kind=rule.kind,
        version=rule.version + 1,
        **{name: getattr(rule, name) for name in TERMS if name not in _DATES},
    )
    for name, value in terms.items():
        setattr(row, name, value)
    _check(row)
    row.valid_from = None
    others = without(rule, law)
    return dataclass_replace(others, rules=(*others.rules, ruleset.as_rule(row)))


def without(rule: CallingRule, law: Ruleset) -> Ruleset:
    """The rules as they would be if one of them ended; nothing is kept."""
    return dataclass_replace(law, rules=tuple(one for one in law.rules if one.code != rule.code))


def titles(organization_id: int) -> dict[str, str]:
    """What the codes of an organization's rules mean; the newest version's words."""
    rows = CallingRule.objects.filter(organization=organization_id).order_by("version")
    return dict(rows.values_list("code", "title"))


def _newest(rule: CallingRule) -> CallingRule:
    row = CallingRule.objects.select_for_update().get(pk=rule.pk)
    if CallingRule.objects.filter(replaces=row).exists():
        raise DomainError("A later version of this rule exists.", code="old_version")
    return row


def _end(row: CallingRule, last: date, today: date) -> None:
    """The last day on which a version holds; off when that is over, or before its first day."""
    row.valid_until = min(row.valid_until or last, last)
    never = row.valid_from is not None and last < row.valid_from
    row.is_active = row.is_active and last >= today and not never
    row.save(update_fields=["valid_until", "is_active"])


def _today(row: CallingRule, now: datetime) -> date:
    return ruleset.today(row.organization.timezone, now)


def _keep(row: CallingRule, user: User, action: str) -> CallingRule:
    _check(row)
    row.save()
    audit.record(action, row, after=audit.snapshot(row, _AUDITED), actor=user)
    _tell(row, action, user)
    return row


def _tell(row: CallingRule, action: str, user: User) -> None:
    """Every decision of the organization is old now."""
    editing.rules_changed(row.organization_id)
    realtime.record(
        action,
        organization=row.organization_id,
        topics=["activity"],
        subject={"rule": row.pk},
        data={"code": row.code, "version": row.version},
        actor=user,
    )


def _check(row: CallingRule) -> None:
    """Refuses what the decision could not take, by field."""
    row.country, row.region = row.country.strip().upper(), row.region.strip().upper()
    needs = _NEEDS[row.kind]
    errors = {name: [_WORDS[name]] for name in needs if getattr(row, name) in (None, "")}
    checks = (
        ("code", bool(row.code), "Give it a code, such as HOUSE-1."),
        ("country", _is_country(row.country), "Write the country's code, such as US or GB."),
        ("region", bool(row.country or not row.region), "A region belongs to a country."),
        ("region", _is_region(row.region, row.country), "Write the state's code, such as FL."),
        ("consent", row.consent in ("", *ConsentRecord.Kind.values), _WORDS["consent"]),
        ("valid_until", _in_order(row), "The end lies before the start."),
        ("valid_from", years.fits(row.valid_from), years.SAID),
        ("valid_until", years.fits(row.valid_until), years.SAID),
        ("modes", set(row.modes) <= set(Campaign.Mode.values), "Choose modes from the list."),
        ("purposes", set(row.purposes) <= set(Campaign.Purpose.values), "Choose from the list."),
    )
    errors |= {name: [said] for name, right, said in checks if not right}
    if row.kind == _K.HOURS:
        errors |= _check_hours(row)
    if errors:
        raise InputError("Some fields are not right.", errors=errors)


def _is_country(code: str) -> bool:
    """Whether calls can be to this country: else its rule would never act, and nobody know."""
    own = areas.under_law((code, ""))[0] == code
    return not code or (own and code in phonenumbers.SUPPORTED_REGIONS)


def _is_region(code: str, country: str) -> bool:
    """The same of a state, where the states of a country are known."""
    if not code or not places.has_states(country):
        return True
    return code in (places.state(code, country), areas.under_law((code, ""))[1])


def _in_order(row: CallingRule) -> bool:
    return not (row.valid_from and row.valid_until) or row.valid_from <= row.valid_until


def _check_hours(row: CallingRule) -> dict[str, list[str]]:
    errors = {}
    if row.start and row.end and row.end <= row.start:
        errors["end"] = ["The hours must end after they start."]
    if row.end and not row.start:
        errors["start"] = ["Say from when, or leave both empty for no calls at all."]
    if not set(row.weekdays) <= set(range(1, 8)):
        errors["weekdays"] = ["Days are numbered from 1 for Monday to 7 for Sunday."]
    if row.days != CallingRule.Days.ANY and not has_calendar(row.country, row.region):
        errors["days"] = ["The public holidays of this place are not known."]
    return errors
