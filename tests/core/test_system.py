"""Checks of the set-up, counters, retention, and the doorbell."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks.registry import registry
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core import checks, doorbell, realtime, retention
from core.models import Event


def found(identity: str) -> list[str]:
    ours = [check for check in registry.registered_checks if check.__module__ == checks.__name__]
    problems = [problem for check in ours for problem in check(app_configs=None, databases=None)]
    return [problem.msg for problem in problems if str(problem.id).startswith(identity)]


def test_a_sound_set_up_has_no_problem() -> None:
    assert found("core.") == []


@pytest.mark.parametrize("secret", ["short", "x" * 80])
def test_a_weak_secret_key_stops_the_start(secret: str, settings: Settings) -> None:
    settings.SECRET_KEY = secret

    assert checks.secret_key_is_strong()


def test_a_folder_that_cannot_be_written_stops_the_start(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    place = {"location": str(tmp_path / "file" / "recordings")}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "recordings": {"BACKEND": backend, "OPTIONS": place}}

    [problem] = found("core.E003")

    assert place["location"] in problem


def test_a_setting_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_EVENTS_KEEP_DAYS", "soon")

    [problem] = found("core.E002")

    assert "DIALER_EVENTS_KEEP_DAYS" in problem


@pytest.mark.django_db
def test_the_time_zone_tables_of_the_database_are_loaded() -> None:
    assert checks.time_zones_are_loaded(databases=["default"]) == []
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONVERT_TZ('2026-07-01 12:00', 'UTC', 'America/New_York')")
            assert str(cursor.fetchone()[0]) == "2026-07-01 08:00:00"


def test_counters_are_for_the_token_alone(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "tests-only"

    assert client.get("/internal/metrics").status_code == 403
    assert client.get("/internal/metrics", headers={"Authorization": "Bearer x"}).status_code == 403
    answer = client.get("/internal/metrics", headers={"Authorization": "Bearer tests-only"})
    assert answer.status_code == 200
    assert b'dialer_requests_total{method="GET",route="internal/metrics",status="403"}' in (
        answer.content
    )


def test_without_a_token_in_the_settings_nobody_gets_the_counters(client: Client) -> None:
    answer = client.get("/internal/metrics", headers={"Authorization": "Bearer "})

    assert answer.status_code == 403
    assert b"METRICS_TOKEN is not set" in answer.content


@pytest.mark.django_db
def test_events_past_their_time_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_EVENTS_KEEP_DAYS", "7")
    now = timezone.now()
    realtime.record("thing.old", at=now - timedelta(days=8))
    kept = realtime.record("thing.new", at=now - timedelta(days=6))

    assert retention.prune(now) == 1

    assert list(Event.objects.all()) == [kept]


def test_a_redis_that_is_away_costs_a_ring_nothing_but_a_line(settings: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
    ear = doorbell.Listener()

    doorbell.ring()
    ear.wait(10)  # the bell of this process still rings

    ear.close()


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_rolled_back_is_not_there() -> None:
    with transaction.atomic():
        realtime.record("thing.happened")
        transaction.set_rollback(True)

    assert not Event.objects.exists()
