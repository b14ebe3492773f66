"""Fixtures that every suite shares."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Organization, User
from campaigns import reports, windows
from tests.factories import OrganizationFactory, UserFactory


@pytest.fixture
def organization(db: None) -> Organization:
    """The tenant that a test is about."""
    return OrganizationFactory.create()


@pytest.fixture
def person(organization: Organization) -> Callable[..., User]:
    """Makes a person of a role in the test's organization: `person("manager")`."""

    def make(role: str = "agent", **fields: Any) -> User:
        return UserFactory.create(role=role, **{"organization": organization, **fields})

    return make


@pytest.fixture(autouse=True)
def _window_classes_are_forgotten() -> None:
    """Each test's database begins without the rows that were remembered in the last one."""
    windows.forget()


@pytest.fixture(autouse=True)
def _what_reads_events_ends_with_its_test() -> Iterator[None]:
    """The thread that reads for sockets looks once more after the last of them has gone."""
    yield
    for thread in threading.enumerate():
        if thread.name == "events":
            thread.join(timeout=10)
            assert not thread.is_alive(), "A socket was left open."


@pytest.fixture(autouse=True)
def _counting_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So no count is remembered: a slow machine shows what is, as a quick one does."""
    monkeypatch.setattr(reports.MEMORY, "ticks", lambda: 0.0)
