"""Logins: opened by a password, kept by rotated tokens, ended at once.

The only module that writes `LoginSession`, but for its phone's secret (`accounts.sip`).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db.models import Q
from django.utils import timezone
from rest_framework_simplejwt.settings import api_settings

from accounts import calling, endings, lockout, presence, second_factor, sip, tokens
from accounts.lockout import Purpose
from accounts.models import AgentSeat, LoginSession, User
from core import audit, crypto, realtime
from core.errors import DomainError
from core.retry import retried

# Two parallel fragments may both send the former refresh token; for so long both are served.
GRACE = timedelta(seconds=30)
KEPT = timedelta(days=90)
_MAX_PASSWORD = 1024
_BATCH = 1_000


@dataclass(frozen=True)
class Entry:
    """An open login with the tokens that its browser or machine keeps."""

    login: LoginSession
    access: str
    refresh: str


class SecondFactorNeededError(DomainError):
    """The password was right; `pending` and a code of the authenticator open the login."""

    def __init__(self, pending: str) -> None:
        super().__init__(
            "Enter the code of your authenticator.", code="second_factor_required", status=401
        )
        self.pending = pending


class SessionEndedError(DomainError):
    """The tokens open nothing any more; `said` tells why, where someone else or a rule ended it."""

    def __init__(self, said: str) -> None:
        closing = "Log in again."
        sentence = f"{said} {closing}" if said else f"Your session has ended. {closing}"
        super().__init__(sentence, code="session_ended", status=401)
        self.said = said


def log_in(email: str, password: str, *, address: str | None, agent: str) -> Entry:
    """Opens a login by e-mail and password; an agent's shift begins with it.

    `address` and `agent` are the asker's IP address and user agent. Raises DomainError
    "wrong_credentials", with one answer and one hash run whatever was wrong, be it that there
    were too many guesses; and SecondFactorNeededError for someone who has one.
    """
    guess = lockout.attempt(Purpose.LOGIN, email, address)
    user = _checked(email, password, admitted=guess.admitted)
    if user is None:
        known = User.objects.filter(email=email.strip().lower()).first()
        _refused(known, guess, after={"account": guess.row.account[:16]})
        raise DomainError(
            "The e-mail address or the password is wrong.", code="wrong_credentials", status=401
        )
    lockout.right(guess)
    if second_factor.has(user):
        raise SecondFactorNeededError(tokens.pending_token(user))
    return open_login(user, address=address, agent=agent)


def log_in_by_code(pending: str, code: str, *, address: str | None, agent: str) -> Entry:
    """Opens the login of someone whose password was right, by a code of their second factor.

    Raises DomainError "pending_ended" when that was too long ago, and "wrong_code".
    """
    user = tokens.read_pending(pending)
    if user is None or not _may_enter(user, timezone.now()):
        sentence = "That took too long. Log in again."
        raise DomainError(sentence, code="pending_ended", status=401)
    guess = lockout.attempt(Purpose.CODE, str(user.pk), address)
    if not guess.admitted or not second_factor.verify(user, code):
        _refused(user, guess, after={"step": "second factor"})
        raise DomainError("This code is wrong.", code="wrong_code", status=401)
    lockout.right(guess)
    return open_login(user, address=address, agent=agent, by_code=True)


def prove(user: User, password: str, *, address: str | None) -> None:
    """Makes sure that it is really them who ask. Raises DomainError "wrong_password"."""
    guess = lockout.attempt(Purpose.LOGIN, user.email, address)
    if _checked(user.email, password, admitted=guess.admitted) != user:
        _refused(user, guess, after={"step": "proof"})
        raise DomainError("The password is wrong.", code="wrong_password", status=400)
    lockout.right(guess)


def open_login(user: User, *, address: str | None, agent: str, by_code: bool = False) -> Entry:
    """Opens a login for someone who has proved who they are; `by_code` also by a second factor."""
    entry = _open(user, address, agent, by_code=by_code)
    # On its own: calls refer to the person, and would wait for a lock on their row.
    User.objects.filter(pk=user.pk).update(last_login=entry.login.created_at)
    return entry


@retried
def _open(user: User, address: str | None, agent: str, *, by_code: bool) -> Entry:
    now, public_id = timezone.now(), uuid.uuid4()
    if user.role == User.Role.AGENT:  # seats come first in the lock order
        sip.ensure_account(user)
        presence.open_session(user, login=public_id)
    login = LoginSession(
        user=user,
        public_id=public_id,
        address=address,
        agent=agent[:255],
        created_at=now,
        expires_at=now + api_settings.REFRESH_TOKEN_LIFETIME,
        second_factor=by_code,
        must_enrol=not by_code and _must_enrol(user),
    )
    refresh, login.current_jti = tokens.refresh_token(login)
    login.save()
    _record("auth.login", user, login=login)
    audit.record("login.opened", user, after=_shown(login), actor=user)
    return Entry(login, tokens.access_token(login), refresh)


def refresh(raw: str, *, address: str | None) -> Entry:
    """Exchanges a refresh token for its successor and a new access token.

    The former token yields the same successor for `GRACE`, at the address that the rotation was
    asked from; used later or elsewhere, it was stolen or copied, and the whole family is revoked.
    Raises SessionEndedError.
    """
    claims = tokens.read_refresh(raw)
    entry = _rotate(claims, raw, address, timezone.now()) if claims else None
    if entry is None:
        raise SessionEndedError(endings.of(claims) if claims else "")
    return entry


@retried
def close(login: LoginSession, *, because: str) -> None:
    """Ends a login: its tokens, its phone's secret and its sockets, from this moment on."""
    # Joining the person would lock their row as well, on which calls depend.
    locked = LoginSession.objects.select_for_update().get(pk=login.pk)
    _revoke(locked, because, timezone.now())


