"""People come, change and go; the only module that writes a person's role, status and data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import logins, organizations, passwords, sip, zones
from accounts.models import Organization, User
from accounts.permissions import assign_role
from core import audit, letters
from core.errors import DomainError, InputError
from core.retry import retried

Role, Status = User.Role, User.Status
_SHOWN = ("email", "name", "timezone")
NOTE: Final = 200  # characters
_TAKEN: Final = "Someone has this address already."


@dataclass(frozen=True)
class Profile:
    """What can be chosen of a person."""

    email: str
    name: str
    role: str
    timezone: str = "UTC"


def profile(user: User) -> Profile:
    """What was chosen of a person so far."""
    return Profile(user.email, user.name, user.role, user.timezone)


def roles_for(user: User) -> tuple[User.Role, ...]:
    """The roles that someone may give to others: those below their own."""
    return User.BELOW.get(Role(user.role), ())


@retried
def add_person(email: str, password: str | None, *, role: str, **fields: Any) -> User:
    """A person in the group of their role; who takes calls gets a SIP account.

    Raises ValidationError for an address that is taken or is none, and DomainError when the
    organization may have no more people.
    """
    if organization := fields.get("organization"):
        organizations.demand_room(organization, role)
    with _one_of_two():
        user: User = User.objects.create_user(email, password, role=role, **fields)
    _equip(user)
    after = audit.snapshot(user, (*_SHOWN, "role", "status"))
    audit.record("person.added", user, after=after)
    return user


@retried
def invite(wanted: Profile, organization: Organization | None, *, by: User | None) -> User:
    """Adds a person and mails them the way to their first password.

    `by` is None when the system invites. Raises what `enter` raises.
    """
    user = enter(wanted, organization, by=by)
    passwords.invite(user, by)
    return user


@retried
def enter(wanted: Profile, organization: Organization | None, *, by: User | None) -> User:
    """Adds a person who waits for an invitation.

    `by` is None when the system adds them. Raises InputError for an address that is taken or is
    none, and DomainError "not_yours", "organization_closed" or "quota_used_up".
    """
    _demand_rule(by, wanted.role, organization.pk if organization else None)
    zones.demand(wanted.timezone)
    if organization is None and wanted.role != Role.SUPERADMIN:
        raise _misfit("organization", "Only superadmins are without an organization.")
    try:
        return add_person(
            wanted.email,
            None,
            role=wanted.role,
            name=wanted.name,
            timezone=wanted.timezone,
            organization=organization,
            status=Status.INVITED,
        )
    except ValidationError as error:
        raise _explained(error) from error


@retried
def invite_again(user: User, *, by: User | None) -> None:
    """Mails another invitation; the earlier ones end. Raises DomainError "not_invited"."""
    person = User.objects.select_for_update().get(pk=user.pk)
    _demand_rule(by, person.role, person.organization_id)
    passwords.invite(person, by)


@retried
def change(user: User, wanted: Profile, *, by: User | None = None) -> User:
    """Gives a person another name, address, zone or role; a new role ends their logins at once.

    Raises InputError for what does not fit, and DomainError "not_yours", "last_superadmin",
    "organization_closed" or "quota_used_up".
    """
    zones.demand(wanted.timezone)
    moves = User.objects.values_list("role", flat=True).get(pk=user.pk) != wanted.role
    person = _locked(user, by, because="role" if moves else "")
    _demand_rule(by, wanted.role, person.organization_id)
    if person.role != wanted.role:
        _take_role(person, wanted.role)
    former = person.email
    with audit.changes("person.changed", person, _SHOWN, actor=by):
        person.email, person.name = wanted.email.strip().lower(), wanted.name
        person.timezone = wanted.timezone
        try:
            with _one_of_two():
                person.full_clean(exclude=["password"])
                person.save(update_fields=["email", "name", "timezone"])
        except ValidationError as error:
            raise _explained(error) from error
    if person.email != former:
        _moved(person, former, by)
    return person


@retried
def suspend(user: User, *, by: User | None = None, note: str = "") -> None:
    """Shuts a person out at once; what they did stays. Their pages say who did it, and the note.

    Raises DomainError "yourself", "not_yours" or "last_superadmin".
    """
    if by is not None and by.pk == user.pk:
        raise DomainError("Nobody suspends themselves.", code="yourself")
    note = note.strip()[:NOTE]
    person = _locked(user, by, because="suspended", note=note)
    if person.status == Status.SUSPENDED:
        return
    _demand_other_superadmin(person)
    before = {"status": person.status}
    person.status = Status.SUSPENDED
    person.save(update_fields=["status"])
    after = {"status": person.status} | ({"because": note} if note else {})
    audit.record("person.suspended", person, before=before, after=after, actor=by)


@retried
def reactivate(user: User, *, by: User | None = None) -> None:
    """Lets a suspended person in again; who never chose a password waits for an invitation.

    Raises DomainError "not_yours", "organization_closed" or "quota_used_up".
    """
    person = _locked(user, by)
    if person.status != Status.SUSPENDED:
        return
    if person.organization is not None:
        organizations.demand_room(person.organization, person.role, besides=person)
    with audit.changes("person.reactivated", person, ["status"], actor=by):
        person.status = Status.ACTIVE if person.has_usable_password() else Status.INVITED
        person.save(update_fields=["status"])


def password_set(user: User) -> None:
    """Ends every login that was opened with the former password, and tells its owner by mail."""
    logins.close_all(user, because="password")
    passwords.tell_changed(user)


def _locked(user: User, by: User | None, *, because: str = "", note: str = "") -> User:
    """The person, locked, whom `by` may manage; `because` ends their logins."""
    if because:  # seats come first in the lock order
        logins.close_all(user, because=because, by=by, note=note)
    if user.organization_id:
        Organization.objects.select_for_update().get(pk=user.organization_id)
    ids = [user.pk]
    if User.objects.filter(pk=user.pk, role=Role.SUPERADMIN).exists():
        # All of them, in one order, so that two who suspend each other wait for each other.
        ids += User.objects.filter(role=Role.SUPERADMIN).values_list("pk", flat=True)
    rows = list(User.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    person = next(row for row in rows if row.pk == user.pk)
    _demand_rule(by, person.role, person.organization_id)
    return person


def _take_role(person: User, role: str) -> None:
    _demand_other_superadmin(person)
    if person.organization is None:
        raise _misfit("role", "Only superadmins are without an organization.")
    if person.status != Status.SUSPENDED:
        organizations.demand_room(person.organization, role, besides=person)
    with audit.changes("person.role_changed", person, ["role"]):
        person.role = role
        person.save(update_fields=["role"])
    _equip(person)


def _moved(person: User, former: str, by: User | None) -> None:
    """Tells both mailboxes; what was on its way to the former one opens nothing any more."""
    passwords.end_all(person)
    if person.status == Status.INVITED:
        passwords.invite(person, by)  # the former address may have been a slip: it learns nothing
        return
    whom = f" by {by.name}" if by else ""
    closing = "If this is not right, tell your administrator at once.\n"
    letters.write(
        former,
        "Your address at Dialer was changed",
        f"Hello {person.name},\n\nyour account at Dialer was given another e-mail address{whom}. "
        f"This one opens it no longer.\n\n{closing}",
    )
    letters.write(
        person.email,
        "This is your address at Dialer now",
        f"Hello {person.name},\n\nyour account at Dialer was given this e-mail address{whom}. "
        f"Use it to log in; your password stays as it is.\n\n{closing}",
    )


def _equip(person: User) -> None:
    assign_role(person)
    # Asked of the role: somebody who is invited holds nothing yet.
    phone = {"permissions__codename": "add_call", "permissions__content_type__app_label": "calls"}
    takes_calls = person.is_superadmin or person.groups.filter(**phone).exists()
    if person.organization_id and takes_calls:
        sip.ensure_account(person)


def _demand_rule(by: User | None, role: str, organization: int | None) -> None:
    """Nobody manages or makes a role beside or above their own, or anyone elsewhere."""
    if by is None or by.is_superadmin:
        return
    if role not in roles_for(by) or organization is None or organization != by.organization_id:
        sentence = "You may not manage people of this role."
        raise DomainError(sentence, code="not_yours", status=403)


def _demand_other_superadmin(person: User) -> None:
    """Demands that a superadmin who goes leaves another one who may log in."""
    if person.role != Role.SUPERADMIN or person.status != Status.ACTIVE:
        return
    rulers = User.objects.select_for_update().filter(role=Role.SUPERADMIN, status=Status.ACTIVE)
    if not any(_may_enter(ruler) for ruler in rulers.exclude(pk=person.pk)):
        sentence = "This is the last superadmin who can log in; make another one first."
        raise DomainError(sentence, code="last_superadmin")


def _may_enter(user: User) -> bool:
    return user.organization is None or user.organization.is_open(timezone.now())


def _misfit(field: str, sentence: str) -> InputError:
    return InputError(sentence, errors={field: [sentence]})


@contextmanager
def _one_of_two() -> Iterator[None]:
    """Of two who write the same address at one instant, the second is told as though it came later.

    Raises ValidationError.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:  # everything else that is unique or checked was validated
        raise ValidationError({"email": [_TAKEN]}) from error


def _explained(error: ValidationError) -> InputError:
    found = getattr(error, "message_dict", {})
    if "email" in found and any("already exists" in said for said in found["email"]):
        found["email"] = [_TAKEN]
    return InputError(" ".join(said for many in found.values() for said in many), errors=found)
