"""Statements written out, for the few places that run too often to be composed each time.

Composing a query costs the ORM several times what MariaDB needs to run it. Only what every claim
does is written out; tables and columns are named as on both engines.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def rows(sql: str, parameters: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
    """What a SELECT finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return found


def locked(sql: str, parameters: Sequence[Any], *, skip: bool = False) -> Sequence[tuple[Any, ...]]:
    """What a SELECT finds, locked until the transaction ends; `skip` passes over others' rows.

    SQLite has one writer at a time, so there the transaction itself is the lock.
    """
    if connection.features.has_select_for_update:
        sql = f"{sql} {connection.ops.for_update_sql(skip_locked=skip)}"
    return rows(sql, parameters)


def run(sql: str, parameters: Sequence[Any]) -> int:
    """Runs a statement; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
