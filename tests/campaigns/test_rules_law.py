"""The law book at its boundaries, by the ids of its rules; no database."""

from datetime import datetime, timedelta

import pytest

from campaigns.eligibility import (
    Consent,
    Facts,
    Kind,
    Register,
    decide,
)
from campaigns.models import CallingRule
from tests.campaigns.law import CENTRAL, EAST, WEST, at, call, house, refused, until

MONDAY = "2026-11-23"
TICK = timedelta(seconds=1)
NOON = at(EAST, MONDAY, "12:00")
DAY = timedelta(days=1)


def test_the_decision_knows_every_kind_that_a_row_may_be_of() -> None:
    assert set(Kind) == set(CallingRule.Kind.values)


# US-1: the called party's local hours, in every plausible zone


def test_us_1_a_new_york_number_with_a_californian_postcode_is_dialed_from_11_to_21_only() -> None:
    facts = call(house("US-1"), ("US", "CA"), ("US", "NY"), zones=(EAST, WEST))

    assert refused(facts, at(EAST, MONDAY, "10:59:59")) == ["US-1"]
    assert refused(facts, at(EAST, MONDAY, "11:00")) == []
    assert refused(facts, at(EAST, MONDAY, "20:59:59")) == []
    assert refused(facts, at(EAST, MONDAY, "21:00")) == ["US-1"]
    assert until(facts, at(EAST, MONDAY, "21:00")) == at(EAST, "2026-11-24", "11:00")


@pytest.mark.parametrize("sunday", ["2026-03-08", "2026-11-01"])
def test_us_1_follows_the_clock_on_the_days_on_which_it_changes(sunday: str) -> None:
    facts = call(house("US-1"), ("US", ""), zones=(EAST,))
    opens, closes = at(EAST, sunday, "08:00"), at(EAST, sunday, "21:00")

    assert refused(facts, opens - TICK) == ["US-1"]
    assert until(facts, opens - TICK) == opens
    assert refused(facts, opens) == []
    assert refused(facts, closes - TICK) == []
    assert refused(facts, closes) == ["US-1"]


def test_us_1_refuses_at_every_hour_where_the_zone_is_not_known() -> None:
    facts = call(house("US-1"), ("US", ""), zones=())

    (refusal,) = decide(facts, NOON).refusals

    assert (refusal.rule, refusal.version, refusal.until) == ("US-1", 1, None)
    assert "not known" in refusal.message


def test_us_1_says_nothing_about_other_countries() -> None:
    assert refused(call(house("US-1"), ("DE", ""), zones=()), NOON) == []


# US-7, UK-4, CA-1: lists of those who are not called grow old


@pytest.mark.parametrize(
    ("code", "country", "days"), [("US-7", "US", 31), ("UK-4", "GB", 28), ("CA-1-LIST", "CA", 31)]
)
def test_us_7_and_uk_4_a_stale_list_blocks_telemarketing(
    code: str, country: str, days: int
) -> None:
    today = NOON.date()
    fresh, stale = (
        house(code, registers=(Register(country, "List", today - timedelta(days=age)),))
        for age in (days, days + 1)
    )

    assert refused(call(fresh, (country, "")), NOON) == []
    assert refused(call(stale, (country, "")), NOON) == [code]
    assert refused(call(house(code), (country, "")), NOON) == [code]
    assert refused(call(stale, (country, ""), purpose="service"), NOON) == []
    assert refused(call(stale, ("FR", "")), NOON) == []


def test_uk_4_every_list_of_the_country_must_be_fresh() -> None:
    today = NOON.date()
    both = (Register("GB", "TPS", today), Register("GB", "CTPS", today - timedelta(days=29)))
    one_empty = (Register("GB", "TPS", today), Register("GB", "CTPS", None))

    assert refused(call(house("UK-4", registers=both), ("GB", "")), NOON) == ["UK-4"]
    assert refused(call(house("UK-4", registers=one_empty), ("GB", "")), NOON) == ["UK-4"]


# US-8, UK-4: an artificial voice needs its own consent


def given_consent(
    kind: str = "written", voice: str = "ai", purpose: str = "marketing", on: datetime = NOON - DAY
) -> dict[str, object]:
    return {"consents": (Consent(purpose, voice, kind, on),)}


def test_us_8_an_artificial_voice_needs_written_consent_and_a_person_does_not() -> None:
    law, us = house("US-8"), ("US", "")

    assert refused(call(law, us, mode="ai"), NOON) == ["US-8"]
    assert refused(call(law, us, mode="manual"), NOON) == []
    assert refused(call(law, us, mode="ai", past=given_consent()), NOON) == []
    for wrong in (
        given_consent("express"),
        given_consent(voice="person"),
        given_consent(purpose="service"),
        given_consent(on=NOON + TICK),
    ):
        assert refused(call(law, us, mode="ai", past=wrong), NOON) == ["US-8"]


