"""The outbox: verbs record events in their transaction, readers miss none of them.

The only module that writes `Event`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.models import Event

type MayWatch = Callable[[Any, str], bool]
type Inbound = Callable[[Any, dict[str, Any]], None]

_topics: dict[str, MayWatch] = {}
_inbound: dict[str, Inbound] = {}


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
    Organization or its id.
    """
    event = Event.objects.create(
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
    transaction.on_commit(ring)
    return event


def ring() -> None:
    """Tells the readers that there is something to read."""


def topic(prefix: str, *, may_watch: MayWatch) -> None:
    """Registers a family of topics: `may_watch(user, topic)` decides each subscription."""
    _topics[prefix] = may_watch


def inbound(kind: str, handler: Inbound) -> None:
    """Registers what a page's message of this type does: `handler(user, message)`."""
    _inbound[kind] = handler
