"""The access table's words: who may do what to which route.

Each app lists its routes as `ROUTES: list[Route]` in `tests/<app>/access.py`; `test_access.py`
demands that every route of the product is listed once, and tries each with every role.

    from tests.access import AGENT, EVERYONE, LOGGED_IN, MANAGER, Cast, Route

    def call(cast: Cast) -> dict[str, object]:
        return {"public_id": CallFactory.create(agent=cast.agent, team=cast.team).public_id}

    ROUTES = [
        Route("calls:history", {"GET": {AGENT, MANAGER, QA}}),
        Route("calls:detail", {"GET": {AGENT, MANAGER, QA}}, call),
    ]

A superadmin may do everything that anyone may, and is never listed. `HEAD` and `OPTIONS` follow
from the others. A method that is not listed must answer 405.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Organization, Team, User
from tests.factories import OrganizationFactory, TeamFactory, UserFactory

AGENT, MANAGER, QA = "agent", "manager", "qa"
SUPERADMIN, ANONYMOUS = "superadmin", "anonymous"
ROLES = (ANONYMOUS, AGENT, MANAGER, QA, SUPERADMIN)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

LOGGED_IN = frozenset({AGENT, MANAGER, QA})
EVERYONE = frozenset({ANONYMOUS, AGENT, MANAGER, QA})
# Opened by something else than a login (the edge's token): every role is refused without it.
NO_ROLE: frozenset[str] = frozenset()
SUPERADMIN_ONLY = frozenset({SUPERADMIN})


@dataclass(frozen=True)
class Cast:
    """The people of one organization: a team of one agent, led by the manager, and a qa."""

    organization: Organization
    team: Team
    agent: User
    manager: User
    qa: User
    superadmin: User

    def of(self, role: str) -> User | None:
        """The person who plays a role; nobody for an anonymous one."""
        found: User | None = getattr(self, role, None)
        return found


@dataclass(frozen=True)
class Route:
    """One route: roles by method, and, when its address names an object, how to make that.

    `made` gets a cast and returns the address' arguments, of an object that each of the cast whom
    the route admits may see; `public` says that it is no tenant's (no other organization's 404).
    """

    name: str
    methods: Mapping[str, frozenset[str] | set[str]]
    made: Callable[[Cast], dict[str, Any]] | None = None
    public: bool = False

    def admits(self, role: str, method: str) -> bool:
        """Whether the role may; a superadmin may what anyone may."""
        roles = self.methods[method]
        return role in roles or (role == SUPERADMIN and bool(roles))


def cast() -> Cast:
    """Hires everyone for one organization."""
    organization = OrganizationFactory.create()
    hire = {
        role: UserFactory.create(role=role, organization=organization)
        for role in (AGENT, MANAGER, QA)
    }
    team = TeamFactory.create(organization=organization)
    team.members.add(hire[AGENT])
    team.managers.add(hire[MANAGER])
    superadmin = UserFactory.create(role=SUPERADMIN, organization=None)
    return Cast(organization, team, superadmin=superadmin, **hire)


def listed() -> list[Route]:
    """Every app's routes."""
    folder = Path(__file__).parent
    modules = sorted(f"tests.{path.parent.name}.access" for path in folder.glob("*/access.py"))
    return [route for module in modules for route in importlib.import_module(module).ROUTES]


def existing() -> Iterator[tuple[str, URLPattern]]:
    """Every route of the URLconf by its full name; Django's admin has its own test."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: list[Any], namespace: str, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, address)
        else:
            yield f"{namespace}{pattern.name or f'(nameless) {address}'}", pattern
