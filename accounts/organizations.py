"""Organizations: their quotas, how long they stay, and what each one starts with.

The only module that writes `Organization`.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts import breaks, logins, zones
from accounts.models import LoginSession, Organization, User
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried

# The field that limits a role, and how the people of that role are called.
_LIMITS = {
    User.Role.AGENT: ("max_agents", "agents"),
    User.Role.MANAGER: ("max_managers", "managers"),
    User.Role.QA: ("max_qa", "quality analysts"),
}


@dataclass(frozen=True)
class Contract:
    """What can be chosen of an organization; None where there is no limit or no end."""

    name: str
    timezone: str
    valid_until: datetime | None = None
    max_people: int | None = None
    max_agents: int | None = None
    max_managers: int | None = None
    max_qa: int | None = None


_CHOSEN = [field.name for field in fields(Contract)]


@retried
def ensure(name: str, **fields: Any) -> Organization:
    """The organization of this name; made when missing, with what each one starts with."""
    organization, made = Organization.objects.get_or_create(name=name, defaults=fields)
    if made:
        founded(organization)
        audit.record(
            "organization.added", organization, after=audit.snapshot(organization, _CHOSEN)
        )
    return organization


@retried
def add(wanted: Contract) -> Organization:
    """A new organization. Raises InputError for a name that is taken."""
    _demand_free(wanted.name)
    zones.demand(wanted.timezone)
    organization = Organization.objects.create(**asdict(wanted))
    founded(organization)
    _record_added(organization)
    return organization


@retried
def change(organization: Organization, wanted: Contract) -> Organization:
    """Changes a contract. Fewer people than there are is no fault: nobody more is let in.

    When the new end has passed, the organization's people are out at once.
    """
    _demand_free(wanted.name, other_than=organization)
    zones.demand(wanted.timezone)
    ends = wanted.valid_until is not None and wanted.valid_until <= timezone.now()
    if ends:
        _end_logins(organization)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    with audit.changes("organization.changed", organization, _CHOSEN):
        for name, value in asdict(wanted).items():
            setattr(organization, name, value)
        organization.save(update_fields=_CHOSEN)
    return organization


@retried
def archive(organization: Organization) -> None:
    """Closes an organization: its people are out at once; its rows stay."""
    _end_logins(organization)  # seats come first in the lock order
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.archived_at is None:
        organization.archived_at = timezone.now()
        organization.save(update_fields=["archived_at"])
        audit.record("organization.archived", organization)


@retried
def reopen(organization: Organization) -> None:
    """Opens an archived organization again; its people may log in."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.archived_at is not None:
        organization.archived_at = None
        organization.save(update_fields=["archived_at"])
        audit.record("organization.reopened", organization)


def demand_room(organization: Organization, role: str, *, besides: User | None = None) -> None:
    """Locks the organization and demands that one more person of a role may be in it.

    `besides` is the person themselves, who may be counted already. Raises DomainError
    "organization_closed" or "quota_used_up". Within the transaction of whoever admits them.
    """
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    if not locked.is_open(timezone.now()):
        sentence = f"{locked.name} is archived, or its contract has ended."
        raise DomainError(sentence, code="organization_closed")
    there = User.objects.filter(organization=locked).exclude(status=User.Status.SUSPENDED)
    if besides is not None:
        there = there.exclude(pk=besides.pk)
    _demand_below(locked.max_people, there.count(), locked, "people")
    if role in _LIMITS:
        field, called = _LIMITS[User.Role(role)]
        _demand_below(getattr(locked, field), there.filter(role=role).count(), locked, called)


def founded(organization: Organization) -> None:
    """Gives a new organization what each one starts with."""
    breaks.ensure(organization)


def _record_added(organization: Organization) -> None:
    audit.record("organization.added", organization, after=audit.snapshot(organization, _CHOSEN))


def _demand_below(limit: int | None, count: int, organization: Organization, called: str) -> None:
    if limit is not None and count >= limit:
        sentence = (
            f"{organization.name} may have {limit} {called}, and has {count}. "
            "Suspend someone first, or raise the limit."
        )
        raise DomainError(sentence, code="quota_used_up")


def _demand_free(name: str, *, other_than: Organization | None = None) -> None:
    rows = Organization.objects.filter(name__iexact=name)
    if other_than is not None:
        rows = rows.exclude(pk=other_than.pk)
    if rows.exists():
        sentence = "There is an organization of this name."
        raise InputError(sentence, errors={"name": [sentence]})


def _end_logins(organization: Organization) -> None:
    living = LoginSession.objects.filter(revoked_at=None, user__organization=organization)
    for user in User.objects.filter(pk__in=living.values("user")).order_by("pk"):
        logins.close_all(user, because="organization")
