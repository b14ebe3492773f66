"""What every WebSocket here has: a login, limits, a buffer, pings, and its place in the events."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth import get_user_model
from django.db import Error, close_old_connections

from core import metrics, realtime
from core.delivery import NotReadingError, delivery
from core.errors import DomainError
from core.outbox import Replay, Told, replay

COALESCE_S = 0.1
BUFFER = 256
PING_S = 15.0
SILENT_S = 60.0
LARGEST_FRAME = 16_384  # characters
# What a page may send in a stretch of time; ten times what it needs.
RATE, RATE_S = 60, 10.0

# After these, what a page watches may be more than its person may still see.
LESS_SIGHT = ("role.changed", "team.sight_lost")

LOGIN_OVER, FORBIDDEN, SILENT, TOO_FAST, TOO_LARGE, LATER = 4401, 4403, 4408, 4429, 1009, 1013


async def in_thread[**P, R](call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A call to the database beside the event loop, and beside the other sockets' calls."""

    def run() -> R:
        try:
            return call(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.to_thread(run)


class Socket(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """A socket of a logged-in person, told of events in order. Subclasses say of which, and how."""

    permission: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.user: Any = None
        self.seen = 0  # everything up to this number has been handed to this socket
        self._since = 0  # where it was when a subscription began
        self._joined = False  # whether it subscribed before
        self._held = True  # no event goes out while a subscription is being made
        self._buffer: deque[Told] = deque()
        self._skipped = 0
        self._flushed_at = 0.0
        self._heard_at = time.monotonic()
        self._arrivals: deque[float] = deque(maxlen=RATE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._flushing: asyncio.Task[None] | None = None

    # --- What subclasses say ---

    def wants(self, event: Told) -> bool:
        """Whether this socket's person asked for the event and may know of it."""
        raise NotImplementedError

    def packed(self, events: Sequence[Told]) -> list[dict[str, Any]]:
        """The messages that tell of these events."""
        raise NotImplementedError

    async def opened(self) -> None:
        """Called when the person is known and may be here."""

    async def told(self, kind: str, content: dict[str, Any]) -> None:
        """Called with each well-formed message of the page."""
        raise NotImplementedError

    # --- Life ---

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Lives as long as the connection, and leaves nothing behind however it ends."""
        metrics.SOCKETS.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            metrics.SOCKETS.dec()
            delivery.leave(self)
            for task in self._tasks:
                task.cancel()

    async def connect(self) -> None:
        """Accepts first: a browser learns a close code only from an open socket."""
        await self.accept()
        self.user = self.scope.get("user")
        if self.user is None or not self.user.is_authenticated:
            await self.close(code=LOGIN_OVER)
            return
        if self.permission and not await in_thread(self.user.has_perm, self.permission):
            await self.close(code=FORBIDDEN)
            return
        delivery.join(self)
        self.start(self._ping())
        await self.opened()

    def start(self, work: Any) -> asyncio.Task[None]:
        """Runs a coroutine beside the socket, until it is done or the socket is."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def lost(self) -> None:
        """Closes, so that the page comes again: nothing more would reach it here."""
        self.start(self.close(code=LATER))

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            if time.monotonic() - self._heard_at > SILENT_S:
                await self.close(code=SILENT)
                return
            if not self._held:
                await self._flush()
                await self.send_json({"type": "ping", "head": self.seen})

    # --- From the page ---

    async def receive(self, text_data: str | None = None, bytes_data: Any = None) -> None:
        """Lets through a text frame of sensible size, at a sensible rate, that is a JSON object."""
        self._heard_at = now = time.monotonic()
        if text_data is None or len(text_data) > LARGEST_FRAME:
            await self.close(code=TOO_LARGE)
            return
        if len(self._arrivals) == RATE and now - self._arrivals[0] < RATE_S:
            await self.close(code=TOO_FAST)
            return
        self._arrivals.append(now)
        try:
            content = json.loads(text_data)
        except (ValueError, RecursionError):
            content = None
        kind = content.get("type") if isinstance(content, dict) else None
        if not isinstance(kind, str):
            await self.refuse("malformed", "A message is a JSON object with a type.")
        elif kind != "pong":
            await self._answer(kind, content)

    async def _answer(self, kind: str, content: dict[str, Any]) -> None:
        try:
            await self.told(kind, content)
        except DomainError as error:
            await self.refuse(error.code, error.message)
        except (Error, NotReadingError):
            # The database is away: the page comes again and takes up where it was.
            await self.close(code=LATER)

    async def refuse(self, code: str, message: str) -> None:
        """Tells the page that its message did nothing, and why."""
        await self.send_json({"type": "error", "code": code, "message": message})

    # --- Subscribing ---

    async def renew(self) -> bool:
        """Reads the person again, as their rights may have changed; closes for one gone."""
        people = get_user_model()._default_manager
        self.user = await in_thread(people.filter(pk=self.user.pk).first)
        if self.user is not None and self.user.is_active:
            return True
        await self.close(code=LOGIN_OVER)
        return False

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keeps events back while what they are about is being changed."""
        self._held, self._since = True, self.seen
        await self._flush()
        try:
            yield
        finally:
            self._held = False
            self._schedule()

    async def missed(self, last: int | None, topics: Sequence[str]) -> Replay:
        """What to tell first: without a gap to what comes next, and without a repetition.

        A socket that subscribes anew without a number goes on from where it is.
        """
        if last is None and self._joined:
            last = self._since
        self._joined = True

        def read() -> Replay:
            delivery.await_ready()
            return replay(last, topics)

        found = await in_thread(read)
        self._buffer = deque(event for event in self._buffer if event.seq > found.head)
        self.seen = max(self.seen, found.head)
        return found

    # --- To the page ---

    def feed(self, events: Sequence[Told], head: int) -> None:
        """Takes the next events of the process; keeps those of this socket for the next flush."""
        for event in events:
            if event.seq <= self.seen:
                continue
            if event.kind == "session.revoked" and self._is_own_login(event):
                self.start(self._revoke(event))
            if event.kind in LESS_SIGHT and self._is_about_me(event):
                self.lost()
            if self.wants(event):
                self._keep(event)
        self.seen = max(self.seen, head)
        self._schedule()

    def _keep(self, event: Told) -> None:
        if len(self._buffer) >= BUFFER:
            self._skipped += 1
            self._buffer.popleft()
        self._buffer.append(event)

    def _is_own_login(self, event: Told) -> bool:
        login = self.scope.get("login")
        return login is not None and event.subject.get("login") == str(login.public_id)

    def _is_about_me(self, event: Told) -> bool:
        is_mine = event.subject.get("role") == getattr(self.user, "role", "")
        return is_mine or getattr(self.user, "pk", None) in event.subject.get("people", ())

    async def _revoke(self, event: Told) -> None:
        said = ""
        with contextlib.suppress(Error):  # a page that cannot be told why is told all the same
            said = await in_thread(realtime.farewell_to, self.scope.get("login"))
        because = event.data.get("because", "")
        await self.send_json({"type": "session.revoked", "because": because, "said": said})
        await self.close(code=LOGIN_OVER)

    def _schedule(self) -> None:
        if self._buffer and not self._held and (self._flushing is None or self._flushing.done()):
            self._flushing = self.start(self._drain())

    async def _drain(self) -> None:
        # The first event after a quiet while goes out at once, the next ones together.
        while self._buffer and not self._held:
            await asyncio.sleep(max(0.0, self._flushed_at + COALESCE_S - time.monotonic()))
            if not self._held:
                await self._flush()

    async def _flush(self) -> None:
        events, self._buffer = self._buffer, deque()
        skipped, self._skipped = self._skipped, 0
        self._flushed_at = time.monotonic()
        if skipped:
            await self.send_json({"type": "skipped", "count": skipped})
        for message in self.packed(events) if events else ():
            await self.send_json(message)
