"""A process with a socket's view of the outbox: numbers, reads, prints `seq id` of what it gets.

Ends when its standard input closes and nothing is left to read.
"""

import asyncio
import sys
from collections.abc import Sequence

import django

django.setup()

from core import outbox  # noqa: E402
from core.delivery import delivery  # noqa: E402
from core.models import Event  # noqa: E402
from core.outbox import Told  # noqa: E402


class Printer:
    """A subscriber that prints."""

    def __init__(self) -> None:
        self.head = 0

    def feed(self, events: Sequence[Told], head: int) -> None:
        """Prints each event as it comes."""
        self.head = head
        for event in events:
            sys.stdout.write(f"{event.seq} {event.id}\n")

    def lost(self) -> None:
        """Fails loudly."""
        sys.exit("the reader was lost")


def drained(head: int) -> bool:
    return not Event.objects.filter(seq=None).exists() and outbox.head() == head


async def main() -> None:
    """Reads on until told that no one writes any more."""
    printer = Printer()
    delivery.join(printer)
    await asyncio.to_thread(delivery.await_ready)
    sys.stdout.write("begun\n")
    await asyncio.to_thread(sys.stdin.read)
    while not await asyncio.to_thread(drained, printer.head):
        await asyncio.sleep(0.05)
    delivery.leave(printer)


if __name__ == "__main__":
    asyncio.run(main())
