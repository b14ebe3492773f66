"""Those who try it by force: forged tokens, other sites, guesses, planted cookies."""

import base64
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from channels.testing import WebsocketCommunicator
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import hotp  # type: ignore[import-untyped]  # has no types

from accounts import logins, passwords, second_factor, tokens
from accounts.authentication import ACCESS, PENDING, REFRESH
from accounts.models import LoginFailure, LoginSession, User
from core.models import AuditEntry
from core.sockets import in_thread
from dialer.asgi import application
from tests.access import ANONYMOUS, ROLES, Route, cast, listed
from tests.accounts.mailbox import code_in, deliver
from tests.clients import browser
from tests.factories import PASSWORD, UserFactory

type Person = Callable[..., User]
ME = "/api/auth/me"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "\x00//evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http://testserver@evil.example/",
    "https://testserver.evil.example/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://testserver/",
    "//testserver\\@evil.example",
]


def post(client: Client, path: str, **body: Any) -> Any:
    """A JSON request."""
    return client.post(path, json.dumps(body), content_type="application/json")


def with_factor(user: User) -> list[str]:
    """Gives them a second factor; its recovery codes."""
    secret = base64.b32decode(second_factor.begin(user).secret)
    return second_factor.confirm(user, f"{hotp(secret, int(time.time()) // 30):06}")


# --- Tokens ---


def signed(claims: dict[str, Any], *, key: str | None = None, algorithm: str = "HS256") -> str:
    """A token as an attacker would sign it, or someone who has the key."""
    secret = project.SIMPLE_JWT["SIGNING_KEY"] if key is None else key
    return jwt.encode(claims, secret, algorithm=algorithm)


def forgeries(good: str) -> dict[str, str]:
    """What is made of a good token, none of which is one."""
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, signature = good.split(".")
    other = signed(claims | {"sub": "999999"}, key="guessed" * 9).split(".")[1]
    return {
        "unsigned": signed(claims, key="", algorithm="none"),
        "another key": signed(claims, key="k" * 64),
        "another algorithm": signed(claims, algorithm="HS384"),
        "another body under the signature": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.",
        "expired": signed(claims | {"exp": 1}),
        "without an end": signed({k: v for k, v in claims.items() if k != "exp"}),
        "without a kind": signed({k: v for k, v in claims.items() if k != "token_type"}),
        "of a kind that is none": signed(claims | {"token_type": "admin"}),
        "another person's": signed(claims | {"sub": "999999"}),
        "another login's": signed(claims | {"sid": "0" * 32}),
    }


@pytest.mark.parametrize("place", [ACCESS, REFRESH, "bearer"])
def test_no_forged_token_opens_or_renews_anything(person: Person, place: str) -> None:
    entry = logins.open_login(person("manager"), address="127.0.0.1", agent="test")
    good = entry.refresh if place == REFRESH else entry.access

    def opens(token: str) -> bool:
        client = Client()
        if place == "bearer":
            return client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        client.cookies[place] = token
        if place == ACCESS:
            return client.get(ME).status_code == 200
        return client.get("/api/auth/continue")["Location"] == "/"

    opened = {name for name, token in forgeries(good).items() if opens(token)}

    assert opened == set()
    assert opens(good)


def test_tokens_of_one_kind_do_not_serve_as_another(person: Person) -> None:
    user = person("manager")
    entry = logins.open_login(user, address="127.0.0.1", agent="test")
    pending = tokens.pending_token(user)

    answers = [
        *(_with(ACCESS, token).get(ME).status_code for token in (entry.refresh, pending)),
        *(
            post(Client(), "/api/auth/refresh", refresh=token).status_code
            for token in (entry.access, pending)
        ),
        *(
            post(Client(), "/api/auth/login/code", pending=token, code="123456").status_code
            for token in (entry.access, entry.refresh)
        ),
    ]

    assert answers == [401] * 6
    assert LoginSession.objects.get().revoked_at is None


def _with(cookie: str, value: str) -> Client:
    client = Client()
    client.cookies[cookie] = value
    return client


