"""The door from outside: pages, cookies and the API's login, and those who try it by force."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication import ACCESS, REFRESH
from accounts.models import LoginSession, User
from tests.clients import browser, machine
from tests.factories import PASSWORD

type Person = Callable[..., User]
ME = "/api/auth/me"


def post(client: Client, path: str, body: object = None, **headers: str) -> Any:
    """A JSON request."""
    return client.post(
        path, json.dumps(body or {}), content_type="application/json", headers=headers
    )


def csrf_of(client: Client) -> dict[str, str]:
    """The header that a page's script adds to its writes."""
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


def logged_in(user: User, *, bearer: bool = False) -> tuple[Client, dict[str, Any]]:
    """A strict browser that has logged in through the API, and what it was told."""
    client = Client(enforce_csrf_checks=True)
    said = {"email": user.email, "password": PASSWORD, "bearer": bearer}
    answer = post(client, "/api/auth/login", said)
    assert answer.status_code == 200
    return client, answer.json()


def signed(claims: dict[str, Any], *, key: str = "", algorithm: str = "HS256") -> str:
    """A token as an attacker or the product itself would sign it."""
    return jwt.encode(claims, key or project.SIMPLE_JWT["SIGNING_KEY"], algorithm=algorithm)


def claims_of(client: Client) -> dict[str, Any]:
    """What the client's access token says."""
    token = client.cookies[ACCESS].value
    return dict(jwt.decode(token, options={"verify_signature": False}))


def status_with(token: str) -> int:
    """What the API answers to this bearer token."""
    return Client(headers={"Authorization": f"Bearer {token}"}).get(ME).status_code


# --- The page ---


def test_the_right_password_leads_to_the_wanted_page(person: Person) -> None:
    user, client = person("manager"), Client()

    answer = client.post(
        "/login/", {"email": user.email, "password": PASSWORD, "next": "/campaigns/?page=2"}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/campaigns/?page=2")
    assert client.get(ME).json()["user"]["email"] == user.email


def test_the_wrong_password_is_told_in_a_sentence_and_nothing_else(person: Person) -> None:
    client = Client()

    answer = client.post("/login/", {"email": person("qa").email, "password": "wrong"})

    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in answer.content.decode()
    assert ACCESS not in client.cookies


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "https:evil.example",
        "\t//evil.example",
    ],
)
def test_no_login_leads_to_another_site(person: Person, wanted: str) -> None:
    user = person("manager")
    home = reverse("home")

    by_form = Client().post("/login/", {"email": user.email, "password": PASSWORD, "next": wanted})
    known = browser(user).get("/login/", {"next": wanted})
    renewed = browser(user).get("/api/auth/continue", {"next": wanted})
    themed = Client().post("/theme/", {"theme": "dark", "next": wanted})

    assert [a["Location"] for a in (by_form, known, renewed, themed)] == [home] * 4


def test_a_form_of_another_site_cannot_log_anyone_in(person: Person) -> None:
    user, client = person("agent"), Client(enforce_csrf_checks=True)
    form = {"email": user.email, "password": PASSWORD}

    by_page = client.post("/login/", form)
    by_api = client.post("/api/auth/login", form)
    by_text = client.post("/api/auth/login", json.dumps(form), content_type="text/plain")

    assert (by_page.status_code, by_api.status_code, by_text.status_code) == (403, 415, 415)
    assert not LoginSession.objects.exists()


def test_logging_out_ends_the_login_even_when_its_access_token_has_expired(person: Person) -> None:
    client = browser(person("agent"))

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        answer = client.post("/logout/")

    assert answer["Location"] == "/login/"
    assert LoginSession.objects.get().revoked_because == "logout"
    assert client.cookies[ACCESS].value == ""


def test_the_theme_is_kept_in_a_cookie(db: None) -> None:
    client = Client()

    answer = client.post("/theme/", {"theme": "dark", "next": "/login/"})
    fragment = client.post("/theme/", {"theme": "light"}, headers={"HX-Request": "true"})
    wrong = client.post("/theme/", {"theme": "<script>"})

    assert answer["Location"] == "/login/"
    assert (fragment.status_code, wrong.status_code) == (204, 400)
    assert client.cookies["theme"].value == "light"


# --- Cookies ---


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_closed_to_scripts_and_other_sites(
    person: Person, settings: Settings, secure: bool
) -> None:
    settings.SECURE_COOKIES = secure

    client, _ = logged_in(person("agent"))

    for name, path in ((ACCESS, "/"), (REFRESH, "/api/auth/")):
        cookie = client.cookies[name]
        assert (cookie["path"], cookie["samesite"]) == (path, "Lax")
        assert cookie["httponly"] is True
        assert bool(cookie["secure"]) is secure
    assert client.cookies["csrftoken"]["httponly"] == ""


# --- The API ---


def test_the_login_tells_who_came_and_hides_the_tokens_in_cookies(person: Person) -> None:
    user = person("qa")

    client, said = logged_in(user)

    assert said["success"] is True
    assert said["user"].items() >= {"id": user.pk, "role": "qa", "home": "/"}.items()
    assert "access" not in said
    assert client.get(ME).status_code == 200


def test_a_machine_gets_tokens_and_needs_no_cookie(person: Person) -> None:
    client, said = logged_in(person("agent"), bearer=True)

    renewed = post(
        Client(enforce_csrf_checks=True), "/api/auth/refresh", {"refresh": said["refresh"]}
    )

    assert ACCESS not in client.cookies
    assert status_with(said["access"]) == 200
    assert status_with(renewed.json()["access"]) == 200


