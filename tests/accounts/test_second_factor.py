"""A second factor: set up by its owner, asked for at log-in, never accepted twice."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts import logins, second_factor, tokens
from accounts.authentication import ACCESS
from accounts.models import (
    LoginSession,
    RecoveryCode,
    SecondFactor,
    User,
)
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.authenticator import NOW, PAGE, accepted, code_of, set_up
from tests.accounts.mailbox import deliver
from tests.clients import browser
from tests.factories import PASSWORD, UserFactory

type Person = Callable[..., User]


def post(client: Client, path: str, **body: Any) -> Any:
    """A JSON request."""
    return client.post(path, json.dumps(body), content_type="application/json")


# --- Codes ---


def test_a_code_is_accepted_once_and_in_the_step_beside_its_own(person: Person) -> None:
    user = person()
    secret, _ = set_up(user)
    code = code_of(secret)

    assert [accepted(user, code, after_s=s) for s in (61, 59, 59, 0)] == [False, True, False, False]
    assert accepted(user, code_of(secret, NOW + timedelta(seconds=60)), after_s=40)


def test_a_code_of_a_step_before_the_last_accepted_one_is_refused(person: Person) -> None:
    user = person()
    secret, _ = set_up(user)

    assert accepted(user, code_of(secret, NOW + timedelta(seconds=30)))
    assert not accepted(user, code_of(secret))


@pytest.mark.parametrize("code", ["", "000", "12345a", "१२३४५६", "-12345", "1" * 400])
def test_what_is_no_code_is_refused(person: Person, code: str) -> None:
    user = person()
    set_up(user)

    assert not accepted(user, code)


def test_an_unconfirmed_factor_counts_for_nothing(person: Person) -> None:
    user = person()
    with time_machine.travel(NOW, tick=False):
        secret = second_factor.begin(user).secret

    assert not second_factor.has(user)
    assert not accepted(user, code_of(secret))


def test_a_wrong_code_confirms_nothing_and_a_second_factor_is_not_begun_over(
    person: Person,
) -> None:
    user = person()
    second_factor.begin(user)

    with pytest.raises(DomainError) as wrong:
        second_factor.confirm(user, "000000x")
    set_up(user)
    with pytest.raises(DomainError) as twice:
        second_factor.begin(user)

    assert (wrong.value.code, twice.value.code) == ("wrong_code", "has_second_factor")


def test_each_of_ten_recovery_codes_works_once_however_it_is_typed(person: Person) -> None:
    user = person()
    _, codes = set_up(user)

    first = [accepted(user, code.upper().replace("-", " ")) for code in codes]
    second = [accepted(user, code) for code in codes]

    assert (len(set(codes)), first, second) == (10, [True] * 10, [False] * 10)
    assert "recovery code was used" in str([letter.subject for letter in deliver()])


def test_new_recovery_codes_end_the_former(person: Person) -> None:
    user = person()
    _, former = set_up(user)

    fresh = second_factor.regenerate(user)

    assert not accepted(user, former[0])
    assert accepted(user, fresh[0])
    assert second_factor.codes_left(user) == 9


def test_neither_secret_nor_codes_are_stored_in_the_clear(person: Person) -> None:
    secret, codes = set_up(person())

    held = str(
        [
            *SecondFactor.objects.values_list(),
            *RecoveryCode.objects.values_list(),
            *AuditEntry.objects.values_list(),
        ]
    )

    assert secret not in held
    assert not any(code in held or code.replace("-", "") in held for code in codes)


@pytest.mark.django_db(transaction=True)
def test_of_the_same_code_at_once_one_is_accepted() -> None:
    user = UserFactory.create()
    secret, _ = set_up(user)
    code = code_of(secret)

    def show(_: int) -> bool:
        try:
            return second_factor.verify(user, code)
        finally:
            connection.close()

    clock = time_machine.travel(NOW, tick=False)
    with clock, ThreadPoolExecutor(max_workers=8) as threads:
        shown = list(threads.map(show, range(16)))

    assert sum(shown) == 1


# --- Log-in ---


def test_a_login_takes_two_steps_and_its_tokens_say_so(person: Person) -> None:
    user, client = person("manager"), Client()
    secret, _ = set_up(user)

    with time_machine.travel(NOW, tick=False):
        first = client.post(
            "/login/", {"email": user.email, "password": PASSWORD, "next": "/calls/"}
        )
        half = client.get("/api/auth/me").status_code
        asked = client.get(first["Location"])
        wrong = client.post("/login/code/", {"code": "000000x", "next": "/calls/"})
        second = client.post("/login/code/", {"code": code_of(secret), "next": "/calls/"})

    assert first["Location"] == "/login/code/?next=%2Fcalls%2F"
    assert (half, asked.status_code, wrong.status_code) == (401, 200, 401)
    assert second["Location"] == "/calls/"
    assert client.cookies["pending"].value == ""
    said = jwt.decode(client.cookies[ACCESS].value, options={"verify_signature": False})
    assert said["mfa"] is True
    assert LoginSession.objects.get().second_factor is True


def test_a_program_is_told_what_is_missing_and_shows_it(person: Person) -> None:
    user, client = person(), Client(enforce_csrf_checks=True)
    secret, _ = set_up(user)
    said = {"email": user.email, "password": PASSWORD, "bearer": True}

    with time_machine.travel(NOW, tick=False):
        first = post(client, "/api/auth/login", **said)
        pending = first.json()["pending"]
        second = post(
            client, "/api/auth/login/code", pending=pending, code=code_of(secret), bearer=True
        )

    assert (first.status_code, first.json()["code"]) == (401, "second_factor_required")
    assert second.json()["access"]
    assert ACCESS not in client.cookies


def test_the_cookie_of_the_first_step_needs_a_csrf_token_in_the_api(person: Person) -> None:
    user, client = person(), Client(enforce_csrf_checks=True)
    secret, _ = set_up(user)

    with time_machine.travel(NOW, tick=False):
        first = post(client, "/api/auth/login", email=user.email, password=PASSWORD)
        second = post(client, "/api/auth/login/code", code=code_of(secret))

    assert "pending" not in first.json()
    assert second.status_code == 403


def test_a_pending_token_opens_nothing_and_ends(person: Person) -> None:
    user = person()
    with time_machine.travel(NOW, tick=False):
        pending = tokens.pending_token(user)
        opened = logins.of_access_token(pending)
        with pytest.raises(DomainError):
            logins.refresh(pending, address=None)
        found = tokens.read_pending(pending)
    with time_machine.travel(NOW + timedelta(minutes=5, seconds=1), tick=False):
        late = tokens.read_pending(pending)
    user.set_password("another-long-one")
    user.save()
    with time_machine.travel(NOW, tick=False):
        after_change = tokens.read_pending(pending)

    assert (opened, found, late, after_change) == (None, user, None, None)


def test_an_access_token_is_no_pending_token(person: Person) -> None:
    entry = logins.open_login(person(), address=None, agent="test")

    assert tokens.read_pending(entry.access) is None
    assert tokens.read_pending(entry.refresh) is None


def test_guessing_codes_ends_after_five_from_an_address_and_ten_in_all(person: Person) -> None:
    user = person()
    secret, _ = set_up(user)

    def guess(code: str, n: int) -> bool:
        try:
            logins.log_in_by_code(pending, code, address=f"192.0.2.{n}", agent="test")
        except DomainError as refusal:
            return refusal.code != "wrong_code"
        return True

    with time_machine.travel(NOW, tick=False):
        pending = tokens.pending_token(user)
        from_one = [guess("no code", 1) for _ in range(5)]
        locked = guess(code_of(secret), 1)
        elsewhere = [guess("no code", 2) for _ in range(5)]
        locked_everywhere = guess(code_of(secret), 3)

    assert from_one + elsewhere == [False] * 10
    assert (locked, locked_everywhere) == (False, False)
    actions = AuditEntry.objects.filter(outcome="refused").values_list("action", flat=True)
    assert list(actions).count("login.locked_out") == 2


# --- Pages ---


def test_it_is_set_up_on_its_page_and_other_logins_end(person: Person) -> None:
    user = person("qa")
    other, client = browser(user), browser(user)

    client.post(f"{PAGE}begin/")
    shown = client.get(PAGE).content.decode()
    begun = second_factor.begun(user)
    assert begun
    wrong = client.post(f"{PAGE}confirm/", {"code": "12"})
    done = client.post(f"{PAGE}confirm/", {"code": code_of(begun.secret, datetime.now(UTC))})
    after = client.get(PAGE).content.decode()

    assert "<svg" in shown
    assert "style=" not in shown
    assert begun.secret in re.sub(r"(?<=[A-Z2-7]) (?=[A-Z2-7])", "", shown)
    assert wrong.status_code == 422
    assert len(re.findall(r"(?:[a-z2-7]{4}-){3}[a-z2-7]{4}", done.content.decode())) == 10
    assert "10 recovery codes left" in after
    assert begun.secret not in after
    assert other.get("/api/auth/me").status_code == 401
    assert client.get("/api/auth/me").status_code == 200


def test_taking_it_away_and_new_codes_need_the_password(person: Person) -> None:
    user = person("agent")
    set_up(user)
    client = browser(user)

    refused = [client.post(f"{PAGE}{act}/", {"password": "no"}) for act in ("remove", "codes")]
    fresh = client.post(f"{PAGE}codes/", {"password": PASSWORD})
    removed = client.post(f"{PAGE}remove/", {"password": PASSWORD})

    assert [answer.status_code for answer in refused] == [422, 422]
    assert "Recovery codes" in fresh.content.decode()
    assert removed["Location"] == PAGE
    assert not second_factor.has(user)
    assert not RecoveryCode.objects.exists()
