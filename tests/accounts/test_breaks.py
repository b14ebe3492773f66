"""Breaks: what managers offer, how long they may last, and what the pages show of them."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import breaks, presence
from accounts.models import AgentStateInterval, BreakReason, Organization, User
from core.models import AuditEntry
from tests.accounts.seats import at
from tests.clients import browser

type Person = Callable[..., User]


@pytest.fixture
def manager(person: Person) -> Client:
    """A manager at a browser."""
    return browser(person("manager"))


def test_a_manager_adds_a_break_with_a_limit(manager: Client, organization: Organization) -> None:
    breaks.ensure(organization)

    answer = manager.post("/breaks/", {"label": "Nap", "limit": "15"})

    assert answer.status_code == 302
    added = BreakReason.objects.get(label="Nap")
    assert (added.code, added.limit_s, added.is_paid, added.is_active) == ("nap", 900, False, True)
    assert AuditEntry.objects.get(action="break.added").after["limit_s"] == 900
    assert "Nap" in manager.get("/breaks/").content.decode()


def test_names_are_not_given_twice(manager: Client, organization: Organization) -> None:
    breaks.ensure(organization)

    answer = manager.post("/breaks/", {"label": "lunch"})

    assert answer.status_code == 422
    assert "There is a break of this name." in answer.content.decode()


def test_a_withdrawn_break_is_offered_to_nobody_and_can_come_back(
    manager: Client, lunch: BreakReason, agent: User
) -> None:
    manager.post(f"/breaks/{lunch.pk}/offer/")
    gone = browser(agent).get("/api/presence/breaks").json()["reasons"]
    manager.post(f"/breaks/{lunch.pk}/offer/", {"active": "1"})
    back = browser(agent).get("/api/presence/breaks").json()["reasons"]

    assert "lunch" not in [reason["code"] for reason in gone]
    assert "lunch" in [reason["code"] for reason in back]
    actions = AuditEntry.objects.filter(action__startswith="break.").values_list(
        "action", flat=True
    )
    assert list(actions.order_by("pk")) == ["break.withdrawn", "break.offered"]


def test_the_menu_has_the_managers_order(
    manager: Client, organization: Organization, agent: User
) -> None:
    first, second = breaks.ensure(organization)[:2]

    manager.post(f"/breaks/{second.pk}/up/")

    offered = browser(agent).get("/api/presence/breaks").json()["reasons"]
    assert [reason["code"] for reason in offered][:2] == [second.code, first.code]


def test_a_limit_is_changed_and_written_down(manager: Client, lunch: BreakReason) -> None:
    form = {"label": "Lunch", "limit": "30", "is_paid": "on"}

    manager.post(f"/breaks/{lunch.pk}/", form)
    manager.post(f"/breaks/{lunch.pk}/", form)

    lunch.refresh_from_db()
    assert lunch.limit_s == 1800
    entry = AuditEntry.objects.get(action="break.changed")
    assert (entry.before, entry.after) == ({"limit_s": None}, {"limit_s": 1800})


@pytest.mark.django_db
def test_starting_a_break_twice_changes_nothing(agent: User, lunch: BreakReason) -> None:
    with at(0):
        before = presence.take_break(agent, lunch)
    with at(60):
        again = presence.take_break(agent, lunch)

    assert again.since == before.since
    assert AgentStateInterval.objects.filter(user=agent, state="break").count() == 1


def test_agent_and_manager_are_told_when_a_break_ends(
    manager: Client, agent: User, lunch: BreakReason
) -> None:
    BreakReason.objects.filter(pk=lunch.pk).update(limit_s=600)
    client = browser(agent)

    told = client.post("/api/presence/break", {"reason": "lunch"}).json()

    until = presence.current(agent).break_until
    assert until is not None
    assert told["break_limit_s"] == 600
    assert told["break_until"] == until.isoformat().replace("+00:00", "Z")


def test_a_managers_table_shows_their_teams_with_overrun(
    person: Person, lunch: BreakReason, agent: User, organization: Organization
) -> None:
    boss, stranger = person("manager"), person("agent")
    team = organization.teams.create(name="Team")
    team.members.add(agent)
    team.managers.add(boss)
    BreakReason.objects.filter(pk=lunch.pk).update(limit_s=600)
    presence.take_break(agent, BreakReason.objects.get(pk=lunch.pk))
    presence.open_session(stranger)
    until = presence.current(agent).break_until

    client = browser(boss)
    page = client.get("/presence/").content.decode()
    nobody = client.get(f"/presence/?team={team.pk}&state=ready").content.decode()

    assert until is not None
    assert f'data-after="{until.isoformat()}"' in page
    assert agent.name in page
    assert stranger.name not in page
    assert agent.name not in nobody
    assert client.get(f"/presence/{stranger.pk}/").status_code == 404


def test_a_day_leaves_as_a_table_that_no_spreadsheet_executes(
    person: Person, organization: Organization
) -> None:
    boss, agent = person("manager"), person("agent", name="=cmd()")
    team = organization.teams.create(name="Team")
    team.members.add(agent)
    team.managers.add(boss)
    presence.open_session(agent)
    client = browser(boss)

    answer = client.get("/presence/export.csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert f"'=cmd(),{agent.email},Offline" in answer.content.decode()
    assert AuditEntry.objects.filter(action="presence.exported").exists()


def test_a_day_is_drawn_and_told(person: Person, agent: User, lunch: BreakReason) -> None:
    with at(0):
        presence.ready(agent, [1])
    with at(1800):
        presence.take_break(agent, lunch)
    with at(3600):
        presence.close_session(agent, because="logout")
    team = agent.organization.teams.create(name="Team")  # type: ignore[union-attr]  # has one
    team.members.add(agent)
    boss = person("manager")
    team.managers.add(boss)

    page = browser(boss).get(f"/presence/{agent.pk}/?day=2026-03-02").content.decode()

    assert 'x="500.00" y="0" width="20.83"' in page
    assert "Break: Lunch" in page
    assert "30:00" in page
