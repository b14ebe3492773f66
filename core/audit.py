"""The log of who did what: verbs write an entry in their transaction, and it stays as written.

The only module, with `core.sealing`, that writes `AuditEntry`. Who asks, from where and by what
is known from the request that the thread is answering; a job without one acts as the system.
"""

import copy
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from core import statements
from core.models import AuditEntry
from core.web import address_of

Outcome = AuditEntry.Outcome

REDACTED = "•••"
# Names of fields whose values are never written, whatever they hold. A model names others of its
# own in `secret_fields`.
_SECRET = re.compile(
    r"passw|passphrase|secret|token|otp|hash|digest|credential|private|recovery|jti|ha1|cookie"
    r"|csrf|authorization|successor|bearer|signature|\bgrant\b|session_?id"
    r"|(api|access|signing|field|encryption)_?keys?|\b(pin|pwd|dsn)\b|last_step",
    re.IGNORECASE,
)
# Texts that are secrets by their shape, whatever their field is called: encrypted ones, hashed
# passwords, signed tokens.
_SECRET_SHAPE = re.compile(
    r"gAAAA[\w-]{60,}|(argon2\w*|pbkdf2_\w+|bcrypt\w*|scrypt|md5)\$\S+\$\S+"
    r"|\$2[aby]\$\d\d\$\S{53}|eyJ[\w-]{10,}\.[\w-]{5,}\.[\w-]{10,}"
)
_LONGEST = 2000

_request: ContextVar[HttpRequest | None] = ContextVar("audited_request", default=None)


class AuditMiddleware:
    """Lets entries know the request that they are written for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


def record(
    action: str,
    target: Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: Any = None,
    organization: Any = None,
    outcome: str = Outcome.DONE,
) -> AuditEntry:
    """Writes an entry in the current transaction.

    `action` is `noun.verb_in_the_past`, as `person.suspended`. The actor is the request's person
    unless given; the organization the target's, else the actor's. Values of fields that are named
    like secrets are never written.
    """
    request = _request.get()
    secrets: frozenset[str] = getattr(target, "secret_fields", frozenset())
    actor = actor if actor is not None else getattr(request, "user", None)
    who = actor if getattr(actor, "pk", None) else None
    entry = AuditEntry(
        at=timezone.now(),
        organization_id=_organization(organization, target, who),
        actor_id=who.pk if who else None,
        actor_name=str(getattr(who, "email", "") or "")[:255],
        acting_as=_acting_as(request, who),
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(getattr(target, "public_id", None) or target.pk) if target else "",
        target_name=str(target)[:255] if target is not None else "",
        before=_clean(before or {}, secrets),
        after=_clean(after or {}, secrets),
        address=address_of(request) if request else None,
        agent=request.headers.get("User-Agent", "")[:255] if request else "",
        outcome=outcome,
    )
    return statements.insert(entry)


@contextmanager
def changes(action: str, row: Model, fields: Iterable[str], **more: Any) -> Iterator[None]:
    """Records what a block changes in these fields of a row; nothing when it changes nothing."""
    names = list(fields)
    before = snapshot(row, names)
    yield
    after = snapshot(row, names)
    different = [name for name in names if before[name] != after[name]]
    if different:
        record(
            action,
            row,
            before={name: before[name] for name in different},
            after={name: after[name] for name in different},
            **more,
        )


def snapshot(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """The values of these fields: relations by their ids, many of them as a sorted list.

    They may be secrets: `record` is what makes them fit to be read.
    """
    return {name: _value(row, name) for name in fields}


def readable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as an entry would hold them."""
    return _clean(values)


def _value(row: Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if field.many_to_many:
        if row.pk is None:
            return []
        return sorted(getattr(row, name).values_list("pk", flat=True))
    return copy.deepcopy(getattr(row, str(getattr(field, "attname", name))))


def _organization(given: Any, target: Model | None, actor: Any) -> int | None:
    if given is not None:
        return int(getattr(given, "pk", given))
    if target is not None:
        if target._meta.label_lower == "accounts.organization":
            return int(target.pk)
        if (of_target := getattr(target, "organization_id", None)) is not None:
            return int(of_target)
    return getattr(actor, "organization_id", None)


def _acting_as(request: HttpRequest | None, actor: Any) -> str:
    token = getattr(request, "api_token", None)
    if token is not None:
        return f"token {token}"[:120]
    return str(getattr(actor, "role", "") or "")


def _clean(values: Mapping[str, Any], secrets: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {
        name: REDACTED if name in secrets or _SECRET.search(name) else _plain(value)
        for name, value in values.items()
    }


def _plain(value: Any) -> Any:
    """A value as JSON holds it, without what is nested under a secret's name."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _clean({str(name): inner for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(inner) for inner in value), key=str)
    return _text(value.pk if isinstance(value, Model) else value)


def _text(value: Any) -> Any:
    text = str(value)
    if _SECRET_SHAPE.search(text):
        return REDACTED
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
