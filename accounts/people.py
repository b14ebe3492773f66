"""People, teams and organizations come to be here."""

from collections.abc import Iterable
from typing import Any

from accounts.models import Organization, Team, User
from accounts.permissions import assign_role
from accounts.presence import ensure_break_reasons
from accounts.sip import ensure_account
from core.retry import retried


@retried
def add_organization(name: str, **fields: Any) -> Organization:
    """The organization of this name, with the usual break reasons; made when missing."""
    organization, made = Organization.objects.get_or_create(name=name, defaults=fields)
    if made:
        ensure_break_reasons(organization)
    return organization


@retried
def add_person(email: str, password: str | None, *, role: str, **fields: Any) -> User:
    """A person in the group of their role; who takes calls gets a SIP account.

    Raises ValidationError for an address that is taken or no address.
    """
    user = User.objects.create_user(email, password, role=role, **fields)
    assign_role(user)
    if user.organization_id and user.has_perm("calls.add_call"):
        ensure_account(user)
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