@pytest.mark.parametrize(("after_s", "address"), [(31, "127.0.0.1"), (1, "198.51.100.7")])
def test_a_stolen_refresh_cookie_ends_the_family_late_or_elsewhere(
    person: Person, after_s: int, address: str
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        owner = browser(person("qa"))
        stolen = owner.cookies[REFRESH].value
        owner.get("/api/auth/continue")

    with time_machine.travel(now + timedelta(seconds=after_s), tick=False):
        thief = Client(REMOTE_ADDR=address)
        thief.cookies[REFRESH] = stolen
        answer = thief.get("/api/auth/continue")
        left = owner.get(ME).status_code

    assert answer["Location"].startswith("/login/")
    assert left == 401
    assert AuditEntry.objects.get(action="login.revoked").after["because"] == "replayed"


# --- Other sites ---

# They act by what the request says alone, not by a cookie, and take no form of another site.
NOT_BY_COOKIE = {
    "accounts-api:login",
    "accounts-api:login_code",
    "accounts-api:forgot_password",
    "accounts-api:verify_otp",
    "accounts-api:reset_password",
}
BY_COOKIE = [
    pytest.param(route, method, id=f"{route.name}-{method}")
    for route in listed()
    for method in route.methods
    if method in UNSAFE and route.methods[method] and route.name not in NOT_BY_COOKIE
]


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "method"), BY_COOKIE)
def test_a_cookie_without_its_csrf_token_writes_nothing(route: Route, method: str) -> None:
    people = cast()
    problems = []

    for role in (r for r in ROLES if r != ANONYMOUS and route.admits(r, method)):
        arguments = route.made(people) if route.made else {}
        strict = browser(people.of(role), csrf=True)
        strict.cookies["csrftoken"] = "x" * 32
        before = AuditEntry.objects.count()
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            address = reverse(route.name, kwargs=arguments)
            answer = strict.generic(method, address, b"{}", content_type=kind)
            if answer.status_code not in (403, 415) or AuditEntry.objects.count() != before:
                problems.append(f"{role} by {kind}: {answer.status_code}")

    assert not problems, "\n".join(problems)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(NOT_BY_COOKIE))
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_door_without_cookies_takes_no_form_of_another_site(name: str, kind: str) -> None:
    answer = browser(cast().agent, csrf=True).generic(
        "POST", reverse(name), b'{"email": "a@example.test"}', content_type=kind
    )

    assert answer.status_code == 415


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("origin", [b"https://evil.example", b"null", b"http://testserver.evil"])
async def test_a_socket_from_another_site_is_refused(
    origin: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = application.application_mapping["websocket"]
    monkeypatch.setattr(strict, "allowed_origins", ["testserver"])
    tab = await in_thread(lambda: browser(UserFactory.create()))
    cookie = f"access={tab.cookies[ACCESS].value}".encode()

    def wire(of: bytes) -> WebsocketCommunicator:
        headers = [(b"origin", of), (b"cookie", cookie)]
        return WebsocketCommunicator(application, "/ws/live/", headers=headers)

    foreign, own = wire(origin), wire(b"http://testserver")
    refused, _ = await foreign.connect(10.0)
    opened, _ = await own.connect(10.0)
    await own.disconnect(timeout=10.0)

    assert (refused, opened) == (False, True)


@pytest.mark.parametrize("wanted", EVIL)
def test_nothing_leads_to_another_site(person: Person, wanted: str) -> None:
    user = person("manager")
    login = {"email": user.email, "password": PASSWORD, "next": wanted}

    answers = [
        Client().post("/login/", login),
        browser(user).get("/login/", {"next": wanted}),
        browser(user).get("/api/auth/continue", {"next": wanted}),
        Client().post("/theme/", {"theme": "dark", "next": wanted}),
        _in_two_steps(user, wanted),
    ]
    asked = Client().get("/api/auth/continue", {"next": wanted})
    by_admin = Client().get("/admin/login/", {"next": wanted})

    assert [answer["Location"] for answer in answers] == ["/"] * 5
    assert asked["Location"] == "/login/?next=%2F"
    assert by_admin["Location"] == "/api/auth/continue?next=%2F"


def _in_two_steps(user: User, wanted: str) -> Any:
    """The last answer of a login that asks for a second factor."""
    client, codes = Client(), with_factor(user)
    half = {"email": user.email, "password": PASSWORD, "next": wanted}
    client.post("/login/", half)
    return client.post("/login/code/", {"code": codes[0], "next": wanted})


def test_a_mail_never_leads_to_a_host_that_a_request_named(person: Person) -> None:
    newcomer = person("agent", status="invited", password=None)
    Client(headers={"Host": "evil.example"}).post("/forgot-password/", {"email": "a@b.test"})

    passwords.invite(newcomer, person("manager"))

    assert project.PUBLIC_URL in str(deliver()[-1].body)


# --- Planted cookies ---


def test_a_login_keeps_nothing_that_was_planted_before_it(person: Person) -> None:
    attacker, victim = person("agent"), person("manager")
    planted = browser(attacker)
    client = Client()
    for name in (ACCESS, REFRESH):
        client.cookies[name] = planted.cookies[name].value
    client.get("/forgot-password/")
    client.cookies["csrftoken"] = "p" * 32
    client.cookies["sessionid"] = "p" * 32

    client.post("/logout/")
    client.post("/login/", {"email": victim.email, "password": PASSWORD})

    assert client.get(ME).json()["user"]["email"] == victim.email
    for name in (ACCESS, REFRESH):
        assert client.cookies[name].value != planted.cookies[name].value
    assert client.cookies["csrftoken"].value != "p" * 32
    assert planted.get(ME).status_code == 401


def test_each_login_is_one_of_its_own(person: Person) -> None:
    user = person("manager")
    first, second = browser(user), browser(user)

    first.post("/logout/")

    assert (first.get(ME).status_code, second.get(ME).status_code) == (401, 200)


def test_the_cookie_of_the_first_step_is_closed_to_scripts_and_short(person: Person) -> None:
    user, client = person("manager"), Client()
    with_factor(user)

    client.post("/login/", {"email": user.email, "password": PASSWORD})

    cookie = client.cookies[PENDING]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 300)
    assert ACCESS not in client.cookies


