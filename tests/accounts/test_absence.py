"""When someone is idle or lost, and when their shift is over."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.absence import Facts, Limits, Verdict, judge

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIMITS = Limits(
    idle=timedelta(seconds=120),
    lost=timedelta(seconds=45),
    close=timedelta(minutes=15),
    close_break=timedelta(hours=2),
)


def ago(seconds: float) -> datetime:
    """So long before the tests' now."""
    return NOW - timedelta(seconds=seconds)


def verdict(
    state: str, *, since: float = 3000, seen: float | None = 0, active: float | None = 0
) -> Verdict | None:
    """What happens to a seat whose last signs were so many seconds ago."""
    facts = Facts(
        state,
        ago(since),
        None if seen is None else ago(seen),
        None if active is None else ago(active),
    )
    return judge(facts, LIMITS, NOW)


def test_who_is_ready_and_active_stays() -> None:
    assert verdict("ready", seen=45, active=120) is None


def test_who_is_ready_without_activity_becomes_idle() -> None:
    assert verdict("ready", active=120.1) is Verdict.IDLE


def test_the_time_before_becoming_ready_does_not_count_as_idle() -> None:
    assert verdict("ready", since=10, active=600) is None


@pytest.mark.parametrize("state", ["ready", "idle"])
def test_who_sends_no_beat_is_lost_before_anything_else(state: str) -> None:
    assert verdict(state, seen=45.1, active=600) is Verdict.LOST


@pytest.mark.parametrize(
    ("state", "end"), [("idle", Verdict.CLOSE_IDLE), ("lost", Verdict.CLOSE_LOST)]
)
def test_a_shift_ends_after_a_quarter_of_an_hour_away(state: str, end: Verdict) -> None:
    seen = 0 if state == "idle" else 945

    assert verdict(state, since=900, seen=seen) is None
    assert verdict(state, since=900.1, seen=seen) is end


def test_a_laptop_may_sleep_through_a_break_but_not_through_the_day() -> None:
    assert verdict("break", seen=3600, active=3600, since=3700) is None
    assert verdict("break", seen=7201, active=7201, since=9000) is Verdict.CLOSE_LOST


def test_a_forgotten_shift_without_a_page_ends_though_it_was_offline() -> None:
    assert verdict("offline", seen=800, active=800) is None
    assert verdict("offline", seen=901, active=901) is Verdict.CLOSE_LOST


@pytest.mark.parametrize("state", ["reserved", "on_call", "wrap_up"])
def test_the_clock_of_a_call_is_not_this_ones_business(state: str) -> None:
    assert verdict(state, since=90_000, seen=90_000, active=None) is None


def test_a_seat_that_was_never_seen_counts_from_its_states_beginning() -> None:
    assert verdict("ready", since=44, seen=None, active=None) is None
    assert verdict("ready", since=46, seen=None, active=None) is Verdict.LOST
