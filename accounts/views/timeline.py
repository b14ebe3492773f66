"""The page of one agent's day, and what a supervisor may do to their seat."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import presence, supervision, timesheets
from accounts.authentication import person
from accounts.forms import DayForm, MoveForm
from accounts.models import AgentSeat, User
from accounts.timesheets import Span
from core.errors import DomainError
from core.web import requires

_WIDTH = 1000  # of the chart, in its own units
_MARKS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A span as the chart draws it."""

    x: float
    width: float
    span: Span
    label: str
    ms: int
    lasts: bool


@requires("accounts.view_agentseat")
@require_safe
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """What an agent did on a day, stretch by stretch."""
    viewer, agent, now = person(request), _agent(request, pk), timezone.now()
    zone = ZoneInfo(viewer.timezone)
    shown = DayForm(request.GET).day() or now.astimezone(zone).date()
    start, end = timesheets.day_bounds(shown, viewer.timezone)
    spans = timesheets.spans_of(agent, start, end, now)
    seats = AgentSeat.objects.filter(user=agent)
    totals = timesheets.of_people(seats, shown, viewer.timezone, now).get(agent.pk)
    context = {
        "agent": agent,
        "seat": presence.current(agent),
        "day": shown,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1) if end <= now else None,
        "bars": _bars(spans, start, end, now),
        "marks": _marks(start, end, zone),
        "totals": totals,
        "shifts": timesheets.shifts_of(agent, start, end),
        "form": MoveForm(agent),
        "topics": f"agent:{agent.pk}",
    }
    return render(request, "accounts/timeline.html", context)


@requires("accounts.supervise_agentseat")
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ready, a break, or the end of the shift, with a reason that the agent is shown."""
    by, agent = person(request), _agent(request, pk)
    form = MoveForm(agent, request.POST)
    if not form.is_valid():
        sentences = [str(sentence) for found in form.errors.values() for sentence in found]
        messages.error(request, " ".join(sentences))
        return redirect("accounts:day", pk)
    given = form.cleaned_data
    try:
        if given["to"] == "ready":
            supervision.force_ready(by, agent, given["because"])
        elif given["to"] == "break":
            supervision.force_break(by, agent, given["reason"], given["because"])
        else:
            supervision.force_logout(by, agent, given["because"])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Done. {agent.name} is told why.")
    return redirect("accounts:day", pk)


def _agent(request: HttpRequest, pk: int) -> User:
    people = User.objects.for_user(request.user).agents()
    return get_object_or_404(people.select_related("organization"), pk=pk)


def _bars(spans: list[Span], start: datetime, end: datetime, now: datetime) -> list[Bar]:
    first, whole = start.timestamp(), end.timestamp() - start.timestamp()
    bars = []
    for span in spans:
        assert span.end is not None
        lasted = span.end.timestamp() - span.start.timestamp()
        label = str(AgentSeat.State(span.state).label)
        if span.reason:
            label = f"{label}: {span.label or span.reason}"
        x = (span.start.timestamp() - first) / whole * _WIDTH
        width = max(1.0, lasted / whole * _WIDTH)
        lasts = span is spans[-1] and span.end >= now
        bars.append(Bar(round(x, 2), round(width, 2), span, label, round(lasted * 1000), lasts))
    return bars


def _marks(start: datetime, end: datetime, zone: ZoneInfo) -> list[str]:
    """What the clocks show at the chart's quarters; not round on a day whose clocks change."""
    first, whole = start.timestamp(), end.timestamp() - start.timestamp()
    moments = [first + whole * place / (_MARKS - 1) for place in range(_MARKS)]
    return [f"{datetime.fromtimestamp(at, zone):%H:%M}" for at in moments]
