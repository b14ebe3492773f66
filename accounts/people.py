"""People, teams and organizations come to be here, and what follows from editing them."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts import breaks, logins, sip
from accounts.models import Organization, Team, User
from accounts.permissions import assign_role
from core.retry import retried


@retried
def add_organization(name: str, **fields: Any) -> Organization:
    """The organization of this name; made when missing, with what each one starts with."""
    organization, made = Organization.objects.get_or_create(name=name, defaults=fields)
    if made:
        founded(organization)
    return organization


@retried
def add_person(email: str, password: str | None, *, role: str, **fields: Any) -> User:
    """A person in the group of their role; who takes calls gets a SIP account.

    Raises ValidationError for an address that is taken or is none.
    """
    user: User = User.objects.create_user(email, password, role=role, **fields)
    assign_role(user)
    if user.organization_id and user.has_perm("calls.add_call"):
        sip.ensure_account(user)
    return user


@retried
def add_team(
    organization: Organization,
    name: str,
    *,
    managers: Iterable[User] = (),
    members: Iterable[User] = (),
) -> Team:
    """The team of this name, with these people added; made when missing."""
    team, _ = Team.objects.get_or_create(organization=organization, name=name)
    team.managers.add(*managers)
    team.members.add(*members)
    return team


@transaction.atomic
def changed(user: User) -> None:
    """Brings the rest in line with an edited person: the role's permissions, their logins.

    Whoever is not active any more, or has another role than before, is out at once.
    """
    before = set(user.groups.values_list("name", flat=True))
    assign_role(user)
    if not user.is_active:
        logins.close_all(user, because=user.status)
    elif before != set(user.groups.values_list("name", flat=True)):
        logins.close_all(user, because="role")


def password_set(user: User) -> None:
    """Ends every login that was opened with the former password."""
    logins.close_all(user, because="password")


def founded(organization: Organization) -> None:
    """Gives a new organization what each one starts with."""
    breaks.ensure(organization)
