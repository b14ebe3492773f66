"""Whatever ends a login ends it within one request, for pages, programs and open sockets."""

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.utils import timezone

from accounts import logins, passwords, people, supervision
from accounts.models import AgentSession, LoginSession, Organization, User
from core.models import AuditEntry
from core.sockets import in_thread
from dialer.asgi import application
from tests.clients import browser, machine
from tests.factories import PASSWORD, UserFactory

ME = "/api/auth/me"
WITHIN_S = 10.0


def log_out(user: User) -> None:
    """By the page's own button, in every browser."""
    for login in LoginSession.objects.filter(user=user):
        logins.log_out(login)


def change_password(user: User) -> None:
    """By its owner."""
    passwords.change(user, PASSWORD, "another-long-one", address="127.0.0.1")


def suspend(user: User) -> None:
    """By an administrator."""
    people.suspend(user)


def change_role(user: User) -> None:
    """By an administrator."""
    people.change(user, replace(people.profile(user), role=User.Role.QA))


def close_organization(user: User) -> None:
    """By whoever keeps the books; the beat follows."""
    Organization.objects.update(archived_at=timezone.now())
    logins.end_closed(timezone.now())


def let_contract_end(user: User) -> None:
    """By the calendar; the beat follows."""
    Organization.objects.update(valid_until=timezone.now())
    logins.end_closed(timezone.now())


def force_out(user: User) -> None:
    """By a supervisor, who says why."""
    boss = UserFactory.create(role="manager", name="Mia Boss", organization=user.organization)
    supervision.force_logout(boss, user, "Enough for today")


def suspend_with_reason(user: User) -> None:
    """By an administrator, who says why."""
    root = UserFactory.create(role="superadmin", name="Rita Root", organization=None)
    people.suspend(user, by=root, note=" The contract is over ")


ENDINGS = [
    pytest.param(log_out, "logout"),
    pytest.param(change_password, "password"),
    pytest.param(suspend, "suspended"),
    pytest.param(change_role, "role"),
    pytest.param(close_organization, "organization"),
    pytest.param(let_contract_end, "organization"),
]
TOLD = [
    pytest.param(force_out, "Mia Boss logged you out: “Enough for today”"),
    pytest.param(suspend_with_reason, "Rita Root suspended your account: “The contract is over”"),
    pytest.param(suspend, "An administrator suspended your account."),
    pytest.param(change_role, "An administrator gave you another role."),
    pytest.param(change_password, "Your password was changed."),
    pytest.param(let_contract_end, "The access of your organization has ended."),
    pytest.param(log_out, ""),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("end", "because"), ENDINGS)
def test_an_ending_is_the_end_of_every_token(end: Callable[[User], None], because: str) -> None:
    user = UserFactory.create()
    page, program = browser(user), machine(user)
    before = (page.get(ME).status_code, program.get(ME).status_code)

    end(user)

    after = (page.get(ME).status_code, program.get(ME).status_code)
    assert (before, after) == ((200, 200), (401, 401))
    assert page.get("/api/auth/continue")["Location"].startswith("/login/")
    assert set(LoginSession.objects.values_list("revoked_because", flat=True)) == {because}
    assert AgentSession.objects.get().logout_at is not None
    action = "login.closed" if because == "logout" else "login.revoked"
    assert AuditEntry.objects.filter(action=action).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("end", "because"), ENDINGS)
async def test_an_ending_closes_the_sockets(end: Callable[[User], None], because: str) -> None:
    user = await in_thread(UserFactory.create)
    tab = await in_thread(browser, user)
    cookie = f"access={tab.cookies['access'].value}".encode()
    headers = [(b"origin", b"http://testserver"), (b"cookie", cookie)]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=headers)
    assert await socket.connect(WITHIN_S) == (True, None)
    await socket.send_json_to({"type": "subscribe", "topics": [], "last": None})
    assert (await socket.receive_json_from(WITHIN_S))["type"] == "subscribed"

    await in_thread(end, user)

    said = await socket.receive_json_from(WITHIN_S)
    assert (said["type"], said["because"]) == ("session.revoked", because)
    assert await socket.receive_output(WITHIN_S) == {"type": "websocket.close", "code": 4401}
    await socket.disconnect(timeout=WITHIN_S)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("end", "sentence"), TOLD)
