"""An agent's state by the API, as the softphone asks for it."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts import breaks
from accounts.models import BreakReason, Organization, User
from tests.clients import browser

type Person = Callable[..., User]


def post(client: Client, verb: str, body: object = None) -> Any:
    """A wish."""
    path = f"/api/presence/{verb}"
    return client.post(path, json.dumps(body or {}), content_type="application/json")


def test_an_agents_state_has_the_shape_of_the_contract(person: Person) -> None:
    client = browser(person("agent"))

    before = client.get("/api/presence/me").json()
    after = post(client, "ready", {"campaigns": [3]}).json()

    names = {"state", "since", "reason", "break_limit_s", "break_until", "ready_for"}
    names |= {"wrap_up_until", "call", "leading", "moved", "now"}
    assert set(before) == set(after) == names
    assert (before["state"], after["state"]) == ("offline", "ready")
    assert after["ready_for"] == [3]
    assert after["since"].endswith("Z")
    assert after["now"].endswith("Z")


def test_a_break_is_named_by_its_code(person: Person, organization: Organization) -> None:
    breaks.ensure(organization)
    client = browser(person("agent"))

    offered = client.get("/api/presence/breaks").json()["reasons"]
    answer = post(client, "break", {"reason": "lunch"}).json()

    assert {"code": "lunch", "label": "Lunch", "limit_s": None, "is_paid": True} in offered
    assert (answer["state"], answer["reason"]) == ("break", "lunch")


def test_breaks_of_others_and_former_ones_do_not_exist(
    person: Person, organization: Organization
) -> None:
    elsewhere = Organization.objects.create(name="Elsewhere")
    BreakReason.objects.create(organization=elsewhere, code="siesta", label="Siesta")
    BreakReason.objects.create(
        organization=organization, code="smoke", label="Smoke", is_active=False
    )
    client = browser(person("agent"))

    theirs = post(client, "break", {"reason": "siesta"})
    former = post(client, "break", {"reason": "smoke"})

    assert (theirs.status_code, former.status_code) == (404, 400)
    assert former.json()["code"] == "unknown_break"
    assert client.get("/api/presence/breaks").json() == {"reasons": []}


def test_wishes_that_cannot_be_understood_say_which_field(person: Person) -> None:
    client = browser(person("agent"))

    empty = post(client, "ready", {"campaigns": []})
    missing = post(client, "ready")
    words = post(client, "ready", {"campaigns": ["all"]})

    assert [a.status_code for a in (empty, missing, words)] == [400, 400, 400]
    assert "campaigns" in empty.json()["errors"]


def test_a_superadmin_has_no_seat_to_move(person: Person) -> None:
    client = browser(person("superadmin", organization=None))

    answer = post(client, "ready", {"campaigns": [1]})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_an_agent")
    assert client.get("/api/presence/me").json()["state"] == "offline"
