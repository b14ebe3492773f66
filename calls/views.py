"""Pages about calls: the agent's desktop, the floor, the history, one call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from calls import history as finding
from calls import notes, reports
from calls.forms import HistoryForm
from calls.models import Call, Note, RecordingGap
from campaigns.models import Campaign
from core.web import asks_for, requires

AUDIBLE_MS = 500


@requires("calls.add_call")
@require_GET
def dial(request: HttpRequest) -> HttpResponse:
    """The agent's desktop: the lead, the script, the result."""
    campaigns = Campaign.objects.for_user(request.user).running().for_agents().order_by("name")
    return render(request, "calls/dial.html", {"campaigns": campaigns})


@requires("calls.view_call")
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Calls with filters, newest first; the rows alone when a filter or a page asks."""
    form = HistoryForm(request.user, request.GET)
    page = finding.page(request.user, form.filters(), after=request.GET.get("after", ""))
    query = request.GET.copy()
    query.pop("after", None)
    context = {"form": form, "page": page, "query": query.urlencode()}
    if asks_for(request, "history-rows", "history-more"):
        return render(request, "calls/_history_rows.html", context)
    return render(request, "calls/history.html", context)


@requires("calls.view_call")
@require_GET
def detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One call: its times, its events, its recording, its notes."""
    call = _visible(request, ref)
    context = {
        "call": call,
        "events": call.events.order_by("at", "seq", "pk"),
        "notes": Note.objects.for_user(request.user).filter(call=call).select_related("author"),
        "recording": getattr(call, "recording", None),
        "gaps": _audible_gaps(call),
        "lines": call.transcript.all(),
        "times": _times(call),
        "facts": _facts(call),
    }
    return render(request, "calls/detail.html", context)


@requires("calls.add_note")
@require_POST
def add_note(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Writes a note on a call and shows the notes again."""
    call = _visible(request, ref)
    notes.add_note(request.user, call=call, body=request.POST.get("body", ""))
    found = Note.objects.for_user(request.user).filter(call=call).select_related("author")
    return render(request, "calls/_notes.html", {"call": call, "notes": found})


@requires("calls.view_live_calls")
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The floor: who is on the line, what every agent does, how the day goes."""
    return render(request, "calls/live.html", _floor(request))


@requires("calls.view_live_calls")
@require_GET
def live_rows(request: HttpRequest) -> HttpResponse:
    """The floor's moving parts, fetched when something changed."""
    return render(request, "calls/_floor.html", _floor(request))


@requires("calls.view_call")
@require_GET
def today_card(request: HttpRequest) -> HttpResponse:
    """Today's numbers of the calls that the viewer sees."""
    return render(request, "calls/_today_card.html", {"metrics": _today(request)})


@requires("calls.view_call")
@require_GET
def recent_fragment(request: HttpRequest) -> HttpResponse:
    """The viewer's last calls, for the desktop."""
    page = finding.page(request.user, finding.Filters(), size=8)
    return render(request, "calls/_recent.html", {"calls": page.calls})


def _visible(request: HttpRequest, ref: UUID) -> Call:
    calls = Call.objects.for_user(request.user).select_related(
        "agent", "ai", "campaign", "disposition", "lead", "recording", "team", "attempt"
    )
    return get_object_or_404(calls, public_id=ref)


def _audible_gaps(call: Call) -> list[RecordingGap]:
    """Where a listener misses something; what a recorder takes to stop is not worth a word."""
    gaps = RecordingGap.objects.filter(recording__call=call).order_by("start_ms")
    return [gap for gap in gaps if gap.end_ms - gap.start_ms >= AUDIBLE_MS]


def _times(call: Call) -> list[tuple[str, datetime | None]]:
    return [
        ("Reserved", call.reserved_at),
        ("Dialed", call.dialed_at),
        ("Answered", call.answered_at),
        ("Ended", call.ended_at),
    ]


def _facts(call: Call) -> list[tuple[str, Any]]:
    return [
        ("Agent", call.agent or ("Voice" if call.source == "ai" else "")),
        ("Team", call.team),
        ("Campaign", call.campaign),
        ("Direction", call.get_direction_display()),
        ("Caller ID", call.caller_id),
        ("Company", call.lead.company if call.lead else ""),
        ("Job title", call.lead.job_title if call.lead else ""),
        ("Attempt", f"{call.lead.attempts} so far" if call.lead else ""),
        ("Decision", call.attempt.decision),
    ]


def _today(request: HttpRequest) -> list[reports.Metric]:
    assert request.user.is_authenticated
    start, end = reports.day_bounds(timezone.now(), request.user.timezone)
    return reports.day_metrics(Call.objects.for_user(request.user), start, end)


def _floor(request: HttpRequest) -> dict[str, Any]:
    assert request.user.is_authenticated
    calls = Call.objects.for_user(request.user)
    live_calls = calls.live().select_related("agent", "ai", "campaign", "lead", "team")
    return {
        "live_calls": live_calls.order_by("reserved_at"),
        "agents": reports.floor(request.user, timezone.now()),
        "metrics": _today(request),
        "topics": _floor_topics(request.user),
        "latest": finding.page(request.user, finding.Filters(), size=20),
    }


def _floor_topics(user: Any) -> str:
    """What the floor watches: the organization's calls and presence, or all for a superadmin."""
    if user.organization_id is None:
        return "activity"
    return f"org:{user.organization_id}:calls org:{user.organization_id}:presence"
