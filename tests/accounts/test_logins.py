"""A login begins with a password, lives by rotated tokens, and ends at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from accounts import logins, tokens
from accounts.models import AgentSession, LoginSession, User
from core.errors import DomainError
from core.models import Event
from tests.accounts.hashing import CountingHasher
from tests.factories import PASSWORD, UserFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
type Person = Callable[..., User]


def log_in(email: str, password: str = PASSWORD) -> logins.Entry:
    """As a browser on this machine."""
    return logins.log_in(email, password, address="127.0.0.1", agent="test")


def refresh(raw: str, address: str = "127.0.0.1") -> logins.Entry:
    """As a browser on this machine, or on another."""
    return logins.refresh(raw, address=address)


def refresh_at(after: timedelta, raw: str) -> logins.Entry:
    """Exchanges a token so long after the tests' noon."""
    with time_machine.travel(NOW + after, tick=False):
        return refresh(raw)


def test_the_right_password_opens_a_login_whatever_the_case_of_the_address(person: Person) -> None:
    user = person("manager", email="mia@example.test")

    entry = log_in(" Mia@Example.TEST ")

    assert entry.login.user == user
    found = logins.of_access_token(entry.access)
    assert found is not None
    assert found.user == user


def test_an_agents_login_begins_their_shift_and_their_logout_ends_it(person: Person) -> None:
    agent = person("agent")

    entry = log_in(agent.email)
    during = AgentSession.objects.get(user=agent)
    logins.log_out(entry.login)
    after = AgentSession.objects.get(user=agent)

    assert during.logout_at is None
    assert after.logout_at is not None
    assert after.ended_because == "logout"


@pytest.mark.parametrize("case", ["wrong password", "unknown", "suspended", "invited"])
def test_every_failure_gives_one_answer_and_runs_one_hash(
    person: Person, settings: Settings, case: str
) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.CountingHasher"]
    person("agent", email="wrong@example.test")
    person("agent", email="suspended@example.test", status="suspended")
    person("agent", email="invited@example.test", status="invited", password=None)
    attempts = {
        "wrong password": ("wrong@example.test", "not the password"),
        "unknown": ("nobody@example.test", PASSWORD),
        "suspended": ("suspended@example.test", PASSWORD),
        "invited": ("invited@example.test", PASSWORD),
    }
    CountingHasher.runs = 0

    with pytest.raises(DomainError) as refusal:
        log_in(*attempts[case])

    assert (refusal.value.code, refusal.value.status) == ("wrong_credentials", 401)
    assert refusal.value.message == "The e-mail address or the password is wrong."
    assert CountingHasher.runs == 1


def test_a_failed_login_is_on_record_without_the_address_that_was_typed(db: None) -> None:
    with pytest.raises(DomainError):
        log_in("secret.person@example.test")

    event = Event.objects.get(kind="auth.login_failed")
    assert event.severity == "warning"
    assert "secret" not in f"{event.subject}{event.data}{event.topics}"


def test_an_address_that_differs_by_an_accent_is_another_persons(person: Person) -> None:
    person("agent", email="jose@example.test")

    with pytest.raises(DomainError):
        log_in("josé@example.test")


def test_a_refresh_token_is_exchanged_for_a_successor(person: Person) -> None:
    first = log_in(person("manager").email)

    second = refresh(first.refresh)

    assert second.refresh != first.refresh
    assert second.login == first.login


