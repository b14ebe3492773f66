"""Leave to dial, as the SIP edge asks for it."""

from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import SipAccount
from calls.models import Call
from campaigns.models import Campaign
from tests.calls.phones import Shift, waiting


@pytest.fixture
def account(shift: Shift) -> SipAccount:
    """The agent's SIP address."""
    account = SipAccount.objects.get(user=shift.agent)
    account.username = "a1.demo"
    account.save()
    return account


@pytest.fixture
def call(shift: Shift, campaign: Campaign, account: SipAccount) -> Call:
    """A reserved call."""
    waiting(campaign)
    return shift.next()


def asked(grant: str, number: str, user: str = "a1.demo", token: str | None = None) -> Any:
    """What the edge gets for an answer."""
    query = urlencode({"grant": grant, "number": number, "user": user})
    shown = settings.SIP_EDGE_TOKEN if token is None else token
    return Client().get(f"/internal/sip/grant?{query}", headers={"X-Edge-Token": shown})


def test_the_edge_lets_the_agent_dial_the_number(shift: Shift, call: Call) -> None:
    leave = shift.dial(call).json()

    answer = asked(leave["grant"], leave["number"])

    assert (answer.status_code, answer.content.decode()) == (200, leave["caller_id"])
    assert asked(leave["grant"], leave["number"], "a1.demo~k3").status_code == 200
    assert asked(leave["grant"], leave["number"].removeprefix("+")).status_code == 200


def test_a_grant_is_for_one_number_and_one_agent(shift: Shift, call: Call) -> None:
    leave = shift.dial(call).json()
    grant, number = leave["grant"], leave["number"]
    ref, until, mac = grant.split(".")

    for wrong in [
        asked(grant, "+19005550100"),
        asked(grant, number, "a2.demo"),
        asked(grant, number, "A1.DEMO"),
        asked(f"{ref}.{int(until) + 3600}.{mac}", number),
        asked(f"{ref}.{until}.{mac[:-1]}", number),
        asked("", number),
        asked("a.b.c", number),
        asked(f"{ref}.{'9' * 30}.{mac}", number),
    ]:
        assert (wrong.status_code, wrong.content) == (403, b"not granted")


def test_a_grant_is_for_half_a_minute(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    leave = shift.dial(call).json()

    clock.shift(29)
    early = asked(leave["grant"], leave["number"]).status_code
    clock.shift(2)
    late = asked(leave["grant"], leave["number"]).status_code

    assert (early, late) == (200, 403)


def test_a_grant_ends_with_its_call(shift: Shift, call: Call) -> None:
    leave = shift.dial(call).json()
    shift.report(call, "failed", by="remote", sip_status=486)

    assert asked(leave["grant"], leave["number"]).status_code == 403


@pytest.mark.parametrize("token", ["", "wrong"])
def test_only_the_edge_may_ask(shift: Shift, call: Call, token: str) -> None:
    leave = shift.dial(call).json()

    answer = asked(leave["grant"], leave["number"], token=token)

    assert (answer.status_code, answer.content) == (403, b"forbidden")


def test_without_a_token_of_its_own_the_installation_grants_nothing(
    shift: Shift, call: Call, settings: Any
) -> None:
    settings.SIP_EDGE_TOKEN = ""
    leave = shift.dial(call).json()

    assert asked(leave["grant"], leave["number"], token="").status_code == 403
