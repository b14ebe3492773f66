"""New leads written many at a time, by statements of several rows.

The ORM would make an object of each row and compose each value anew; that is most of an import.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import batched
from typing import Any, Final

from django.db import connection

from campaigns.models import Lead

# Rows of 10,000 characters in one statement stay below MariaDB's smallest packet limit.
AT_ONCE: Final = 200
# What differs from row to row, in the order of `values`; all else is the same for a whole list.
_TEXTS: Final = (
    "name",
    "email",
    "company",
    "job_title",
    "job_level",
    "country",
    "region",
    "postal_code",
    "timezone",
    "timezone_source",
    "remarks",
)
_GIVEN: Final = (
    *("sheet_row", "phone", "rank", "status", "finished_because", "window_class"),
    *_TEXTS,
    *("external_id", "custom", "consent", "priority"),
)


def values(
    row: int, phone: str, standing: tuple[int, str, str], window_class: int, fields: dict[str, Any]
) -> list[Any]:
    """A new lead as `insert` takes it; `standing` is rank, status and why it is finished."""
    given = fields.get
    return [
        row,
        phone,
        *standing,
        window_class,
        *[given(name, "") for name in _TEXTS],
        given("external_id"),
        json.dumps(fields["custom"]) if fields["custom"] else "{}",
        given("consent"),
        given("priority", 0),
    ]


def insert(same: dict[str, int], leads: Sequence[list[Any]], now: datetime) -> None:
    """Writes leads; `same` are ids that all of them have. Raises IntegrityError as one whole."""
    before, row, fixed = _statement(tuple(same))
    constants = [connection.ops.adapt_datetimefield_value(now), *same.values(), *fixed]
    with connection.cursor() as cursor:
        for some in batched(leads, AT_ONCE):
            parameters = [value for lead in some for value in (*constants, *lead)]
            cursor.execute(before + ", ".join([row] * len(some)), parameters)


@cache
def _statement(same: tuple[str, ...]) -> tuple[str, str, tuple[Any, ...]]:
    """The statement up to its rows, what one row looks like, and the defaults in it."""
    meta, quote = Lead._meta, connection.ops.quote_name
    own = {"id", "created_at", *same, *_GIVEN}
    fields = {field.name: field for field in meta.concrete_fields}
    others = [field for field in fields.values() if field.name not in own]
    named = [fields[name] for name in ("created_at", *same)]
    given = [fields[name] for name in _GIVEN]
    literals = {field.name: _literal(field.get_default()) for field in others}
    inlined = [field for field in others if literals[field.name]]
    bound = [field for field in others if not literals[field.name]]
    columns = [quote(str(field.column)) for field in (*inlined, *named, *bound, *given)]
    bound_places = ["%s"] * (len(columns) - len(inlined))
    places = [*(literals[field.name] for field in inlined), *bound_places]
    before = f"INSERT INTO {quote(meta.db_table)} ({', '.join(columns)}) VALUES "  # noqa: S608
    fixed = tuple(field.get_db_prep_save(field.get_default(), connection) for field in bound)
    return before, f"({', '.join(places)})", fixed


def _literal(value: object) -> str:
    """A default that is plain enough to stand in the statement itself; else nothing."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(int(value))
    return "''" if value == "" else ""
