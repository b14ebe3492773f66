"""Logins: opened by a password, kept by rotated tokens, ended at once.

The only module that writes `LoginSession`, but for its phone's secret (`accounts.sip`).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.utils import timezone
from rest_framework_simplejwt.settings import api_settings

from accounts import presence, sip, tokens
from accounts.models import LoginSession, User
from core import crypto, realtime
from core.errors import DomainError
from core.retry import retried

# Two parallel fragments may both send the former refresh token; for so long both are served.
GRACE = timedelta(seconds=30)
_MAX_PASSWORD = 1024


@dataclass(frozen=True)
class Entry:
    """An open login with the tokens that its browser or machine keeps."""

    login: LoginSession
    access: str
    refresh: str


def log_in(email: str, password: str, *, address: str | None, agent: str) -> Entry:
    """Opens a login by e-mail and password; an agent's shift begins with it.

    `address` and `agent` are the asker's IP address and user agent. Raises DomainError
    "wrong_credentials", with one answer and one hash run whatever was wrong.
    """
    user = _checked(email, password)
    if user is None:
        known = User.objects.filter(email=email.strip().lower()).first()
        _record("auth.login_failed", known, severity="warning")
        raise DomainError(
            "The e-mail address or the password is wrong.", code="wrong_credentials", status=401
        )
    return open_login(user, address=address, agent=agent)


def open_login(user: User, *, address: str | None, agent: str) -> Entry:
    """Opens a login for someone who has proved who they are."""
    entry = _open(user, address, agent)
    # On its own: calls refer to the person, and would wait for a lock on their row.
    User.objects.filter(pk=user.pk).update(last_login=entry.login.created_at)
    return entry


@retried
def _open(user: User, address: str | None, agent: str) -> Entry:
    now = timezone.now()
    if user.role == User.Role.AGENT:  # seats come first in the lock order
        sip.ensure_account(user)
        presence.open_session(user)
    login = LoginSession(
        user=user,
        public_id=uuid.uuid4(),
        address=address,
        agent=agent[:255],
        created_at=now,
        expires_at=now + api_settings.REFRESH_TOKEN_LIFETIME,
    )
    refresh, login.current_jti = tokens.refresh_token(login)
    login.save()
    _record("auth.login", user, login=login)
    return Entry(login, tokens.access_token(login), refresh)


def refresh(raw: str) -> Entry:
    """Exchanges a refresh token for its successor and a new access token.

    The former token yields the same successor for `GRACE`; used later, it was stolen or copied,
    and the whole family is revoked. Raises DomainError "session_ended".
    """
    claims = tokens.read_refresh(raw)
    entry = _rotate(claims, raw, timezone.now()) if claims else None
    if entry is None:
        raise DomainError("Your session has ended. Log in again.", code="session_ended", status=401)
    return entry


@retried
def close(login: LoginSession, *, because: str) -> None:
    """Ends a login: its tokens, its phone's secret and its sockets, from this moment on."""
    # Joining the person would lock their row as well, on which calls depend.
    locked = LoginSession.objects.select_for_update().get(pk=login.pk)
    _revoke(locked, because, timezone.now())


@retried
def log_out(login: LoginSession) -> None:
    """Ends a login at its owner's wish; an agent's shift ends with it."""
    presence.close_session(login.user, because="logout")
    close(login, because="logout")


@retried
def close_all(user: User, *, because: str) -> int:
    """Ends every login of a person, and an agent's shift; returns how many were open."""
    presence.close_session(user, because=because)
    ended = list(LoginSession.objects.select_for_update().filter(user=user, revoked_at=None))
    for login in ended:
        _revoke(login, because, timezone.now())
    return len(ended)


def of_access_token(raw: str) -> LoginSession | None:
    """The living login that an access token names, with its user: one query."""
    claims = tokens.read_access(raw)
    return _living(claims, timezone.now()) if claims else None


def to_end(*, access: str, refresh: str) -> LoginSession | None:
    """The living login that either token names, though the access token may have expired."""
    claims = tokens.read_stale_access(access) or tokens.read_refresh(refresh)
    return _living(claims, timezone.now()) if claims else None


def _checked(email: str, password: str) -> User | None:
    """The person whose password this is, if they may log in."""
    email = email.strip().lower()
    user = User.objects.select_related("organization").filter(email=email).first()
    if user is not None and user.email != email:
        user = None  # MariaDB's collation ignores accents
    # Without a person Django hashes a random password, so the answer takes as long.
    correct = check_password(password[:_MAX_PASSWORD], user.password if user else "")
    return user if correct and user is not None and user.is_active else None


def _living(claims: tokens.Claims, now: datetime) -> LoginSession | None:
    login = (
        LoginSession.objects.select_related("user__organization")
        .filter(public_id=claims.login, user_id=claims.user, revoked_at=None, expires_at__gt=now)
        .first()
    )
    return login if login is not None and login.user.is_active else None


@retried
def _rotate(claims: tokens.Claims, raw: str, now: datetime) -> Entry | None:
    login = (
        LoginSession.objects.select_for_update()
        .filter(public_id=claims.login, user_id=claims.user)
        .first()
    )
    if login is None or login.revoked_at or login.expires_at <= now:
        return None
    if not login.user.is_active:
        _revoke(login, "inactive", now)
        return None
    fresh = login.rotated_at is not None and now - login.rotated_at <= GRACE
    if claims.jti == login.current_jti:
        # Rotating again within the grace would turn a sibling's request into a replay.
        successor = raw if fresh else _advance(login, now)
    elif claims.jti == login.previous_jti and fresh:
        successor = crypto.decrypt(login.successor)
    else:
        _revoke(login, "replayed", now)
        return None
    return Entry(login, tokens.access_token(login), successor)


def _advance(login: LoginSession, now: datetime) -> str:
    """Makes the next refresh token of the family and remembers it for the grace."""
    successor, jti = tokens.refresh_token(login)
    login.previous_jti, login.current_jti = login.current_jti, jti
    login.successor = crypto.encrypt(successor)
    login.rotated_at = now
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
