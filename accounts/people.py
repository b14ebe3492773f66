"""People and their organizations as administrators keep them: what follows from an edit."""

from django.db import transaction

from accounts import logins, presence
from accounts.models import Organization, User
from accounts.permissions import assign_role


@transaction.atomic
def changed(user: User) -> None:
    """Brings the rest in line with an edited person: the role's permissions, their logins.

    Whoever is not active any more is out at once.
    """
    assign_role(user)
    if not user.is_active:
        logins.close_all(user, because=user.status)


def password_set(user: User) -> None:
    """Ends every login that was opened with the former password."""
    logins.close_all(user, because="password")


def founded(organization: Organization) -> None:
    """Gives a new organization what each one starts with."""
    presence.ensure_break_reasons(organization)
