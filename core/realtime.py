"""The outbox: verbs record events in their transaction, readers miss none of them.

The only module that writes `Event`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from core import doorbell, statements
from core.models import Event

type MayWatch = Callable[[Any, str], bool]
type Inbound = Callable[[Any, dict[str, Any]], None]
type Farewell = Callable[[Any], str]

_topics: dict[str, MayWatch] = {}
_inbound: dict[str, Inbound] = {}
_farewells: list[Farewell] = []


def record(
    kind: str,
    *,
    organization: Any = None,
    topics: Iterable[str] = (),
    subject: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    category: str = "api",
    severity: str = Event.Severity.INFO,
    actor: Any = None,
    at: datetime | None = None,
) -> Event:
    """Writes an event in the current transaction and rings the doorbell after commit.

    `subject` holds ids, `data` small facts without personal data. `organization` is an
    Organization or its id. An error is filed under "error", whatever it is about.
    """
    if severity == Event.Severity.ERROR:
        category = "error"
    event = Event(
        kind=kind,
        organization_id=getattr(organization, "pk", organization),
        topics=list(topics),
        subject=subject or {},
        data=data or {},
        category=category,
        severity=severity,
        actor_id=getattr(actor, "pk", actor),
        at=at or timezone.now(),
    )
    statements.insert(event)
    _ring_after_commit()
    return event


def _ring_after_commit() -> None:
    """One ring for all events of a transaction: readers then find every one of them."""
    waiting = transaction.get_connection().run_on_commit
    if not any(hook[1] is doorbell.ring for hook in waiting):
        transaction.on_commit(doorbell.ring, robust=True)


def topic(prefix: str, *, may_watch: MayWatch) -> None:
    """Registers a family of topics: `may_watch(user, topic)` decides each subscription.

    The prefix is the topic's words without its ids: `agent` for `agent:7`, `org:calls` for
    `org:1:calls`. Raises ImproperlyConfigured when another rule has it already.
    """
    if _topics.setdefault(prefix, may_watch) is not may_watch:
        raise ImproperlyConfigured(f"The topic {prefix!r} has two rules.")


def may_watch(user: Any, name: str) -> bool:
    """Whether the person may subscribe to the topic; no one may to an unknown one."""
    rule = _topics.get(":".join(name.split(":")[0::2]))
    return rule is not None and rule(user, name)


def inbound(kind: str, handler: Inbound) -> None:
    """Registers what a page's message of this type does: `handler(user, message)`.

    It runs in a worker thread; a DomainError that it raises is told to the page. Raises
    ImproperlyConfigured when another handler has the type already.
    """
    if _inbound.setdefault(kind, handler) is not handler:
        raise ImproperlyConfigured(f"The message {kind!r} has two handlers.")


def handler_of(kind: str) -> Inbound | None:
    """What a page's message of this type does, if anything."""
    return _inbound.get(kind)


def farewell(words: Farewell) -> None:
    """Registers who knows why a login has ended: `words(login)` is a sentence, or nothing.

    It runs in a worker thread, and what it says is sent to that login's own pages alone.
    """
    if words not in _farewells:
        _farewells.append(words)


def farewell_to(login: Any) -> str:
    """What the pages of a login that has ended are told."""
    return " ".join(filter(None, (words(login) for words in _farewells)))
