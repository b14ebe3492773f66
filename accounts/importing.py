"""People from a table: each row adds or changes one, and a row that is not right stops no other."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError

from accounts import passwords, people, sip, teams
from accounts.models import Organization, PasswordReset, SipAccount, Team, User
from core.errors import DomainError, InputError
from core.retry import retried

COLUMNS: Final = ("email", "name", "role", "team", "timezone", "extension")
_NEEDED: Final = ("email", "name")
# A superadmin belongs to no organization, and comes by hand.
_ROLES: Final = (User.Role.AGENT, User.Role.MANAGER, User.Role.QA)


@dataclass(frozen=True)
class Taken:
    """What became of a row: `added`, `changed`, `kept` as it was, or `refused` and why."""

    line: int
    email: str
    became: str
    because: str = ""


def read(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV with their line numbers, values trimmed.

    Raises InputError for a header that names no `email` and `name`, or a column that is unknown.
    """
    reader = csv.reader(lines)
    header = [name.strip().lower().lstrip("\ufeff") for name in next(_records(reader), [])]
    missing = [name for name in _NEEDED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown or len(set(header)) < len(header):
        wanted = f"The first line names the columns: {', '.join(COLUMNS)}."
        raise InputError(wanted, errors={"file": [wanted]})
    for cells in _records(reader):
        if any(cell.strip() for cell in cells):
            values = (cell.strip() for cell in cells)
            yield reader.line_num, dict(zip(header, values, strict=False))


def take(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    organization: Organization,
    *,
    invite: bool,
    by: User | None = None,
) -> Iterator[Taken]:
    """Adds or changes a person for each row, known by their address, each in its own transaction.

    The same table again changes nothing. What is empty stays as it is. `invite` mails whoever is
    new, or was never invited; `by` is None when the system does it.
    """
    for line, row in rows:
        email = row.get("email", "").lower()
        try:
            became = _take(row, organization, invite=invite, by=by)
        except DomainError as refusal:
            yield Taken(line, email, "refused", _why(refusal))
        except ValidationError as error:
            yield Taken(line, email, "refused", " ".join(error.messages))
        else:
            yield Taken(line, email, became)


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        sentence = f"The file is no CSV: {error}."
        raise InputError(sentence, errors={"file": [sentence]}) from error


@retried
def _take(
    row: Mapping[str, str], organization: Organization, *, invite: bool, by: User | None
) -> str:
    email = row.get("email", "").lower()
    role = row.get("role", "").lower()
    if role and role not in _ROLES:
        raise InputError(f"The role is one of {', '.join(_ROLES)}.")
    user = User.objects.filter(email=email).first()
    if user is not None and (user.email != email or user.organization_id != organization.pk):
        raise InputError("Someone elsewhere has this address.")
    if user is not None and by is not None and user.role not in people.roles_for(by):
        raise DomainError("You may not manage people of this role.", code="not_yours", status=403)
    if user is None:
        user, became = _add(row, organization, email, role, by), "added"
    else:
        became = "changed" if _change(user, row, role, by) else "kept"
    placed = _place(user, row, by)
    if invite and _waits(user):
        passwords.invite(user, by)
    return "changed" if placed and became == "kept" else became


def _add(
    row: Mapping[str, str], organization: Organization, email: str, role: str, by: User | None
) -> User:
    wanted = people.Profile(
        email=email,
        name=row.get("name", ""),
        role=role or User.Role.AGENT,
        timezone=row.get("timezone") or organization.timezone,
    )
    return people.enter(wanted, organization, by=by)


def _change(user: User, row: Mapping[str, str], role: str, by: User | None) -> bool:
    before = people.profile(user)
    wanted = people.Profile(
        email=before.email,
        name=row.get("name") or before.name,
        role=role or before.role,
        timezone=row.get("timezone") or before.timezone,
    )
    if wanted == before:
        return False
    people.change(user, wanted, by=by)
    return True


def _place(user: User, row: Mapping[str, str], by: User | None) -> bool:
    """Puts a person into the team, and at the extension, that the row names."""
    user.refresh_from_db()
    name, extension = row.get("team", ""), row.get("extension", "")
    moved = _join(user, name) if name else False
    if not extension or SipAccount.objects.filter(user=user, extension=extension).exists():
        return moved
    sip.set_extension(user, extension, by=by)
    return True


def _join(user: User, name: str) -> bool:
    assert user.organization is not None
    known = Team.objects.filter(organization=user.organization, name__iexact=name).first()
    leads = user.role == User.Role.MANAGER
    there = known.managers if known and leads else known.members if known else None
    if there is not None and there.filter(pk=user.pk).exists():
        return False
    called = known.name if known else name
    if leads:
        teams.ensure(user.organization, called, managers=[user])
    else:
        teams.ensure(user.organization, called, members=[user])
    return True


def _waits(user: User) -> bool:
    invitations = PasswordReset.objects.filter(user=user, kind=PasswordReset.Kind.INVITATION)
    return user.status == User.Status.INVITED and not invitations.exists()


def _why(refusal: DomainError) -> str:
    sentences = [said for many in refusal.errors.values() for said in many]
    return " ".join(sentences) or refusal.message
