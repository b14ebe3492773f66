"""The activity feed: what happened, in words, for those who watch over the system."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core.models import Event
from core.outbox import Told, told

FILTERS = ("auth", "api", "database", "error")
SUBSCRIPTIONS = ("activity", "health", "metrics")
PAGE = 50


@dataclass(frozen=True)
class Page:
    """A page of the feed, newest first; `before` asks for the next one, None at the end."""

    rows: list[dict[str, Any]]
    before: int | None


def passes(category: str, filters: Collection[str]) -> bool:
    """Whether an event of the category is shown; no filter shows all."""
    return not filters or category in filters


def sentence(kind: str) -> str:
    """A kind in words: `call.wrapped_up` is "Call wrapped up"."""
    return kind.replace(".", " ").replace("_", " ").capitalize()


def described(event: Told) -> dict[str, Any]:
    """An event as the feed's socket tells it."""
    return {
        "id": event.id,
        "type": event.category,
        "severity": event.severity,
        "kind": event.kind,
        "message": sentence(event.kind),
        "details": details(event.subject, event.data),
        "actor": event.actor,
        "timestamp": event.at.isoformat(),
    }


def details(subject: dict[str, Any], data: dict[str, Any]) -> str:
    """Ids and facts of an event on one line."""
    facts = {**subject, **data}
    return " · ".join(f"{name} {value}" for name, value in facts.items() if value not in (None, ""))


def page(user: Any, filters: Collection[str] = (), *, before: int | None = None) -> Page:
    """The feed's rows that the person may see: the newest, or those older than `before`."""
    events = Event.objects.select_related("actor").order_by("-id")
    if user.organization_id is not None:
        events = events.filter(organization_id=user.organization_id)
    if filters:
        events = events.filter(category__in=filters)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: PAGE + 1])
    rows = [{**described(told(event)), "at": event.at} for event in found[:PAGE]]
    return Page(rows, found[PAGE - 1].pk if len(found) > PAGE else None)
