"""The API of runs: scoped, and the same verbs as the pages."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.models import User
from agentic import launching, sink
from agentic.models import AgenticCampaign, AgenticRun, AiCall, AiCommand
from agentic.providers import register
from campaigns import suppression
from tests.agentic.standin import StandIn
from tests.agentic.voices import NOW
from tests.clients import browser
from tests.factories import AgenticFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
type Ask = Callable[..., dict[str, object]]


@pytest.fixture
def limits(clock: object) -> Iterator[AgenticCampaign]:
    register(StandIn(), "simulator")
    yield AgenticFactory.create(module="cloud")
    register(None, "simulator")


@pytest.fixture
def manager(limits: AgenticCampaign) -> User:
    user: User = UserFactory.create(role="manager", organization=limits.organization)
    limits.campaign.managers.add(user)
    return user


@pytest.fixture
def client(manager: User) -> Client:
    return browser(manager)


def ask(client: Client, what: str, **sent: object) -> dict[str, object]:
    """The answer to a request, which is taken."""
    answer = client.post(f"/api/agentic/{what}", sent, content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    said: dict[str, object] = answer.json()
    return said


def talking(run: AgenticRun, leads: int = 1) -> list[AiCall]:
    """Calls that were dialed."""
    LeadFactory.create_batch(leads, campaign=run.campaign)
    ids = launching.launch_due(NOW)
    for pk in ids:
        launching.launch(pk)
        sink.take(pk, NOW)
    return list(AiCall.objects.filter(pk__in=ids))


def test_where_nothing_ever_ran_it_is_idle(client: Client) -> None:
    said = client.get("/api/agentic/status").json()

    assert (said["status"], said["running"], said["run"]) == ("idle", False, None)


def test_a_run_is_started_and_tells_what_it_does(client: Client, limits: AgenticCampaign) -> None:
    made = ask(client, "start_run", campaign="cloud")
    run = AgenticRun.objects.get()
    (ai,) = talking(run)

    said = client.get("/api/agentic/status", {"campaign": str(limits.campaign_id)}).json()

    assert made["run"]["id"] == str(run.public_id)  # type: ignore[index]
    assert (said["status"], said["running"], said["campaign"]) == ("running", True, "cloud")
    assert said["provider"] == {"name": "simulator", "title": "Simulator"}
    assert said["lead"] == {
        "id": ai.lead_id,
        "name": ai.lead.name,
        "call": str(ai.call.public_id),
        "state": "dialing",
    }
    assert said["run"]["counts"]["dialing"] == 1


def test_a_selection_and_a_single_prospect_are_called(
    client: Client, limits: AgenticCampaign
) -> None:
    leads = LeadFactory.create_batch(3, campaign=limits.campaign)
    ask(client, "start_run", campaign="cloud", leads=[leads[2].pk, leads[0].pk])
    first = AgenticRun.objects.get()
    ask(client, "stop_all")
    ask(client, "start_call", campaign="cloud", lead=leads[1].pk)

    assert (first.kind, first.picked.count()) == ("selection", 2)
    assert AgenticRun.objects.latest("pk").kind == "one"


def test_going_on_by_itself_is_switched_and_the_next_is_asked_for(
    client: Client, limits: AgenticCampaign
) -> None:
    ask(client, "auto_next", campaign="cloud", enabled=False)
    ask(client, "start_run", campaign="cloud")
    run = AgenticRun.objects.get()
    LeadFactory.create_batch(3, campaign=limits.campaign)
    assert [len(launching.launch_due(NOW)) for _ in range(2)] == [1, 0]

    said = ask(client, "auto_next", campaign="cloud", next=True)

    assert said["auto_next"] is False
    assert len(launching.launch_due(NOW)) == 1
    assert run.ai_calls.count() == 2


def test_one_call_is_ended_by_either_of_its_ids(client: Client, limits: AgenticCampaign) -> None:
    ask(client, "start_run", campaign="cloud")
    first, second = talking(AgenticRun.objects.get(), leads=2)

    ask(client, "end_call", call=str(first.public_id))
    ask(client, "end_call", call=str(second.call.public_id))

    told = AiCommand.objects.filter(kind="hang_up").values_list("ai_call", flat=True)
    assert sorted(told) == [first.pk, second.pk]
    sink.ended(first.pk, NOW)
    assert ask(client, "end_call", call=str(first.public_id))["count"] == 0
    assert ask(client, "end_call", campaign="cloud")["count"] == 1


def test_everything_stops(client: Client, limits: AgenticCampaign) -> None:
    ask(client, "start_run", campaign="cloud")
    (ai,) = talking(AgenticRun.objects.get())

    assert ask(client, "stop_all")["count"] == 1

    assert AgenticRun.objects.get().status == "stopping"
    assert AiCommand.objects.get().ai_call == ai
    sink.ended(ai.pk, NOW)
    launching.launch_due(NOW)
    assert ask(client, "stop_all")["count"] == 0


def test_a_call_that_the_rules_forbid_is_refused_with_all_of_them(
    client: Client, limits: AgenticCampaign
) -> None:
    lead = LeadFactory.create(campaign=limits.campaign)
    suppression.suppress(limits.organization, lead.phone, source="api", now=NOW)

    answer = client.post(
        "/api/agentic/start_call",
        {"campaign": "cloud", "lead": lead.pk},
        content_type="application/json",
    )

    assert answer.status_code == 409
    assert answer.json()["code"] == "not_allowed"
    assert answer.json()["errors"]["refusals"][0]["rule"] == "suppressed"
    assert not AgenticRun.objects.exists()


def test_a_run_of_some_says_whom_it_does_not_call(client: Client, limits: AgenticCampaign) -> None:
    good, bad = LeadFactory.create_batch(2, campaign=limits.campaign)
    suppression.suppress(limits.organization, bad.phone, source="api", now=NOW)
    ask(client, "start_run", campaign="cloud", leads=[bad.pk, good.pk])

    launching.launch_due(NOW)

    said = client.get("/api/agentic/status", {"campaign": "cloud"}).json()
    (refused,) = said["run"]["refused"]
    assert refused["lead"] == bad.pk
    assert refused["refusals"][0]["message"]


def test_a_module_that_several_organizations_have_is_named_by_its_id(
    limits: AgenticCampaign,
) -> None:
    AgenticFactory.create(module="cloud")
    root = browser(UserFactory.create(role="superadmin", organization=None))

    either = root.get("/api/agentic/status", {"campaign": "cloud"})
    one = root.get("/api/agentic/status", {"campaign": limits.campaign_id})

    assert (either.status_code, either.json()["code"]) == (409, "which_campaign")
    assert one.json()["campaign_label"] == limits.campaign.name


@pytest.mark.parametrize("what", ["start_run", "start_call", "auto_next", "end_call", "stop_all"])
def test_another_organizations_campaign_does_not_exist(limits: AgenticCampaign, what: str) -> None:
    stranger = browser(UserFactory.create(role="manager"))
    sent = {"campaign": "cloud"} | ({"lead": 1} if what == "start_call" else {})

    answer = stranger.post(f"/api/agentic/{what}", sent, content_type="application/json")

    assert answer.status_code == 404


def test_what_is_meant_must_be_said(client: Client, limits: AgenticCampaign) -> None:
    answers = [
        client.post(f"/api/agentic/{what}", sent, content_type="application/json")
        for what, sent in (
            ("end_call", {}),
            ("start_run", {}),
            ("start_call", {"campaign": "cloud"}),
            ("start_run", {"campaign": "cloud", "leads": [0]}),
            ("start_run", {"campaign": "cloud", "leads": []}),
            ("start_run", {"campaign": "cloud", "leads": [10**30]}),
            ("start_run", {"campaign": "cloud", "leads": [1] * 10_001}),
            ("start_call", {"campaign": "cloud", "lead": 10**30}),
            ("start_call", {"campaign": "cloud", "lead": 1, "provider": "livekit"}),
        )
    ]

    assert [answer.status_code for answer in answers] == [400] * 9
    assert "There is no such field" in str(answers[-1].json()["errors"]["provider"])
    assert not AgenticRun.objects.exists()
