"""Pages and probes of the system itself."""

from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import activity, auditlog, health, metrics, outbox, tables
from core.errors import InputError
from core.forms import AuditForm
from core.web import asks_for, public, requires

HEALTH = inline_serializer(
    "Health",
    {
        "success": serializers.BooleanField(),
        "status": serializers.ChoiceField(["healthy", "degraded", "unhealthy"]),
        "db": serializers.ChoiceField(["connected", "disconnected"]),
        "timestamp": serializers.DateTimeField(),
        "checks": serializers.DictField(required=False),
    },
)


class Health(APIView):
    """Whether the system works; an administrator also learns what does not."""

    permissions = None

    def perform_authentication(self, request: Request) -> None:
        """Puts it off: it asks the database, which may be what is away."""

    @extend_schema(auth=[], responses={200: HEALTH, 503: HEALTH})
    def get(self, request: Request) -> Response:
        """Says 503 when the database is away, for then nothing works."""
        report = health.report()
        everything = has_metrics_token(request) or (report.connected and _watches(request))
        return Response(
            report.details() if everything else report.brief(),
            status=200 if report.connected else 503,
            headers={"Cache-Control": "no-store"},
        )


@public
@require_GET
def prometheus(request: HttpRequest) -> HttpResponse:
    """Counters for a Prometheus that sends the token of `METRICS_TOKEN`."""
    if not has_metrics_token(request):
        reason = "The token is wrong." if settings.METRICS_TOKEN else "METRICS_TOKEN is not set."
        return HttpResponse(f"{reason}\n", status=403, content_type="text/plain")
    return HttpResponse(metrics.exposed(), content_type="text/plain; version=0.0.4; charset=utf-8")


@requires("core.view_event")
@require_GET
def feed(request: HttpRequest) -> HttpResponse:
    """The activity feed: the newest events, and as a fragment the older ones."""
    head = outbox.head()  # before the rows: what comes between is told twice rather than never
    filters = [name for name in request.GET.getlist("filter") if name in activity.FILTERS]
    context: dict[str, Any] = {
        "page": activity.page(request.user, filters, before=_before(request)),
        "filters": filters,
        "choices": activity.FILTERS,
        "head": head,
    }
    fragment = request.GET.get("before") is not None
    return render(
        request, "core/_activity_rows.html" if fragment else "core/activity.html", context
    )


@requires("core.view_auditentry")
@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """Who did what: entries with filters, newest first; the rows alone when a filter asks."""
    form = AuditForm(request.user, request.GET)
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    page = auditlog.page(
        request.user, form.filters(), after=_number(request, "after"), before=_before(request)
    )
    context = {"form": form, "page": page, "query": query.urlencode(), "kinds": tables.TYPES}
    fragment = asks_for(request, "audit-rows")
    return render(request, "core/_audit_rows.html" if fragment else "core/audit.html", context)


@requires("core.view_auditentry")
@require_GET
def audit_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: what was before, and what after, side by side."""
    entry = get_object_or_404(auditlog.of(request.user), pk=pk)
    context = {"entry": entry, "compared": auditlog.compared(entry)}
    return render(request, "core/audit_entry.html", context)


@requires("core.view_auditentry")
@require_GET
def audit_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What the filters find, as a file that is written while it is sent."""
    if kind not in tables.TYPES:
        raise Http404
    form = AuditForm(request.user, request.GET)
    if not form.is_valid():  # a file of everything is not what was asked for
        raise InputError("Some filters are not right.", errors=form.errors.get_json_data())
    rows = auditlog.export(request.user, form.filters(), kind)
    name = f"audit-{timezone.now():%Y-%m-%d}.{kind}"
    return StreamingHttpResponse(
        tables.written(kind, auditlog.HEADER, rows),
        content_type=tables.TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _watches(request: Request) -> bool:
    try:
        return bool(request.user.has_perm("core.view_event"))
    except APIException:  # a stale login must not make a healthy system look ill
        return False


def has_metrics_token(request: HttpRequest | Request) -> bool:
    """Whether the request carries the token of whoever watches the system from outside."""
    expected = settings.METRICS_TOKEN.encode()
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    given = request.headers.get("X-Metrics-Token", bearer)
    return bool(expected) and compare_digest(given.encode(), expected)


def _before(request: HttpRequest) -> int | None:
    return _number(request, "before")


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise InputError(f"{name} is a number of an entry.")
    return int(text)
