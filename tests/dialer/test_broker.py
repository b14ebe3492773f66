"""The folder broker: messages are whole, whoever reads while they are written."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kombu.connection import Connection

import dialer.broker

TEXT = "x" * 200_000


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Connection]:
    """A connection to a broker in a folder of its own."""
    folders = {name: str(tmp_path) for name in ("data_folder_in", "data_folder_out")}
    options = {**folders, "control_folder": str(tmp_path / "control")}
    address = f"{dialer.broker.SCHEME}://"
    with Connection(address, transport_options=options) as connection:
        yield connection


def test_a_message_arrives(line: Connection) -> None:
    queue = line.SimpleQueue("greetings")

    queue.put({"text": "hello"})

    assert queue.get(timeout=10).payload == {"text": "hello"}


def test_no_message_can_be_seen_before_it_is_whole(line: Connection, tmp_path: Path) -> None:
    queue = line.SimpleQueue("work")
    seen: set[Path] = set()

    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(lambda: [queue.put({"text": TEXT}) for _ in range(10)])
        while not writing.done() or len(seen) < 10:
            new = set(tmp_path.glob("*.msg")) - seen
            assert all(json.loads(path.read_text()) for path in new)
            seen |= new
            assert not (writing.done() and writing.exception())
