"""Calls as the API tells of them."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from calls.models import Call, Recording
from campaigns.models import Campaign
from tests.calls.phones import Shift, rung_out, waiting
from tests.clients import browser
from tests.factories import AttemptFactory, CallFactory, DispositionFactory, UserFactory


def made(agent: User, campaign: Campaign, count: int) -> list[Call]:
    """Calls of an agent that are over, with a recording each."""
    calls = [
        CallFactory.create(
            attempt=AttemptFactory.create(campaign=campaign, agent=agent), outcome="answered"
        )
        for _ in range(count)
    ]
    for call in calls:
        Recording.objects.create(
            call=call, organization=call.organization, created_at=call.reserved_at
        )
    return calls


def test_a_call_is_told_as_the_softphone_needs_it(shift: Shift, campaign: Campaign) -> None:
    lead = waiting(campaign)[0]

    card = shift.post("/next").json()["call"]

    assert card["lead"] == {
        "id": lead.pk,
        "name": lead.name,
        "company": "",
        "job_title": "",
        "job_level": "",
        "email": "",
        "region": "",
        "country": "US",
        "postal_code": "",
        "timezone": "America/New_York",
        "external_id": None,
        "remarks": "",
        "custom": {},
        "attempts": 0,
        "last_called_at": None,
    }
    names = ("status", "outcome", "direction", "mode", "number", "caller_id", "peer_name")
    assert {name: card[name] for name in names} == {
        "status": "reserved",
        "outcome": None,
        "direction": "outbound",
        "mode": "progressive",
        "number": lead.phone,
        "caller_id": "+12025550100",
        "peer_name": "",
    }
    assert card["upload_token"]
    assert card["reserved_at"] == "2026-03-02T17:00:00Z"


def test_a_call_tells_its_campaign_with_the_results_to_choose(
    shift: Shift, campaign: Campaign
) -> None:
    waiting(campaign)
    own = DispositionFactory.create(organization=campaign.organization, key="1")
    DispositionFactory.create(organization=campaign.organization, is_active=False)
    DispositionFactory.create()

    card = shift.post("/next").json()["call"]

    assert card["campaign"] == {
        "id": campaign.pk,
        "name": campaign.name,
        "delay_s": 10,
        "wrap_up_limit_s": 60,
        "ring_time_s": 30,
        "may_skip": True,
        "preview_limit_s": 0,
        "preview_gives_back": False,
        "script": "",
        "dispositions": [
            {
                "code": own.code,
                "label": own.label,
                "key": "1",
                "finished": True,
                "success": False,
                "callback": False,
            }
        ],
    }


def test_a_campaigns_own_results_are_the_choice(shift: Shift, campaign: Campaign) -> None:
    own = DispositionFactory.create(organization=campaign.organization)
    DispositionFactory.create(organization=campaign.organization)
    campaign.dispositions.add(own)
    waiting(campaign)

    card = shift.post("/next").json()["call"]

    assert [choice["code"] for choice in card["campaign"]["dispositions"]] == [own.code]


def test_only_its_agent_gets_a_calls_upload_token(
    shift: Shift, campaign: Campaign, person: Callable[..., User]
) -> None:
    waiting(campaign)
    call = shift.next()

    told = browser(person("qa")).get(f"/api/calls/{call.public_id}").json()["call"]

    assert told["id"] == str(call.public_id)
    assert told["upload_token"] == ""


@pytest.mark.parametrize("count", [3, 30])
def test_a_list_of_calls_costs_a_fixed_number_of_queries(
    agent: User, campaign: Campaign, count: int, django_assert_max_num_queries: Any
) -> None:
    made(agent, campaign, count)
    client = browser(agent)

    with django_assert_max_num_queries(9):
        answer = client.get("/api/calls").json()

    assert len(answer["calls"]) == count
    assert answer["older"] is None
    assert answer["calls"][0]["recording"] == {
        "status": "receiving",
        "duration_ms": None,
        "url": None,
    }


def test_a_list_of_calls_is_paged_and_filtered(agent: User, campaign: Campaign) -> None:
    calls = made(agent, campaign, 55)
    Call.objects.filter(pk=calls[0].pk).update(outcome="busy")
    client = browser(agent)

    first = client.get("/api/calls").json()
    second = client.get("/api/calls", {"after": first["older"]}).json()
    busy = client.get("/api/calls", {"outcome": "busy"}).json()

    ids = [call["id"] for call in first["calls"] + second["calls"]]
    assert (len(first["calls"]), len(second["calls"])) == (50, 5)
    assert ids == [str(call.public_id) for call in reversed(calls)]
    assert [call["id"] for call in busy["calls"]] == [str(calls[0].public_id)]


def test_an_agent_sees_their_own_calls_alone(agent: User, campaign: Campaign) -> None:
    colleague = UserFactory.create(organization=campaign.organization)
    theirs = made(colleague, campaign, 1)[0]
    client = browser(agent)

    assert client.get("/api/calls").json()["calls"] == []
    assert client.get("/api/calls/recent").json()["calls"] == []
    assert client.get(f"/api/calls/{theirs.public_id}").status_code == 404


def test_another_agents_call_can_neither_be_dialed_nor_ended(
    shift: Shift, campaign: Campaign
) -> None:
    call = rung_out(shift, campaign)
    other = Shift(UserFactory.create(organization=campaign.organization))

    answers = [
        other.post(f"/{call.public_id}/{verb}", {"reason": "skipped"}).status_code
        for verb in ("dial", "release", "disposition")
    ]

    assert answers == [404, 404, 404]


def test_recent_calls_are_for_dialing_again(shift: Shift, campaign: Campaign) -> None:
    call = rung_out(shift, campaign)

    recent = shift.client.get("/api/calls/recent").json()["calls"]

    assert recent == [
        {
            "id": str(call.public_id),
            "number": call.number,
            "name": "" if call.lead is None else call.lead.name,
            "at": "2026-03-02T17:00:00Z",
            "direction": "outbound",
            "outcome": "no_answer",
        }
    ]


def test_the_next_lead_costs_a_fixed_number_of_queries(
    shift: Shift, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    waiting(campaign, 40)
    shift.post(f"/{shift.next().public_id}/release", {"reason": "cancelled"})

    with django_assert_max_num_queries(55):
        answer = shift.post("/next")

    assert answer.json()["call"]
