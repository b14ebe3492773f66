"""Fields that nobody asked for change nothing: no role, no organization, no foreign row.

Every route that writes gets a body of plausible values for all the fields there are, and beside
them what an attacker would add; as a form and as JSON, from each role that the route admits.
"""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from tests.access import AGENT, MANAGER, QA, Cast, Route, cast, listed
from tests.clients import browser
from tests.factories import AttemptFactory, CallFactory, CampaignFactory, LeadFactory

ROLES = (AGENT, MANAGER, QA)
WRITES = [
    pytest.param(route, method, id=f"{route.name}-{method}")
    for route in listed()
    for method in ("POST", "PUT", "PATCH")
    if method in route.methods and set(ROLES) & set(route.methods[method])
]
# Rows of the neighbor that must stay as they are.
TENANT_ROWS = [
    model
    for model in apps.get_models()
    if any(field.name == "organization" for field in model._meta.concrete_fields)
    and model._meta.app_label not in ("core",)
]


@pytest.fixture
def ours(db: None) -> Cast:
    """The attackers."""
    return cast()


@pytest.fixture
def theirs(ours: Cast) -> Cast:
    """The neighbor, with rows to write to."""
    people = cast()
    campaign = CampaignFactory.create(organization=people.organization)
    lead = LeadFactory.create(campaign=campaign)
    attempt = AttemptFactory.create(campaign=campaign, agent=people.agent, lead=lead)
    CallFactory.create(attempt=attempt, team=people.team)
    return people


def plausible() -> dict[str, Any]:
    """A value for each name of a field that some form or serializer has."""
    return {
        "name": "Spring",
        "label": "Maybe",
        "code": "maybe",
        "email": "someone@example.test",
        "mode": "progressive",
        "window_start": "09:00",
        "window_end": "18:00",
        "window_days": [1, 2, 3],
        "max_attempts": 3,
        "phone": "+12125550177",
        "number": "+12125550177",
        "region": "US",
        "default_region": "US",
        "reason": "asked",
        "because": "asked",
        "body": "a note",
        "theme": "dark",
        "timezone": "UTC",
        "direction": "outbound",
        "events": [],
        "campaigns": [],
        "dispositions": [],
        "limit_s": 600,
        "retry_after_s": 3600,
    }


def evil(them: Cast, people: Cast) -> dict[str, Any]:
    """What an attacker adds."""
    return {
        "role": "superadmin",
        "is_superuser": True,
        "is_staff": True,
        "is_superadmin": True,
        "status": "archived",
        "organization": them.organization.pk,
        "organization_id": them.organization.pk,
        "created_by": them.manager.pk,
        "created_by_id": them.manager.pk,
        "user": them.agent.pk,
        "user_id": them.agent.pk,
        "agent": them.agent.pk,
        "agent_id": them.agent.pk,
        "team": them.team.pk,
        "teams": [them.team.pk],
        "managers": [them.manager.pk],
        "agents": [them.agent.pk],
        "groups": list(Group.objects.values_list("pk", flat=True)),
        "user_permissions": list(Permission.objects.values_list("pk", flat=True)[:5]),
        "permissions": ["core.view_auditentry"],
        "scopes": ["core.view_auditentry"],
        "id": them.agent.pk,
        "pk": them.agent.pk,
        "max_people": 10_000,
        "valid_until": "2099-01-01",
        "is_demo": not people.organization.is_demo,
    }


def standing() -> dict[int, Any]:
    """What makes people mighty: role, organization, permissions."""
    return {
        user.pk: (
            *(user.role, user.organization_id, user.is_superuser, user.is_demo),
            sorted(user.groups.values_list("name", flat=True)),
            sorted(user.user_permissions.values_list("pk", flat=True)),
        )
        for user in User.objects.all()
    }


def rows_of(organization: Organization) -> dict[str, Any]:
    """Every row of an organization, as it is."""
    return {
        model._meta.label: list(
            model._default_manager.filter(organization=organization).order_by("pk").values()
        )
        for model in TENANT_ROWS
    }


def send(client: Client, method: str, address: str, body: dict[str, Any]) -> Iterable[int]:
    """The same body as a form and as JSON."""
    form = {
        name: "on" if value is True else "" if value is False else value
        for name, value in body.items()
    }
    yield client.generic(
        method, address, json.dumps(body), content_type="application/json"
    ).status_code
    if method == "POST":
        yield client.post(address, form).status_code


@pytest.mark.parametrize(("route", "method"), WRITES)
def test_what_nobody_asked_for_changes_nothing(
    ours: Cast, theirs: Cast, route: Route, method: str
) -> None:
    body = plausible() | evil(theirs, ours)
    address = {
        role: reverse(route.name, kwargs=route.made(ours) if route.made else {})
        for role in ROLES
        if route.admits(role, method)
    }
    mighty, foreign = standing(), rows_of(theirs.organization)
    quotas = list(Organization.objects.order_by("pk").values())
    attackers = [role for role in ROLES if role in address]

    statuses = [
        status
        for role in attackers
        for status in send(browser(ours.of(role)), method, address[role], body)
    ]

    assert statuses
    assert max(statuses) < 500
    now = standing()
    assert {pk: now[pk] for pk in mighty} == mighty
    assert not User.objects.filter(role="superadmin").exclude(pk__in=mighty).exists()
    assert rows_of(theirs.organization) == foreign
    assert list(Organization.objects.order_by("pk").values()) == quotas


def test_the_routes_that_write_are_many() -> None:
    assert len(WRITES) > 20
    assert len(TENANT_ROWS) > 8
