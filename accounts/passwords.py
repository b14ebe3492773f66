"""Passwords: set by their owner, through a code by mail, or by an invitation.

The only module that writes `PasswordReset`.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import lockout, logins
from accounts.lockout import Purpose
from accounts.models import PasswordReset, User
from core import audit, letters
from core.errors import DomainError, InputError
from core.retry import retried

INVITATION_LASTS = timedelta(days=7)
CODE_LASTS = timedelta(minutes=10)
CODE_DIGITS = 6
KEPT = timedelta(days=30)
Kind = PasswordReset.Kind


@retried
def invite(user: User, by: User | None) -> str:
    """Mails an invited person the link to set their first password; returns the link's token.

    Earlier invitations of theirs end. `by` is None when the system invites. Raises DomainError
    "not_invited" for someone who is in already, or suspended.
    """
    if user.status != User.Status.INVITED:
        raise DomainError("They are not waiting for an invitation.", code="not_invited")
    now = timezone.now()
    _end_all(user, Kind.INVITATION, now)
    token = secrets.token_urlsafe(32)
    PasswordReset.objects.create(
        user=user,
        kind=Kind.INVITATION,
        token_hash=_hashed(token),
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    letters.write(user.email, "Your account at Dialer", _invitation(user, by, token))
    audit.record("person.invited", user, actor=by)
    return token


def invited(token: str) -> User | None:
    """Whose invitation this is, while it may be used."""
    found = _usable(token, Kind.INVITATION, timezone.now())
    return found.user if found else None


def accept(token: str, password: str) -> User:
    """Lets an invited person in, with the password that they chose.

    Raises DomainError "invitation_ended", and InputError for a password that is too weak.
    """
    return _spend(token, Kind.INVITATION, password)


def change(user: User, current: str, new: str, *, address: str | None) -> None:
    """Sets another password by its owner, who knows the present one; every login of theirs ends.

    Raises DomainError "wrong_password", and InputError for a password that is too weak.
    """
    logins.prove(user, current, address=address)
    check(new, user)
    user.set_password(new)  # hashed before anything is locked
    _changed(user)


def may_ask(email: str, *, address: str | None) -> bool:
    """Whether a code may be asked for once more, whoever that address is."""
    return lockout.attempt(Purpose.ASK, email, address).admitted


@retried
def send_code(email: str) -> None:
    """Mails a code to whoever has this address and may log in; earlier codes of theirs end."""
    user, now = _known(email), timezone.now()
    if user is None:
        return
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    _end_all(user, Kind.RESET, now)
    PasswordReset.objects.create(
        user=user,
        kind=Kind.RESET,
        code_hash=_code_hash(user, code),
        created_at=now,
        expires_at=now + CODE_LASTS,
    )
    letters.write(user.email, f"{code} is your code for Dialer", _code_letter(user, code))
    audit.record("person.reset_asked", user)


def verify_code(email: str, code: str, *, address: str | None) -> str:
    """Exchanges the code from the mail for a token that sets a new password, once.

    Raises DomainError "wrong_code", whatever is wrong; five times an hour, and then always.
    """
    guess = lockout.attempt(Purpose.RESET, email, address)
    user = _known(email)
    token = _exchange(user, code.strip()) if user and guess.admitted else None
    if token is None:
        if guess.admitted:
            refused = audit.Outcome.REFUSED
            audit.record("person.reset_failed", user, actor=user, outcome=refused)
        raise DomainError("This code is wrong, or has ended.", code="wrong_code", status=400)
    return token


def reset(token: str, password: str) -> User:
    """Sets a new password by the token of `verify_code`.

    Raises DomainError "reset_ended", and InputError for a password that is too weak.
    """
    user = _spend(token, Kind.RESET, password)
    # Whoever guessed at the former password has not guessed at this one.
    lockout.forget(Purpose.LOGIN, user.email)
    return user


def may_reset(token: str) -> bool:
    """Whether the token of `verify_code` still sets a password."""
    return _usable(token, Kind.RESET, timezone.now()) is not None


def prune(now: datetime) -> int:
    """Deletes ways to a password that ended a month ago; returns how many."""
    return PasswordReset.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def check(password: str, user: User) -> None:
    """Raises InputError, with a sentence for each fault, when the password is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InputError(
            " ".join(error.messages), code="weak_password", errors={"new_password": error.messages}
        ) from error


@retried
def end_all(user: User) -> None:
    """Ends every code and invitation that is on its way to a person."""
    for kind in Kind:
        _end_all(user, kind, timezone.now())


def tell_changed(user: User) -> None:
    """Tells the owner of a password by mail that it was set, in the current transaction."""
    letters.write(user.email, "Your password was changed", _notice(user))


