"""Fixtures of the tests about people."""

from collections.abc import Callable

import pytest

from accounts import presence
from accounts.models import BreakReason, Organization, User


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    """Someone who takes calls."""
    return person("agent")


@pytest.fixture
def lunch(organization: Organization) -> BreakReason:
    """A reason to be away."""
    return next(r for r in presence.ensure_break_reasons(organization) if r.code == "lunch")


@pytest.fixture(autouse=True)
def _without_campaigns(monkeypatch: pytest.MonkeyPatch) -> None:
    """People are tested without those who know campaigns: any number names one."""
    monkeypatch.setattr(presence, "_campaign_checks", [])
