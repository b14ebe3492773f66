"""Structured logs: one JSON object a line, a fixed sentence with fields, no personal data."""

import json
import logging
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from core import metrics

log = logging.getLogger("dialer.request")
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What every LogRecord has; anything else came as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's time, level, logger, sentence, request and extra fields."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            entry["request"] = current
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        extra.pop("request", None)  # Django's own records carry the request object
        entry |= extra
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class RequestLog:
    """Gives every request an id and writes its line: method, route, status, milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex[:12])
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else "-"
            took = time.perf_counter() - started
            metrics.observe(request.method or "-", route, response.status_code, took)
            log.info(
                "request served",
                extra={
                    "method": request.method,
                    "route": route,  # the pattern, not the path: paths may hold personal data
                    "status": response.status_code,
                    "ms": round(took * 1000, 1),
                },
            )
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)
