"""How the system is: each check asks the real thing, and none may take long."""

import concurrent.futures
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from core.models import Event, Heartbeat

TIME_LIMIT_S = 2.0
MAX_AGE_S = 1.0
LEAST_FREE_BYTES = 256 * 1024 * 1024
LATE_WORKER = timedelta(seconds=60)
LATE_EVENT = timedelta(seconds=60)


class UnhealthyError(Exception):
    """What is wrong with one part, in a sentence."""


@dataclass(frozen=True)
class Check:
    """The answer of one part: `detail` says what is wrong, or a fact."""

    name: str
    ok: bool
    detail: str
    ms: int = 0


@dataclass(frozen=True)
class Report:
    """All answers at one time."""

    checks: tuple[Check, ...]
    at: datetime

    @property
    def connected(self) -> bool:
        """Whether the database answers: without it nothing works."""
        return all(check.ok for check in self.checks if check.name == "db")

    @property
    def status(self) -> str:
        """healthy, degraded (something is wrong, calls go on), or unhealthy."""
        if not self.connected:
            return "unhealthy"
        return "healthy" if all(check.ok for check in self.checks) else "degraded"

    def brief(self) -> dict[str, Any]:
        """What everyone may know."""
        return {
            "success": self.connected,
            "status": self.status,
            "db": "connected" if self.connected else "disconnected",
            "timestamp": self.at.isoformat(),
        }

    def details(self) -> dict[str, Any]:
        """What an administrator may know."""
        checks = {
            check.name: {"ok": check.ok, "detail": check.detail, "ms": check.ms}
            for check in self.checks
        }
        return {**self.brief(), "checks": checks}


def beat(name: str, now: datetime) -> None:
    """Notes that a part lives."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return str(connection.vendor)


def _cache() -> str:
    key = f"health-{uuid.uuid4().hex}"
    cache.set(key, "ok", 10)
    if cache.get(key) != "ok":
        raise UnhealthyError("The cache does not keep what it is given.")
    cache.delete(key)
    return "answers"


def _broker() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=TIME_LIMIT_S)
        return str(broker.transport.driver_type)


def _storage() -> str:
    store = storages["recordings"]
    name = store.save(f".health-{uuid.uuid4().hex}", ContentFile(b"ok"))
    store.delete(name)
    if not isinstance(store, FileSystemStorage):
        return "answers"
    free = shutil.disk_usage(Path(store.location)).free
    if free < LEAST_FREE_BYTES:
        raise UnhealthyError(f"Only {free // 2**20} MiB are free for recordings.")
    return f"{free // 2**20} MiB free"


def _outbox() -> str:
    oldest = Event.objects.filter(seq=None).order_by("id").values_list("at", flat=True).first()
    if oldest is not None and timezone.now() - oldest > LATE_EVENT:
        raise UnhealthyError("Events wait to be numbered: neither the worker nor a page is there.")
    return "up to date" if oldest is None else "waiting"


def _worker() -> str:
    last = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    if last is None:
        raise UnhealthyError("Worker and beat have never run.")
    age = timezone.now() - last
    if age > LATE_WORKER:
        raise UnhealthyError(f"Worker or beat is silent for {int(age.total_seconds())} s.")
    return f"seen {max(0, int(age.total_seconds()))} s ago"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise UnhealthyError(f"{len(plan)} migrations wait to be applied.")
    return "applied"


CHECKS: dict[str, Callable[[], str]] = {
    "db": _database,
    "cache": _cache,
    "broker": _broker,
    "storage": _storage,
    "outbox": _outbox,
    "worker": _worker,
    "migrations": _migrations,
}


class Examiner:
    """Runs checks beside each other, within a time limit, and remembers the last report.

    A check that hangs keeps its thread, and is not asked again before it has answered.
    """

    def __init__(
        self, checks: dict[str, Callable[[], str]], *, time_limit_s: float = TIME_LIMIT_S
    ) -> None:
        self._checks, self._time_limit_s = checks, time_limit_s
        self._pool = ThreadPoolExecutor(len(checks), thread_name_prefix="health")
        self._asked: dict[str, Future[tuple[str, int]]] = {}
        self._lock = threading.Lock()
        self._last: tuple[float, Report] | None = None

    def report(self, *, max_age_s: float = MAX_AGE_S) -> Report:
        """The state of the system, at most so many seconds old."""
        with self._lock:
            if self._last and time.monotonic() - self._last[0] < max_age_s:
                return self._last[1]
            report = Report(tuple(self._examine()), timezone.now())
            self._last = (time.monotonic(), report)
            return report

    def _examine(self) -> list[Check]:
        deadline = time.monotonic() + self._time_limit_s
        for name, check in self._checks.items():
            if name not in self._asked:
                self._asked[name] = self._pool.submit(_timed, check)
        return [self._answer(name, deadline) for name in self._checks]

    def _answer(self, name: str, deadline: float) -> Check:
        asked = self._asked[name]
        try:
            error = asked.exception(max(0.0, deadline - time.monotonic()))
        except concurrent.futures.TimeoutError:
            return Check(name, ok=False, detail=f"No answer within {self._time_limit_s:g} s.")
        del self._asked[name]
        if error is None:
            detail, ms = asked.result()
            return Check(name, ok=True, detail=detail, ms=ms)
        # Messages of drivers may name hosts and users; the kind of error is enough here.
        detail = str(error) if isinstance(error, UnhealthyError) else type(error).__name__
        return Check(name, ok=False, detail=detail)


def _timed(check: Callable[[], str]) -> tuple[str, int]:
    started = time.perf_counter()
    try:
        return check(), round((time.perf_counter() - started) * 1000)
    finally:
        connections.close_all()


examiner = Examiner(CHECKS)
report = examiner.report
