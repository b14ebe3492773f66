"""Guessing is slow: by account, by address, one by one and all at once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts import lockout, logins
from accounts.lockout import Purpose
from accounts.models import LoginFailure, LoginSession, User
from core.errors import DomainError
from core.models import AuditEntry
from core.web import address_of
from tests.accounts.hashing import CountingHasher
from tests.factories import PASSWORD, UserFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
type Person = Callable[..., User]


def knock(email: str, password: str, *, address: str = "192.0.2.1", after_s: float = 0) -> bool:
    """Whether a log-in opens, so many seconds after the tests' morning."""
    with time_machine.travel(NOW + timedelta(seconds=after_s), tick=False):
        try:
            logins.log_in(email, password, address=address, agent="test")
        except DomainError:
            return False
        return True


def test_after_five_wrong_passwords_from_an_address_the_right_one_is_wrong_too(
    person: Person,
) -> None:
    user = person()
    for second in range(5):
        knock(user.email, "wrong", after_s=second)

    locked = knock(user.email, PASSWORD, after_s=5)
    elsewhere = knock(user.email, PASSWORD, after_s=6, address="192.0.2.2")
    still = knock(user.email, PASSWORD, after_s=899)
    later = knock(user.email, PASSWORD, after_s=900)

    assert (locked, elsewhere, still, later) == (False, True, False, True)


def test_four_wrong_passwords_lock_nobody_and_the_right_one_begins_anew(person: Person) -> None:
    user = person()

    for _ in range(3):
        assert not any(knock(user.email, "wrong") for _ in range(4))
        assert knock(user.email, PASSWORD)

    assert not LoginFailure.objects.exists()


def test_twenty_wrong_passwords_from_anywhere_lock_the_account_for_an_hour(person: Person) -> None:
    user = person()
    for n in range(20):
        knock(user.email, "wrong", address=f"198.51.100.{n}", after_s=n)

    locked = knock(user.email, PASSWORD, address="203.0.113.9", after_s=30)
    later = knock(user.email, PASSWORD, address="203.0.113.9", after_s=3600)

    assert (locked, later) == (False, True)


def test_an_address_that_fails_at_a_hundred_accounts_is_locked_but_no_office_before(
    person: Person,
) -> None:
    user = person()
    for n in range(99):
        knock(f"guess{n}@example.test", "wrong")

    office = knock(user.email, PASSWORD)
    knock("guess99@example.test", "wrong")
    locked = knock(user.email, PASSWORD)
    elsewhere = knock(user.email, PASSWORD, address="192.0.2.2")

    assert (office, locked, elsewhere) == (True, False, True)


