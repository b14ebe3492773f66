"""The statements of one recorded transaction, run again by the bare database driver.

What the ORM sent for one agent and one lead is turned into templates: ids, numbers, UUIDs and
times become places, which are filled with what the replayed statements themselves find. So the
bare driver does the same work for the same rows, and the difference is what Python costs.
"""

import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import MySQLdb  # type: ignore[import-untyped]  # has no types

# Ids of the tables begin at multiples of this, so that an id tells its table.
SPAN = 100_000_000
_ID = re.compile(r"\b\d{9,11}\b")
_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_PHONE = re.compile(r"\+999\d{12}")
_BEGINNING = re.compile(r"\+\d{1,14}")


class NothingFoundError(Exception):
    """A recorded SELECT that found a row finds none now: the ready table is empty."""


@dataclass
class Recording:
    """The statements of a transaction, as `connection.execute_wrapper` sees them."""

    statements: list[tuple[str, list[Any], bool]] = field(default_factory=list)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Lets a statement through and keeps it, with whether it found a row."""
        result = execute(sql, params, many, context)
        cursor = context["cursor"].cursor
        self.statements.append((sql, list(params or ()), bool(cursor.rowcount)))
        return result

    def templates(self) -> "list[Template]":
        """The recorded statements with places for what differs."""
        return [
            Template(sql, [_place(value) for value in params], found)
            for sql, params, found in self.statements
        ]


type Bindings = dict[Any, Any]
type Place = Callable[[Bindings], Any]


@dataclass(frozen=True)
class Template:
    """A statement whose parameters are made from what is bound so far."""

    sql: str
    places: Sequence[Place]
    found: bool

    def run(self, cursor: Any, bound: Bindings) -> None:
        """Executes it and binds the ids and numbers of its rows."""
        cursor.execute(self.sql, [place(bound) for place in self.places])
        if cursor.description is None:
            _bind(cursor.lastrowid, bound)
            return
        rows = cursor.fetchall()
        if self.found and not rows:
            raise NothingFoundError
        for row in rows:
            for value in row:
                _bind(value, bound)


def connect(host: str, port: int, user: str, password: str, name: str) -> Any:
    """A connection as the product opens it."""
    return MySQLdb.connect(
        host=host,
        port=port,
        user=user,
        password=password,
        database=name,
        charset="utf8mb4",
        autocommit=True,
        init_command=("SET sql_mode = 'STRICT_TRANS_TABLES', tx_isolation = 'READ-COMMITTED'"),
    )


def replay(connection: Any, templates: Sequence[Template], start: Bindings) -> float:
    """Runs the transaction once for what `start` binds; how many seconds it took."""
    bound = {**start, "now": datetime.now(UTC).replace(tzinfo=None).isoformat(" ")}
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            for template in templates:
                template.run(cursor, bound)
        except NothingFoundError:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
    return time.perf_counter() - begun


def table_of(value: int) -> int:
    """Which table an id belongs to, by its size."""
    return value // SPAN


def _bind(value: Any, bound: Bindings) -> None:
    if isinstance(value, int) and value >= SPAN:
        bound[table_of(value)] = value
    elif isinstance(value, str) and _PHONE.fullmatch(value):
        bound["phone"] = value


def _place(value: Any) -> Place:
    """How a recorded parameter is made again."""
    if isinstance(value, int) and value >= SPAN:
        table = table_of(value)
        return lambda bound: bound[table]
    if isinstance(value, uuid.UUID):
        return lambda bound: uuid.uuid4()
    if isinstance(value, str):
        return _text(value)
    return lambda bound: value


def _text(value: str) -> Place:
    """Text may be a number or its beginning, a UUID, a time, or hold ids."""
    if _PHONE.fullmatch(value):
        return lambda bound: bound["phone"]
    if _BEGINNING.fullmatch(value):
        return lambda bound: bound["phone"][: len(value)]
    if _UUID.fullmatch(value):
        return lambda bound: str(uuid.uuid4()) if "-" in value else uuid.uuid4().hex
    if re.match(r"\d{4}-\d\d-\d\d \d\d:", value):
        return lambda bound: bound["now"]
    if _ID.search(value):
        return lambda bound: _ID.sub(lambda found: str(bound[table_of(int(found[0]))]), value)
    return lambda bound: value


__all__ = ["SPAN", "NothingFoundError", "Recording", "Template", "connect", "replay"]
