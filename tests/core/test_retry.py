"""Verbs begin again when the database gave them up, and only then."""

import sqlite3
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError, transaction

from core.models import Heartbeat
from core.retry import ATTEMPTS, passing, retried

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock")
LOCKED = OperationalError("database is locked")


class Failing:
    """A verb that fails so many times before it succeeds; each try writes a row."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left, self.error, self.tries = times, error, 0

    def __call__(self) -> str:
        self.tries += 1
        Heartbeat.objects.create(name=f"try {self.tries}", at="2026-01-01T00:00:00Z")
        if self.left:
            self.left -= 1
            raise self.error
        return "done"

    __name__ = "failing"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [DEADLOCK, LOCKED, OperationalError(1205, "Lock wait timeout")])
def test_a_verb_begins_again_as_a_whole(error: OperationalError) -> None:
    verb = Failing(2, error)

    assert retried(verb)() == "done"

    assert verb.tries == 3
    assert [row.name for row in Heartbeat.objects.all()] == ["try 3"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError(2006, "gone away"), IntegrityError("twice")])
def test_other_errors_are_not_tried_again(error: Exception) -> None:
    verb = Failing(1, error)

    with pytest.raises(type(error)):
        retried(verb)()

    assert verb.tries == 1


@pytest.mark.django_db(transaction=True)
def test_a_verb_that_never_succeeds_gives_up() -> None:
    verb = Failing(10**6, DEADLOCK)

    with pytest.raises(OperationalError):
        retried(verb)()

    assert verb.tries == ATTEMPTS
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_only_the_outermost_begins_again() -> None:
    inner = Failing(1, DEADLOCK)
    outer_runs = []

    @retried
    def outer() -> str:
        outer_runs.append(1)
        return retried(inner)()

    assert outer() == "done"
    assert (len(outer_runs), inner.tries) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_failure_after_the_commit_is_not_tried_again() -> None:
    runs = []

    def fail() -> None:
        raise DEADLOCK

    @retried
    def verb() -> None:
        runs.append(1)
        transaction.on_commit(fail)

    with pytest.raises(OperationalError):
        verb()

    assert len(runs) == 1


def test_sqlite_says_locked_in_the_words_that_are_looked_for(tmp_path: Path) -> None:
    first, second = (sqlite3.connect(tmp_path / "db", timeout=0) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")

    with pytest.raises(sqlite3.OperationalError) as refused:
        second.execute("BEGIN IMMEDIATE")
    first.close()
    second.close()

    assert passing(OperationalError(*refused.value.args))
