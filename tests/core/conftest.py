"""Fixtures of the core's tests."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import realtime
from core.delivery import delivery

_numbers = itertools.count(1)


@pytest.fixture
def topic() -> Callable[..., str]:
    """Makes a new topic, with a rule of who may watch it: everyone unless said."""

    def make(may_watch: Callable[[Any, str], bool] = lambda *_: True) -> str:
        prefix = f"test-{next(_numbers)}"
        realtime.topic(prefix, may_watch=may_watch)
        return f"{prefix}:1"

    return make


@pytest.fixture(autouse=True)
def _no_socket_stays_open() -> Iterator[None]:
    yield
    assert delivery.sockets() == 0
