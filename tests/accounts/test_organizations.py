"""Organizations: their contracts are edited by superadmins alone, and act at once."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts import organizations
from accounts.models import BreakReason, LoginSession, Organization, User
from accounts.organizations import Contract
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import OrganizationFactory

type Person = Callable[..., User]


@pytest.fixture
def admin(person: Person) -> User:
    """Who keeps the contracts."""
    return person("superadmin", organization=None)


def test_a_new_organization_has_breaks_and_its_contract(admin: User) -> None:
    answer = browser(admin).post(
        reverse("accounts:organization_new"),
        {"name": "Fresh", "timezone": "Europe/Berlin", "last_day": "2030-06-30", "max_agents": 5},
    )

    fresh = Organization.objects.get(name="Fresh")
    assert answer.status_code == 302
    assert (fresh.max_agents, fresh.max_people) == (5, None)
    # The last day counts as a whole, where the organization is.
    assert fresh.valid_until == datetime(2030, 6, 30, 22, tzinfo=UTC)
    assert BreakReason.objects.filter(organization=fresh, code="lunch").exists()
    assert AuditEntry.objects.get(action="organization.added").after["max_agents"] == 5


def test_a_contract_that_is_saved_untouched_stays_as_it_was(admin: User) -> None:
    wanted = Contract("Fresh", "America/New_York", datetime(2030, 7, 1, 4, tzinfo=UTC), max_qa=0)
    organization = organizations.add(wanted)
    page, way = browser(admin), reverse("accounts:organization", args=[organization.pk])

    form = page.get(way).context["form"]
    page.post(way, {name: form[name].value() or "" for name in form.fields} | {"max_qa": "0"})

    organization.refresh_from_db()
    assert organization.valid_until == wanted.valid_until
    assert organization.max_qa == 0
    assert not AuditEntry.objects.filter(action="organization.changed").exists()


def test_a_name_is_given_once(admin: User, organization: Organization) -> None:
    answer = browser(admin).post(
        reverse("accounts:organization_new"),
        {"name": organization.name.upper(), "timezone": "UTC"},
    )

    assert answer.status_code == 422
    assert "There is an organization of this name." in answer.content.decode()


def test_archiving_ends_every_login_of_its_people_and_nobody_elses(
    admin: User, organization: Organization, person: Person
) -> None:
    theirs, neighbor = (
        browser(person("agent")),
        browser(person("agent", organization=OrganizationFactory.create())),
    )
    page, way = browser(admin), reverse("accounts:organization_archive", args=[organization.pk])

    page.post(way)

    out = [client.get("/api/auth/me").status_code for client in (theirs, neighbor, page)]
    assert out == [401, 200, 200]
    assert LoginSession.objects.get(revoked_because="organization").user.role == "agent"
    page.post(way, {"back": "1"})
    assert Organization.objects.get(pk=organization.pk).archived_at is None
    actions = AuditEntry.objects.filter(action__startswith="organization.").order_by("pk")
    assert [entry.action for entry in actions] == ["organization.archived", "organization.reopened"]


def test_a_contract_that_has_ended_ends_the_logins_at_once(
    admin: User, organization: Organization, person: Person
) -> None:
    theirs = browser(person("agent"))
    wanted = Contract(organization.name, "UTC", timezone.now())

    organizations.change(organization, wanted)

    assert theirs.get("/api/auth/me").status_code == 401
    assert not LoginSession.objects.filter(revoked_at=None).exists()


def test_nobody_but_a_superadmin_edits_a_contract_whatever_they_hold(
    organization: Organization, person: Person
) -> None:
    manager = person("manager")
    manager.user_permissions.set(Permission.objects.all())
    page, its = browser(manager), [organization.pk]

    answers = [
        page.get(reverse("accounts:organizations")).status_code,
        page.post(reverse("accounts:organization_new"), {"name": "Mine"}).status_code,
        page.post(reverse("accounts:organization", args=its), {"name": "Mine"}).status_code,
        page.post(reverse("accounts:organization_archive", args=its)).status_code,
    ]

    assert answers == [403, 403, 403, 403]


def test_the_list_asks_once_however_many_organizations_there_are(
    admin: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(20):
        OrganizationFactory.create()
    page = browser(admin)
    page.get(reverse("accounts:organizations"))

    with django_assert_max_num_queries(5):  # type: ignore[attr-defined]  # a context manager
        page.get(reverse("accounts:organizations"))
