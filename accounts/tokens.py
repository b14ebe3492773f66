"""The tokens of a login: what is signed, and what a signature proves.

A token only names its login; whether that login still lives is `accounts.logins`' answer.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import LoginSession, User

# Between the right password and the second factor's code.
PENDING_LASTS = timedelta(minutes=5)


class PendingToken(Token):
    """Says that its person's password was right, and nothing more: it opens nothing."""

    token_type = "pending"  # noqa: S105  # a kind, no secret
    lifetime = PENDING_LASTS


@dataclass(frozen=True)
class Claims:
    """What a valid token says: whose login it belongs to, and its own id as a hash."""

    user: int
    login: uuid.UUID
    jti: str


def access_token(login: LoginSession) -> str:
    """A signed access token of this login, valid for the configured minutes."""
    return str(_filled(AccessToken(), login))


def refresh_token(login: LoginSession) -> tuple[str, str]:
    """A signed refresh token of this login, and the hash of its id, which is what is stored."""
    token = _filled(RefreshToken(), login)
    return str(token), hashed(token["jti"])


def read_access(raw: str) -> Claims | None:
    """The claims of an access token; None when it is expired, forged or of another kind."""
    return _read(AccessToken, raw)


def read_stale_access(raw: str) -> Claims | None:
    """The claims of an access token that may have expired: enough to end its login, no more."""
    try:
        said = jwt.decode(
            raw,
            api_settings.SIGNING_KEY,
            algorithms=[api_settings.ALGORITHM],
            options={"verify_exp": False},
        )
    except jwt.InvalidTokenError:
        return None
    return _claims(said) if said.get(api_settings.TOKEN_TYPE_CLAIM) == "access" else None


def read_refresh(raw: str) -> Claims | None:
    """The claims of a refresh token; None when it is expired, forged or of another kind."""
    return _read(RefreshToken, raw)


def pending_token(user: User) -> str:
    """A signed token for someone who has yet to show their second factor."""
    token = PendingToken()
    token["sub"], token["pwd"] = str(user.pk), _fingerprint(user)
    return str(token)


def read_pending(raw: str) -> User | None:
    """Whose password was right a moment ago; None when too long ago, or it has changed since."""
    try:
        said = PendingToken(raw).payload  # type: ignore[arg-type]  # the stubs call the text a Token
    except TokenError:
        return None
    wanted = User.objects.select_related("organization").filter(pk=said.get("sub") or 0)
    user = wanted.first()
    if user is None or not hmac.compare_digest(_fingerprint(user), str(said.get("pwd"))):
        return None
    return user


def hashed(jti: str) -> str:
    """A token's id as stored: whoever reads the database cannot make a token of it."""
    return hashlib.sha256(jti.encode()).hexdigest()


def _filled[T: Token](token: T, login: LoginSession) -> T:
    token["sub"] = str(login.user_id)
    token["sid"] = str(login.public_id)
    token["role"] = login.user.role
    token["mfa"] = login.second_factor
    return token


def _fingerprint(user: User) -> str:
    # Of a salted hash; it tells nothing about the password.
    return hashlib.sha256(f"pending:{user.password}".encode()).hexdigest()[:16]


def _read(kind: type[Token], raw: str) -> Claims | None:
    try:
        # The stubs call the encoded text a Token.
        return _claims(kind(raw).payload)  # type: ignore[arg-type]
    except TokenError:
        return None


def _claims(said: dict[str, Any]) -> Claims | None:
    try:
        return Claims(int(said["sub"]), uuid.UUID(said["sid"]), hashed(said["jti"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None  # signed by us, but not for a login