# --- Guesses through the front door ---


def test_guessing_one_by_one_never_gets_in(person: Person) -> None:
    user = person("manager")
    tries = [f"guess {n}" for n in range(30)]
    tries[10] = PASSWORD

    statuses = {
        post(Client(), "/api/auth/login", email=user.email, password=word).status_code
        for word in tries
    }

    assert statuses == {401}
    assert not LoginSession.objects.exists()
    assert LoginFailure.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_guessing_all_at_once_never_gets_in() -> None:
    user = UserFactory.create()
    for n in range(4):
        post(Client(), "/api/auth/login", email=user.email, password=f"early {n}")

    def guess(word: str) -> int:
        try:
            form = {"email": user.email, "password": word}
            return Client().post("/login/", form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as threads:
        statuses = set(threads.map(guess, [f"guess {n}" for n in range(24)]))
    judged = LoginFailure.objects.filter(purpose="login").count()
    after = post(Client(), "/api/auth/login", email=user.email, password=PASSWORD)

    assert statuses == {401}
    # Guesses that meet bar each other unjudged; once a fifth was judged, not even a right one is.
    assert judged in (4, 5)
    assert after.status_code == (401 if judged == 5 else 200)
    assert AuditEntry.objects.filter(action="login.failed").count() <= 5


@pytest.mark.django_db(transaction=True)
def test_guessing_a_mailed_code_all_at_once_never_gets_one() -> None:
    user = UserFactory.create()
    passwords.send_code(user.email)
    right = code_in(deliver()[-1])
    guesses = [f"{(int(right) + n) % 10**6:06}" for n in range(1, 25)]

    def guess(otp: str) -> int:
        try:
            answer = post(Client(), "/api/auth/verify-otp", email=user.email, otp=otp)
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as threads:
        statuses = set(threads.map(guess, guesses))
    for otp in guesses[:5]:
        guess(otp)

    assert statuses == {400}
    assert guess(right) == 400