def test_us_8_express_consent_is_enough_for_other_calls_than_marketing() -> None:
    law = house("US-8", "US-8-OTHER")
    facts = call(law, ("US", ""), mode="ai", purpose="service")
    agreed = given_consent("express", purpose="service")

    assert refused(facts, NOON) == ["US-8-OTHER"]
    assert refused(call(law, ("US", ""), mode="ai", purpose="service", past=agreed), NOON) == []


def test_us_8_a_consent_ends_when_it_was_said_to() -> None:
    one = Consent("marketing", "ai", "written", NOON - DAY, expires_at=NOON)
    facts = call(house("US-8"), ("US", ""), mode="ai", past={"consents": (one,)})

    assert refused(facts, NOON - TICK) == []
    assert refused(facts, NOON) == ["US-8"]


def test_uk_4_an_automated_marketing_call_needs_an_opt_in() -> None:
    law, gb = house("UK-4-AI"), ("GB", "")

    assert refused(call(law, gb, mode="ai"), NOON) == ["UK-4-AI"]
    assert refused(call(law, gb, mode="ai", past=given_consent("express")), NOON) == []


def test_us_12_consent_that_was_given_before_the_number_was_reassigned_counts_no_more() -> None:
    granted = NOON - timedelta(days=10)
    before = given_consent(on=granted) | {"reassigned_on": (granted + DAY).date()}
    after = given_consent(on=granted) | {"reassigned_on": (granted - DAY).date()}

    decision = decide(call(house("US-8"), ("US", ""), mode="ai", past=before), NOON)

    assert [refusal.rule for refusal in decision.refusals] == ["US-8"]
    assert "someone else has this number" in decision.refusals[0].message
    assert refused(call(house("US-8"), ("US", ""), mode="ai", past=after), NOON) == []


# US-10: debts


@pytest.mark.parametrize(("code", "dials"), [("US-10", "dials"), ("US-10-LEAD", "lead_dials")])
def test_us_10_the_eighth_call_in_seven_days_is_refused(code: str, dials: str) -> None:
    seven = tuple(NOON - timedelta(days=6 - day) for day in range(7))

    def facts(times: tuple[datetime, ...], purpose: str = "debt") -> Facts:
        return call(house(code), ("US", ""), purpose=purpose, past={dials: times})

    assert refused(facts(seven[:6]), NOON) == []
    assert refused(facts(seven), NOON + TICK) == [code]
    assert until(facts(seven), NOON + TICK) == seven[0] + timedelta(days=7)
    assert refused(facts(seven), seven[0] + timedelta(days=7)) == []
    assert refused(facts(seven, "marketing"), NOON + TICK) == []


def test_us_10_after_a_talk_day_seven_is_refused_and_day_eight_allowed() -> None:
    talked = at(EAST, "2026-11-16", "15:00")  # day 1
    facts = call(house("US-10-TALK"), ("US", ""), purpose="debt", past={"talked_at": talked})
    day_7, day_8 = "2026-11-22", "2026-11-23"

    assert refused(facts, at(EAST, day_7, "23:59:59")) == ["US-10-TALK"]
    assert until(facts, at(EAST, day_7, "12:00")) == at(EAST, day_8, "00:00")
    assert refused(facts, at(EAST, day_8, "00:00")) == []


def test_us_10_the_day_of_a_talk_is_the_latest_wherever_the_person_may_be() -> None:
    late = at(EAST, "2026-11-17", "01:00")  # still the 16th in California
    both = call(
        house("US-10-TALK"), ("US", ""), zones=(EAST, WEST), purpose="debt",
        past={"lead_talked_at": late},
    )  # fmt: skip
    unknown = call(
        house("US-10-TALK"), ("US", ""), zones=(), purpose="debt", past={"talked_at": late}
    )

    assert until(both, NOON) == at(EAST, "2026-11-24", "00:00")
    assert (until(unknown, NOON) or NOON) >= at(EAST, "2026-11-24", "00:00")


# States


def test_st_fl_after_three_calls_at_1101_the_fourth_is_allowed_at_1101_the_next_day() -> None:
    first = at(EAST, MONDAY, "11:01")
    three = (first, first + timedelta(hours=2), first + timedelta(hours=3))
    facts = call(house("ST-FL-CAP"), ("US", "FL"), past={"dials": three})
    next_day = at(EAST, "2026-11-24", "11:01")

    assert refused(facts, first + timedelta(hours=4)) == ["ST-FL-CAP"]
    assert refused(facts, next_day - TICK) == ["ST-FL-CAP"]
    assert until(facts, next_day - TICK) == next_day
    assert refused(facts, next_day) == []


