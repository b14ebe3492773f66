"""Which servers beyond ours the content policy of pages names."""

import pytest

from core.origins import sources


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("", []),
        ("rooms.example.test", []),
        ("wss://rooms.example.test:7443/x", ["wss://rooms.example.test:7443"]),
        ("https://rooms.example.test", ["wss://rooms.example.test"]),
        ("ws://127.0.0.1:7880", ["ws://127.0.0.1:7880"]),
        ("wss://own.livekit.cloud", ["wss://*.livekit.cloud"]),
    ],
)
def test_a_server_is_named_by_its_socket_and_its_pages(url: str, named: list[str]) -> None:
    pages = [each.replace("ws", "http", 1) for each in named]

    assert sources(url) == [*named, *pages]
