"""How long after a try the next one is."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import pacing
from campaigns.eligibility import Interval, Window, opening
from campaigns.pacing import Rule

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
EAST = ("America/New_York",)
ALWAYS = Window(time(0), time(23, 59))
OFFICE = Window(time(9), time(20), frozenset({1, 2, 3, 4, 5}))
HOUR = timedelta(hours=1)


def ask(
    rule: Rule,
    *,
    tries: int = 1,
    cap: int = 9,
    now: datetime = NOON,
    window: Window = ALWAYS,
    zones: tuple[str, ...] = EAST,
    not_before: datetime | None = None,
) -> datetime | None:
    def spans(at: datetime) -> Interval | None:
        return opening(window, zones, at)

    return pacing.next_try(
        rule,
        tries=tries,
        cap=cap,
        now=now,
        tried_at=now,
        zones=zones,
        spans=spans,
        not_before=not_before,
    )


@pytest.mark.parametrize(
    ("factor", "tries", "hours"),
    [
        ("1", 1, 1),
        ("1", 5, 1),
        ("2", 1, 1),
        ("2", 2, 2),
        ("2", 4, 8),
        ("1.5", 3, 2.25),
        ("0.5", 2, 0.5),
    ],
)
def test_the_delay_is_multiplied_for_each_further_try(
    factor: str, tries: int, hours: float
) -> None:
    rule = Rule(3600, Decimal(factor))

    assert ask(rule, tries=tries) == NOON + timedelta(hours=hours)


def test_a_delay_grows_to_ninety_days_at_most() -> None:
    assert Rule(3600, Decimal(10)).delay(1000) == pacing.LONGEST


def test_a_rule_may_finish_and_used_up_tries_do() -> None:
    assert ask(Rule(60, finished=True)) is None
    assert ask(Rule(60), tries=3, cap=3) is None
    assert ask(Rule(60), tries=2, cap=3) is not None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # At noon of a Monday the evening begins at five.
        (NOON, NOON.replace(hour=22)),
        # In the evening the next part is the morning, which opens at nine.
        (NOON.replace(hour=23), NOON.replace(day=24, hour=14)),
        # In the morning it is the afternoon.
        (NOON.replace(hour=15), NOON),
        # On a Friday evening it is Monday's morning.
        (NOON.replace(day=27, hour=23), NOON.replace(day=30, hour=14)),
    ],
)
def test_the_next_try_lies_in_another_part_of_the_day(now: datetime, expected: datetime) -> None:
    assert ask(Rule(600, other_day_part=True), now=now, window=OFFICE) == expected


def test_another_part_is_asked_for_in_every_zone_where_the_lead_may_be() -> None:
    both = ("America/New_York", "America/Los_Angeles")  # afternoon there, morning here

    at = ask(Rule(600, other_day_part=True), window=OFFICE, zones=both)

    assert at is not None
    assert at == NOON.replace(hour=22)  # five in the east, two in the west


def test_hours_within_one_part_of_the_day_are_taken_as_they_are() -> None:
    narrow = Window(time(13), time(16))
    now = NOON.replace(hour=19)

    assert ask(Rule(600, other_day_part=True), now=now, window=narrow) == now + timedelta(
        minutes=10
    )


def test_a_lead_rests_after_a_lost_call_whatever_its_rule() -> None:
    assert ask(Rule(60), not_before=NOON + HOUR) == NOON + HOUR


@settings(max_examples=150, deadline=None)
@given(
    delay_s=st.integers(0, 10 * 86_400),
    factor=st.decimals("0.1", "10", places=2),
    other=st.booleans(),
    tries=st.integers(1, 12),
    cap=st.integers(1, 12),
    minutes=st.integers(0, 400 * 24 * 60),
    opens=st.integers(0, 20),
    lasts=st.integers(1, 4),
    zones=st.sampled_from(
        [EAST, ("Europe/London",), ("America/New_York", "America/Chicago"), ("Asia/Kolkata",)]
    ),
)
def test_no_try_comes_early_or_outside_the_hours_or_beyond_the_cap(
    delay_s: int,
    factor: Decimal,
    other: bool,
    tries: int,
    cap: int,
    minutes: int,
    opens: int,
    lasts: int,
    zones: tuple[str, ...],
) -> None:
    now = NOON + timedelta(minutes=minutes)
    window = Window(time(opens), time(min(opens + lasts, 23), 30))
    rule = Rule(delay_s, factor, other)

    at = ask(rule, tries=tries, cap=cap, now=now, window=window, zones=zones)

    assert (at is None) == (tries >= cap)
    if at is not None:
        span = opening(window, zones, at)
        assert at >= now + rule.delay(tries)
        assert span is None or span[0] <= at < span[1]
