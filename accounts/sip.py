"""The telephone side of a person: their SIP account, and the secret behind each login's phone.

A registration is proved by HA1, the MD5 of user, realm and secret that SIP digest prescribes. The
secret is random, made once per login and revoked with it; nothing but its hash leaves the server.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import LoginSession, SipAccount, User
from core import config, crypto
from core.errors import DomainError

_FIRST_EXTENSION = 1000

config.define("softphone.part_ms", int, default=5000, help="Length of a part of a recording.")
config.define(
    "softphone.mime_types",
    str,
    default="audio/webm;codecs=opus,audio/webm,audio/ogg;codecs=opus",
    help="Formats of a recording in order of preference, separated by commas.",
)


@dataclass(frozen=True)
class Line:
    """How a phone registers. Without `ws_url` there is no telephone side: the practice line."""

    account: SipAccount
    ws_url: str
    realm: str
    ha1: str

    @property
    def is_practice(self) -> bool:
        """Whether calls reach nobody."""
        return not self.ws_url


def ensure_account(user: User) -> SipAccount:
    """The person's account, made with the next extension when missing.

    Raises DomainError "not_an_agent" for someone without an organization.
    """
    if user.organization_id is None:
        raise DomainError("Only people of an organization have a phone.", code="not_an_agent")
    number = str(_FIRST_EXTENSION + user.pk)
    fresh = {
        "organization_id": user.organization_id,
        "username": f"agent{number}",
        "extension": number,
    }
    return SipAccount.objects.get_or_create(user=user, defaults=fresh)[0]


def line_for(login: LoginSession) -> Line:
    """The line of the phone that a login just opened; it becomes the person's registered one."""
    account = ensure_account(login.user)
    ws_url = account.ws_url or settings.SIP_WS_URL
    realm = account.realm or settings.SIP_REALM
    if not ws_url:
        return Line(account, "", realm, "")
    if account.secret:  # a third-party PBX knows this secret and asks us nothing
        return Line(account, ws_url, realm, _ha1(account, crypto.decrypt(account.secret)))
    return Line(account, ws_url, realm, _ha1(account, _secret_of(login)))


def settings_of(line: Line) -> dict[str, Any]:
    """What a softphone is told: how to register, how to record, how long a call outlives it."""
    label = f"Extension {line.account.extension}"
    return {
        "mode": "practice" if line.is_practice else "sip",
        "sip": None if line.is_practice else _registration(line),
        "recording": {
            "part_ms": config.get("softphone.part_ms"),
            "mime_types": config.get("softphone.mime_types").split(","),
        },
        "lease_s": config.get("calls.lease_s"),
        "label": "Practice line: reaches nobody" if line.is_practice else label,
    }


def ha1_for(username: str, now: datetime) -> str | None:
    """What the edge must find in a registration: the HA1 of the account's last opened phone.

    None when the account is unknown or none of its logins lives.
    """
    login = (
        LoginSession.objects.select_related("user__sip_account")
        .filter(
            user__sip_account__username=username,
            user__status=User.Status.ACTIVE,
            revoked_at=None,
            expires_at__gt=now,
        )
        .exclude(sip_secret="")
        .order_by("-sip_issued_at")
        .first()
    )
    if login is None:
        return None
    account = login.user.sip_account
    # MariaDB compares without case; a SIP user name is exact.
    if account.username != username:
        return None
    return _ha1(account, crypto.decrypt(login.sip_secret))


def set_secret(account: SipAccount, secret: str) -> None:
    """Stores, encrypted, the password that a third-party PBX gave this account."""
    account.secret = crypto.encrypt(secret) if secret else ""
    account.save(update_fields=["secret"])


@transaction.atomic
def _secret_of(login: LoginSession) -> str:
    locked = LoginSession.objects.select_for_update().get(pk=login.pk)
    if locked.revoked_at:
        raise DomainError("Your session has ended. Log in again.", code="session_ended", status=401)
    if not locked.sip_secret:
        locked.sip_secret = crypto.encrypt(secrets.token_urlsafe(32))
    locked.sip_issued_at = timezone.now()
    locked.save(update_fields=["sip_secret", "sip_issued_at"])
    return crypto.decrypt(locked.sip_secret)


def _registration(line: Line) -> dict[str, Any]:
    return {
        "ws_url": line.ws_url,
        "uri": f"sip:{line.account.username}@{line.realm}",
        "authorization_user": line.account.username,
        "ha1": line.ha1,
        "realm": line.realm,
        "extension": line.account.extension,
        "ice_servers": [{"urls": url} for url in settings.SIP_ICE_SERVERS],
    }


def _ha1(account: SipAccount, secret: str) -> str:
    realm = account.realm or settings.SIP_REALM
    told = f"{account.username}:{realm}:{secret}"
    # RFC 3261 knows no other hash that every phone and edge speaks.
    return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