def test_st_fl_holds_by_the_area_code_or_by_where_the_lead_lives() -> None:
    late = at(EAST, MONDAY, "20:30")

    for places in [(("US", "FL"),), (("US", "NY"), ("US", "FL")), (("US", "FL"), ("US", "NY"))]:
        assert refused(call(house("US-1", "ST-FL"), *places), late) == ["ST-FL"]
    assert refused(call(house("US-1", "ST-FL"), ("US", "NY")), late) == []


@pytest.mark.parametrize(
    ("state", "zone", "opens", "closes"),
    [
        ("FL", EAST, "08:00", "20:00"),
        ("OK", CENTRAL, "08:00", "20:00"),
        ("MD", EAST, "08:00", "20:00"),
        ("WA", WEST, "08:00", "20:00"),
        ("CT", EAST, "09:00", "20:00"),
        ("TX", CENTRAL, "09:00", "21:00"),
    ],
)
def test_st_hours_of_the_states_are_theirs(state: str, zone: str, opens: str, closes: str) -> None:
    facts = call(house(f"ST-{state}"), ("US", state), zones=(zone,))
    first, last = at(zone, MONDAY, opens), at(zone, MONDAY, closes)

    assert refused(facts, first - TICK) == [f"ST-{state}"]
    assert refused(facts, first) == []
    assert refused(facts, last - TICK) == []
    assert refused(facts, last) == [f"ST-{state}"]


def test_st_tx_sundays_begin_at_noon() -> None:
    facts = call(house("ST-TX", "ST-TX-SUNDAY"), ("US", "TX"), zones=(CENTRAL,))
    sunday = "2026-11-22"

    assert refused(facts, at(CENTRAL, sunday, "11:59:59")) == ["ST-TX-SUNDAY"]
    assert refused(facts, at(CENTRAL, sunday, "12:00")) == []
    assert refused(facts, at(CENTRAL, sunday, "20:59:59")) == []


@pytest.mark.parametrize("state", ["AL", "LA", "MS", "UT"])
def test_st_sunday_states_rest_on_sundays_and_public_holidays(state: str) -> None:
    facts = call(house(f"ST-{state}-SUNDAY", f"ST-{state}-HOLIDAY"), ("US", state))
    sunday, thanksgiving = "2026-11-22", "2026-11-26"

    assert refused(facts, at(EAST, sunday, "00:00")) == [f"ST-{state}-SUNDAY"]
    assert until(facts, at(EAST, sunday, "12:00")) == at(EAST, MONDAY, "00:00")
    assert refused(facts, at(EAST, MONDAY, "00:00")) == []
    assert refused(facts, at(EAST, thanksgiving, "12:00")) == [f"ST-{state}-HOLIDAY"]
    assert refused(call(house(f"ST-{state}-SUNDAY"), ("US", "NY")), at(EAST, sunday, "12:00")) == []


# United Kingdom and Canada


@pytest.mark.parametrize(
    ("code", "fact", "hours"), [("UK-2", "abandoned_at", 72), ("UK-3", "machine_at", 24)]
)
def test_uk_2_and_uk_3_no_redial_without_a_guaranteed_agent(
    code: str, fact: str, hours: int
) -> None:
    end = NOON + timedelta(hours=hours)

    def facts(mode: str) -> Facts:
        return call(house(code), ("GB", ""), mode=mode, past={fact: NOON})

    for mode in ("power", "predictive", "ai"):
        assert refused(facts(mode), end - timedelta(minutes=1)) == [code]
        assert until(facts(mode), end - timedelta(minutes=1)) == end
        assert refused(facts(mode), end) == []
    for mode in ("manual", "preview", "progressive"):
        assert refused(facts(mode), NOON + TICK) == []


def test_ca_1_weekdays_from_0900_to_2130_and_weekends_from_10_to_18() -> None:
    toronto = "America/Toronto"
    facts = call(house("CA-1", "CA-1-WEEKEND"), ("CA", "ON"), zones=(toronto,))
    saturday, friday = "2026-11-21", "2026-11-20"

    assert refused(facts, at(toronto, saturday, "09:59")) == ["CA-1-WEEKEND"]
    assert refused(facts, at(toronto, saturday, "10:00")) == []
    assert refused(facts, at(toronto, saturday, "17:59:59")) == []
    assert refused(facts, at(toronto, saturday, "18:00")) == ["CA-1-WEEKEND"]
    assert refused(facts, at(toronto, friday, "08:59:59")) == ["CA-1"]
    assert refused(facts, at(toronto, friday, "09:00")) == []
    assert refused(facts, at(toronto, friday, "21:29:59")) == []
    assert refused(facts, at(toronto, friday, "21:30")) == ["CA-1"]
