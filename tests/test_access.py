"""The access table: every route is listed, and every role meets the door that the list says."""

import collections
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.access import (
    ANONYMOUS,
    EVERYONE,
    METHODS,
    ROLES,
    SUPERADMIN,
    Cast,
    Route,
    cast,
    existing,
    listed,
)
from tests.clients import browser

TABLE = listed()
DOORS = [
    pytest.param(route, method, id=f"{route.name}-{method}")
    for route in TABLE
    for method in route.methods
]
OBJECT_DOORS = [
    pytest.param(route, method, id=f"{route.name}-{method}")
    for route in TABLE
    for method in route.methods
    if route.made and not route.public and route.methods[method]
]


def knock(route: Route, method: str, client: Client, arguments: dict[str, Any]) -> HttpResponseBase:
    """Sends an empty request to the route; only the door is of interest."""
    address = reverse(route.name, kwargs=arguments)
    if method == "GET":
        return client.get(address)
    return client.generic(method, address, b"{}", content_type="application/json")


def asks_who(response: HttpResponseBase) -> bool:
    """Whether the answer is: log in first."""
    logins = (reverse("accounts-api:continue"), reverse("accounts:login"))
    return response.status_code == 401 or (
        response.status_code == 302 and response["Location"].startswith(logins)
    )


def is_shut(response: HttpResponseBase, role: str) -> bool:
    """Whether the door is closed as it should be: known people get 403, others are asked who."""
    return response.status_code == 403 or (role == ANONYMOUS and asks_who(response))


def is_open(response: HttpResponseBase, route: Route, method: str) -> bool:
    """Whether the request came through the door, whatever the verb then said to an empty one."""
    status = response.status_code
    if route.methods[method] == EVERYONE and asks_who(response):
        return True  # a door of tokens and passwords: everyone may try
    return status < 500 and status not in (403, 404, 405) and not asks_who(response)


def client_of(people: Cast, role: str) -> Client:
    """The browser of a role."""
    return browser(people.of(role))


def test_every_route_is_listed_in_its_apps_access_table() -> None:
    names = {name for name, _ in existing()}

    missing = sorted(names - {route.name for route in TABLE})

    assert not missing, "Say who may open them, in tests/<app>/access.py:\n" + "\n".join(
        f'    Route("{name}", {{"GET": {{AGENT, MANAGER}}}}),' for name in missing
    )


def test_the_access_tables_list_no_route_that_does_not_exist() -> None:
    gone = sorted({route.name for route in TABLE} - {name for name, _ in existing()})

    assert not gone, f"Take these lines out of tests/<app>/access.py: {gone}"


def test_no_route_is_listed_or_named_twice() -> None:
    lines = collections.Counter(route.name for route in TABLE)
    names = collections.Counter(name for name, _ in existing())

    assert [name for name, count in lines.items() if count > 1] == []
    assert [name for name, count in names.items() if count > 1] == []


def test_no_view_is_an_open_door() -> None:
    def says(view: Any) -> bool:
        return hasattr(getattr(view, "cls", getattr(view, "view_class", view)), "permissions")

    open_doors = sorted(name for name, pattern in existing() if not says(pattern.callback))

    assert not open_doors, (
        'Decorate them with core.web.requires("app.permission") or core.web.public, or give the '
        f"API view an attribute `permissions`: {open_doors}"
    )


@pytest.mark.parametrize(("route", "method"), DOORS)
def test_each_role_meets_the_door_that_the_table_says(db: None, route: Route, method: str) -> None:
    people = cast()
    problems = []

    for role in ROLES:
        arguments = route.made(people) if route.made else {}
        response = knock(route, method, client_of(people, role), arguments)
        admitted = route.admits(role, method)
        right = is_open(response, route, method) if admitted else is_shut(response, role)
        if not right:
            said = "may" if admitted else "may not"
            problems.append(f"{role} {said} {method} {route.name}: got {response.status_code}")

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("route", "method"), OBJECT_DOORS)
def test_another_organizations_object_does_not_exist(db: None, route: Route, method: str) -> None:
    ours, theirs = cast(), cast()
    assert route.made
    problems = []

    for role in sorted(set(route.methods[method]) - {ANONYMOUS, SUPERADMIN}):
        response = knock(route, method, client_of(ours, role), route.made(theirs))
        if response.status_code != 404:
            problems.append(f"{role} {method} {route.name}: got {response.status_code}, not 404")

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("route", TABLE, ids=lambda route: route.name)
def test_a_method_that_is_not_listed_is_not_allowed(db: None, route: Route) -> None:
    people = cast()
    arguments = route.made(people) if route.made else {}
    client = client_of(people, SUPERADMIN)
    problems = []

    for method in METHODS:
        if method in route.methods:
            continue
        response = knock(route, method, client, arguments)
        # A door that asks for another proof than a login may refuse before it looks further.
        refused = (405, 403) if not any(route.methods.values()) else (405,)
        if response.status_code not in refused:
            problems.append(f"{method} {route.name}: got {response.status_code}, not 405")

    assert not problems, "\n".join(problems)
