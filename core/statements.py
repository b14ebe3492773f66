"""Statements written out, for the few places that run too often to be composed each time.

Composing a query costs the ORM several times what MariaDB needs to run it. Only what every claim
does is written out; tables and columns are named as on both engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

type _Field = Field[Any, Any]


def places(values: Sequence[Any]) -> str:
    """As many placeholders as there are values, for `IN ({})`."""
    return ", ".join(["%s"] * len(values))


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


def get[M: Model](
    model: type[M],
    pk: Any,
    *related: str,
    lock: bool = False,
    defer: tuple[str, ...] = (),
) -> M:
    """The row of this id, with the rows that it points to: `get`, by a SELECT composed once.

    `lock` is for a row alone: locking what it points to as well would break their order. Raises
    the model's DoesNotExist.
    """
    found = find(model, "t0.id = %s", [pk], *related, lock=lock, defer=defer)
    if not found:
        raise model.DoesNotExist(f"{model.__name__} {pk} is gone.")  # type: ignore[attr-defined]
    return found[0]


def find[M: Model](
    model: type[M],
    where: str,
    parameters: Sequence[Any],
    *related: str,
    lock: bool = False,
    defer: tuple[str, ...] = (),
) -> list[M]:
    """Rows that fulfill a condition about the columns of `t0`, which may end with an order."""
    sql, parts = _selection(connection.vendor, model, related, defer)
    select = locked if lock else rows
    return [_built(parts, row) for row in select(f"{sql} WHERE {where}", parameters)]


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


def save(row: Model) -> int:
    """Writes all fields of a row that is there, as `save` would."""
    return update(row, *_names(type(row)))


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


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.name for field in model._meta.concrete_fields if not field.primary_key)


@dataclass(frozen=True)
class _Part:
    """One table of a SELECT: where its columns begin, and how they become an object."""

    model: type[Model]
    start: int
    attributes: list[str]
    key: int  # the column of its id, which is empty where nothing is joined
    converters: Sequence[tuple[int, Sequence[Any], Any]]
    by: Any = None  # the relation of the first table that leads here


@cache
def _selection(
    vendor: str, model: type[Model], related: tuple[str, ...], defer: tuple[str, ...]
) -> tuple[str, list[_Part]]:
    """The statement up to its condition. `vendor` tells what two databases have composed apart."""
    columns: list[str] = []
    parts = [_part(model, "t0", columns, defer)]
    tables = f"{_quoted(model._meta.db_table)} t0"
    for number, name in enumerate(related, 1):
        relation: Any = model._meta.get_field(name)
        other, alias = relation.related_model, f"t{number}"
        parts.append(replace(_part(other, alias, columns, ()), by=relation))
        join = "LEFT JOIN" if relation.null else "JOIN"
        target = _quoted(relation.target_field.column)
        tables += (
            f" {join} {_quoted(other._meta.db_table)} {alias}"
            f" ON {alias}.{target} = t0.{_quoted(relation.column)}"
        )
    return f"SELECT {', '.join(columns)} FROM {tables}", parts  # noqa: S608


def _part(model: type[Model], alias: str, columns: list[str], defer: tuple[str, ...]) -> _Part:
    fields = [field for field in model._meta.concrete_fields if field.name not in defer]
    start, converters = len(columns), []
    for place, field in enumerate(fields, start):
        columns.append(f"{alias}.{_quoted(field.column)}")
        expression = field.get_col(alias)
        found = connection.ops.get_db_converters(expression)
        found = [*found, *expression.get_db_converters(connection)]
        if found:
            converters.append((place, found, expression))
    names = [field.attname for field in fields]
    key = start + next(place for place, field in enumerate(fields) if field.primary_key)
    return _Part(model, start, names, key, converters)


def _built(parts: list[_Part], row: tuple[Any, ...]) -> Any:
    """The first table's row as an object, which knows those that were joined."""
    values, first = list(row), None
    for part in parts:
        there = values[part.key] is not None
        for place, converters, expression in part.converters if there else ():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        end = part.start + len(part.attributes)
        built = (
            part.model.from_db(connection.alias, part.attributes, values[part.start : end])
            if there
            else None
        )
        if part.by is None:
            first = built
        else:
            part.by.set_cached_value(first, built)
    return first


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
