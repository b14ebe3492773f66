"""Counters of this process, for Prometheus and for the operations page; knows no model.

Where several processes serve, `PROMETHEUS_MULTIPROC_DIR` makes them count together.
"""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as exposition
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("dialer_requests", "Requests served.", ["method", "route", "status"])
SECONDS = Histogram(
    "dialer_request_seconds",
    "Time from a request's arrival to its answer.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
SOCKETS = Gauge("dialer_sockets_open", "WebSockets open now.", multiprocess_mode="livesum")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Counts a served request; `route` is the pattern, so that the labels stay few."""
    method = method if method in _METHODS else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


def exposed() -> bytes:
    """All counters in Prometheus' text format."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return exposition(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    return exposition(registry)


def totals() -> dict[str, int | float]:
    """What this process has served since its start."""
    requests = [sample for sample in _samples(REQUESTS) if sample[0].endswith("_total")]
    seconds = [sample for sample in _samples(SECONDS) if sample[0].endswith("_sum")]
    failed = [value for _, labels, value in requests if labels["status"].startswith("5")]
    return {
        "requests_total": int(sum(value for _, _, value in requests)),
        "errors_total": int(sum(failed)),
        "request_seconds_total": round(sum(value for _, _, value in seconds), 3),
        "sockets_open": int(sum(value for _, _, value in _samples(SOCKETS))),
    }


def _samples(metric: Counter | Gauge | Histogram) -> list[tuple[str, dict[str, str], float]]:
    return [
        (sample.name, sample.labels, sample.value)
        for family in metric.collect()
        for sample in family.samples
    ]
