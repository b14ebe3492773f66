"""An event loop in a thread, in which stand-ins serve while tests stay simple."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

PATIENCE_S = 20


class Served(Protocol):
    """A stand-in that listens while it runs."""

    async def start(self) -> None:
        """Begins to listen, on a port of its own."""

    async def stop(self) -> None:
        """Leaves."""


class Loop:
    """A loop that runs in a thread; `loop(coroutine)` waits for its result."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def __call__[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_S)

    @contextmanager
    def serving[S: Served](self, standin: S) -> Iterator[S]:
        """Runs a stand-in for the block."""
        self(standin.start())
        try:
            yield standin
        finally:
            self(standin.stop())

    def close(self) -> None:
        """Ends the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()


@contextmanager
def serving(*standins: Served) -> Iterator[Loop]:
    """Runs stand-ins in a loop of their own for the block."""
    loop = Loop()
    try:
        with ExitStack() as stack:
            for standin in standins:
                stack.enter_context(loop.serving(standin))
            yield loop
    finally:
        loop.close()
