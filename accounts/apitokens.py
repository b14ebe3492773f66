"""Tokens of machines: each acts for its person, and may some of what they may.

The only module that writes `ApiToken`.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts import second_factor
from accounts.models import ApiToken, User
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried

START: Final = "dlr_"
# What a program may be given, in plain words. What is missing here belongs to a person at a desk:
# seats and phones are those of a login.
SCOPES: Final[dict[str, str]] = {
    "campaigns.add_lead": "Add and change leads",
    "campaigns.add_leadsheet": "Upload lists of leads",
    "campaigns.view_suppressionentry": "Ask whether a number is called",
    "campaigns.add_suppressionentry": "Say that a number is not to be called",
    "campaigns.view_consentrecord": "Read consent",
    "campaigns.add_consentrecord": "Write down and end consent",
    "campaigns.view_leadsheet": "Read and fetch lists of leads",
    "campaigns.view_lead": "Read leads",
    "agentic.view_agenticcampaign": "Read what voices say and do",
    "agentic.change_agenticcampaign": "Write and publish what voices say",
    "agentic.run_agenticcampaign": "Start and stop voices",
    "calls.view_call": "Read calls",
    "calls.listen_recording": "Fetch recordings",
    "calls.upload_cdr": "Upload calls that were made elsewhere",
}
# How many of one person's may work at a time.
MOST: Final = 20
# Its last use is written at most this often.
_NOTED_EVERY: Final = timedelta(minutes=1)
_SHOWN: Final = len(START) + 6


def offered(user: User) -> dict[str, str]:
    """The scopes that a person may give, in plain words: those that they hold themselves."""
    return {scope: words for scope, words in SCOPES.items() if user.has_perm(scope)}


@retried
def make(
    user: User, name: str, scopes: Collection[str], expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """A token that acts for this person, and its text, which nothing can show again.

    Raises InputError by field, and DomainError "too_many_tokens".
    """
    now, name = timezone.now(), name.strip()
    # Whoever makes two at once waits here, so that they are counted.
    User.objects.select_for_update().get(pk=user.pk)
    _check(user, name, scopes, expires_at, now)
    raw = START + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        organization_id=user.organization_id,
        user=user,
        name=name,
        prefix=raw[:_SHOWN],
        token_hash=_hashed(raw),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=expires_at,
    )
    audit.record("token.created", token, after=_told(token), actor=user)
    return token, raw


@retried
def revoke(token: ApiToken, by: User) -> None:
    """Ends a token, from this moment on; one that has ended stays as it is."""
    locked = ApiToken.objects.select_for_update().get(pk=token.pk)
    if locked.revoked_at is None:
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
        audit.record("token.revoked", locked, before=_told(locked), actor=by)


def of(raw: str, *, address: str | None) -> ApiToken | None:
    """The living token with this text, its user narrowed to what it may; None when there is none.

    A suspended person's and a closed organization's are none. Notes the use.
    """
    if not raw.startswith(START):
        return None
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user__organization")
        .filter(token_hash=_hashed(raw), revoked_at=None)
        .first()
    )
    if token is None or not token.lives(now) or not _may_enter(token.user, now):
        return None
    if token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY:
        _note(token, address, now)
    token.user.narrowed_to = frozenset(token.scopes) & SCOPES.keys()
    return token


def must_enrol(token: ApiToken) -> bool:
    """Whether its person's role demands a second factor that they have not set up."""
    return second_factor.is_demanded(token.user) and not second_factor.has(token.user)


def _check(
    user: User, name: str, scopes: Collection[str], expires_at: datetime | None, now: datetime
) -> None:
    errors: dict[str, list[str]] = {}
    if not name or len(name) > 80:
        errors["name"] = ["Say in at most 80 characters what it is for."]
    if not scopes:
        errors["scopes"] = ["Choose at least one."]
    elif not set(scopes) <= offered(user).keys():
        errors["scopes"] = ["You cannot give what you may not do yourself."]
    if expires_at is not None and expires_at <= now:
        errors["expires_at"] = ["Choose a time that is to come."]
    if errors:
        raise InputError("Some fields are not right.", errors=errors)
    living = ApiToken.objects.filter(user=user, revoked_at=None)
    if living.filter(Q(expires_at=None) | Q(expires_at__gt=now)).count() >= MOST:
        raise DomainError(f"You have {MOST} tokens: revoke one first.", code="too_many_tokens")


@retried
def _note(token: ApiToken, address: str | None, now: datetime) -> None:
    noted = ApiToken.objects.filter(pk=token.pk)
    noted.update(last_used_at=now, last_address=address)


def _may_enter(user: User, now: datetime) -> bool:
    organization = user.organization
    return user.is_active and (organization is None or organization.is_open(now))


def _told(token: ApiToken) -> dict[str, object]:
    return {"of": token.user_id, "scopes": token.scopes, "expires_at": token.expires_at}


def _hashed(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
