"""Statements written out, for the few places that run too often to be composed each time.

Composing a query costs the ORM several times what MariaDB needs to run it. Only what every claim
does is written out; tables and columns are named as on both engines.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

type _Field = Field[Any, Any]


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


def insert[M: Model](row: M) -> M:
    """Writes a new row and gives it its id: `save`, by a statement composed once for its model.

    Sends no signals, and what the database would compute is not read back.
    """
    sql, fields = _insertion(type(row))
    with connection.cursor() as cursor:
        cursor.execute(sql, [_value(field, row, adding=True) for field in fields])
        row.pk = cursor.lastrowid
    row._state.adding, row._state.db = False, connection.alias
    return row


def update(row: Model, *names: str) -> int:
    """Writes these fields of a row, as `save(update_fields=…)`; how many rows there were of it."""
    sql, fields = _change(type(row), names)
    return run(sql, [*(_value(field, row, adding=False) for field in fields), row.pk])


def _value(field: _Field, row: Model, *, adding: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, adding), connection)


@cache
def _insertion(model: type[Model]) -> tuple[str, list[_Field]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(_quoted(field.column) for field in fields)
    places = ", ".join("%s" for _ in fields)
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({places})", fields  # noqa: S608


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[_Field]]:
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    changes = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    table = _quoted(model._meta.db_table)
    return f"UPDATE {table} SET {changes} WHERE id = %s", fields  # noqa: S608


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
