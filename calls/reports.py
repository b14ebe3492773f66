"""Numbers about calls: what a day held, and who is on the line now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, Q, Sum

from accounts.models import AgentSeat
from calls.models import Call, CallQuerySet


@dataclass(frozen=True, slots=True)
class Metric:
    """A number with its definition, which the page shows on request."""

    label: str
    value: int | float | None
    unit: str  # "", "ms" or "%"
    definition: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent on the floor: the state now, and today's work."""

    seat: AgentSeat
    dialed: int
    answered: int
    talk_ms: int
    successes: int


def day_bounds(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Start and end of the viewer's current day, as aware times; a DST day has 23 or 25 hours."""
    local = now.astimezone(ZoneInfo(zone))
    start = datetime.combine(local.date(), time(), local.tzinfo)
    end = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return start, end


def day_metrics(calls: CallQuerySet, start: datetime, end: datetime) -> list[Metric]:
    """The day's numbers of these calls, in one query.

    Formulas: attempts A, answers S, ASR = S / A (network measure, includes voicemail);
    handle time = talk (with hold) + wrap-up, over answered calls that are over.
    """
    over = Q(answered_at__isnull=False, ended_at__isnull=False)
    found = calls.filter(reserved_at__gte=start, reserved_at__lt=end).aggregate(
        dialed=Count("pk", filter=Q(dialed_at__isnull=False)),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        outbound_answered=Count("pk", filter=Q(answered_at__isnull=False, direction="outbound")),
        successes=Count("pk", filter=Q(disposition__success=True)),
        talk=Sum("talk_ms"),
        wrap_up=Avg("wrap_up_ms", filter=over),
        mean_talk=Avg("talk_ms", filter=over),
    )
    dialed, answered = found["dialed"], found["answered"]
    rate = round(100 * found["outbound_answered"] / dialed, 1) if dialed else None
    handle = None
    if found["mean_talk"] is not None:
        handle = round(found["mean_talk"] + found["wrap_up"])
    return [
        Metric("Dialed", dialed, "", "Calls whose number was released to the line today."),
        Metric("Answered", answered, "", "Calls that were picked up, by people or machines."),
        Metric("Answer rate", rate, "%", "Answered outbound calls ÷ dialed calls (ASR)."),
        Metric("Talk time", found["talk"] or 0, "ms", "Answer to end, hold included, summed."),
        Metric(
            "Handle time",
            handle,
            "ms",
            "Talk and wrap-up, mean of answered calls (AHT).",
        ),
        Metric("Successes", found["successes"], "", "Calls with a disposition marked as success."),
    ]


def floor(user: Any, now: datetime) -> list[AgentRow]:
    """The agents that the user sees, with today's totals: two queries."""
    start, end = day_bounds(now, user.timezone)
    seats = (
        AgentSeat.objects.for_user(user)
        .filter(user__status="active")
        .select_related("user", "break_reason")
        .order_by("user__name")
    )
    today = (
        Call.objects.for_user(user)
        .filter(reserved_at__gte=start, reserved_at__lt=end)
        .order_by()
        .values("agent")
        .annotate(
            dialed=Count("pk", filter=Q(dialed_at__isnull=False)),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            talk=Sum("talk_ms"),
            successes=Count("pk", filter=Q(disposition__success=True)),
        )
    )
    totals = {row["agent"]: row for row in today}
    return [_agent_row(seat, totals.get(seat.user_id)) for seat in seats]


def _agent_row(seat: AgentSeat, totals: Mapping[str, Any] | None) -> AgentRow:
    if totals is None:
        return AgentRow(seat, 0, 0, 0, 0)
    return AgentRow(
        seat, totals["dialed"], totals["answered"], totals["talk"] or 0, totals["successes"]
    )
