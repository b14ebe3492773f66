"""Nobody reaches another organization's rows, whatever the matrix of permissions grants them.

Generated from the access table: each role holds every permission there is, so that tenancy alone
has to keep the neighbor out.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from campaigns import sheets
from core import audit, realtime
from tests.access import AGENT, MANAGER, QA, Cast, Route, cast, listed
from tests.campaigns.lists import upload
from tests.clients import browser
from tests.factories import (
    AgenticFactory,
    AttemptFactory,
    CallFactory,
    CampaignFactory,
    LeadFactory,
    RunFactory,
)

ROLES = (AGENT, MANAGER, QA)
MARK = "zwetschge"  # in every name of the neighbor, and in nobody else's
TABLE = listed()
OBJECTS = [
    pytest.param(route, method, id=f"{route.name}-{method}")
    for route in TABLE
    for method in route.methods
    if route.made and not route.public and route.methods[method]
]
PAGES = [
    pytest.param(route, id=route.name)
    for route in TABLE
    if not route.made and route.methods.get("GET")
]


@pytest.fixture
def ours(db: None) -> Cast:
    """Our people, each of whom holds every permission."""
    people = cast()
    for role in ROLES:
        person = people.of(role)
        assert person
        person.user_permissions.set(Permission.objects.all())
    return people


@pytest.fixture
def theirs(ours: Cast) -> Cast:
    """The neighbor."""
    people = cast()
    people.organization.name = f"{MARK} organization"
    people.organization.save()
    for role in ROLES:
        person = people.of(role)
        assert person
        person.name = f"{MARK} {role}"
        person.save()
    people.team.name = f"{MARK} team"
    people.team.save()
    return people


def ask(client: Client, method: str, address: str, **query: Any) -> HttpResponseBase:
    """An empty request."""
    if method == "GET":
        return client.get(address, query)
    return client.generic(method, address, b"{}", content_type="application/json")


@pytest.mark.parametrize(("route", "method"), OBJECTS)
def test_a_neighbors_object_does_not_exist_for_whoever_holds_every_permission(
    ours: Cast, theirs: Cast, route: Route, method: str
) -> None:
    assert route.made
    address, problems = reverse(route.name, kwargs=route.made(theirs)), []

    for role in ROLES:
        status = ask(browser(ours.of(role)), method, address).status_code
        if status != 404:
            problems.append(f"{role} {method} {route.name}: got {status}, not 404")

    assert not problems, "\n".join(problems)


def furnish(people: Cast) -> dict[str, Any]:
    """Gives the neighbor a bit of everything, all of it marked; the ids of what filters name."""
    campaign = CampaignFactory.create(organization=people.organization, name=f"{MARK} campaign")
    lead = LeadFactory.create(campaign=campaign, name=f"{MARK} lead", phone="+12125559999")
    attempt = AttemptFactory.create(campaign=campaign, agent=people.agent, lead=lead)
    CallFactory.create(attempt=attempt, team=people.team, number="+12125559999")
    sheets.receive_upload(None, campaign, upload("Name,Phone\nAnn,2125550123\n"))
    audit.record("organization.changed", people.organization)
    return {
        "campaign": campaign.pk,
        "agent": people.agent.pk,
        "team": people.team.pk,
        "organization": people.organization.pk,
        "person": "person",
        "lead": lead.pk,
        "number": "+12125559999",
        "q": MARK,
        "search": MARK,
        "target": f"accounts.organization:{people.organization.pk}",
    }


@pytest.mark.parametrize("route", PAGES)
def test_no_list_shows_a_neighbors_row_even_when_a_filter_names_it(
    ours: Cast, theirs: Cast, route: Route
) -> None:
    named = furnish(theirs)
    problems = []

    for role in ROLES:
        client = browser(ours.of(role))
        for query in ({}, named):
            response = ask(client, "GET", reverse(route.name), **query)
            shown = response.getvalue().decode(errors="replace")
            if response.status_code >= 500 or f"{MARK} " in shown:
                problems.append(f"{role} GET {route.name} {bool(query)}: {response.status_code}")

    assert not problems, "\n".join(problems)


# Every family of topics, with a topic of the neighbor; a new family has to be listed.
TOPICS: dict[str, Callable[[Cast, dict[str, Any]], str]] = {
    "activity": lambda _, __: "activity",
    "agent": lambda people, _: f"agent:{people.agent.pk}",
    "org:presence": lambda people, _: f"org:{people.organization.pk}:presence",
    "org:calls": lambda people, _: f"org:{people.organization.pk}:calls",
    "team:presence": lambda people, _: f"team:{people.team.pk}:presence",
    "team:calls": lambda people, _: f"team:{people.team.pk}:calls",
    "call": lambda _, made: f"call:{made['call']}",
    "campaign": lambda _, made: f"campaign:{made['campaign']}",
    "sheet": lambda _, made: f"sheet:{made['sheet']}",
    "run": lambda _, made: f"run:{made['run']}",
    "handover": lambda people, _: f"handover:{people.agent.pk}",
}


def topics_of(people: Cast) -> dict[str, str]:
    """A topic of each family, of these people."""
    campaign = CampaignFactory.create(organization=people.organization)
    campaign.teams.add(people.team)
    campaign.managers.add(people.manager)
    call = CallFactory.create(
        attempt=AttemptFactory.create(campaign=campaign, agent=people.agent), team=people.team
    )
    sheet = sheets.receive_upload(None, campaign, upload("Name,Phone\nAnn,2125550123\n"))
    run = RunFactory.create(campaign=AgenticFactory.create(campaign=campaign).campaign)
    made = {"campaign": campaign.pk, "call": call.public_id, "sheet": sheet.pk}
    made["run"] = run.public_id
    return {family: topic(people, made) for family, topic in TOPICS.items()}


def test_every_family_of_topics_is_listed() -> None:
    registered = {name for name in realtime._topics if not name.startswith("test")}

    assert registered == set(TOPICS)


@pytest.mark.parametrize("role", ROLES)
def test_no_topic_of_a_neighbor_may_be_watched(ours: Cast, theirs: Cast, role: str) -> None:
    spy, topics = ours.of(role), topics_of(theirs)

    watched = [name for name in topics.values() if realtime.may_watch(spy, name)]

    assert watched == []


@pytest.mark.parametrize("role", ROLES)
def test_no_topic_that_is_broken_may_be_watched_and_none_breaks_the_rule(
    ours: Cast, role: str
) -> None:
    spy = ours.of(role)
    ids = ("", "0", "-1", "x", "1" * 40, "٣", str(uuid.UUID(int=0)), "1:2", "%", "*")

    names = [
        ":".join([words[0], broken, *words[1:]])
        for family in TOPICS
        if family != "activity"
        for words in [family.split(":")]
        for broken in ids
    ]

    assert [name for name in names if realtime.may_watch(spy, name)] == []


def test_the_table_of_topics_names_topics_that_exist(ours: Cast) -> None:
    watched = {
        family
        for family, name in topics_of(ours).items()
        if any(realtime.may_watch(ours.of(role), name) for role in ROLES)
    }

    assert watched == set(TOPICS) - {"activity"}
