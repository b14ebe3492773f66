"""People come, change and go: who may do it to whom, within which quotas, and what follows."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts import people
from accounts.models import LoginSession, Organization, PasswordReset, SipAccount, User
from accounts.people import Profile
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import OrganizationFactory, TeamFactory, UserFactory

type Person = Callable[..., User]
NEW = {"name": "Nia New", "email": "Nia@Example.test", "role": "agent", "timezone": "Europe/Berlin"}


@pytest.fixture
def admin(person: Person) -> User:
    """Who may do everything."""
    return person("superadmin", organization=None)


@pytest.fixture
def manager(person: Person) -> User:
    """A manager who was granted the right to edit people."""
    grant("manager", "change_user")
    return person("manager")


def grant(role: str, codename: str) -> None:
    """What a superadmin does on the page of roles."""
    permission = Permission.objects.get(codename=codename, content_type__app_label="accounts")
    Group.objects.get(name=role).permissions.add(permission)


def invited(by: User | None, organization: Organization, **changes: str) -> User:
    """Nia, who is invited."""
    return people.invite(Profile(**{**NEW, **changes}), organization, by=by)


# --- Inviting ---


def test_an_invitation_makes_a_person_without_a_password_and_mails_them(
    admin: User, organization: Organization
) -> None:
    answer = browser(admin).post(
        reverse("accounts:person_new"), {**NEW, "organization": organization.pk}
    )

    user = User.objects.get(email="nia@example.test")
    assert answer["Location"] == reverse("accounts:person", args=[user.pk])
    assert (user.name, user.role, user.status) == ("Nia New", "agent", "invited")
    assert not user.has_usable_password()
    assert PasswordReset.objects.get(user=user).kind == "invitation"
    assert SipAccount.objects.filter(user=user).exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"person.added", "person.invited"} <= actions


def test_another_invitation_ends_the_earlier_one(admin: User, organization: Organization) -> None:
    user = invited(admin, organization)

    browser(admin).post(reverse("accounts:person_invite", args=[user.pk]))

    used = PasswordReset.objects.filter(user=user).order_by("pk")
    assert [reset.used_at is None for reset in used] == [False, True]


def test_an_address_that_is_taken_is_refused_in_any_case(
    admin: User, organization: Organization, person: Person
) -> None:
    person("agent", email="nia@example.test")

    answer = browser(admin).post(
        reverse("accounts:person_new"), {**NEW, "organization": organization.pk}
    )

    assert answer.status_code == 422
    assert "Someone has this address already." in answer.content.decode()


def test_only_superadmins_are_without_an_organization(admin: User) -> None:
    answer = browser(admin).post(reverse("accounts:person_new"), NEW)

    assert answer.status_code == 422
    assert "Only superadmins are without an organization." in answer.content.decode()


# --- Who may manage whom ---


def test_a_manager_finds_the_agents_of_the_organization_alone(
    manager: User, person: Person
) -> None:
    ours = person("agent", name="Our Agent")
    for role in ("manager", "qa"):
        person(role, name="Our Peer")
    UserFactory.create(name="Their Agent")
    person("superadmin", name="Our Ruler")

    page = browser(manager).get(reverse("accounts:people")).content.decode()

    assert ours.name in page
    assert not [name for name in ("Our Peer", "Their Agent", "Our Ruler") if name in page]


def test_for_a_manager_everyone_else_does_not_exist(manager: User, person: Person) -> None:
    others = [person("manager"), person("qa"), person("superadmin"), UserFactory.create(), manager]
    page = browser(manager)

    answers = [
        page.post(reverse(f"accounts:{name}", args=[other.pk])).status_code
        for other in others
        for name in ("person", "person_suspend", "person_reactivate", "person_invite")
    ]

    assert set(answers) == {404}


@pytest.mark.parametrize("role", ["manager", "qa", "superadmin"])
def test_a_manager_gives_no_role_beside_or_above_their_own(
    manager: User, person: Person, role: str
) -> None:
    agent = person("agent")
    page = browser(manager)

    answers = [
        page.post(reverse("accounts:person_new"), {**NEW, "role": role}),
        page.post(reverse("accounts:person", args=[agent.pk]), {**NEW, "role": role}),
    ]
    with pytest.raises(DomainError) as raised:
        people.change(agent, replace(people.profile(agent), role=role), by=manager)

    assert [answer.status_code for answer in answers] == [422, 422]
    assert raised.value.code == "not_yours"
    assert User.objects.get(pk=agent.pk).role == "agent"


def test_what_is_not_on_the_form_is_not_taken_from_a_request(manager: User, person: Person) -> None:
    agent, elsewhere = person("agent"), OrganizationFactory.create()
    extra = {"organization": elsewhere.pk, "status": "suspended", "is_superuser": "1", "groups": 1}
    page = browser(manager)

    page.post(reverse("accounts:person_new"), {**NEW, **extra})
    page.post(
        reverse("accounts:person", args=[agent.pk]), {**NEW, "email": "b@example.test", **extra}
    )

    made = User.objects.get(email="nia@example.test")
    edited = User.objects.get(pk=agent.pk)
    assert (made.organization_id, made.status) == (manager.organization_id, "invited")
    assert (edited.organization_id, edited.status) == (manager.organization_id, "active")
    assert edited.name == "Nia New"
    assert not edited.is_superuser


def test_people_are_found_by_name_address_role_status_and_team(
    admin: User, person: Person, organization: Organization
) -> None:
    ann, bob = person("agent", name="Ann Able"), person("qa", name="Bob", email="bo@example.test")
    cid = person("agent", name="Cid", status="suspended")
    team = TeamFactory.create(organization=organization)
    team.members.add(ann)
    searches = {
        "q=able": {ann},
        "q=bo%40": {bob},
        "role=qa": {bob},
        "status=suspended": {cid},
        f"team={team.pk}": {ann},
        "role=nonsense&q=cid": {cid},
    }

    found = {
        search: set(browser(admin).get(f"{reverse('accounts:people')}?{search}").context["people"])
        for search in searches
    }

    assert found == searches


def test_pages_of_people_go_on_where_the_last_one_ended(admin: User, person: Person) -> None:
    for number in range(55):
        person("agent", name=f"Same {number % 3}", email=f"same{number}@example.test")
    page = browser(admin)

    first = page.get(reverse("accounts:people")).context
    second = page.get(f"{reverse('accounts:people')}?after={first['next']}").context

    shown = [user.pk for user in [*first["people"], *second["people"]]]
    assert len(first["people"]) == 50
    assert sorted(shown) == sorted(User.objects.values_list("pk", flat=True))
    assert second["next"] is None


def test_a_page_of_people_asks_the_same_of_the_database_however_many_there_are(
    admin: User, person: Person, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(30):
        person("agent")
    page = browser(admin)
    page.get(reverse("accounts:people"))

    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]  # a context manager
        page.get(reverse("accounts:people"))


# --- Changing, suspending ---


def test_a_new_role_brings_its_permissions_and_ends_the_logins(admin: User, person: Person) -> None:
    user = person("agent")
    theirs = browser(user)

    people.change(user, replace(people.profile(user), role="qa"), by=admin)

    changed = User.objects.get(pk=user.pk)
    assert [group.name for group in changed.groups.all()] == ["qa"]
    assert not changed.has_perm("calls.add_call")
    assert theirs.get("/api/auth/me").status_code == 401
    entry = AuditEntry.objects.get(action="person.role_changed")
    assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "qa"})


def test_suspending_ends_every_login_at_once_and_reactivating_lets_in_again(
    admin: User, person: Person
) -> None:
    user = person("agent")
    theirs, page = browser(user), browser(admin)

    page.post(reverse("accounts:person_suspend", args=[user.pk]))
    out = theirs.get("/api/auth/me").status_code
    page.post(reverse("accounts:person_reactivate", args=[user.pk]))

    assert out == 401
    assert LoginSession.objects.get(user=user).revoked_because == "suspended"
    assert User.objects.get(pk=user.pk).status == "active"
    actions = list(AuditEntry.objects.filter(action__startswith="person.").order_by("pk"))
    assert [entry.action for entry in actions][-2:] == ["person.suspended", "person.reactivated"]


def test_who_never_chose_a_password_comes_back_as_invited(
    admin: User, organization: Organization
) -> None:
    user = invited(admin, organization)
    people.suspend(user, by=admin)

    people.reactivate(user, by=admin)

    assert User.objects.get(pk=user.pk).status == "invited"


def test_nobody_suspends_themselves(admin: User, person: Person) -> None:
    person("superadmin", organization=None)

    with pytest.raises(DomainError) as raised:
        people.suspend(admin, by=admin)

    assert raised.value.code == "yourself"


def test_a_refused_change_ends_no_login(admin: User, person: Person) -> None:
    person("agent", email="taken@example.test")
    user = person("agent")
    theirs = browser(user)
    wanted = replace(people.profile(user), email="taken@example.test", role="qa")

    with pytest.raises(InputError):
        people.change(user, wanted, by=admin)

    assert theirs.get("/api/auth/me").status_code == 200


def test_a_person_that_is_no_number_is_nobody(admin: User) -> None:
    page: Client = browser(admin)

    answers = [
        page.get(f"{reverse('accounts:people')}?after={odd}").status_code
        for odd in ("x", "-1", "9" * 30, "²")
    ]

    assert answers == [200, 200, 200, 200]
