"""New leads written many at a time, by statements of several rows.

The ORM would make an object of each row and compose each value anew; that is most of an import.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import batched
from typing import Any, Final

from django.db import connection

from campaigns.models import Lead

# Rows of 10,000 characters in one statement stay below MariaDB's smallest packet limit.
AT_ONCE: Final = 200
_LONG: Final = 500_000  # characters
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


# Stand for themselves alone: cells have no control characters.
_CELL, _ROW, _NULL = "\x1f", "\x1e", "\x1d"


def values(
    row: int, phone: str, standing: tuple[int, str, str], window_class: int, fields: dict[str, Any]
) -> list[Any]:
    """A new lead as `insert` takes it; `standing` is rank, status and why it is finished."""
    given, consent = fields.get, fields.get("consent")
    return [
        row,
        phone,
        *standing,
        window_class,
        *[given(name, "") for name in _TEXTS],
        given("external_id"),
        json.dumps(fields["custom"]) if fields["custom"] else "{}",
        None if consent is None else int(consent),
        given("priority", 0),
    ]


def insert(same: dict[str, int], leads: Sequence[list[Any]], now: datetime) -> None:
    """Writes leads; `same` are ids that all of them have. Raises IntegrityError as one whole."""
    before, inlined, fixed = _statement(tuple(same))
    constants = [connection.ops.adapt_datetimefield_value(now), *same.values(), *fixed]
    with connection.cursor() as cursor:
        if connection.vendor == "mysql":
            # Composed by placeholders, a row costs more than MariaDB needs to write it.
            parts = (_written_out(inlined, constants, some) for some in batched(leads, AT_ONCE))
            for rows in _joined(parts):
                cursor.execute(before + rows)
            return
        for some in batched(leads, AT_ONCE):
            places = ", ".join([*inlined, *["%s"] * (len(constants) + len(_GIVEN))])
            parameters = [value for lead in some for value in (*constants, *lead)]
            cursor.execute(before + ", ".join([f"({places})"] * len(some)), parameters)


def _joined(parts: Iterable[str]) -> Iterator[str]:
    """Few long statements: after each, the reading beside keeps this thread waiting a while."""
    some: list[str] = []
    for part in parts:
        some.append(part)
        if sum(map(len, some)) >= _LONG:
            yield ", ".join(some)
            some = []
    if some:
        yield ", ".join(some)


def _written_out(
    inlined: Sequence[str], constants: Sequence[Any], leads: Sequence[list[Any]]
) -> str:
    """The rows as SQL. All of their text is escaped at once, then split into quoted cells."""
    line = connection.connection  # the driver's own
    text = _ROW.join(
        _CELL.join([_NULL if value is None else str(value) for value in lead]) for lead in leads
    )
    if text.count(_CELL) != len(leads) * (len(_GIVEN) - 1) or text.count(_ROW) != len(leads) - 1:
        raise ValueError("A cell holds a control character.")
    fixed = [line.literal(value).decode() for value in constants]
    start = f"({', '.join([*inlined, *fixed])}, '"
    escaped = line.escape_string(text.encode()).decode()
    escaped = escaped.replace(_ROW, f"'), {start}").replace(_CELL, "', '")
    return f"{start}{escaped}')".replace(f"'{_NULL}'", "NULL")


@cache
def _statement(same: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[Any, ...]]:
    """The statement up to its rows, then the defaults: those written into it, and the others."""
    meta, quote = Lead._meta, connection.ops.quote_name
    own = {"id", "created_at", *same, *_GIVEN}
    fields = {field.name: field for field in meta.concrete_fields}
    others = {field: _literal(field.get_default()) for field in fields.values()}
    others = {field: text for field, text in others.items() if field.name not in own}
    inlined = [field for field, text in others.items() if text]
    bound = [field for field, text in others.items() if not text]
    varying = [fields[name] for name in ("created_at", *same)]
    given = [fields[name] for name in _GIVEN]
    columns = [quote(str(field.column)) for field in (*inlined, *varying, *bound, *given)]
    return (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(columns)}) VALUES ",  # noqa: S608
        tuple(others[field] for field in inlined),
        tuple(field.get_db_prep_save(field.get_default(), connection) for field in bound),
    )


def _literal(value: object) -> str:
    """A default that is plain enough to stand in the statement itself; else nothing."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(int(value))
    return "''" if value == "" else ""
