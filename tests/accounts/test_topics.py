"""Who may watch whose presence."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser

from accounts.models import Organization, Team, User
from core import realtime

type Person = Callable[..., User]


def test_everyone_watches_themselves_and_nobody_else_without_permission(person: Person) -> None:
    agent, other = person("agent"), person("agent")

    assert realtime.may_watch(agent, f"agent:{agent.pk}")
    assert not realtime.may_watch(agent, f"agent:{other.pk}")


def test_a_manager_watches_agents_of_their_teams(
    person: Person, organization: Organization
) -> None:
    manager, member, other = person("manager"), person("agent"), person("agent")
    team = Team.objects.create(organization=organization, name="Blue")
    team.managers.add(manager)
    team.members.add(member)

    assert realtime.may_watch(manager, f"agent:{member.pk}")
    assert not realtime.may_watch(manager, f"agent:{other.pk}")
    assert realtime.may_watch(manager, f"team:{team.pk}:presence")


def test_a_manager_watches_their_organization_and_no_other(
    person: Person, organization: Organization
) -> None:
    manager = person("manager")
    elsewhere = Organization.objects.create(name="Elsewhere")
    team = Team.objects.create(organization=elsewhere, name="Red")

    assert realtime.may_watch(manager, f"org:{organization.pk}:presence")
    assert not realtime.may_watch(manager, f"org:{elsewhere.pk}:presence")
    assert not realtime.may_watch(manager, f"team:{team.pk}:presence")


def test_agents_and_analysts_watch_no_floor(person: Person, organization: Organization) -> None:
    for role in ("agent", "qa"):
        assert not realtime.may_watch(person(role), f"org:{organization.pk}:presence")


def test_a_superadmin_watches_every_floor(person: Person, organization: Organization) -> None:
    admin = person("superadmin", organization=None)

    assert realtime.may_watch(admin, f"org:{organization.pk}:presence")
    assert realtime.may_watch(admin, f"agent:{person('agent').pk}")


def test_nonsense_and_strangers_watch_nothing(person: Person, organization: Organization) -> None:
    manager = person("manager")
    nonsense = ("agent:", "agent:x", "agent:٣", "org::presence", "team:-1:presence")

    assert not any(realtime.may_watch(manager, topic) for topic in nonsense)
    assert not realtime.may_watch(AnonymousUser(), f"org:{organization.pk}:presence")
