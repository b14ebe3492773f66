"""A process that records events in slow, sometimes failing transactions: `SEED TRANSACTIONS`.

Prints the ids of the events of each transaction after its commit.
"""

import random
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from core import realtime  # noqa: E402
from core.retry import retried  # noqa: E402


class ChangedItsMind(Exception):  # noqa: N818  # it is no error
    """Rolls a transaction back."""


@retried
def write(chance: random.Random) -> list[int]:
    """Records some events, holds them back a while, and commits or not."""
    events = [realtime.record("thing.happened") for _ in range(chance.randint(1, 4))]
    time.sleep(chance.uniform(0, 0.02))
    if chance.random() < 0.25:
        raise ChangedItsMind
    return [event.pk for event in events]


def main() -> None:
    """Writes and tells, until it is done or killed."""
    chance = random.Random(int(sys.argv[1]))
    sys.stdout.write("begun\n")
    for _ in range(int(sys.argv[2])):
        try:
            committed = write(chance)
        except ChangedItsMind:
            continue
        sys.stdout.write(" ".join(map(str, committed)) + "\n")
    assert not transaction.get_connection().in_atomic_block


if __name__ == "__main__":
    main()
