"""Places are limited: an organization's by its contract, and one superadmin always stays."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts import people
from accounts.models import Organization, User
from accounts.people import Profile
from core.errors import DomainError
from tests.accounts.atonce import at_once
from tests.factories import OrganizationFactory, UserFactory

type Person = Callable[..., User]


@pytest.fixture
def admin(person: Person) -> User:
    """Who may do everything."""
    return person("superadmin", organization=None)


def invited(by: User | None, organization: Organization, **changes: str) -> User:
    """Nia, who is invited."""
    new = {"name": "Nia New", "email": "nia@example.test", "role": "agent"}
    return people.invite(Profile(**{**new, **changes}), organization, by=by)


# --- The last superadmin ---


def test_the_last_superadmin_is_neither_demoted_nor_suspended(
    admin: User, organization: Organization, person: Person
) -> None:
    person("superadmin", status="suspended")
    person("superadmin", organization=None, status="invited")
    User.objects.filter(pk=admin.pk).update(organization=organization)

    with pytest.raises(DomainError) as suspended:
        people.suspend(admin)
    with pytest.raises(DomainError) as demoted:
        people.change(admin, replace(people.profile(admin), role="manager"), by=admin)

    assert {suspended.value.code, demoted.value.code} == {"last_superadmin"}
    same = User.objects.get(pk=admin.pk)
    assert (same.role, same.status) == ("superadmin", "active")


@pytest.mark.django_db(transaction=True)
def test_two_superadmins_who_suspend_each_other_leave_one() -> None:
    one, two = (UserFactory.create(role="superadmin", organization=None) for _ in range(2))

    said = at_once(lambda: people.suspend(one, by=two), lambda: people.suspend(two, by=one))

    assert said == ["done", "last_superadmin"]
    assert User.objects.active().filter(role="superadmin").count() == 1


# --- Quotas ---


def test_no_more_people_come_than_the_contract_allows(
    admin: User, organization: Organization, person: Person
) -> None:
    organization.max_people, organization.max_qa = 3, 1
    organization.save()
    person("qa"), person("agent", status="suspended")

    codes = []
    for number, role in enumerate(["qa", "agent", "manager", "agent"]):
        try:
            invited(admin, organization, email=f"p{number}@example.test", role=role)
            codes.append("done")
        except DomainError as error:
            codes.append(error.code)

    assert codes == ["quota_used_up", "done", "done", "quota_used_up"]


def test_a_new_role_and_a_return_need_room_too(
    admin: User, organization: Organization, person: Person
) -> None:
    organization.max_agents = 1
    organization.save()
    person("agent")
    qa, away = person("qa"), person("agent", status="suspended")

    with pytest.raises(DomainError) as promoted:
        people.change(qa, replace(people.profile(qa), role="agent"), by=admin)
    with pytest.raises(DomainError) as returned:
        people.reactivate(away, by=admin)

    assert promoted.value.code == returned.value.code == "quota_used_up"
    assert "may have 1 agents, and has 1" in promoted.value.message


def test_nobody_comes_to_an_organization_that_is_archived(
    admin: User, organization: Organization
) -> None:
    organization.archived_at = organization.created_at
    organization.save()

    with pytest.raises(DomainError) as raised:
        invited(admin, organization)

    assert raised.value.code == "organization_closed"
    assert not User.objects.filter(email="nia@example.test").exists()


@pytest.mark.django_db(transaction=True)
def test_two_invitations_at_once_do_not_share_the_last_place() -> None:
    organization = OrganizationFactory.create(max_people=1)

    said = at_once(
        lambda: invited(None, organization, email="a@example.test"),
        lambda: invited(None, organization, email="b@example.test"),
    )

    assert said == ["done", "quota_used_up"]
