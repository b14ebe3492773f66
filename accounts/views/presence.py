"""Pages of who is at work: the people with their states and totals, and the agent's own day."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from accounts import timesheets
from accounts.authentication import person
from accounts.forms import DayForm, PeopleNowForm
from accounts.models import AgentSeat, User
from accounts.timesheets import Totals
from core import audit
from core.web import asks_for, requires

# Each row is made again every time one of them moves.
PAGE = 100
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TIMES = ("ready_ms", "on_call_ms", "wrap_up_ms", "paid_ms", "unpaid_ms", "away_ms", "offline_ms")
_HEADER = (
    *("Agent", "E-mail", "State", "First login", "Last logout"),
    *("Ready", "On call", "Wrap-up", "Paid break", "Unpaid break", "Away", "Offline"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An agent's line."""

    seat: AgentSeat
    totals: Totals


@requires("accounts.view_agentseat")
@require_safe
def people_now(request: HttpRequest) -> HttpResponse:
    """Who does what since when, with today's totals; the rows alone when something changed."""
    user = person(request)
    form = PeopleNowForm(user, request.GET)
    after = request.GET.get("after", "")
    ids = list(_after(form.narrow(_seats(user)), after).values_list("pk", flat=True)[: PAGE + 1])
    rest = request.GET.copy()
    rest.pop("after", None)
    today = _today(user)
    context = {
        "form": form,
        "rows": _rows(AgentSeat.objects.filter(pk__in=ids[:PAGE]), today, user),
        "next": ids[PAGE - 1] if len(ids) > PAGE else None,
        "is_later": bool(after),
        "counts": _counts(_seats(user)),
        "today": today,
        "query": request.GET.urlencode(),
        "rest": rest.urlencode(),
        "topics": _topics(user),
    }
    part = asks_for(request, "presence-rows")
    return render(request, f"accounts/{'_presence_rows' if part else 'presence'}.html", context)


@requires("accounts.view_agentseat")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """A day's totals of everyone as CSV."""
    user = person(request)
    day = DayForm(request.GET).day() or _today(user)
    rows = _rows(_seats(user), day, user)
    audit.record("presence.exported", after={"day": day, "people": len(rows)}, actor=user)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADER)
    for row in rows:
        writer.writerow([_neutral(cell) for cell in _cells(row, ZoneInfo(user.timezone))])
    return HttpResponse(
        "\ufeff" + written.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="presence-{day}.csv"'},
    )


@requires("accounts.change_agentseat")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The asking agent's own totals of today, for the menu in the header."""
    user = person(request)
    seats = AgentSeat.objects.filter(user=user)
    now = timezone.now()
    totals = timesheets.of_people(seats, _today(user), user.timezone, now).get(user.pk, Totals())
    return render(request, "accounts/_my_totals.html", {"totals": totals})


def _seats(user: User) -> Any:
    seats = AgentSeat.objects.for_user(user).filter(user__status=User.Status.ACTIVE)
    return seats.filter(user__role=User.Role.AGENT)


def _after(seats: Any, cursor: str) -> Any:
    """The seats by their people's names, those that follow the last one of the former page."""
    seats = seats.order_by("user__name", "pk")
    is_id = cursor.isascii() and cursor.isdecimal() and len(cursor) < 19
    found = AgentSeat.objects.filter(pk=cursor).select_related("user").first() if is_id else None
    if found is None:
        return seats
    name = found.user.name
    return seats.filter(Q(user__name__gt=name) | Q(user__name=name, pk__gt=found.pk))


def _rows(seats: Any, day: date, user: User) -> list[Row]:
    sheets = timesheets.of_people(seats, day, user.timezone, timezone.now())
    found = seats.select_related("user", "break_reason", "moved_by").order_by("user__name", "pk")
    return [Row(seat, sheets.get(seat.user_id, Totals())) for seat in found]


def _counts(seats: Any) -> list[tuple[str, str, int]]:
    """How many people are in each state."""
    counted = seats.order_by().values_list("state").annotate(count=Count("pk"))
    found: dict[str, int] = dict(counted)
    return [(value, label, found.get(value, 0)) for value, label in AgentSeat.State.choices]


def _topics(user: User) -> str:
    return f"org:{user.organization_id}:presence" if user.organization_id else "activity"


def _today(user: User) -> date:
    return timezone.now().astimezone(ZoneInfo(user.timezone)).date()


def _cells(row: Row, zone: ZoneInfo) -> list[str]:
    person, totals = row.seat.user, row.totals
    moments = [_moment(at, zone) for at in (totals.first_login, totals.last_logout)]
    times = [_hours(getattr(totals, name)) for name in _TIMES]
    return [person.name, person.email, row.seat.get_state_display(), *moments, *times]


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else ""


def _hours(milliseconds: int) -> str:
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _neutral(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
