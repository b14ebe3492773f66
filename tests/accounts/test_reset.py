"""A forgotten password: a code by mail, five guesses, a token that works once."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import logins, passwords
from accounts.models import LoginFailure, LoginSession, Organization, PasswordReset, User
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.mailbox import code_in, deliver
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.usefixtures("_tasks_run_at_once")
type Person = Callable[..., User]
NEW = "rather-long-and-new"


def post(client: Client, step: str, **body: str) -> Any:
    """A step of the API's way."""
    return client.post(f"/api/auth/{step}", json.dumps(body), content_type="application/json")


def code_for(user: User) -> str:
    """The code of a mail that they asked for just now."""
    passwords.send_code(user.email)
    return code_in(deliver()[-1])


def wrong(code: str) -> str:
    """Another one."""
    return f"{(int(code) + 1) % 10**6:06}"


def verified(user: User, code: str, address: str = "192.0.2.1") -> str | None:
    """The token for a code; None when it is refused."""
    try:
        return passwords.verify_code(user.email, code, address=address)
    except DomainError as refusal:
        return None if refusal.code == "wrong_code" else ""


# --- The way ---


def test_a_program_comes_to_a_new_password_in_three_steps(person: Person) -> None:
    user, client = person("manager"), Client()
    former = logins.open_login(user, address=None, agent="test")

    asked = post(client, "forgot-password", email=user.email.upper())
    otp = code_in(deliver()[-1])
    token = post(client, "verify-otp", email=user.email, otp=otp).json()["reset_token"]
    done = post(client, "reset-password", reset_token=token, new_password=NEW)

    assert (asked.status_code, done.json()) == (200, {"success": True})
    assert logins.of_access_token(former.access) is None
    assert post(client, "login", email=user.email, password=PASSWORD).status_code == 401
    assert post(client, "login", email=user.email, password=NEW).status_code == 200
    assert mail.outbox[-1].to == [user.email]


def test_a_person_comes_to_a_new_password_by_three_pages(person: Person) -> None:
    user, client = person("agent"), Client()

    first = client.post("/forgot-password/", {"email": user.email})
    second = client.post(first["Location"], {"otp": code_in(deliver()[-1])})
    shown = client.get(second["Location"])
    third = client.post(second["Location"], {"new_password": NEW})
    again = client.get(second["Location"])

    assert first["Location"] == "/forgot-password/code/"
    assert shown.status_code == 200
    assert third["Location"] == "/login/"
    assert again["Location"] == "/forgot-password/"
    assert post(client, "login", email=user.email, password=NEW).status_code == 200


def test_the_later_pages_lead_back_to_the_first(db: None) -> None:
    client = Client()

    answers = [client.get("/forgot-password/code/"), client.get("/forgot-password/new/")]

    assert [a["Location"] for a in answers] == ["/forgot-password/"] * 2


def test_a_wrong_code_and_a_weak_password_are_told_on_their_pages(person: Person) -> None:
    user, client = person("agent"), Client()
    client.post("/forgot-password/", {"email": user.email})
    otp = code_in(deliver()[-1])

    wrong_code = client.post("/forgot-password/code/", {"otp": wrong(otp)})
    client.post("/forgot-password/code/", {"otp": otp})
    weak = client.post("/forgot-password/new/", {"new_password": "password"})

    assert (wrong_code.status_code, weak.status_code) == (422, 422)
    assert "This code is wrong" in wrong_code.content.decode()
    assert "too common" in weak.content.decode()


# --- What is not told ---


def test_nobody_learns_whether_an_address_is_known(person: Person) -> None:
    def answers(email: str) -> list[tuple[int, str]]:
        api, pages = Client(), Client()
        found = [
            post(api, "forgot-password", email=email),
            post(api, "verify-otp", email=email, otp="12x456"),
            pages.post("/forgot-password/", {"email": email}),
            pages.post("/forgot-password/code/", {"otp": "12x456"}),
        ]
        texts = (
            re.sub(r"(nonce|value|data-now|content)=.[^\"]*.", "", a.content.decode())
            for a in found
        )
        return [(a.status_code, t.replace(email, "")) for a, t in zip(found, texts, strict=True)]

    known = answers(person("agent").email)
    unknown = answers("nobody@example.test")

    assert known == unknown