def test_a_browser_renews_by_its_cookie(person: Person) -> None:
    client, _ = logged_in(person("agent"))
    before = client.cookies[REFRESH].value

    answer = post(client, "/api/auth/refresh", **csrf_of(client))

    assert answer.status_code == 200
    assert client.cookies[REFRESH].value != before


def test_a_renewal_after_the_end_takes_the_cookies_away(person: Person) -> None:
    client, _ = logged_in(person("agent"))
    LoginSession.objects.update(revoked_at=timezone.now())

    answer = post(client, "/api/auth/refresh", **csrf_of(client))

    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert client.cookies[REFRESH].value == ""


def test_a_page_load_with_an_expired_token_goes_on_by_the_way_of_continue(person: Person) -> None:
    client = browser(person("qa"))

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        first = client.get("/")
        second = client.get(first["Location"])
        third = client.get(second["Location"])

    assert first["Location"] == "/api/auth/continue?next=%2F"
    assert second["Location"] == "/"
    assert third["Location"] == reverse("calls:history")


def test_without_a_login_continue_leads_to_the_login_and_from_there_to_the_page(db: None) -> None:
    answer = Client().get("/api/auth/continue", {"next": "/calls/"})

    assert answer["Location"] == "/login/?next=%2Fcalls%2F"


# --- By force ---


@pytest.mark.parametrize("path", ["/api/auth/logout", "/api/auth/refresh", "/api/presence/offline"])
def test_a_cookie_alone_writes_nothing(person: Person, path: str) -> None:
    client, _ = logged_in(person("agent"))

    without = post(client, path)
    wrong = post(client, path, **{"X-CSRFToken": "x" * 32})

    assert (without.status_code, wrong.status_code) == (403, 403)
    assert LoginSession.objects.get().revoked_at is None


def test_a_cookie_with_its_csrf_token_writes(person: Person) -> None:
    client, _ = logged_in(person("agent"))

    answer = post(client, "/api/presence/offline", **csrf_of(client))

    assert answer.status_code == 200


def test_a_bearer_token_needs_no_csrf_token(person: Person) -> None:
    answer = post(machine(person("agent")), "/api/presence/offline")

    assert answer.status_code == 200


def test_a_bearer_token_that_is_wrong_is_not_saved_by_a_cookie(person: Person) -> None:
    client, _ = logged_in(person("agent"))

    answer = client.get(ME, headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code == 401


def test_forged_tokens_open_nothing(person: Person) -> None:
    client = browser(person("agent"))
    claims = claims_of(client)
    head, body, _ = client.cookies[ACCESS].value.split(".")
    forged = {
        "unsigned": jwt.encode(claims, "", algorithm="none"),
        "another key": signed(claims, key="k" * 64),
        "another algorithm": signed(claims, algorithm="HS384"),
        "no signature": f"{head}.{body}.",
        "no login": signed({k: v for k, v in claims.items() if k != "sid"}),
        "another's login": signed(claims | {"sub": str(person("manager").pk)}),
        "no person": signed(claims | {"sub": "x"}),
        "a login that is no id": signed(claims | {"sid": "1 OR 1=1"}),
        "no end": signed({k: v for k, v in claims.items() if k != "exp"}),
        "expired": signed(claims | {"exp": 1}),
        "another kind": client.cookies[REFRESH].value,
        "not text": "é",
    }

    opened = {name for name, token in forged.items() if status_with(token) != 401}

    assert opened == set()
    assert status_with(signed(claims)) == 200


def test_a_role_in_the_token_grants_nothing(person: Person) -> None:
    client = browser(person("agent"))
    boasting = signed(claims_of(client) | {"role": "superadmin", "is_superuser": True})

    answer = Client(headers={"Authorization": f"Bearer {boasting}"}).get(ME)

    assert answer.json()["user"]["role"] == "agent"


def test_an_access_token_ends_after_ten_minutes(person: Person) -> None:
    client = browser(person("agent"))
    now = timezone.now()

    with time_machine.travel(now + timedelta(minutes=9, seconds=58), tick=False):
        before = client.get(ME).status_code
    with time_machine.travel(now + timedelta(minutes=10, seconds=1), tick=False):
        after = client.get(ME).status_code

    assert (before, after) == (200, 401)


@pytest.mark.parametrize("change", [{"status": "suspended"}, {"status": "invited"}])
def test_a_suspended_person_is_out_with_the_next_request(
    person: Person, change: dict[str, str]
) -> None:
    user = person("manager")
    client, program = browser(user), machine(user)
    before = client.get(ME).status_code

    User.objects.filter(pk=user.pk).update(**change)

    assert before == 200
    assert (client.get(ME).status_code, program.get(ME).status_code) == (401, 401)
    assert client.get("/").status_code == 302


def test_an_ended_login_is_out_with_the_next_request(person: Person) -> None:
    client = browser(person("manager"))
    token = client.cookies[ACCESS].value

    client.post("/api/auth/logout")

    assert status_with(token) == 401


def test_a_page_that_asks_nobodys_name_costs_no_query(
    person: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client = browser(person("agent"))

    with django_assert_num_queries(0):
        client.post("/theme/", {"theme": "dark"})


def test_a_known_person_costs_one_query(
    person: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client = browser(person("agent"))

    with django_assert_num_queries(1):
        client.get(ME)
