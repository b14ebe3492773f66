"""Teams: made, filled and put away on a page; who leads one sees its people, and nobody else."""

from collections.abc import Callable

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts import teams
from accounts.models import Organization, Team, User
from accounts.teams import Roster
from core.errors import InputError
from core.models import AuditEntry
from core.sockets import in_thread
from dialer.asgi import application
from tests.clients import browser
from tests.factories import OrganizationFactory, TeamFactory, UserFactory

type Person = Callable[..., User]
WITHIN_S = 10.0


@pytest.fixture
def admin(person: Person) -> User:
    """Who may edit every team."""
    return person("superadmin", organization=None)


@pytest.fixture
def manager(person: Person) -> User:
    """A manager who was granted the right to edit teams."""
    Group.objects.get(name="manager").permissions.add(
        Permission.objects.get(codename="change_team", content_type__app_label="accounts")
    )
    return person("manager")


@pytest.fixture
def team(organization: Organization) -> Team:
    """A team without people."""
    return TeamFactory.create(organization=organization, name="Blue")


def test_a_team_is_made_and_filled(admin: User, organization: Organization, person: Person) -> None:
    page, agent, leader = browser(admin), person("agent"), person("manager")

    page.post(reverse("accounts:team_new"), {"name": "Red", "organization": organization.pk})
    team = Team.objects.get(name="Red")
    page.post(
        reverse("accounts:team", args=[team.pk]),
        {"name": "Dark Red", "members": [agent.pk], "managers": [leader.pk]},
    )

    team.refresh_from_db()
    assert (team.name, list(team.members.all()), list(team.managers.all())) == (
        "Dark Red",
        [agent],
        [leader],
    )
    entry = AuditEntry.objects.get(action="team.changed")
    assert entry.after == {"name": "Dark Red", "members": [agent.pk], "managers": [leader.pk]}
    assert AuditEntry.objects.filter(action="team.added").exists()


def test_a_name_is_given_once_in_an_organization(admin: User, team: Team) -> None:
    elsewhere = OrganizationFactory.create()
    page = browser(admin)

    answers = [
        page.post(reverse("accounts:team_new"), {"name": "BLUE", "organization": home})
        for home in (team.organization_id, elsewhere.pk)
    ]

    assert [answer.status_code for answer in answers] == [422, 302]
    assert "There is a team of this name." in answers[0].content.decode()


def test_nobody_of_another_organization_is_put_into_a_team(admin: User, team: Team) -> None:
    stranger = UserFactory.create()

    answer = browser(admin).post(
        reverse("accounts:team", args=[team.pk]), {"name": "Blue", "members": [stranger.pk]}
    )
    with pytest.raises(InputError) as raised:
        teams.change(team, Roster("Blue", members=(stranger,)))

    assert answer.status_code == 422
    assert list(raised.value.errors) == ["members"]
    assert not team.members.exists()


def test_a_manager_edits_the_teams_that_they_lead_alone(
    manager: User, team: Team, organization: Organization
) -> None:
    mine = TeamFactory.create(organization=organization, name="Mine")
    mine.managers.add(manager)
    page = browser(manager)

    shown = page.get(reverse("accounts:teams")).context["teams"]
    answers = [
        page.post(reverse(f"accounts:{name}", args=[team.pk]), {"name": "Taken"}).status_code
        for name in ("team", "team_archive")
    ]

    assert shown == [mine]
    assert answers == [404, 404]


def test_a_manager_does_not_choose_who_leads_a_team(
    manager: User, organization: Organization, person: Person
) -> None:
    page, friend, agent = browser(manager), person("manager"), person("agent")

    page.post(reverse("accounts:team_new"), {"name": "Mine", "organization": 1, "managers": 1})
    mine = Team.objects.get(name="Mine")
    page.post(
        reverse("accounts:team", args=[mine.pk]),
        {"name": "Mine", "members": [agent.pk], "managers": [friend.pk]},
    )

    assert mine.organization == organization
    assert list(mine.managers.all()) == [manager]
    assert list(mine.members.all()) == [agent]


def test_a_team_is_put_away_and_brought_back(admin: User, team: Team) -> None:
    page, way = browser(admin), reverse("accounts:team_archive", args=[team.pk])

    page.post(way)
    away = Team.objects.get(pk=team.pk).archived_at
    page.post(way, {"back": "1"})

    assert away is not None
    assert Team.objects.get(pk=team.pk).archived_at is None
    actions = AuditEntry.objects.filter(action__startswith="team.").order_by("pk")
    assert [entry.action for entry in actions] == ["team.archived", "team.restored"]


def test_the_list_asks_the_same_of_the_database_however_many_teams_there_are(
    admin: User,
    organization: Organization,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for _ in range(20):
        TeamFactory.create(organization=organization).managers.add(admin)
    page = browser(admin)
    page.get(reverse("accounts:teams"))

    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]  # a context manager
        page.get(reverse("accounts:teams"))


@pytest.mark.django_db(transaction=True)
async def test_the_sockets_of_a_manager_who_leads_no_more_come_again() -> None:
    leader = await in_thread(UserFactory.create, role="manager")
    team = await in_thread(lambda: TeamFactory.create(organization=leader.organization))
    await in_thread(team.managers.add, leader)
    tab = await in_thread(browser, leader)
    cookie = f"access={tab.cookies['access'].value}".encode()
    headers = [(b"origin", b"http://testserver"), (b"cookie", cookie)]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=headers)
    await socket.connect(WITHIN_S)
    await socket.send_json_to({"type": "subscribe", "topics": [], "last": None})
    await socket.receive_json_from(WITHIN_S)

    await in_thread(teams.change, team, Roster("Without"))

    closed = await socket.receive_output(WITHIN_S)
    assert closed == {"type": "websocket.close", "code": 1013}
    await socket.disconnect(timeout=WITHIN_S)
