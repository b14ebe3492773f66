"""What every answer tells the browser, and what the framework's own check says of production."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.access import ROLES, SUPERADMIN, Route, cast, listed
from tests.clients import browser

ROOT = Path(__file__).resolve().parents[2]
PAGES = [route for route in listed() if "GET" in route.methods]


def faults(answer: HttpResponseBase) -> list[str]:
    """What an answer fails to tell."""
    expected = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    found = [name for name, value in expected.items() if answer.get(name) != value]
    policy = answer.get("Permissions-Policy") or ""
    if "microphone=(self)" not in policy or "camera=()" not in policy:
        found.append("Permissions-Policy")
    return found + csp_faults(answer)


def csp_faults(answer: HttpResponseBase) -> list[str]:
    """What an answer's policy of contents leaves open."""
    policy = answer.get("Content-Security-Policy") or ""
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    closed = {"object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
    found = [name for name, value in closed.items() if parts.get(name) != value]
    if parts.get("default-src") != "'self'" or "unsafe" in policy or "*" in policy:
        found.append(f"policy {policy}")
    for kind in ("script-src", "style-src"):
        if not re.fullmatch(r"'self'(?: 'nonce-[\w+/=-]{16,}')?", parts.get(kind, "")):
            found.append(f"{kind} {parts.get(kind)}")
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_every_answer_has_the_headers(route: Route) -> None:
    people = cast()
    problems = []

    for role in ROLES:
        arguments = route.made(people) if route.made else {}
        answer = browser(people.of(role)).get(reverse(route.name, kwargs=arguments))
        problems += [f"{role}: {answer.status_code} {fault}" for fault in faults(answer)]

    assert not problems, "\n".join(problems)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/api/nowhere", "/admin/nowhere/", "/static/x.js"])
def test_what_does_not_exist_has_them_too(path: str) -> None:
    assert faults(browser(cast().superadmin).get(path)) == []


@pytest.mark.django_db
def test_pages_carry_a_nonce_of_their_own_and_no_inline_script_or_style() -> None:
    people = cast()
    client = browser(people.of(SUPERADMIN))
    texts = [client.get(path).content.decode() for path in ("/activity/", "/campaigns/")]
    texts += [Client().get(path).content.decode() for path in ("/login/", "/forgot-password/")]

    nonces = [re.findall(r'name="csp-nonce" content="([^"]+)"', text) for text in texts]

    assert len({nonce for found in nonces for nonce in found}) == len(texts)
    for text in texts:
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)


def checked(folder: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """The framework's check for deployment, in production's environment."""
    environment = {
        "PATH": os.environ["PATH"],
        "DIALER_MODE": "production",
        "SECRET_KEY": "".join(chr(33 + n % 90) for n in range(0, 7 * 60, 7)),
        "FIELD_KEYS": "a key of this installation",
        "ALLOWED_HOSTS": "dialer.example.com",
        "CSRF_TRUSTED_ORIGINS": "https://dialer.example.com",
        "TRUSTED_PROXIES": "1",
        "SMTP_HOST": "mail.example.com",
        "VAR_DIR": str(folder / "var"),
        "MEDIA_ROOT": str(folder / "media"),
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment | changed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_djangos_own_check_finds_nothing_in_production(tmp_path: Path) -> None:
    ended = checked(tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


@pytest.mark.parametrize(
    ("variable", "value", "finding"),
    [
        ("TRUSTED_PROXIES", "0", "core.W003"),
        ("SECRET_KEY", "short", "core.E001"),
        ("SECURE_HSTS_SECONDS", "0", "security.W004"),
    ],
)
def test_it_names_what_is_missing(tmp_path: Path, variable: str, value: str, finding: str) -> None:
    ended = checked(tmp_path, **{variable: value})

    assert ended.returncode != 0
    assert finding in ended.stderr