@retried
def log_out(login: LoginSession) -> None:
    """Ends a login at its owner's wish; an agent's call and shift end with it."""
    calling.end_call(login.user)
    presence.close_session(login.user, because="logout")
    close(login, because="logout")


@retried
def close_all(user: User, *, because: str, by: User | None = None, note: str = "") -> int:
    """Ends every login of a person, and an agent's shift; returns how many were open.

    `by` is who does it in the person's stead, `note` what they say of it: the pages tell both.
    """
    presence.close_session(user, because=because)
    ended = list(LoginSession.objects.select_for_update().filter(user=user, revoked_at=None))
    for login in ended:
        login.revoked_by, login.revoked_note = by, note
        _revoke(login, because, timezone.now())
    return len(ended)


@retried
def enrol(login: LoginSession, code: str) -> list[str]:
    """Confirms the second factor that the login's person began; returns the recovery codes.

    The login has then shown it; the person's others, which have not, end. Raises what
    `second_factor.confirm` raises.
    """
    codes = second_factor.confirm(login.user, code)
    others = LoginSession.objects.select_for_update().filter(user=login.user, revoked_at=None)
    for other in others.exclude(pk=login.pk):
        _revoke(other, "second_factor", timezone.now())
    LoginSession.objects.filter(pk=login.pk).update(second_factor=True, must_enrol=False)
    return codes


@retried
def demand_second_factor(role: str) -> None:
    """Leads everyone of a role who has no second factor to set one up, from this moment on.

    Whoever has a call is led when their tokens are renewed after it.
    """
    without = User.objects.filter(role=role).exclude(second_factor__confirmed_at__isnull=False)
    people = without.exclude(seat__state__in=presence.BUSY)
    living = LoginSession.objects.filter(revoked_at=None, second_factor=False)
    living.filter(user__in=people).update(must_enrol=True)


def end_closed(now: datetime) -> int:
    """Ends the logins of organizations that have closed; returns of how many people.

    Their requests are refused since that moment; this closes their sockets and shifts.
    """
    closed = Q(organization__archived_at__isnull=False) | Q(organization__valid_until__lte=now)
    living = LoginSession.objects.filter(revoked_at=None, expires_at__gt=now)
    people = User.objects.filter(closed, pk__in=living.values("user"))
    for user in people:
        close_all(user, because="organization")
    return len(people)


def prune(now: datetime) -> int:
    """Deletes logins that ended long ago; returns how many."""
    over = LoginSession.objects.filter(Q(revoked_at__lt=now - KEPT) | Q(expires_at__lt=now - KEPT))
    deleted = 0
    while rows := list(over.values_list("pk", flat=True)[:_BATCH]):
        deleted += LoginSession.objects.filter(pk__in=rows).delete()[0]
    return deleted


def of_access_token(raw: str) -> LoginSession | None:
    """The living login that an access token names, with its user: one query."""
    claims = tokens.read_access(raw)
    return _living(claims, timezone.now()) if claims else None


def to_end(*, access: str, refresh: str) -> LoginSession | None:
    """The living login that either token names, though the access token may have expired."""
    claims = tokens.read_stale_access(access) or tokens.read_refresh(refresh)
    return _living(claims, timezone.now()) if claims else None


