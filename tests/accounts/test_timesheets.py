"""Where the time went: split at midnights, summed by state, the same however it is cut."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import breaks, presence, timesheets
from accounts.breaks import Break
from accounts.models import AgentSeat, BreakReason, User
from accounts.timesheets import Span
from tests.accounts.seats import NOON, at

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")
# Around the days on which the clocks of these zones change.
STARTS = st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 10, 11)])
LENGTHS = st.lists(
    st.tuples(
        st.sampled_from(["ready", "on_call", "break", "wrap_up"]),
        st.integers(min_value=0, max_value=200_000),
    ),
    min_size=1,
    max_size=40,
)


def chain(start: datetime, lengths: list[tuple[str, int]]) -> list[Span]:
    """Spans that follow one another."""
    spans = []
    for state, seconds in lengths:
        end = start + timedelta(seconds=seconds)
        spans.append(Span(state, "", start, end))
        start = end
    return spans


@settings(deadline=None, max_examples=80)
@given(start=STARTS, lengths=LENGTHS, zone=st.sampled_from(ZONES))
def test_days_add_up_to_the_whole(
    start: datetime, lengths: list[tuple[str, int]], zone: str
) -> None:
    spans = chain(start, lengths)
    now = spans[-1].end
    assert now is not None

    days = timesheets.by_day(spans, zone, now)

    split: dict[str, timedelta] = {}
    whole: dict[str, timedelta] = {}
    for day, sheet in days.items():
        begin, end = (moment.astimezone(UTC) for moment in timesheets.day_bounds(day, zone))
        assert sum(sheet.times.values(), timedelta()) <= end - begin
        for (state, _), spent in sheet.times.items():
            split[state] = split.get(state, timedelta()) + spent
    for span in spans:
        assert span.end is not None
        whole[span.state] = whole.get(span.state, timedelta()) + (span.end - span.start)
    assert split == {state: spent for state, spent in whole.items() if spent}


def test_a_day_is_as_long_as_its_clocks_make_it() -> None:
    spans = [Span("ready", "", datetime(2026, 1, 1, tzinfo=UTC), None)]
    now = datetime(2026, 12, 31, tzinfo=UTC)

    days = timesheets.by_day(spans, "America/New_York", now)

    hours = {day: sheet.ready_ms / 3_600_000 for day, sheet in days.items()}
    assert hours[date(2026, 3, 8)] == 23
    assert hours[date(2026, 11, 1)] == 25
    assert hours[date(2026, 6, 1)] == 24


@pytest.mark.django_db
def test_totals_of_people_agree_with_their_intervals(agent: User, lunch: BreakReason) -> None:
    lunch.is_paid = False
    lunch.save()
    with at(-3600 * 13):  # an hour before midnight
        presence.open_session(agent)
        presence.ready(agent, [1])
    with at(0):
        presence.take_break(agent, lunch)
    with at(1800):
        presence.ready(agent, [1])
    with at(3600):
        presence.close_session(agent, because="logout")

    now = NOON + timedelta(hours=2)
    sheet = timesheets.of_people(AgentSeat.objects.all(), NOON.date(), "UTC", now)[agent.pk]

    assert sheet.ready_ms == (12 * 3600 + 1800) * 1000
    assert (sheet.unpaid_ms, sheet.paid_ms) == (1800 * 1000, 0)
    assert sheet.first_login is None
    assert sheet.last_logout == NOON + timedelta(hours=1)
    start, end = timesheets.day_bounds(NOON.date(), "UTC")
    states = [span.state for span in timesheets.spans_of(agent, start, end, now)]
    assert states == ["ready", "break", "ready"]


@pytest.mark.django_db
def test_what_lasts_counts_up_to_now(agent: User) -> None:
    with at(0):
        presence.ready(agent, [1])

    seats = AgentSeat.objects.all()
    sheet = timesheets.of_people(seats, NOON.date(), "UTC", NOON + timedelta(minutes=5))[agent.pk]

    assert sheet.ready_ms == 5 * 60 * 1000
    assert sheet.first_login == NOON


@pytest.mark.django_db
def test_a_table_of_many_costs_as_many_queries_as_one_of_few(
    person: Callable[..., User], django_assert_num_queries: Callable[..., object]
) -> None:
    for _ in range(12):
        with time_machine.travel(NOON - timedelta(days=1), tick=False):
            presence.ready(person("agent"), [1])

    with django_assert_num_queries(7):  # type: ignore[attr-defined]  # a fixture's context manager
        timesheets.of_people(AgentSeat.objects.all(), NOON.date(), "UTC", NOON)


@pytest.mark.django_db
def test_what_a_break_was_stays_when_its_reason_is_edited(agent: User, lunch: BreakReason) -> None:
    breaks.change(lunch, Break("Lunch", 600, is_paid=False))
    lunch.refresh_from_db()
    with at(0):
        presence.take_break(agent, lunch)
    with at(900):
        presence.offline(agent)

    breaks.change(lunch, Break("Midday", 3600, is_paid=True))

    now = NOON + timedelta(seconds=1000)
    seats = AgentSeat.objects.filter(user=agent)
    sheet = timesheets.of_people(seats, NOON.date(), "UTC", now)[agent.pk]
    start, end = timesheets.day_bounds(NOON.date(), "UTC")
    rest = timesheets.spans_of(agent, start, end, now)[0]
    assert (sheet.unpaid_ms, sheet.paid_ms) == (900_000, 0)
    assert (rest.label, rest.limit_s, rest.is_paid) == ("Lunch", 600, False)
    assert rest.overrun_ms == 300_000


@pytest.mark.django_db
def test_a_break_that_lasts_keeps_the_limit_with_which_it_began(
    agent: User, lunch: BreakReason
) -> None:
    breaks.change(lunch, Break("Lunch", 1800, is_paid=True))
    lunch.refresh_from_db()
    with at(0):
        presence.take_break(agent, lunch)

    breaks.change(lunch, Break("Lunch", 300, is_paid=True))

    assert presence.current(agent).break_until == NOON + timedelta(seconds=1800)
    presence.offline(agent)
    assert presence.current(agent).break_limit_s is None
