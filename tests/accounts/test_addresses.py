"""A person's e-mail address: nobody else's, and whoever loses or gets one is told."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from django.urls import reverse

from accounts import importing, passwords, people
from accounts.models import Organization, PasswordReset, User
from accounts.people import Profile
from core.errors import InputError
from tests.accounts.atonce import at_once
from tests.accounts.mailbox import deliver
from tests.clients import browser
from tests.factories import OrganizationFactory, UserFactory

type Person = Callable[..., User]
ROUNDS = 4


@pytest.fixture
def admin(person: Person) -> User:
    """Who may do everything."""
    return person("superadmin", organization=None)


def moved(user: User, email: str, by: User | None = None) -> User:
    """The person with another address."""
    return people.change(user, replace(people.profile(user), email=email), by=by)


# --- Two at one instant ---


@pytest.mark.django_db(transaction=True)
def test_of_two_invitations_of_one_address_at_one_instant_the_second_is_refused() -> None:
    houses = [OrganizationFactory.create() for _ in range(2)]

    said = []
    for number in range(ROUNDS):
        wanted = Profile(f"{number}@example.test", "Nia New", "agent")
        both = [partial(people.invite, wanted, house, by=None) for house in houses]
        said.append(at_once(*both))

    assert said == [["done", "invalid"]] * ROUNDS


@pytest.mark.django_db(transaction=True)
def test_of_two_who_are_given_one_address_at_one_instant_one_gets_it() -> None:
    ann, bob = UserFactory.create(name="Ann"), UserFactory.create(name="Bob")

    said = []
    for email in [f"{number}@example.test" for number in range(ROUNDS)]:
        said.append(at_once(partial(moved, ann, email), partial(moved, bob, email)))

    assert said == [["done", "invalid"]] * ROUNDS


@pytest.mark.django_db(transaction=True)
def test_two_files_with_one_address_at_one_instant_add_one_person() -> None:
    houses = [OrganizationFactory.create() for _ in range(2)]
    row = (2, {"email": "nia@example.test", "name": "Nia New"})
    taken: list[importing.Taken] = []

    def read_in(house: Organization) -> None:
        taken.extend(importing.take([row], house, invite=True))

    at_once(*(partial(read_in, house) for house in houses))

    assert sorted(row.became for row in taken) == ["added", "refused"]
    because = next(row.because for row in taken if row.became == "refused")
    assert because in ("Someone has this address already.", "Someone elsewhere has this address.")
    assert User.objects.filter(email="nia@example.test").count() == 1


# --- Another address ---


def test_both_mailboxes_are_told_of_another_address(admin: User, person: Person) -> None:
    user = person("agent", email="old@example.test", name="Ann")

    moved(user, "New@Example.test", by=admin)

    told = {message.to[0]: message for message in deliver()}
    assert set(told) == {"old@example.test", "new@example.test"}
    assert admin.name in told["old@example.test"].body
    assert "new@example.test" not in told["old@example.test"].body, "It may be a stranger's."
    assert "log in" in told["new@example.test"].body


def test_another_name_is_no_reason_for_a_letter(admin: User, person: Person) -> None:
    user = person("agent", email="ann@example.test")

    people.change(user, replace(people.profile(user), name="Other", email="Ann@example.test"))

    assert deliver() == []


def test_a_code_that_went_to_the_former_mailbox_ends(admin: User, person: Person) -> None:
    user = person("agent", email="old@example.test")
    passwords.send_code(user.email)

    moved(user, "new@example.test", by=admin)

    assert not PasswordReset.objects.filter(user=user, used_at=None).exists()


def test_an_invitation_to_a_wrong_address_ends_and_the_right_one_gets_its_own(
    admin: User, organization: Organization
) -> None:
    wanted = Profile("slip@example.test", "Nia New", "agent")
    user = people.invite(wanted, organization, by=admin)
    deliver()

    moved(user, "nia@example.test", by=admin)

    assert [message.to for message in deliver()] == [["slip@example.test"], ["nia@example.test"]]
    used = PasswordReset.objects.filter(user=user).order_by("pk")
    assert [row.used_at is None for row in used] == [False, True]


def test_an_address_that_is_taken_tells_nobody_anything(admin: User, person: Person) -> None:
    person("agent", email="taken@example.test")
    user = person("agent", email="ann@example.test")

    with pytest.raises(InputError):
        moved(user, "taken@example.test", by=admin)

    assert deliver() == []


def test_a_password_that_the_administration_set_is_told_by_mail(
    admin: User, person: Person
) -> None:
    user = person("agent")
    page = reverse("admin:auth_user_password_change", args=[user.pk])
    password = "quiet-harbour-lantern-7"

    answer = browser(admin).post(page, {"password1": password, "password2": password})

    assert answer.status_code == 302
    assert [(m.to, m.subject) for m in deliver()] == [([user.email], "Your password was changed")]
