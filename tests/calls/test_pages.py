"""Pages about calls: what they show, to whom, and at what cost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from calls.models import Call, Note, Recording
from tests.clients import browser
from tests.factories import AttemptFactory, CallFactory, CampaignFactory, LeadFactory, TeamFactory

Person = Callable[..., User]


def a_call(agent: User, **fields: object) -> Call:
    campaign = CampaignFactory.create(organization=agent.organization)
    lead = LeadFactory.create(campaign=campaign, name="Grace Iversen")
    attempt = AttemptFactory.create(
        campaign=campaign, agent=agent, lead=lead, reserved_at=datetime.now(UTC)
    )
    return CallFactory.create(attempt=attempt, **fields)


def test_the_history_shows_a_call_with_its_lead_and_its_result(person: Person) -> None:
    agent = person()
    a_call(agent, outcome=Call.Outcome.BUSY)

    page = browser(agent).get(reverse("calls:history")).content.decode()

    assert "Grace Iversen" in page
    assert "Busy" in page


def test_a_page_of_the_history_costs_a_fixed_number_of_queries(
    person: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    agent = person()
    for _ in range(12):
        a_call(agent)
    client = browser(agent)

    with django_assert_max_num_queries(8):
        client.get(reverse("calls:history"))


def test_the_floor_costs_a_fixed_number_of_queries(
    person: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    manager = person("manager")
    team = TeamFactory.create(organization=manager.organization)
    team.managers.add(manager)
    for _ in range(6):
        a_call(person(), team=team, status=Call.Status.IN_CALL)
    client = browser(manager)

    with django_assert_max_num_queries(10):
        page = client.get(reverse("calls:live")).content.decode()

    assert page.count("data-call=") == 6


def test_a_call_says_what_happened_and_that_nothing_was_recorded(person: Person) -> None:
    agent = person()
    call = a_call(agent, outcome=Call.Outcome.NO_ANSWER)

    page = browser(agent).get(reverse("calls:detail", args=[call.public_id])).content.decode()

    assert "there is nothing to hear" in page


def test_a_recording_plays_on_the_page_of_its_call(person: Person) -> None:
    agent = person()
    at = datetime.now(UTC)
    call = a_call(agent, answered_at=at, ended_at=at + timedelta(seconds=9), talk_ms=9_000)
    Recording.objects.create(
        organization=call.organization,
        call=call,
        status=Recording.Status.READY,
        file="made-up.webm",
        duration_ms=9_000,
        peaks=[0, 128, 255],
        created_at=at,
    )

    page = browser(agent).get(reverse("calls:detail", args=[call.public_id])).content.decode()

    assert '<audio-player src="/api/calls/' in page
    assert 'peaks="0,128,255"' in page


def test_a_colleagues_call_is_not_there(person: Person) -> None:
    call = a_call(person())

    answer = browser(person()).get(reverse("calls:detail", args=[call.public_id]))

    assert answer.status_code == 404


def test_a_note_is_written_and_shown_and_an_empty_one_refused(person: Person) -> None:
    agent = person()
    call = a_call(agent)
    client, url = browser(agent), reverse("calls:add_note", args=[call.public_id])

    shown = client.post(url, {"body": "Call back <b>Monday</b>"}).content.decode()
    refused = client.post(url, {"body": "  "})

    assert "Call back &lt;b&gt;Monday&lt;/b&gt;" in shown
    assert refused.status_code == 400
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "home"),
    [("agent", "calls:dial"), ("manager", "calls:live"), ("qa", "calls:history")],
)
def test_everyone_comes_home_to_the_page_of_their_role(
    person: Person, role: str, home: str
) -> None:
    answer = browser(person(role)).get("/")

    assert answer.headers["Location"] == reverse(home)
