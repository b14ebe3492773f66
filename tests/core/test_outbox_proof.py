"""Whatever writers do, every reader gets what became visible: all of it, in order, once.

Writers and readers are processes; some of both are killed in the middle of their work.
"""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from core.models import Event

ROOT = Path(__file__).resolve().parents[2]
WRITERS, READERS, TRANSACTIONS, KILLED = 5, 3, 60, 2
WITHIN_S = 240.0


class Process:
    """A Python module run against the test's database, whose lines are kept."""

    def __init__(self, module: str, *arguments: object) -> None:
        self.lines: list[str] = []
        self.begun = threading.Event()
        self.progressed = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", module, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line == "begun\n":
                self.begun.set()
            elif line.endswith("\n"):  # a killed process may leave half a line
                self.lines.append(line)
                if len(self.lines) >= 10:
                    self.progressed.set()
        self.begun.set()
        self.progressed.set()

    def kill(self) -> None:
        """Ends it in the middle of its work."""
        self._process.kill()

    def finish(self) -> int:
        """Tells it that there is no more to come; returns its exit code."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            return self._process.wait(WITHIN_S)
        finally:
            self._process.kill()
            self._listener.join()
            self._process.stdout.close()


def database_url() -> str:
    """The test's own database, for other processes."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    where = f"{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}"
    return f"mysql://{where}/{place['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_every_reader_gets_what_became_visible_in_order_and_once() -> None:
    chance = random.Random(7)
    readers = [Process("tests.core.outbox_reader") for _ in range(READERS)]
    assert all(reader.begun.wait(WITHIN_S) for reader in readers)

    writers = [Process("tests.core.outbox_writer", seed, TRANSACTIONS) for seed in range(WRITERS)]
    victims = chance.sample(writers, KILLED)
    for victim in victims:
        victim.progressed.wait(WITHIN_S)
        victim.kill()
    # A reader dies too, maybe while it numbers: the others go on where it stopped.
    readers[0].progressed.wait(WITHIN_S)
    readers[0].kill()
    codes = [writer.finish() for writer in writers if writer not in victims]
    for process in (*victims, readers[0]):
        process.finish()
    survivors = readers[1:]
    reader_codes = [reader.finish() for reader in survivors]

    assert set(codes) == {0}
    assert set(reader_codes) == {0}
    visible = list(Event.objects.order_by("seq").values_list("seq", "id"))
    promised = {int(word) for writer in writers for line in writer.lines for word in line.split()}
    assert [seq for seq, _ in visible] == list(range(1, len(visible) + 1))
    assert promised <= {pk for _, pk in visible}
    assert len(promised) > WRITERS * TRANSACTIONS / 2
    for reader in survivors:
        received = [tuple(map(int, line.split())) for line in reader.lines]
        assert received == visible
    until = [tuple(map(int, line.split())) for line in readers[0].lines]
    assert until == visible[: len(until)]
