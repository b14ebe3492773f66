"""Pages that must show whatever else is broken."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from dialer import views


def test_the_offline_page_is_there_for_everyone_and_its_style_passes_its_own_policy(
    client: Client,
) -> None:
    answer = client.get("/offline/")

    nonce = re.search(r'<style nonce="([^"]+)">', answer.content.decode())
    assert nonce
    assert f"'nonce-{nonce[1]}'" in answer.headers["Content-Security-Policy"]


def test_a_bug_has_a_page_that_asks_no_database(rf: RequestFactory) -> None:
    # Without the db fixture, any query fails this test.
    answer = views.broken(rf.get("/calls/"))

    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 500
    assert "went wrong on our side" in answer.content.decode()


def test_the_service_worker_is_served_from_the_root_built_or_not(
    client: Client, tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "static" / "dist").mkdir(parents=True)
    before = client.get("/sw.js")
    (tmp_path / "static" / "dist" / "sw.js").write_text("// built")

    after = client.get("/sw.js")

    assert b"npm run build" in before.content
    assert after.content == b"// built"
    assert after.headers["Content-Type"] == "text/javascript"


@pytest.mark.django_db
def test_a_missing_page_is_a_page(client: Client) -> None:
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