@pytest.mark.parametrize("fields", [{"status": "suspended"}, {"status": "invited"}])
def test_whoever_may_not_log_in_gets_no_code(person: Person, fields: dict[str, str]) -> None:
    passwords.send_code(person("agent", **fields).email)
    passwords.send_code("nobody@example.test")

    assert deliver() == []


def test_people_of_a_closed_organization_get_no_code(person: Person) -> None:
    user = person("agent")
    Organization.objects.update(archived_at=timezone.now())

    passwords.send_code(user.email)

    assert deliver() == []


def test_neither_code_nor_token_is_stored(person: Person) -> None:
    user = person("agent")
    code = code_for(user)
    before = str(list(PasswordReset.objects.values_list()))
    token = verified(user, code)

    after = str(list(PasswordReset.objects.values_list()) + list(AuditEntry.objects.values_list()))

    assert token
    assert code not in before
    assert token not in after
    assert user.email not in str(list(LoginFailure.objects.values_list()))


# --- Limits ---


def test_five_guesses_an_hour_in_all_and_another_code_is_no_new_try(person: Person) -> None:
    user = person("agent")
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        first = code_for(user)
        early = [verified(user, wrong(first), f"192.0.2.{n}") for n in range(3)]
        second = code_for(user)
        late = [verified(user, wrong(second), f"192.0.2.{n}") for n in range(2)]
        right = verified(user, second)
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        later = verified(user, code_for(user))

    assert early + late == [None] * 5
    assert right is None
    assert later


def test_the_fifth_guess_may_still_be_right(person: Person) -> None:
    user = person("agent")
    code = code_for(user)

    for _ in range(4):
        assert verified(user, wrong(code)) is None

    assert verified(user, code)


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_than_five_are_judged() -> None:
    user = UserFactory.create()
    code = code_for(user)
    guesses = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 40)]

    def guess(otp: str) -> str | None:
        try:
            return verified(user, otp)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=10) as threads:
        found = list(threads.map(guess, guesses))

    assert not any(found)
    assert LoginFailure.objects.filter(purpose="reset").count() <= 5
    assert AuditEntry.objects.filter(action="person.reset_failed").count() <= 5


def test_a_code_ends_after_ten_minutes_and_with_a_newer_one(person: Person) -> None:
    user = person("agent")
    first = code_for(user)
    second = code_for(user)

    replaced = verified(user, first) if first != second else None
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1), tick=False):
        late = verified(user, second)

    assert (replaced, late) == (None, None)


def test_a_code_is_exchanged_once_and_its_token_sets_one_password(person: Person) -> None:
    user = person("agent")
    code = code_for(user)
    token = verified(user, code)
    assert token

    again = verified(user, code)
    passwords.reset(token, NEW)

    assert again is None
    with pytest.raises(DomainError) as refusal:
        passwords.reset(token, "yet-another-long-one")
    assert (refusal.value.code, refusal.value.status) == ("reset_ended", 410)


def test_a_token_ends_after_ten_minutes_and_is_no_invitation(person: Person) -> None:
    token = verified(user := person("agent"), code_for(user))
    assert token

    with pytest.raises(DomainError):
        passwords.accept(token, NEW)
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1), tick=False),
        pytest.raises(DomainError),
    ):
        passwords.reset(token, NEW)


def test_no_mailbox_is_flooded(person: Person) -> None:
    user = person("agent")

    answers = [
        post(Client(REMOTE_ADDR=f"192.0.2.{n}"), "forgot-password", email=user.email).status_code
        for n in range(9)
    ]

    assert answers == [200] * 9
    assert len(deliver()) == 5


def test_one_address_asks_for_twenty_people_an_hour_at_most(person: Person) -> None:
    people = [person("agent") for _ in range(22)]

    for user in people:
        post(Client(), "forgot-password", email=user.email)

    assert len(deliver()) == 20


def test_a_new_password_ends_the_lock_of_the_former(person: Person) -> None:
    user, client = person("agent"), Client()
    for _ in range(6):
        post(client, "login", email=user.email, password="wrong")
    token = verified(user, code_for(user))
    assert token

    passwords.reset(token, NEW)

    assert post(client, "login", email=user.email, password=NEW).status_code == 200
    assert LoginSession.objects.count() == 1
