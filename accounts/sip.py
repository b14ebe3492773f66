"""The telephone side of a person: their SIP account, and the secret behind each login's phone.

A registration is proved by HA1, the MD5 of user, realm and secret that SIP digest prescribes. The
secret is random, made once per login and revoked with it; nothing but its hash leaves the server.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import LoginSession, SipAccount, User
from core import audit, config, crypto
from core.errors import DomainError, InputError
from core.retry import retried

_FIRST_EXTENSION = 1000
_EXTENSION: Final = re.compile(r"[0-9]{2,16}")
# It becomes part of a header: no spaces, commas, semicolons or quotes. Audio is not sent in clear.
_WS_URL: Final = re.compile(r"wss://[a-z0-9.-]+(:[0-9]{1,5})?(/[\w.~/%-]*)?", re.ASCII | re.I)
_REALM: Final = re.compile(r"[\w.-]{1,255}", re.ASCII)
_USERNAME: Final = re.compile(r"[\w.+-]{1,64}", re.ASCII)
# How the accounts of our own edge are called; a PBX's must not take such a name.
_OURS: Final = re.compile(r"agent[0-9]+", re.I)
_AUDITED: Final = ("extension", "username", "ws_url", "realm", "secret")

config.define("softphone.part_ms", int, default=5000, help="Length of a part of a recording.")
config.define(
    "softphone.mime_types",
    str,
    default="audio/webm;codecs=opus,audio/webm,audio/ogg;codecs=opus",
    help="Formats of a recording in order of preference, separated by commas.",
)


@dataclass(frozen=True)
class Pbx:
    """A third party's telephone side; an empty `secret` keeps the stored one."""

    ws_url: str
    realm: str
    username: str
    secret: str = ""


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
    if account := SipAccount.objects.filter(user=user).first():
        return account
    first = _FIRST_EXTENSION + user.pk
    theirs = SipAccount.objects.filter(organization_id=user.organization_id)
    # Someone may have been given this very number.
    free = next(n for n in count(first) if not theirs.filter(extension=str(n)).exists())
    fresh = {
        "organization_id": user.organization_id,
        "username": _own_username(user),
        "extension": str(free),
    }
    return SipAccount.objects.get_or_create(user=user, defaults=fresh)[0]


@retried
def change(user: User, extension: str, pbx: Pbx | None, *, by: User | None = None) -> SipAccount:
    """Gives a person another extension, and a third party's PBX or, without one, our own edge.

    Acts from the next load of their pages. Raises InputError by field, and DomainError
    "not_an_agent".
    """
    account = SipAccount.objects.select_for_update().get(pk=ensure_account(user).pk)
    errors = _faults(account, extension) | (_faults_of_pbx(account, pbx) if pbx else {})
    if errors:
        raise InputError("Some fields are not right.", errors=errors)
    with audit.changes("sip_account.changed", account, _AUDITED, actor=by):
        account.extension = extension
        if pbx is None:
            account.username, account.ws_url = _own_username(user), ""
            account.realm = account.secret = ""
        else:
            account.username, account.ws_url, account.realm = pbx.username, pbx.ws_url, pbx.realm
            if pbx.secret:
                account.secret = crypto.encrypt(pbx.secret)
        _save(account)
    return account


@retried
def set_extension(user: User, extension: str, *, by: User | None = None) -> SipAccount:
    """Gives a person another extension; the rest stays. Raises what `change` raises."""
    account = SipAccount.objects.select_for_update().get(pk=ensure_account(user).pk)
    if errors := _faults(account, extension):
        raise InputError("This extension cannot be given.", errors=errors)
    with audit.changes("sip_account.changed", account, _AUDITED, actor=by):
        account.extension = extension
        _save(account)
    return account


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


def _own_username(user: User) -> str:
    return f"agent{_FIRST_EXTENSION + user.pk}"


def _faults(account: SipAccount, extension: str) -> dict[str, list[str]]:
    """What is not right with an extension, by field."""
    others = SipAccount.objects.exclude(pk=account.pk).filter(organization=account.organization_id)
    if not _EXTENSION.fullmatch(extension):
        return {"extension": ["An extension has 2 to 16 digits."]}
    if others.filter(extension=extension).exists():
        return {"extension": ["Someone of this organization has this extension."]}
    return {}


def _faults_of_pbx(account: SipAccount, pbx: Pbx) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if len(pbx.ws_url) > 255 or not _WS_URL.fullmatch(pbx.ws_url):
        errors["ws_url"] = ["Enter an address that begins with wss://."]
    if not _REALM.fullmatch(pbx.realm):
        errors["realm"] = ["Enter the domain that the PBX names, such as pbx.example.com."]
    if not _USERNAME.fullmatch(pbx.username) or _OURS.fullmatch(pbx.username):
        errors["username"] = ["Enter the user name that the PBX knows."]
    elif SipAccount.objects.exclude(pk=account.pk).filter(username=pbx.username).exists():
        errors["username"] = ["Someone has this user name already."]
    # A stored password is for the server that it was typed for.
    same = (account.ws_url, account.username) == (pbx.ws_url, pbx.username)
    if not pbx.secret and not (account.secret and same):
        errors["secret"] = ["Enter the password that the PBX knows."]
    return errors


def _save(account: SipAccount) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:  # somebody took it a moment ago
        sentence = "The extension or the user name was just taken."
        raise InputError(sentence, errors={"extension": [sentence]}) from error


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