def test_one_account_that_fails_often_is_one_account_for_its_address(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_LOCKOUT_LOGIN_ADDRESS_COUNT", "2")
    for _ in range(4):
        knock("one@example.test", "wrong")

    assert knock(person().email, PASSWORD)


def test_a_lock_is_not_prolonged_by_whoever_keeps_knocking(person: Person) -> None:
    user = person()
    for second in range(200):
        knock(user.email, "wrong", after_s=second * 4)

    assert knock(user.email, PASSWORD, after_s=920)


def test_everyone_of_an_ipv6_network_is_one_address(person: Person) -> None:
    user = person()
    for n in range(1, 6):
        knock(user.email, "wrong", address=f"2001:db8::{n}")

    locked = knock(user.email, PASSWORD, address="2001:db8::ffff:1")
    elsewhere = knock(user.email, PASSWORD, address="2001:db8:0:1::1")

    assert (locked, elsewhere) == (False, True)


def test_what_was_typed_is_not_stored(person: Person) -> None:
    knock("hunter2@typed.in.the.wrong.field", "wrong")

    held = str(list(LoginFailure.objects.values_list()) + list(AuditEntry.objects.values_list()))

    assert "hunter2" not in held


def test_a_lock_looks_and_lasts_like_a_wrong_password(person: Person, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.CountingHasher"]
    user, client = person(), Client()

    def answers(password: str) -> list[tuple[int, str, int]]:
        found = []
        form = {"email": user.email, "password": password}
        for path, body in (("/login/", form), ("/api/auth/login", json.dumps(form))):
            CountingHasher.runs = 0
            kind = {} if path == "/login/" else {"content_type": "application/json"}
            answer = client.post(path, body, **kind)  # type: ignore[arg-type]  # one call for both
            text = answer.content.decode()
            found.append((answer.status_code, _without_tokens(text), CountingHasher.runs))
        return found

    wrong = answers("wrong")
    for _ in range(5):
        answers("wrong")
    locked = answers(PASSWORD)

    assert locked == wrong
    assert [runs for _, _, runs in locked] == [1, 1]
    assert not LoginSession.objects.exists()


def _without_tokens(text: str) -> str:
    """A page without what differs each time it is made."""
    lines = (line for line in text.splitlines() if "csrf" not in line and "nonce" not in line)
    return "\n".join(line for line in lines if "data-now" not in line)


def test_failures_and_the_lock_are_on_record(person: Person) -> None:
    user = person()

    for _ in range(7):
        knock(user.email, "wrong")
    knock("nobody@example.test", "wrong")

    entries = AuditEntry.objects.filter(outcome="refused").order_by("pk")
    assert [entry.action for entry in entries] == [
        *["login.failed"] * 5,
        "login.locked_out",
        "login.failed",
    ]
    assert {entry.actor_name for entry in entries} == {user.email, ""}


def test_guesses_that_no_limit_counts_are_forgotten(db: None) -> None:
    knock("one@example.test", "wrong")
    knock("one@example.test", "wrong", after_s=7200)

    deleted = lockout.prune(NOW + timedelta(hours=25))

    assert deleted == 1
    assert LoginFailure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_than_five_are_judged() -> None:
    user = UserFactory.create()
    judged = count()
    original = user.password

    def guess(n: int) -> bool:
        try:
            found = lockout.attempt(Purpose.LOGIN, user.email, "192.0.2.1")
            if found.admitted:
                next(judged)
            return found.admitted
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=12) as threads:
        admitted = sum(threads.map(guess, range(48)))

    assert admitted <= 5
    assert next(judged) == admitted
    assert LoginFailure.objects.count() == admitted
    assert User.objects.get().password == original


@pytest.mark.django_db(transaction=True)
def test_the_right_password_among_many_at_once_after_the_limit_opens_nothing() -> None:
    user = UserFactory.create()
    for _ in range(5):
        knock(user.email, "wrong")

    def browser(_: int) -> bool:
        try:
            logins.log_in(user.email, PASSWORD, address="192.0.2.1", agent="test")
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    morning = time_machine.travel(NOW + timedelta(seconds=9), tick=False)
    with morning, ThreadPoolExecutor(max_workers=8) as threads:
        opened = sum(threads.map(browser, range(16)))

    assert opened == 0


# --- Whose address it is ---


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "192.0.2.9"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.1, 203.0.113.1", "203.0.113.1"),
        (2, "1.1.1.1, 198.51.100.1, 203.0.113.1", "198.51.100.1"),
        (2, "203.0.113.1", "192.0.2.9"),
        (1, "", "192.0.2.9"),
        (1, "nonsense", "192.0.2.9"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
    ],
)
def test_the_address_is_the_one_that_the_last_trusted_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.9"
    )

    assert address_of(request) == expected


def test_behind_a_local_socket_nobody_has_an_address(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0

    assert address_of(RequestFactory().get("/", REMOTE_ADDR="")) is None


def test_logins_and_the_audit_log_agree_on_the_address(person: Person, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    client = Client(headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"})

    client.post("/login/", {"email": person().email, "password": PASSWORD})

    assert LoginSession.objects.get().address == "203.0.113.7"
    assert AuditEntry.objects.get(action="login.opened").address == "203.0.113.7"
