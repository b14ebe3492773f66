"""The rules of dialing, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.eligibility import (
    CampaignRules,
    Facts,
    Refusal,
    Window,
    decide,
    decide_campaign,
    opening,
    version,
)

NEW_YORK = ("America/New_York",)
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
DAYTIME = Window(time(8), time(21))
SUPPRESSED = Refusal("suppressed", "This number is on a list.")
ALL_DAY = Window(time.min, time(23, 59))


def rules(
    *,
    running: bool = True,
    zone: str = "UTC",
    starts_on: date | None = None,
    ends_on: date | None = None,
    window: Window = DAYTIME,
    max_attempts: int = 3,
) -> CampaignRules:
    return CampaignRules(running, zone, starts_on, ends_on, window, max_attempts)


def facts(
    campaign: CampaignRules | None = None,
    *,
    phone: str = "+12125550100",
    zones: tuple[str, ...] = NEW_YORK,
    **more: object,
) -> Facts:
    return Facts(phone=phone, rules=campaign or rules(), zones=zones, **more)  # type: ignore[arg-type]  # the rest by name


def refused(known: Facts, now: datetime = NOON) -> list[str]:
    return [refusal.rule for refusal in decide(known, now).refusals]


def local(year: int, month: int, day: int, hour: int, minute: int, zone: str) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_lead_that_nothing_speaks_against_may_be_dialed() -> None:
    decision = decide(facts(), NOON)

    assert decision.allowed
    assert decision.refusals == ()


def test_every_rule_that_refuses_is_named() -> None:
    campaign = rules(
        running=False, starts_on=date(2026, 12, 1), max_attempts=2, window=Window(time(8), time(9))
    )
    known = facts(campaign, phone="123", attempts=2, bans=(SUPPRESSED,), live_elsewhere=True)

    found = refused(known)

    assert found == [
        "invalid_number",
        "suppressed",
        "campaign_not_running",
        "campaign_dates",
        "max_attempts",
        "calling_window",
        "live_elsewhere",
    ]


def test_a_refusal_is_a_sentence_with_the_time_of_its_end() -> None:
    early = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # seven in New York

    refusal = decide(facts(), early).refusals[0]

    assert refusal.as_dict() == {
        "rule": "calling_window",
        "message": "It is outside the calling hours, 08:00 to 21:00 where this number rings.",
        "until": "2026-11-23T13:00:00+00:00",
    }


@pytest.mark.parametrize(
    "phone", ["", "0123", "+", "+0123456789", "12125550100", "+1212555010x", "+1234567890123456"]
)
def test_what_is_no_complete_number_is_refused(phone: str) -> None:
    assert refused(facts(phone=phone)) == ["invalid_number"]


def test_a_suppressed_number_stays_refused_until_its_suppression_ends() -> None:
    until = NOON + timedelta(days=90)

    decision = decide(facts(bans=(replace(SUPPRESSED, until=until),)), NOON)

    assert [(refusal.rule, refusal.until) for refusal in decision.refusals] == [
        ("suppressed", until)
    ]


def test_the_last_attempt_is_allowed_and_the_one_after_it_is_not() -> None:
    campaign = rules(max_attempts=3)

    assert refused(facts(campaign, attempts=2)) == []
    assert refused(facts(campaign, attempts=3)) == ["max_attempts"]


def test_a_promised_callback_is_kept_although_the_attempts_are_used_up() -> None:
    assert refused(facts(rules(max_attempts=1), attempts=1, promised=True)) == []


def test_a_number_in_another_call_is_refused_for_a_minute() -> None:
    refusal = decide(facts(live_elsewhere=True), NOON).refusals[0]

    assert refusal.rule == "live_elsewhere"
    assert refusal.until == NOON + timedelta(seconds=60)


def test_the_days_of_a_campaign_are_days_of_its_own_zone() -> None:
    campaign = rules(zone="Asia/Tokyo", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 1))
    before = local(2026, 11, 30, 23, 59, "Asia/Tokyo")
    first, last = (local(2026, 12, 1, *clock, "Asia/Tokyo") for clock in ((0, 0), (23, 59)))
    after = local(2026, 12, 2, 0, 0, "Asia/Tokyo")

    refusal = decide_campaign(campaign, before).refusals[0]

    assert (refusal.rule, refusal.until) == ("campaign_dates", first)
    assert decide_campaign(campaign, first).allowed
    assert decide_campaign(campaign, last).allowed
    assert decide_campaign(campaign, after).refusals[0].until is None


def test_dates_in_an_unknown_zone_refuse() -> None:
    campaign = rules(zone="Mars/Olympus", ends_on=date(2099, 1, 1))

    assert not decide_campaign(campaign, NOON).allowed
    assert decide_campaign(rules(zone="Mars/Olympus"), NOON).allowed


def test_a_number_without_a_campaign_has_no_hours_but_may_be_suppressed() -> None:
    known = Facts(phone="+12125550100", rules=None, bans=(SUPPRESSED,))

    assert decide(Facts(phone="+12125550100", rules=None), NOON).allowed
    assert refused(known) == ["suppressed"]


@pytest.mark.parametrize(
    "zones", [(), ("Mars/Olympus",), ("",), ("../etc/passwd",), ("America/New_York", "Nowhere")]
)
def test_an_unknown_zone_is_refused_at_every_hour(zones: tuple[str, ...]) -> None:
    decision = decide(facts(zones=zones), NOON)

    assert [(refusal.rule, refusal.until) for refusal in decision.refusals] == [
        ("calling_window", None)
    ]
    assert "not known" in decision.refusals[0].message


def test_an_unknown_zone_does_not_matter_where_every_hour_is_allowed() -> None:
    working_days = Window(time.min, time(23, 59), frozenset({1, 2, 3, 4, 5}))

    assert refused(facts(rules(window=ALL_DAY), zones=())) == []
    assert refused(facts(rules(window=working_days), zones=())) == ["calling_window"]


def test_the_window_opens_at_its_first_minute_and_closes_before_its_last() -> None:
    opens, closes = (local(2026, 11, 23, hour, 0, NEW_YORK[0]) for hour in (8, 21))

    assert opening(DAYTIME, NEW_YORK, opens) == (opens, closes)
    assert refused(facts(), opens - timedelta(microseconds=1)) == ["calling_window"]
    assert refused(facts(), opens) == []
    assert refused(facts(), closes - timedelta(microseconds=1)) == []
    assert refused(facts(), closes) == ["calling_window"]


def test_several_plausible_zones_must_all_be_within_the_window() -> None:
    zones = ("America/New_York", "America/Los_Angeles")

    span = opening(DAYTIME, zones, local(2026, 11, 23, 9, 0, "America/New_York"))

    assert span == (
        local(2026, 11, 23, 8, 0, "America/Los_Angeles"),
        local(2026, 11, 23, 21, 0, "America/New_York"),
    )


def test_zones_whose_days_never_meet_are_never_open() -> None:
    zones = ("Pacific/Auckland", "Europe/London")
    morning = Window(time(9), time(12))

    assert opening(morning, zones, NOON) is None
    message = decide(facts(rules(window=morning), zones=zones), NOON).refusals[0].message
    assert message.startswith("No hour lies within")


def test_a_closed_weekday_is_passed_over() -> None:
    weekdays = Window(time(9), time(17), frozenset({1, 2, 3, 4, 5}))
    friday_evening = local(2026, 11, 27, 17, 0, "Europe/Berlin")

    span = opening(weekdays, ("Europe/Berlin",), friday_evening)

    assert span is not None
    assert span[0] == local(2026, 11, 30, 9, 0, "Europe/Berlin")


def test_a_weekday_is_the_one_of_the_lead_and_not_of_the_server() -> None:
    mondays = Window(time.min, time(23, 59), frozenset({1}))
    sunday_in_utc = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)

    assert opening(mondays, ("Pacific/Auckland",), sunday_in_utc) == (
        local(2026, 11, 23, 0, 0, "Pacific/Auckland"),
        local(2026, 11, 24, 0, 0, "Pacific/Auckland"),
    )


# New York leaves winter time on 8 March 2026 at 02:00 and returns on 1 November 2026 at 02:00.


def test_opening_follows_the_clock_when_summer_time_begins() -> None:
    saturday, sunday = (
        opening(DAYTIME, NEW_YORK, local(2026, 3, day, 7, 0, NEW_YORK[0])) for day in (7, 8)
    )

    assert saturday is not None
    assert sunday is not None
    assert saturday[0].hour == 13
    assert sunday[0].hour == 12
    assert sunday[0] - saturday[0] == timedelta(hours=23)


def test_a_window_that_opens_in_the_missing_hour_opens_after_it() -> None:
    window = Window(time(2, 30), time(5))

    span = opening(window, NEW_YORK, datetime(2026, 3, 8, 5, 0, tzinfo=UTC))

    assert span is not None
    assert span[0].astimezone(ZoneInfo(NEW_YORK[0])).time() == time(3, 30)


def test_a_window_that_closes_in_the_missing_hour_closes_before_it() -> None:
    window = Window(time(0, 30), time(2, 30))

    span = opening(window, NEW_YORK, datetime(2026, 3, 8, 5, 0, tzinfo=UTC))

    assert span is not None
    assert span[1].astimezone(ZoneInfo(NEW_YORK[0])).time() == time(1, 30)


def test_a_window_in_the_doubled_hour_opens_late_and_closes_early() -> None:
    opens_in_it, closes_in_it = Window(time(1, 30), time(5)), Window(time(0), time(1, 30))
    midnight = local(2026, 11, 1, 0, 0, NEW_YORK[0])

    late, early = (opening(window, NEW_YORK, midnight) for window in (opens_in_it, closes_in_it))

    assert late is not None
    assert early is not None
    assert late[0] == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # the second half past one
    assert early[1] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # the first


def test_versions_of_a_campaigns_rules_rise_with_them() -> None:
    assert version(2) > version(1)


ZONES = st.sampled_from(
    [
        "America/New_York",
        "America/Los_Angeles",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Pacific/Auckland",
        "Australia/Lord_Howe",
        "America/Havana",
        "UTC",
    ]
)
HOURS = st.integers(0, 22).flatmap(
    lambda start: st.tuples(st.just(time(start)), st.integers(start + 1, 23).map(time))
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001  # made aware below
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(
    hours=HOURS,
    days=st.frozensets(st.integers(1, 7)),
    zones=st.lists(ZONES, min_size=1, max_size=3, unique=True),
    now=MOMENTS,
)
def test_whatever_is_called_open_is_within_hours_and_days_everywhere(
    hours: tuple[time, time], days: frozenset[int], zones: list[str], now: datetime
) -> None:
    window = Window(*hours, days)

    span = opening(window, tuple(zones), now)

    if span is None:
        return
    start, end = span
    assert start < end
    assert end > now
    inside = (start, start + (end - start) / 2, end - timedelta(microseconds=1))
    for moment in (*inside, *([now] if start <= now else [])):
        for zone in zones:
            there = moment.astimezone(ZoneInfo(zone))
            assert window.start <= there.time() < window.end
            assert not days or there.isoweekday() in days


@given(hours=HOURS, zone=ZONES, now=MOMENTS)
def test_one_zone_is_open_exactly_within_its_hours_away_from_clock_changes(
    hours: tuple[time, time], zone: str, now: datetime
) -> None:
    window, there = Window(*hours), now.astimezone(ZoneInfo(zone))
    around = {
        (now + timedelta(hours=hours)).astimezone(there.tzinfo).utcoffset() for hours in (-26, 26)
    }
    if len(around) > 1:
        return

    span = opening(window, (zone,), now)

    assert span is not None
    assert (span[0] <= now) == (window.start <= there.time() < window.end)
