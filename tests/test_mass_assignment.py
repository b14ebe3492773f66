"""Fields that nobody asked for change nothing: no role, no organization, no foreign row.

Every route that writes gets a body of plausible values for all the fields there are, and beside
them what an attacker would add; as a form and as JSON, from each role that the route admits. Each
accepts one such body at least, which shows that what was added was ignored, not the whole refused;
those that accept none are named in `tests.bodies`, with the reason.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.files import File
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from tests.access import AGENT, MANAGER, QA, Cast, Route, cast, listed
from tests.bodies import FILLED, NEVER
from tests.clients import browser
from tests.factories import AttemptFactory, CallFactory, CampaignFactory, LeadFactory

ROLES = (AGENT, MANAGER, QA)
WRITES = [
    pytest.param(route, method, id=f"{route.name}-{method}")
    for route in listed()
    for method in ("POST", "PUT", "PATCH")
    if method in route.methods and set(ROLES) & set(route.methods[method])
]
# What is taken here is answered with a part of the page, a report, or a secret that is shown once.
FRAGMENTS = (
    "accounts:my_tokens",
    "agentic:preview",
    "agentic:preview_new",
    "agentic:try_say",
    "calls:add_note",
    "campaigns:disposition",
    "campaigns:dispositions",
    "campaigns:rule_new_preview",
    "campaigns:rule_preview",
    "campaigns:suppression_file",
)
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


@dataclass(frozen=True)
class Sent:
    """How a body was sent, and the status of its answer."""

    as_form: bool
    status: int


def send(client: Client, method: str, address: str, body: dict[str, Any]) -> Iterable[Sent]:
    """The same body as a form and as JSON."""
    form = {
        name: "on" if value is True else "" if value is False else value
        for name, value in body.items()
    }
    if not any(isinstance(value, File) for value in body.values()):
        said = json.dumps(body)
        answer = client.generic(method, address, said, content_type="application/json")
        yield Sent(as_form=False, status=answer.status_code)
    if method == "POST":
        yield Sent(as_form=True, status=client.post(address, form).status_code)


def attacked(
    ours: Cast, theirs: Cast, route: Route, method: str, addresses: dict[str, str]
) -> Iterable[Sent]:
    """How a route answers bodies that say too much, the last ones right but for that."""
    evilly = plausible() | evil(theirs, ours)
    for role, address in addresses.items():
        user = ours.of(role)
        assert user is not None
        bodies = [evilly]
        if route.name in FILLED:
            bodies.append(evilly | FILLED[route.name](ours, user))
        for body in bodies:
            yield from send(browser(user), method, address, body)


def accepted(route: Route, sent: Sent) -> bool:
    """Whether a body was taken: a page says so by leading on; one without a form is just shown."""
    if "-api:" in route.name:
        return 200 <= sent.status < 300
    if route.name in FRAGMENTS:
        return sent.as_form and sent.status == 200
    return sent.status in (204, 302)


@pytest.mark.parametrize(("route", "method"), WRITES)
def test_what_nobody_asked_for_changes_nothing(
    ours: Cast, theirs: Cast, route: Route, method: str
) -> None:
    addresses = {
        role: reverse(route.name, kwargs=route.made(ours) if route.made else {})
        for role in ROLES
        if route.admits(role, method)
    }
    mighty, foreign = standing(), rows_of(theirs.organization)
    quotas = list(Organization.objects.order_by("pk").values())

    answers = list(attacked(ours, theirs, route, method, addresses))

    assert max(sent.status for sent in answers) < 500
    taken = any(accepted(route, sent) for sent in answers)
    assert taken or route.name in NEVER, f"No body was accepted: {answers}"
    now = standing()
    assert {pk: now[pk] for pk in mighty} == mighty
    assert not User.objects.filter(role="superadmin").exclude(pk__in=mighty).exists()
    assert rows_of(theirs.organization) == foreign
    assert list(Organization.objects.order_by("pk").values()) == quotas


def test_the_routes_that_write_are_many() -> None:
    assert len(WRITES) > 20
    assert len(TENANT_ROWS) > 8
    assert not set(FILLED) & set(NEVER)
