"""What the browser tests share: installations with and without telephone, people at browsers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e import browser as browsers
from tests.e2e.browser import Person
from tests.e2e.server import Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation as `make run` starts it: SQLite, no Redis, the practice line."""
    with serving(tmp_path_factory.mktemp("server"), telephone=False) as running:
        yield running


@pytest.fixture(scope="session")
def telephone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation behind the real edge; `telephone_server.edge` tells what the carrier saw."""
    with serving(tmp_path_factory.mktemp("telephone"), telephone=True) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of all browsers of the session."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose microphone hears voices.AGENT."""
    with browsers.launched(playwright, tmp_path_factory.mktemp("voices")) as running:
        yield running


@pytest.fixture
def someone(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Opens browsers for people: `someone(server.url)`.

    At the end no page may have complained on its console; a test that provokes a complaint clears
    `person.errors`.
    """
    people: list[Person] = []

    def come(url: str, **options: Any) -> Person:
        person = browsers.someone(browser, url, **options)
        people.append(person)
        return person

    yield come
    complaints = [error for person in people for error in person.errors]
    for person in people:
        person.context.close()
    assert complaints == []
