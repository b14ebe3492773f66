"""A page's end of a WebSocket, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from accounts.models import LoginSession, User
from core import realtime
from core.models import Event
from core.routing import sockets
from core.sockets import in_thread

WITHIN_S = 10.0


class Page:
    """Sends and receives JSON; leaves pings aside unless asked for them."""

    def __init__(self, path: str, user: Any, login: Any = None) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            await sockets({**scope, "user": user, "login": login}, receive, send)

        self.wire = WebsocketCommunicator(application, path)

    async def say(self, **message: Any) -> None:
        """Sends one message."""
        await self.wire.send_json_to(message)

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message, which must be of this type."""
        message: dict[str, Any] = await self.wire.receive_json_from(WITHIN_S)
        assert message["type"] == kind, message
        return message

    async def closed(self) -> int:
        """The code with which the server closes, now."""
        end = await self.wire.receive_output(WITHIN_S)
        assert end["type"] == "websocket.close", end
        return int(end["code"])

    async def hints(self, count: int) -> list[dict[str, Any]]:
        """The next hints, however they are packed."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            message = await self.wire.receive_json_from(WITHIN_S)
            assert message["type"] in ("hint", "hints"), message
            found += message["hints"] if message["type"] == "hints" else [message]
        return found

    async def subscribe(self, *topics: str, last: int | None = None) -> dict[str, Any]:
        """Subscribes to live topics and returns what the server says to it."""
        await self.say(type="subscribe", topics=list(topics), last=last)
        return await self.hear("subscribed")


@asynccontextmanager
async def page(
    user: User | AnonymousUser, path: str = "/ws/live/", login: LoginSession | None = None
) -> AsyncIterator[Page]:
    """An open page of this person."""
    opened = Page(path, user, login)
    accepted, _ = await opened.wire.connect(WITHIN_S)
    assert accepted
    try:
        yield opened
    finally:
        await opened.wire.disconnect(timeout=WITHIN_S)


async def happens(kind: str = "thing.happened", *topics: str, **fields: Any) -> Event:
    """Records an event in a transaction of its own."""
    return await in_thread(realtime.record, kind, topics=topics, **fields)