def test_the_former_token_yields_the_same_successor_within_the_grace(person: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        first = log_in(person("manager").email)
        second = refresh(first.refresh)

    again = refresh_at(timedelta(seconds=30), first.refresh)

    assert again.refresh == second.refresh
    assert LoginSession.objects.get().revoked_at is None


def test_a_successor_used_within_the_grace_stays_so_that_no_sibling_is_a_replay(
    person: Person,
) -> None:
    with time_machine.travel(NOW, tick=False):
        first = log_in(person("manager").email)
        second = refresh(first.refresh)

    refresh_at(timedelta(seconds=5), second.refresh)
    sibling = refresh_at(timedelta(seconds=6), first.refresh)

    assert sibling.refresh == second.refresh


def test_a_token_replayed_after_the_grace_revokes_the_whole_family(person: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        first = log_in(person("manager").email)
        second = refresh(first.refresh)

    with pytest.raises(DomainError, match="was used from two places"):
        refresh_at(timedelta(seconds=31), first.refresh)

    assert LoginSession.objects.get().revoked_because == "replayed"
    with pytest.raises(DomainError):
        refresh_at(timedelta(seconds=32), second.refresh)
    assert logins.of_access_token(second.access) is None
    event = Event.objects.get(kind="session.revoked")
    assert event.severity == "warning"
    assert event.subject["login"] == str(first.login.public_id)


def test_a_token_two_generations_old_revokes_the_family_at_once(person: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        first = log_in(person("manager").email)
        second = refresh(first.refresh)
    refresh_at(timedelta(minutes=1), second.refresh)

    with pytest.raises(DomainError):
        refresh_at(timedelta(minutes=1, seconds=1), first.refresh)

    assert LoginSession.objects.get().revoked_because == "replayed"


def test_a_login_that_nobody_refreshed_for_two_weeks_has_ended(person: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        entry = log_in(person("manager").email)

    with pytest.raises(DomainError):
        refresh_at(timedelta(days=14, seconds=1), entry.refresh)


def test_a_suspended_persons_refresh_is_refused_and_their_login_revoked(person: Person) -> None:
    user = person("manager")
    entry = log_in(user.email)
    User.objects.filter(pk=user.pk).update(status="suspended")

    with pytest.raises(DomainError):
        refresh(entry.refresh)

    assert LoginSession.objects.get().revoked_because == "inactive"


def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_open(
    person: Person,
) -> None:
    entry = log_in(person("manager").email)

    with pytest.raises(DomainError):
        refresh(entry.access)
    assert logins.of_access_token(entry.refresh) is None
    assert LoginSession.objects.get().revoked_at is None


def test_closing_all_logins_of_a_person_ends_each_and_their_shift(person: Person) -> None:
    agent = person("agent")
    first, second = log_in(agent.email), log_in(agent.email)

    closed = logins.close_all(agent, because="suspended")

    assert closed == 2
    assert logins.of_access_token(first.access) is None
    assert logins.of_access_token(second.access) is None
    assert AgentSession.objects.get(user=agent).ended_because == "suspended"


def test_the_database_holds_no_token_in_the_clear(person: Person) -> None:
    first = log_in(person("manager").email)
    second = refresh(first.refresh)

    row = LoginSession.objects.values().get()
    held = " ".join(str(value) for value in row.values())

    assert second.refresh not in held
    assert first.refresh not in held
    claims = tokens.read_refresh(second.refresh)
    assert claims is not None
    assert claims.jti == row["current_jti"]


def test_an_access_token_is_checked_with_one_query(
    person: Person, django_assert_num_queries: Callable[..., object]
) -> None:
    entry = log_in(person("manager").email)

    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        login = logins.of_access_token(entry.access)
        assert login is not None
        assert login.user.organization is not None


@pytest.mark.django_db(transaction=True)
def test_parallel_fragments_with_one_token_all_go_on_with_one_successor() -> None:
    first = log_in(UserFactory.create().email)

    def fragment(_: int) -> str:
        try:
            return refresh(first.refresh).refresh
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        successors = set(threads.map(fragment, range(6)))

    assert len(successors) == 1
    assert first.refresh not in successors
    assert LoginSession.objects.get().revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_a_person_who_logs_in_several_times_at_once_has_one_shift() -> None:
    agent = UserFactory.create()

    def browser(_: int) -> None:
        try:
            logins.open_login(agent, address="127.0.0.1", agent="test")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        list(threads.map(browser, range(6)))

    assert LoginSession.objects.filter(user=agent).count() == 6
    assert AgentSession.objects.filter(user=agent).count() == 1
