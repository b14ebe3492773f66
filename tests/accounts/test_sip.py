"""The softphone is told how to register, and the edge what the registration must prove."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import logins, sip
from accounts.models import LoginSession, SipAccount, User
from core import crypto
from core.errors import DomainError
from tests.clients import browser

type Person = Callable[..., User]
CONFIG = "/api/softphone/config"
EDGE = {"X-Edge-Token": "tests-only-edge-token"}


@pytest.fixture
def edge(settings: Settings) -> Settings:
    """A telephone side that phones can reach."""
    settings.SIP_WS_URL = "wss://sip.example.test/ws"
    settings.SIP_REALM = "sip.example.test"
    settings.SIP_ICE_SERVERS = ["stun:stun.example.test"]
    return settings


def asked(username: str, **headers: str) -> Any:
    """The edge's question about a user."""
    return Client().get("/internal/sip/ha1", {"user": username}, headers=headers or EDGE)


def told(client: Client) -> dict[str, Any]:
    """What a browser's softphone is told."""
    answer = client.get(CONFIG)
    assert answer.status_code == 200
    return dict(answer.json())


def test_without_an_edge_the_softphone_gets_the_practice_line(
    person: Person, settings: Settings
) -> None:
    settings.SIP_WS_URL = ""

    config = told(browser(person("agent")))

    assert (config["mode"], config["sip"]) == ("practice", None)
    assert "Practice" in config["label"]
    assert config["recording"]["part_ms"] == 5000
    assert config["recording"]["mime_types"][0] == "audio/webm;codecs=opus"
    assert config["lease_s"] == 45


def test_the_edge_is_told_the_same_proof_as_the_phone(person: Person, edge: Settings) -> None:
    config = told(browser(person("agent")))["sip"]

    answer = asked(config["authorization_user"])

    assert config["uri"] == f"sip:{config['authorization_user']}@sip.example.test"
    assert config["ws_url"] == "wss://sip.example.test/ws"
    assert config["ice_servers"] == [{"urls": "stun:stun.example.test"}]
    assert (answer.status_code, answer.content.decode()) == (200, config["ha1"])
    assert answer["Content-Type"].startswith("text/plain")


def test_a_login_keeps_one_secret_and_another_login_has_another(
    person: Person, edge: Settings
) -> None:
    user = person("agent")
    first, second = browser(user), browser(user)

    before, other, again = (told(client)["sip"]["ha1"] for client in (first, second, first))

    assert before == again
    assert before != other


def test_the_phone_opened_last_is_the_one_that_registers(person: Person, edge: Settings) -> None:
    user = person("agent")
    first, second = browser(user), browser(user)
    username = told(first)["sip"]["authorization_user"]
    told(second)

    now_second = asked(username).content.decode()
    reopened = told(first)["sip"]["ha1"]
    now_first = asked(username).content.decode()

    assert now_second == told(second)["sip"]["ha1"]
    assert now_first == reopened


@pytest.mark.parametrize("end", ["logout", "revoked", "suspended", "expired"])
def test_the_proof_dies_with_the_login(person: Person, edge: Settings, end: str) -> None:
    user = person("agent")
    client = browser(user)
    username = told(client)["sip"]["authorization_user"]
    after = timedelta(0)

    if end == "logout":
        client.post("/api/auth/logout")
    elif end == "revoked":
        logins.close(LoginSession.objects.get(), because="administrator")
    elif end == "suspended":
        User.objects.filter(pk=user.pk).update(status="suspended")
    else:
        after = timedelta(days=15)

    with time_machine.travel(timezone.now() + after, tick=False):
        assert asked(username).status_code == 404


def test_a_revoked_login_keeps_no_secret(person: Person, edge: Settings) -> None:
    client = browser(person("agent"))
    told(client)
    during = LoginSession.objects.get().sip_secret

    client.post("/api/auth/logout")

    assert during
    assert LoginSession.objects.get().sip_secret == ""


def test_the_secret_is_not_readable_in_the_database(person: Person, edge: Settings) -> None:
    config = told(browser(person("agent")))["sip"]

    stored = LoginSession.objects.get().sip_secret

    line = f"{config['authorization_user']}:{config['realm']}:{stored}"
    assert hashlib.md5(line.encode(), usedforsecurity=False).hexdigest() != config["ha1"]
    assert stored.startswith("gAAAA")


def test_nobody_is_known_before_their_phone_was_opened(person: Person, edge: Settings) -> None:
    user = person("agent")
    browser(user)

    assert asked(SipAccount.objects.get(user=user).username).status_code == 404
    assert asked("nobody").status_code == 404
    assert asked("").status_code == 404


@pytest.mark.parametrize("token", ["", "wrong", "tests-only-edge-toke", "ä"])
def test_only_the_edge_may_ask(person: Person, edge: Settings, token: str) -> None:
    username = told(browser(person("agent")))["sip"]["authorization_user"]

    answer = asked(username, **{"X-Edge-Token": token})

    assert (answer.status_code, answer.content) == (403, b"forbidden")


def test_an_edge_without_a_token_in_the_settings_is_refused(person: Person, edge: Settings) -> None:
    edge.SIP_EDGE_TOKEN = ""

    assert asked("anyone", **{"X-Edge-Token": ""}).status_code == 403


def test_a_third_party_pbx_gets_its_own_secret_and_realm(person: Person, edge: Settings) -> None:
    user = person("agent")
    account = sip.ensure_account(user)
    account.ws_url, account.realm = "wss://pbx.example.test", "pbx"
    account.save()
    account.secret = crypto.encrypt("given by the pbx")
    account.save()

    config = told(browser(user))["sip"]

    line = f"{account.username}:pbx:given by the pbx"
    assert config["ha1"] == hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()
    assert (config["ws_url"], config["realm"]) == ("wss://pbx.example.test", "pbx")
    assert "given" not in SipAccount.objects.get().secret


def test_each_agent_has_a_name_and_an_extension_of_their_own(person: Person) -> None:
    accounts = [sip.ensure_account(person("agent")) for _ in range(3)]
    again = sip.ensure_account(accounts[0].user)

    assert len({account.username for account in accounts}) == 3
    assert len({account.extension for account in accounts}) == 3
    assert again == accounts[0]


def test_someone_without_an_organization_has_no_phone(person: Person) -> None:
    with pytest.raises(DomainError) as refusal:
        sip.ensure_account(person("superadmin", organization=None))

    assert refusal.value.code == "not_an_agent"


def test_asking_for_a_proof_costs_one_query(
    person: Person, edge: Settings, django_assert_num_queries: Callable[[int], Any]
) -> None:
    username = told(browser(person("agent")))["sip"]["authorization_user"]

    with django_assert_num_queries(1):
        asked(username)
