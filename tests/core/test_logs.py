"""Logs are lines of JSON with fields; refusals have one shape."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework import exceptions

from core.api import envelope
from core.errors import DomainError, InputError
from core.logs import JsonFormatter, RequestLog
from core.metrics import REQUESTS
from core.web import ErrorMiddleware

type Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the loggers of the product have written, as they write it."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonFormatter().format(record))

    keep, log = Keep(), logging.getLogger("dialer")
    level = log.level
    log.addHandler(keep)
    log.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written]
    log.removeHandler(keep)
    log.setLevel(level)


def test_a_record_is_a_line_with_its_fields(lines: Lines) -> None:
    logging.getLogger("dialer.test").info("call ended", extra={"call": 7, "outcome": "busy"})

    [entry] = lines()
    assert entry.pop("at")
    assert entry == {
        "level": "info",
        "logger": "dialer.test",
        "message": "call ended",
        "call": 7,
        "outcome": "busy",
    }


def test_an_exception_is_within_the_line(lines: Lines) -> None:
    try:
        int("broken")
    except ValueError:
        logging.getLogger("dialer.test").exception("import failed")

    [entry] = lines()
    assert "ValueError: invalid literal" in str(entry["exception"])


@pytest.mark.django_db
def test_a_request_leaves_its_route_and_no_personal_data(lines: Lines, client: Client) -> None:
    before = REQUESTS.labels("GET", "api/health", "200")._value.get()

    answer = client.get(
        "/api/health?phone=%2B12025550100",
        headers={"Authorization": "Bearer secret-token", "Cookie": "access=secret-cookie"},
    )

    entry = next(entry for entry in lines() if entry["message"] == "request served")
    assert (entry["method"], entry["route"], entry["status"]) == ("GET", "api/health", 200)
    assert entry["request"] == answer["X-Request-Id"]
    assert "2025550100" not in json.dumps(lines())
    assert "secret" not in json.dumps(lines())
    assert REQUESTS.labels("GET", "api/health", "200")._value.get() == before + 1


def test_all_lines_of_a_request_carry_its_id(lines: Lines) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        logging.getLogger("dialer.test").info("looked up")
        return HttpResponse()

    RequestLog(view)(RequestFactory().get("/"))

    inside, served = lines()
    assert inside["request"] == served["request"]


@pytest.mark.parametrize(
    ("error", "status", "message", "code"),
    [
        (DomainError("Not now.", code="not_now"), 409, "Not now.", "not_now"),
        (InputError("What?", errors={"phone": ["Wrong."]}), 400, "What?", "invalid"),
        (Http404(), 404, "Not found.", "not_found"),
        (exceptions.Throttled(), 429, None, "throttled"),
        (exceptions.ValidationError({"phone": ["Wrong."]}), 400, None, "invalid"),
        (exceptions.NotAuthenticated(), 401, None, "not_authenticated"),
    ],
)
def test_every_refusal_of_the_api_has_one_shape(
    error: Exception, status: int, message: str | None, code: str
) -> None:
    answer = envelope(error, {})

    assert answer is not None
    assert answer.status_code in (status, 403 if status == 401 else status)
    assert answer.data["success"] is False
    assert answer.data["code"] == code
    assert answer.data["message"] == (message or answer.data["message"])
    assert set(answer.data) == {"success", "message", "code", "errors"}


def test_a_refusal_names_its_fields() -> None:
    answer = envelope(InputError("What?", errors={"phone": ["Wrong."]}), {})

    assert answer is not None
    assert answer.data["errors"] == {"phone": ["Wrong."]}


def test_a_bug_is_no_refusal() -> None:
    assert envelope(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/campaigns/", {"HX-Request": "true"}, "text/plain"),
        ("/internal/x", {}, "application/json"),
    ],
)
def test_a_refusal_of_a_page_fits_who_asked(path: str, headers: dict[str, str], kind: str) -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().get(path, headers=headers)

    answer = ErrorMiddleware(view).process_exception(
        request, DomainError("Not now.", code="not_now")
    )

    assert answer is not None
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith(kind)
    assert b"Not now." in answer.content
