"""Who may watch which calls."""

import pytest

from accounts.models import Team, User
from calls.models import Call
from core import realtime
from tests.access import Cast, cast
from tests.calls.access import call as made


@pytest.fixture
def people(db: None) -> Cast:
    """One organization."""
    return cast()


@pytest.fixture
def call(people: Cast) -> Call:
    """A call of the agent, of the manager's team."""
    return Call.objects.get(public_id=made(people)["ref"])


def watchers(people: Cast, topic: str) -> set[str]:
    """The roles that may watch it."""
    roles = ("agent", "manager", "qa", "superadmin")
    found = {role: people.of(role) for role in roles}
    return {role for role, user in found.items() if realtime.may_watch(user, topic)}


def test_a_call_is_watched_by_those_who_see_it(people: Cast, call: Call) -> None:
    strangers = cast()

    assert watchers(people, f"call:{call.public_id}") == {"agent", "manager", "qa", "superadmin"}
    assert watchers(strangers, f"call:{call.public_id}") == {"superadmin"}


def test_all_calls_are_watched_by_those_who_watch_the_floor(people: Cast) -> None:
    topic = f"org:{people.organization.pk}:calls"

    assert watchers(people, topic) == {"manager", "superadmin"}
    assert watchers(cast(), topic) == {"superadmin"}


def test_a_teams_calls_are_watched_by_its_managers(people: Cast) -> None:
    other: Team = cast().team

    assert watchers(people, f"team:{people.team.pk}:calls") == {"manager", "superadmin"}
    assert watchers(people, f"team:{other.pk}:calls") == {"superadmin"}


@pytest.mark.parametrize(
    "topic", ["call:", "call:nonsense", "call:1", "org::calls", "team:x:calls"]
)
def test_what_is_no_topic_is_watched_by_nobody(people: Cast, topic: str) -> None:
    manager: User = people.manager

    assert not realtime.may_watch(manager, topic)
