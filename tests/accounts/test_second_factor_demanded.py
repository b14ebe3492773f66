"""A role may demand a second factor: whoever lacks one is led to it before all else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync

from accounts import logins, second_factor, tokens
from accounts.authentication import ACCESS, SocketAuth
from accounts.models import AgentSeat, RolePolicy, User
from core.errors import DomainError
from tests.accounts.authenticator import NOW, PAGE, code_of, set_up
from tests.clients import browser
from tests.factories import UserFactory

type Person = Callable[..., User]


@pytest.fixture
def _managers_need_it(db: None) -> None:
    RolePolicy.objects.create(role="manager", needs_second_factor=True)


@pytest.mark.usefixtures("_managers_need_it")
def test_whoever_must_set_it_up_can_open_nothing_else_until_then(person: Person) -> None:
    user = person("manager")
    client = browser(user)

    pages = [client.get(path) for path in ("/", "/campaigns/", "/calls/", "/admin/")]
    program = client.get("/api/auth/me")
    client.post(f"{PAGE}begin/")
    enrolment = client.get(PAGE)
    begun = second_factor.begun(user)
    assert begun
    client.post(f"{PAGE}confirm/", {"code": code_of(begun.secret, datetime.now(UTC))})

    assert [page["Location"] for page in pages] == [PAGE] * 4
    assert (program.status_code, program.json()["code"]) == (403, "second_factor_demanded")
    assert "Your role works with a second factor only" in enrolment.content.decode()
    assert client.get("/campaigns/").status_code == 200
    assert client.get("/api/auth/me").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_managers_need_it")
def test_no_socket_opens_for_whoever_must_set_it_up() -> None:
    token = browser(UserFactory.create(role="manager")).cookies[ACCESS].value
    seen: dict[str, Any] = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    headers = [(b"cookie", f"access={token}".encode())]
    scope = {"type": "websocket", "headers": headers}
    async_to_sync(SocketAuth(application))(scope, None, None)

    assert seen["login"] is None


@pytest.mark.usefixtures("_managers_need_it")
def test_who_has_one_or_another_role_is_led_nowhere(person: Person) -> None:
    manager = person("manager")
    secret, _ = set_up(manager)

    with time_machine.travel(NOW, tick=False):
        pending = tokens.pending_token(manager)
        entry = logins.log_in_by_code(pending, code_of(secret), address=None, agent="test")

    assert entry.login.must_enrol is False
    assert browser(person("agent")).get("/api/auth/me").status_code == 200


@pytest.mark.usefixtures("_managers_need_it")
def test_where_it_is_demanded_it_stays(person: Person) -> None:
    manager = person("manager")
    set_up(manager)

    with pytest.raises(DomainError) as refusal:
        second_factor.remove(manager)
    second_factor.withdraw(manager, person("superadmin", organization=None))

    assert refusal.value.code == "second_factor_demanded"
    assert not second_factor.has(manager)


def test_a_demand_acts_at_once_on_those_without_one(person: Person) -> None:
    without, having, agent = person("manager"), person("manager"), person("agent")
    set_up(having)
    clients = [browser(user) for user in (without, having, agent)]
    RolePolicy.objects.create(role="manager", needs_second_factor=True)

    logins.demand_second_factor("manager")

    assert [c.get("/api/auth/me").status_code for c in clients] == [403, 200, 200]


def test_a_demand_waits_for_the_end_of_a_call(person: Person) -> None:
    agent = person("agent")
    client = browser(agent)
    AgentSeat.objects.update(state="on_call")
    RolePolicy.objects.create(role="agent", needs_second_factor=True)

    logins.demand_second_factor("agent")
    client.get("/api/auth/continue")
    during = client.get("/api/auth/me").status_code
    AgentSeat.objects.update(state="ready")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=9), tick=False):
        client.get("/api/auth/continue")
        after = client.get("/api/auth/me").status_code

    assert (during, after) == (200, 403)