def _spend(token: str, kind: Kind, password: str) -> User:
    """Sets the password that a token allows to set, once."""
    found = _usable(token, kind, timezone.now())
    if found is None:
        raise _ended(kind)
    check(password, found.user)
    found.user.set_password(password)  # hashed before anything is locked
    return _set_by(found, found.user.password)


@retried
def _set_by(found: PasswordReset, encoded: str) -> User:
    user, now = found.user, timezone.now()
    logins.close_all(user, because="password")  # seats come first in the lock order
    reset = PasswordReset.objects.select_for_update().get(pk=found.pk)
    person = User.objects.select_for_update().get(pk=user.pk)
    if reset.used_at is not None or not _may_use(person, Kind(reset.kind)):
        raise _ended(Kind(reset.kind))
    reset.used_at = now
    reset.save(update_fields=["used_at"])
    _end_all(person, Kind.RESET, now)
    with audit.changes("person.activated", person, ("status",), actor=person):
        person.status = User.Status.ACTIVE
        person.save(update_fields=["status"])
        _store(person, encoded, by=reset.kind)
    return person


@retried
def _changed(user: User) -> None:
    logins.close_all(user, because="password")  # seats come first in the lock order
    _end_all(user, Kind.RESET, timezone.now())
    _store(user, user.password, by="password")


def _store(user: User, encoded: str, *, by: str) -> None:
    user.password = encoded
    user.save(update_fields=["password"])
    audit.record("person.password_set", user, after={"by": by}, actor=user)
    tell_changed(user)


def _known(email: str) -> User | None:
    """The person with this address, if they may log in."""
    email = email.strip().lower()
    user = User.objects.select_related("organization").filter(email=email).first()
    # MariaDB's collation ignores accents.
    return user if user and user.email == email and _may_use(user, Kind.RESET) else None


@retried
def _exchange(user: User, code: str) -> str | None:
    now = timezone.now()
    row = (
        PasswordReset.objects.select_for_update()
        .filter(user=user, kind=Kind.RESET, used_at=None, expires_at__gt=now)
        .exclude(code_hash="")
        .order_by("-pk")
        .first()
    )
    if row is None or not hmac.compare_digest(row.code_hash, _code_hash(user, code)):
        return None
    token = secrets.token_urlsafe(32)
    row.code_hash, row.token_hash = "", _hashed(token)
    row.expires_at = now + CODE_LASTS
    row.save()
    return token


def _usable(token: str, kind: Kind, now: datetime) -> PasswordReset | None:
    if not token:
        return None
    found = (
        PasswordReset.objects.select_related("user__organization")
        .filter(token_hash=_hashed(token), kind=kind, used_at=None, expires_at__gt=now)
        .first()
    )
    return found if found is not None and _may_use(found.user, kind) else None


def _may_use(user: User, kind: Kind) -> bool:
    wanted = User.Status.INVITED if kind == Kind.INVITATION else User.Status.ACTIVE
    organization = user.organization
    is_open = organization is None or organization.is_open(timezone.now())
    return is_open and user.status == wanted


def _ended(kind: Kind) -> DomainError:
    if kind == Kind.INVITATION:
        sentence = "This invitation has ended. Ask your administrator for a new one."
        return DomainError(sentence, code="invitation_ended", status=410)
    sentence = "This way to a new password has ended. Ask for a new code."
    return DomainError(sentence, code="reset_ended", status=410)


def _end_all(user: User, kind: Kind, now: datetime) -> None:
    PasswordReset.objects.filter(user=user, kind=kind, used_at=None).update(used_at=now)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_hash(user: User, code: str) -> str:
    # Keyed: a million codes are tried in a second by whoever reads a plain hash.
    return salted_hmac(__name__, f"{user.pk}:{code}", algorithm="sha256").hexdigest()


def _code_letter(user: User, code: str) -> str:
    return (
        f"Hello {user.name},\n\nyour code to set a new password is\n\n    {code}\n\n"
        "It works for 10 minutes. Nobody will ever ask you for it. If you did not ask for "
        "it, leave it alone: your password stays as it is.\n"
    )


def _invitation(user: User, by: User | None, token: str) -> str:
    link = settings.PUBLIC_URL + reverse("accounts:set_password", args=[token])
    invited = f"{by.name} has invited you to Dialer." if by else "You are invited to Dialer."
    return (
        f"Hello {user.name},\n\n{invited} Choose your password here:\n\n{link}\n\n"
        "The link works once, and for 7 days. If you did not expect it, leave it alone.\n"
    )


def _notice(user: User) -> str:
    return (
        f"Hello {user.name},\n\nThe password of your account at Dialer was just set, and every "
        "login that was open has ended.\n\nIf this was not you, tell your administrator at once.\n"
    )
