"""Verbs that begin again when the database gave their transaction up for another's sake."""

import functools
import random
import time
from collections.abc import Callable

from django.db import OperationalError, transaction

ATTEMPTS = 8
FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.5
# MariaDB: a changed row under snapshot isolation, a lock wait that timed out, a deadlock.
_MARIADB = {1020, 1205, 1213}
_SQLITE = ("database is locked", "database table is locked")


def retried[**P, R](verb: Callable[P, R]) -> Callable[P, R]:
    """Makes a verb one transaction that runs again, as a whole, after a deadlock or lock timeout.

    Only the outermost transaction begins again: within another one the verb is a savepoint, and
    the error goes up to whoever opened that one. A failure of a commit hook is never retried,
    for then the transaction is already committed.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                return verb(*args, **kwargs)
        for attempt in range(1, ATTEMPTS):
            committed: list[bool] = []
            try:
                return _transaction(verb, committed, *args, **kwargs)
            except OperationalError as error:
                if committed or not passing(error):
                    raise
            longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt)
            # Two verbs that met once must not meet again at the same instant.
            time.sleep(random.uniform(0, longest))  # noqa: S311
        return _transaction(verb, [], *args, **kwargs)

    return run


def _transaction[**P, R](
    verb: Callable[P, R], committed: list[bool], *args: P.args, **kwargs: P.kwargs
) -> R:
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(True))
        return verb(*args, **kwargs)


def passing(error: BaseException) -> bool:
    """Whether the same transaction may well succeed when it is run once more."""
    if not isinstance(error, OperationalError) or not error.args:
        return False
    first = error.args[0]
    return first in _MARIADB or (isinstance(first, str) and first.startswith(_SQLITE))
