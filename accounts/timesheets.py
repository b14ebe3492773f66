"""Where an agent's day went: the time in each state, computed from intervals; knows no clock.

Days are days of a time zone, so the one on which clocks change has 23 or 25 hours. Intervals of
one agent never overlap, hence at most one of them reaches into a day from before it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DurationField, ExpressionWrapper, F, Max, Min, OuterRef, Subquery, Sum

from accounts.models import AgentSeat, AgentSession, AgentStateInterval

S = AgentSeat.State
type Key = tuple[str, str]  # state, and a break's code

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in one state; without an end it lasts.

    The rest is of a break, as it was when it began: what it was called, its limit in seconds, and
    whether it is working time.
    """

    state: str
    reason: str
    start: datetime
    end: datetime | None
    label: str = ""
    limit_s: int | None = None
    is_paid: bool = True

    @property
    def overrun_ms(self) -> int:
        """How much longer than allowed it was, in milliseconds."""
        if self.limit_s is None or self.end is None:
            return 0
        return max(0, _lasted(self.start, self.end) // _MS - self.limit_s * 1000)


@dataclass(slots=True)
class Totals:
    """The time of a day by state and break, and when the agent came and went."""

    times: dict[Key, timedelta] = field(default_factory=dict)
    unpaid: timedelta = timedelta()  # of that, on breaks that are no working time
    first_login: datetime | None = None
    last_logout: datetime | None = None

    def add(self, key: Key, time: timedelta, *, is_paid: bool = True) -> None:
        """So much more."""
        self.times[key] = self.times.get(key, timedelta()) + time
        if not is_paid:
            self.unpaid += time

    @property
    def ready_ms(self) -> int:
        """Waiting for a call, in milliseconds, as all of these."""
        return self._of(S.READY)

    @property
    def on_call_ms(self) -> int:
        """With a lead or a call, from the reservation to the end of the line."""
        return self._of(S.RESERVED, S.ON_CALL)

    @property
    def wrap_up_ms(self) -> int:
        """Writing down results."""
        return self._of(S.WRAP_UP)

    @property
    def away_ms(self) -> int:
        """Idle, or without a connection."""
        return self._of(S.IDLE, S.LOST)

    @property
    def offline_ms(self) -> int:
        """In a shift, but out of the queue."""
        return self._of(S.OFFLINE)

    @property
    def paid_ms(self) -> int:
        """On breaks that are working time."""
        return self._of(S.BREAK) - self.unpaid_ms

    @property
    def unpaid_ms(self) -> int:
        """On breaks that are not."""
        return self.unpaid // _MS

    def _of(self, *states: str) -> int:
        return sum((t for (s, _), t in self.times.items() if s in states), timedelta()) // _MS


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a day in a zone, and the first of the next."""
    place = ZoneInfo(zone)
    begin = datetime.combine(day, time(), place)
    return begin, datetime.combine(day + timedelta(days=1), time(), place)


def clip(spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """The parts of spans between two moments; what lasts, lasts to the end."""
    for span in spans:
        begin = max(span.start, start)
        stop = end if span.end is None else min(span.end, end)
        if begin < stop:
            yield replace(span, start=begin, end=stop)


def total(spans: Iterable[Span], start: datetime, end: datetime) -> Totals:
    """The time of each state between two moments."""
    found = Totals()
    for span in clip(spans, start, end):
        assert span.end is not None
        # Across a change of clocks, two times of one zone differ by what the clocks show.
        lasted = _lasted(span.start, span.end)
        found.add((span.state, span.reason), lasted, is_paid=span.is_paid)
    return found


def by_day(spans: Iterable[Span], zone: str, now: datetime) -> dict[date, Totals]:
    """Totals of each day that the spans touch, split at the zone's midnights, up to now."""
    kept = [span for span in spans if span.start < (span.end or now)]
    if not kept:
        return {}
    place = ZoneInfo(zone)
    day = min(span.start for span in kept).astimezone(place).date()
    last = max(span.end or now for span in kept).astimezone(place).date()
    days = {}
    while day <= last:
        start, end = day_bounds(day, zone)
        sheet = total(kept, start, min(end, max(now, start)))
        if sheet.times:
            days[day] = sheet
        day += timedelta(days=1)
    return days


def of_people(seats: Any, day: date, zone: str, now: datetime) -> dict[int, Totals]:
    """Totals of a day of the people on these seats, by their ids: a fixed number of queries."""
    start, end = day_bounds(day, zone)
    until = min(end, now)
    people = seats.order_by().values("user")
    sheets = {user: Totals() for user in seats.order_by().values_list("user", flat=True)}
    inside = AgentStateInterval.objects.filter(user__in=people, start_at__gte=start)
    lasted = ExpressionWrapper(F("end_at") - F("start_at"), output_field=DurationField())
    rows = inside.filter(start_at__lt=until, end_at__lte=until).order_by()
    for row in rows.values("user", "state", "reason", "is_paid").annotate(time=Sum(lasted)):
        key = (row["state"], row["reason"])
        sheets[row["user"]].add(key, row["time"], is_paid=row["is_paid"])
    crossing = inside.filter(start_at__lt=until).exclude(end_at__lte=until)
    for interval in [*crossing, *_reaching_into(seats, start)]:
        for span in clip([_span(interval)], start, until):
            assert span.end is not None
            lasts = _lasted(span.start, span.end)
            key = (span.state, span.reason)
            sheets[interval.user_id].add(key, lasts, is_paid=span.is_paid)
    _come_and_gone(sheets, people, start, end)
    return sheets


def spans_of(user: Any, start: datetime, end: datetime, now: datetime) -> list[Span]:
    """A person's intervals between two moments, clipped to them, in order; none in the future."""
    intervals = AgentStateInterval.objects.filter(user=user).order_by("start_at", "pk")
    before = intervals.filter(start_at__lt=start).reverse()[:1]
    found = [*before, *intervals.filter(start_at__gte=start, start_at__lt=end)]
    return list(clip(map(_span, found), start, min(end, now)))


def shifts_of(user: Any, start: datetime, end: datetime) -> list[AgentSession]:
    """The shifts of a person that touch the time between two moments."""
    shifts = AgentSession.objects.filter(user=user, login_at__lt=end).order_by("login_at")
    return list(shifts.exclude(logout_at__lte=start))


def _reaching_into(seats: Any, start: datetime) -> list[AgentStateInterval]:
    """The interval of each person that had begun before a moment and went on past it."""
    before = AgentStateInterval.objects.filter(user=OuterRef("user"), start_at__lt=start)
    last = before.order_by("-start_at", "-pk").values("pk")[:1]
    ids = seats.order_by().annotate(before=Subquery(last)).values_list("before", flat=True)
    rows = AgentStateInterval.objects.filter(pk__in=[pk for pk in ids if pk])
    return list(rows.exclude(end_at__lte=start))


def _come_and_gone(
    sheets: Mapping[int, Totals], people: Any, start: datetime, end: datetime
) -> None:
    shifts = AgentSession.objects.filter(user__in=people).order_by().values("user")
    came = shifts.filter(login_at__gte=start, login_at__lt=end).annotate(at=Min("login_at"))
    went = shifts.filter(logout_at__gte=start, logout_at__lt=end).annotate(at=Max("logout_at"))
    for row in came:
        sheets[row["user"]].first_login = row["at"]
    for row in went:
        sheets[row["user"]].last_logout = row["at"]


def _span(interval: AgentStateInterval) -> Span:
    return Span(
        interval.state,
        interval.reason,
        interval.start_at,
        interval.end_at,
        label=interval.reason_label,
        limit_s=interval.limit_s,
        is_paid=interval.is_paid,
    )


def _lasted(start: datetime, end: datetime) -> timedelta:
    return end.astimezone(UTC) - start.astimezone(UTC)
