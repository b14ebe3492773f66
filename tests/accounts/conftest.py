"""Fixtures of the tests about people."""

from collections.abc import Callable, Iterator

import pytest

from accounts import breaks, presence
from accounts.models import BreakReason, Organization, User
from dialer.celery import app


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    """Someone who takes calls."""
    return person("agent")


@pytest.fixture
def lunch(organization: Organization) -> BreakReason:
    """A reason to be away."""
    return next(r for r in breaks.ensure(organization) if r.code == "lunch")


@pytest.fixture
def _tasks_run_at_once() -> Iterator[None]:
    """Hints are followed before the request ends."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def _without_campaigns(monkeypatch: pytest.MonkeyPatch) -> None:
    """People are tested without those who know campaigns: any number names one."""
    monkeypatch.setattr(presence, "_campaign_checks", [])