async def test_the_page_is_told_at_once_who_ended_its_login_and_why(
    end: Callable[[User], None], sentence: str
) -> None:
    user = await in_thread(UserFactory.create)
    tab = await in_thread(browser, user)
    cookie = f"access={tab.cookies['access'].value}".encode()
    headers = [(b"origin", b"http://testserver"), (b"cookie", cookie)]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=headers)
    assert await socket.connect(WITHIN_S) == (True, None)
    await socket.send_json_to({"type": "subscribe", "topics": [], "last": None})
    assert (await socket.receive_json_from(WITHIN_S))["type"] == "subscribed"

    await in_thread(end, user)

    assert (await socket.receive_json_from(WITHIN_S))["said"] == sentence
    await socket.disconnect(timeout=WITHIN_S)


@pytest.mark.django_db
@pytest.mark.parametrize(("end", "sentence"), TOLD)
def test_the_login_page_says_who_ended_the_login_and_why(
    end: Callable[[User], None], sentence: str
) -> None:
    user = UserFactory.create()
    page = browser(user)
    end(user)

    landed = page.get("/api/auth/continue", follow=True)

    assert landed.redirect_chain[-1][0].startswith("/login/")
    assert landed.context["farewell"] == sentence
    assert sentence in html.unescape(landed.content.decode())


@pytest.mark.django_db
def test_what_a_page_asked_for_meanwhile_does_not_swallow_why_its_login_ended() -> None:
    user = UserFactory.create()
    page = browser(user)
    force_out(user)

    page.post("/api/auth/refresh", {}, content_type="application/json")
    page.post("/api/auth/refresh", {}, content_type="application/json")
    told = page.get("/login/").context["farewell"]
    page.post("/login/", {"email": user.email, "password": PASSWORD})
    page.post("/logout/")
    later = page.get("/login/").context["farewell"]

    assert (told, later) == ("Mia Boss logged you out: “Enough for today”", "")


@pytest.mark.django_db
def test_nobody_writes_a_farewell_of_their_own() -> None:
    stranger = Client()
    stranger.cookies["farewell"] = "ImNhbGwgKzEgMjEyIg:1abcde:forged"

    page = stranger.get("/login/")

    assert (page.status_code, page.context["farewell"]) == (200, "")


@pytest.mark.django_db
def test_a_program_is_told_why_its_login_ended() -> None:
    user = UserFactory.create()
    program = logins.open_login(user, address="127.0.0.1", agent="test machine")
    force_out(user)

    with pytest.raises(logins.SessionEndedError) as raised:
        logins.refresh(program.refresh, address="127.0.0.1")

    assert raised.value.message == "Mia Boss logged you out: “Enough for today” Log in again."


@pytest.mark.django_db
def test_an_organization_whose_time_is_over_is_out_before_the_beat_looks() -> None:
    user = UserFactory.create()
    tomorrow = timezone.now() + timedelta(days=1)
    Organization.objects.update(valid_until=tomorrow)
    page = browser(user)

    with time_machine.travel(tomorrow - timedelta(minutes=5), tick=False):
        page.get("/api/auth/continue")
        before = page.get(ME).status_code
    with time_machine.travel(tomorrow, tick=False):
        after = page.get(ME).status_code
        login = Client().post("/login/", {"email": user.email, "password": PASSWORD})

    assert (before, after, login.status_code) == (200, 401, 401)


@pytest.mark.django_db
def test_people_of_open_organizations_and_superadmins_stay() -> None:
    UserFactory.create(organization__valid_until=timezone.now() + timedelta(days=1))
    for user in (*User.objects.all(), UserFactory.create(role="superadmin", organization=None)):
        browser(user)

    ended = logins.end_closed(timezone.now())

    assert ended == 0
    assert not LoginSession.objects.exclude(revoked_at=None).exists()


@pytest.mark.django_db
def test_an_edit_that_leaves_the_role_alone_ends_nothing() -> None:
    user = UserFactory.create()
    page = browser(user)

    people.change(user, replace(people.profile(user), name="Another Name"))

    assert page.get(ME).status_code == 200


@pytest.mark.django_db
def test_a_login_that_ended_long_ago_is_forgotten() -> None:
    user = UserFactory.create()
    old, living = (logins.open_login(user, address=None, agent="test").login for _ in range(2))
    logins.close(old, because="logout")

    deleted = logins.prune(timezone.now() + timedelta(days=91))

    assert deleted == 1
    assert LoginSession.objects.get() == living


@pytest.mark.django_db
def test_the_former_token_from_another_address_revokes_the_family() -> None:
    first = logins.open_login(UserFactory.create(), address="192.0.2.1", agent="test")
    second = logins.refresh(first.refresh, address="192.0.2.1")

    thief = Client(REMOTE_ADDR="198.51.100.1")
    stolen = thief.post(
        "/api/auth/refresh", {"refresh": first.refresh}, content_type="application/json"
    )

    assert stolen.status_code == 401
    assert LoginSession.objects.get().revoked_because == "replayed"
    assert logins.of_access_token(second.access) is None
