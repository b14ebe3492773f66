"""The WebSockets: `/ws/live/` for pages, `/ws/activity/` for the activity feed."""

import asyncio
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from core import activity, health, realtime, resources
from core.errors import DomainError
from core.outbox import ACTIVITY, Told
from core.sockets import Socket, in_thread

MOST_TOPICS = 100
LONGEST_TOPIC = 100
HEALTH_EVERY_S = 10.0
METRICS_EVERY_S = 5.0


class Live(Socket):
    """Tells a page that something it shows has changed; the page then looks again."""

    def __init__(self) -> None:
        super().__init__()
        self.topics: frozenset[str] = frozenset()

    def wants(self, event: Told) -> bool:
        """Whether the page watches one of the event's topics."""
        return not self.topics.isdisjoint(event.topics)

    def packed(self, events: Sequence[Told]) -> list[dict[str, Any]]:
        """One hint, or several in one message."""
        hints = [self._hint(event) for event in events]
        if len(hints) == 1:
            return hints
        return [{"type": "hints", "hints": hints}]

    async def told(self, kind: str, content: dict[str, Any]) -> None:
        """Subscribes, or does what an app has registered for this type of message."""
        if kind == "subscribe":
            await self._subscribe(_words(content, "topics"), _number(content))
            return
        handler = realtime.handler_of(kind)
        if handler is None:
            raise DomainError("This type of message is not known.", code="unknown_type")
        await in_thread(handler, self.user, content)

    async def _subscribe(self, topics: list[str], last: int | None) -> None:
        if not await self.renew():
            return
        allowed = await in_thread(self._allowed, topics)
        async with self.held():
            self.topics = frozenset(allowed)
            found = await self.missed(last, allowed)
            refused = sorted(set(topics) - self.topics)
            await self.send_json(
                {"type": "subscribed", "topics": allowed, "refused": refused, "head": found.head}
            )
            if not found.complete:
                await self.send_json({"type": "reset"})
            for message in self.packed(found.events) if found.events else ():
                await self.send_json(message)

    def _allowed(self, topics: list[str]) -> list[str]:
        return [name for name in topics if realtime.may_watch(self.user, name)]

    def _hint(self, event: Told) -> dict[str, Any]:
        return {
            "type": "hint",
            "seq": event.seq,
            "kind": event.kind,
            "topics": sorted(self.topics.intersection(event.topics)),
            "subject": event.subject,
        }


class Activity(Socket):
    """Tells an administrator everything that happens, and how the system is."""

    permission = "core.view_event"

    def __init__(self) -> None:
        super().__init__()
        self.filters: frozenset[str] = frozenset()
        self.subscriptions: frozenset[str] = frozenset()
        self._reports: dict[str, asyncio.Task[None]] = {}

    def wants(self, event: Told) -> bool:
        """Whether the event passes the filters, and is of an organization the person may see."""
        if "activity" not in self.subscriptions:
            return False
        own = self.user.organization_id
        if own is not None and event.organization != own:
            return False
        return activity.passes(event.category, self.filters)

    def packed(self, events: Sequence[Told]) -> list[dict[str, Any]]:
        """Each event as a message of its own, with its row."""
        return [
            {"type": "activity_event", "seq": event.seq, "data": activity.described(event)}
            for event in events
        ]

    async def opened(self) -> None:
        """Says what may be asked for."""
        await self.send_json(
            {
                "type": "connection",
                "status": "connected",
                "filters": list(activity.FILTERS),
                "subscriptions": list(activity.SUBSCRIPTIONS),
                "timestamp": timezone.now().isoformat(),
            }
        )

    async def told(self, kind: str, content: dict[str, Any]) -> None:
        """Filters and subscriptions; there is nothing else to say here."""
        if kind == "set_filters":
            await self._filter(_words(content, "filters", activity.FILTERS))
        elif kind == "subscribe":
            asked = _words(content, "subscriptions", activity.SUBSCRIPTIONS)
            await self._subscribe(asked, _number(content))
        else:
            raise DomainError("This type of message is not known.", code="unknown_type")

    async def _filter(self, filters: list[str]) -> None:
        async with self.held():
            self.filters = frozenset(filters)
            await self.send_json({"type": "filters_updated", "filters": filters})

    async def _subscribe(self, subscriptions: list[str], last: int | None) -> None:
        if not await self.renew():
            return
        async with self.held():
            self.subscriptions = frozenset(subscriptions)
            found = await self.missed(last, (ACTIVITY,))
            await self.send_json(
                {
                    "type": "subscriptions_updated",
                    "subscriptions": subscriptions,
                    "head": found.head,
                }
            )
            if not found.complete:
                await self.send_json({"type": "reset"})
            for message in self.packed([event for event in found.events if self.wants(event)]):
                await self.send_json(message)
        self._report("health", self._tell_health())
        self._report("metrics", self._tell_metrics())

    def _report(self, name: str, work: Any) -> None:
        """Starts or ends what is told again and again."""
        if name in self._reports:
            self._reports.pop(name).cancel()
        if name in self.subscriptions:
            self._reports[name] = self.start(work)
        else:
            work.close()

    async def _tell_health(self) -> None:
        while True:
            report = await in_thread(health.report)
            await self.send_json({"type": "system_health", "data": report.details()})
            await asyncio.sleep(HEALTH_EVERY_S)

    async def _tell_metrics(self) -> None:
        while True:
            data = await in_thread(resources.snapshot)
            await self.send_json({"type": "metrics_update", "data": data})
            await asyncio.sleep(METRICS_EVERY_S)


def _words(content: dict[str, Any], name: str, among: Sequence[str] | None = None) -> list[str]:
    """A message's list of words, each once, in its order; raises DomainError for anything else."""
    words = content.get(name)
    if (
        not isinstance(words, list)
        or len(words) > MOST_TOPICS
        or not all(isinstance(word, str) and len(word) <= LONGEST_TOPIC for word in words)
    ):
        raise DomainError(
            f"{name} is a list of at most {MOST_TOPICS} words.", code=f"invalid_{name}"
        )
    if among is not None and not set(words) <= set(among):
        raise DomainError(f"{name} may hold: {', '.join(among)}.", code=f"invalid_{name}")
    return list(dict.fromkeys(words))


def _number(content: dict[str, Any]) -> int | None:
    last = content.get("last")
    if last is None or (isinstance(last, int) and not isinstance(last, bool)):
        return last
    raise DomainError("last is a number of an event, or null.", code="invalid_last")


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Refuses a WebSocket whose path no one serves."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})
