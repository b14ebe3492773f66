"""Health tells the truth in time, and details only to those who may know."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from core import health, realtime, tasks
from core.health import CHECKS, Examiner, UnhealthyError
from core.models import Event
from tests.clients import browser

pytestmark = pytest.mark.django_db(transaction=True)


def say(answer: str) -> Callable[[], str]:
    return lambda: answer


def fail() -> str:
    raise UnhealthyError("It is broken.")


def test_everything_in_order_is_healthy(client: Client) -> None:
    tasks.heartbeat()

    report = Examiner(CHECKS).report(max_age_s=0)

    assert report.status == "healthy", report.details()


def test_the_page_answers_everyone_in_the_documents_shape(client: Client) -> None:
    answer = client.get("/api/health")

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"success", "status", "db", "timestamp"}
    assert (body["success"], body["db"]) == (True, "connected")


def test_details_are_for_administrators_and_for_the_token(
    person: Callable[..., User], settings: Settings, client: Client
) -> None:
    settings.METRICS_TOKEN = "tests-only"
    admin, manager = browser(person("superadmin", organization=None)), browser(person("manager"))

    assert "checks" in admin.get("/api/health").json()
    assert "checks" in client.get("/api/health", headers={"X-Metrics-Token": "tests-only"}).json()
    assert "checks" not in manager.get("/api/health").json()
    assert "checks" not in client.get("/api/health", headers={"X-Metrics-Token": "guess"}).json()


def test_without_its_database_the_system_is_unhealthy() -> None:
    report = Examiner({"db": fail, "cache": say("answers")}).report()

    assert report.status == "unhealthy"
    assert report.brief()["db"] == "disconnected"
    assert report.details()["checks"]["db"]["detail"] == "It is broken."


def test_another_part_that_fails_degrades_it() -> None:
    report = Examiner({"db": say("sqlite"), "cache": fail}).report()

    assert report.status == "degraded"
    assert report.brief()["success"] is True


def test_an_error_of_a_driver_is_named_by_its_kind_alone() -> None:
    def leak() -> str:
        raise ConnectionError("user:password@host")

    report = Examiner({"db": leak}).report()

    assert report.details()["checks"]["db"]["detail"] == "ConnectionError"


def test_a_check_that_hangs_costs_its_time_limit_once_and_is_not_asked_again() -> None:
    released = threading.Event()
    asked = []

    def hang() -> str:
        asked.append(1)
        released.wait()
        return "late"

    examiner = Examiner({"db": hang, "cache": say("answers")}, time_limit_s=0.05)
    reports = [examiner.report(max_age_s=0) for _ in range(3)]
    released.set()

    assert [report.status for report in reports] == ["unhealthy"] * 3
    assert len(asked) == 1


def test_a_report_is_reused_for_a_moment() -> None:
    asked = []

    def answer() -> str:
        asked.append(1)
        return "sqlite"

    examiner = Examiner({"db": answer})

    assert examiner.report(max_age_s=60) is examiner.report(max_age_s=60)
    assert len(asked) == 1


def test_a_silent_worker_and_waiting_events_are_noticed() -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    health.beat("worker", long_ago)
    realtime.record("thing.happened", at=long_ago)

    checks = {check.name: check for check in Examiner(CHECKS).report(max_age_s=0).checks}

    assert not checks["worker"].ok
    assert not checks["outbox"].ok


def test_the_heartbeat_numbers_what_no_page_has_asked_for() -> None:
    realtime.record("thing.happened")

    tasks.heartbeat()

    assert Event.objects.get().seq is not None
