"""The table of who does what: as quick for a floor of a thousand as for one of ten."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AgentSeat, AgentSession, AgentStateInterval, Organization, Team, User
from tests.clients import browser
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
PAGE = "/presence/"
ROW = re.compile(r'href="/presence/\d+/"')


@pytest.fixture
def team(organization: Organization) -> Team:
    """Who is on the floor."""
    return TeamFactory.create(organization=organization)


@pytest.fixture
def manager(person: Callable[..., User], team: Team) -> Client:
    """The browser of who watches it."""
    user = person("manager")
    team.managers.add(user)
    return browser(user)


def at_work(team: Team, count: int, first: int = 0) -> None:
    """So many more agents, each with a shift and three stretches of today."""
    house, now = team.organization, timezone.now()
    places = range(first, first + count)
    people = User.objects.bulk_create(
        User(email=f"{n}@floor.test", name=f"Agent {n:04}", organization=house, password="!")
        for n in places
    )
    team.members.add(*people)
    Group.objects.get(name="agent").user_set.add(*people)
    shifts = AgentSession.objects.bulk_create(
        AgentSession(user=user, organization=house, open_key=user.pk, login_at=now)
        for user in people
    )
    AgentSeat.objects.bulk_create(
        AgentSeat(user=user, organization=house, session=shift, state="ready", since=now)
        for user, shift in zip(people, shifts, strict=True)
    )
    AgentStateInterval.objects.bulk_create(
        AgentStateInterval(
            user=user,
            organization=house,
            session=shift,
            state=state,
            start_at=now - timedelta(minutes=30 - 10 * place),
            end_at=now - timedelta(minutes=20 - 10 * place) if place < 2 else None,
            open_key=user.pk if place == 2 else None,
        )
        for user, shift in zip(people, shifts, strict=True)
        for place, state in enumerate(("offline", "break", "ready"))
    )


def looked(client: Client, address: str = PAGE) -> tuple[int, str]:
    """How many queries a look costs, and the page."""
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()
    return len(asked), page


def test_a_floor_of_a_thousand_costs_as_many_queries_as_one_of_ten(
    manager: Client, team: Team
) -> None:
    at_work(team, 10)
    looked(manager)  # what a process remembers afterwards
    few, small = looked(manager)
    at_work(team, 990, first=10)
    many, large = looked(manager)

    assert few == many <= 25
    assert (len(ROW.findall(small)), len(ROW.findall(large))) == (10, 100)
    assert ">1000<" in large, "The counts are of everyone."


def test_everyone_is_on_one_page_and_only_one(manager: Client, team: Team) -> None:
    at_work(team, 205)
    User.objects.filter(email__in=["98@floor.test", "101@floor.test"]).update(name="Agent 0100")

    seen: list[str] = []
    address: str | None = PAGE
    while address:
        _, page = looked(manager, address)
        seen += ROW.findall(page)
        found = re.search(r'href="(/presence/[^"]*after=\d+)"', page)
        address = found[1].replace("&amp;", "&") if found else None

    assert len(seen) == len(set(seen)) == 205


def test_a_name_finds_its_person_among_all(manager: Client, team: Team) -> None:
    at_work(team, 205)

    _, page = looked(manager, f"{PAGE}?q=agent 0204")

    assert len(ROW.findall(page)) == 1
    assert "Agent 0204" in page


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "²"])
def test_a_page_that_makes_no_sense_is_the_first(manager: Client, team: Team, odd: str) -> None:
    at_work(team, 3)

    _, page = looked(manager, f"{PAGE}?after={odd}")

    assert len(ROW.findall(page)) == 3