def _checked(email: str, password: str, *, admitted: bool) -> User | None:
    """The person whose password this is, if they may log in and the guess was admitted."""
    email = email.strip().lower()
    user = User.objects.select_related("organization").filter(email=email).first()
    if user is not None and user.email != email:
        user = None  # MariaDB's collation ignores accents
    # Without a person Django hashes a random password, so the answer takes as long.
    encoded = user.password if user and admitted else ""
    correct = check_password(password[:_MAX_PASSWORD], encoded)
    return user if correct and user is not None and _may_enter(user, timezone.now()) else None


def _may_enter(user: User, now: datetime) -> bool:
    organization = user.organization
    return user.is_active and (organization is None or organization.is_open(now))


def _must_enrol(user: User) -> bool:
    return second_factor.is_demanded(user) and not second_factor.has(user)


def _has_call(user: User) -> bool:
    return AgentSeat.objects.filter(user=user, state__in=presence.BUSY).exists()


def _living(claims: tokens.Claims, now: datetime) -> LoginSession | None:
    login = (
        LoginSession.objects.select_related("user__organization", "user__sip_account")
        .filter(public_id=claims.login, user_id=claims.user, revoked_at=None, expires_at__gt=now)
        .first()
    )
    return login if login is not None and _may_enter(login.user, now) else None


@retried
def _rotate(claims: tokens.Claims, raw: str, address: str | None, now: datetime) -> Entry | None:
    login = (
        LoginSession.objects.select_for_update()
        .filter(public_id=claims.login, user_id=claims.user)
        .first()
    )
    if login is None or login.revoked_at or login.expires_at <= now:
        return None
    if not _may_enter(login.user, now):
        _revoke(login, "inactive", now)
        return None
    fresh = login.rotated_at is not None and now - login.rotated_at <= GRACE
    if claims.jti == login.current_jti:
        # Rotating again within the grace would turn a sibling's request into a replay.
        successor = raw if fresh else _advance(login, address, now)
    elif claims.jti == login.previous_jti and fresh and address == login.rotated_from:
        successor = crypto.decrypt(login.successor)
    else:
        _revoke(login, "replayed", now)
        return None
    return Entry(login, tokens.access_token(login), successor)


def _advance(login: LoginSession, address: str | None, now: datetime) -> str:
    """Makes the next refresh token of the family and remembers it for the grace."""
    successor, jti = tokens.refresh_token(login)
    login.previous_jti, login.current_jti = login.current_jti, jti
    login.successor = crypto.encrypt(successor)
    login.rotated_at, login.rotated_from = now, address
    if not login.second_factor and not _has_call(login.user):
        login.must_enrol = _must_enrol(login.user)
    login.expires_at = now + api_settings.REFRESH_TOKEN_LIFETIME
    login.save()
    return successor


def _revoke(login: LoginSession, because: str, now: datetime) -> None:
    if login.revoked_at:
        return
    login.revoked_at, login.revoked_because = now, because
    login.successor = login.sip_secret = ""
    login.save()
    replayed = because == "replayed"
    _record("session.revoked", login.user, login=login, severity="warning" if replayed else "info")
    action = "login.closed" if because == "logout" else "login.revoked"
    audit.record(action, login.user, after={"because": because} | _shown(login))


def _shown(login: LoginSession) -> dict[str, Any]:
    return {"login": str(login.public_id), "second_factor": login.second_factor}


@retried
def _refused(user: User | None, guess: lockout.Guess, *, after: dict[str, Any]) -> None:
    """Puts a failed log-in on record, and that it was the last before a lock."""
    if not guess.admitted:  # on record are the guesses that led here
        return
    _record("auth.login_failed", user, severity="warning")
    refused = audit.Outcome.REFUSED
    audit.record("login.failed", user, after=after, actor=user, outcome=refused)
    if guess.last:
        audit.record("login.locked_out", user, after=after, actor=user, outcome=refused)


def _record(
    kind: str, user: User | None, *, login: LoginSession | None = None, severity: str = "info"
) -> None:
    subject: dict[str, Any] = {"user": user.pk if user else None}
    if login is not None:
        subject["login"] = str(login.public_id)
    realtime.record(
        kind,
        organization=user.organization_id if user else None,
        topics=[f"agent:{user.pk}"] if user else [],
        subject=subject,
        data={"because": login.revoked_because} if login and login.revoked_because else {},
        category="auth",
        severity=severity,
        actor=user,
    )
