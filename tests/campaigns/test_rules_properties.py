"""What holds of all rules, whichever they are: stricter together, and one at every edge."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaigns.eligibility import Rule, Ruleset, Window, decide, law_for, opening
from tests.campaigns.law import EAST, WEST, at, book, call, house, refused, until

MONDAY = "2026-11-23"
TICK = timedelta(seconds=1)
NOON = at(EAST, MONDAY, "12:00")


def test_a_rule_holds_on_the_days_from_its_first_to_its_last_of_the_organization() -> None:
    rule = Rule("X", "hours", valid_from=date(2026, 12, 1), valid_until=date(2026, 12, 2))
    law = Ruleset((rule,), EAST)
    facts = call(law, ("US", ""), zones=(WEST,))
    begins, ends = at(EAST, "2026-12-01", "00:00"), at(EAST, "2026-12-03", "00:00")

    assert refused(facts, begins - TICK) == []
    assert refused(facts, begins) == ["X"]
    assert refused(facts, ends - TICK) == ["X"]
    assert until(facts, ends - TICK) == ends
    assert refused(facts, ends) == []


def test_the_strictest_of_all_hours_wins_and_every_one_that_is_closed_is_named() -> None:
    facts = call(house("US-1", "ST-CT"), ("US", "CT"))

    assert refused(facts, at(EAST, MONDAY, "08:30")) == ["ST-CT"]
    assert refused(facts, at(EAST, MONDAY, "07:30")) == ["ST-CT", "US-1"][::-1]
    ends = {refusal.until for refusal in decide(facts, at(EAST, MONDAY, "07:30")).refusals}
    assert ends == {at(EAST, MONDAY, "09:00")}


def test_spacing_keeps_two_calls_apart() -> None:
    law = Ruleset((Rule("S", "spacing", period_s=3600),))
    facts = call(law, ("US", ""), past={"dialed_at": NOON})

    assert refused(facts, NOON + timedelta(minutes=59)) == ["S"]
    assert until(facts, NOON + timedelta(minutes=59)) == NOON + timedelta(hours=1)
    assert refused(facts, NOON + timedelta(hours=1)) == []


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001  # made aware below
    lambda naive: naive.replace(tzinfo=UTC)
)
PLACES = st.sampled_from(
    [(("US", "FL"),), (("US", "TX"), ("US", "AL")), (("CA", "ON"),), (("GB", ""),), ()]
)
ZONES = st.lists(
    st.sampled_from([EAST, WEST, "Europe/London", "America/Havana"]), max_size=2, unique=True
)


@given(
    rules=st.lists(st.sampled_from(book()), max_size=8, unique=True),
    one=st.sampled_from(book()),
    places=PLACES,
    zones=ZONES,
    now=MOMENTS,
    mode=st.sampled_from(["progressive", "ai"]),
    purpose=st.sampled_from(["marketing", "debt"]),
    ago=st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=8)), max_size=8),
)
def test_a_rule_more_never_allows_more(
    rules: list[Rule],
    one: Rule,
    places: tuple[tuple[str, str], ...],
    zones: list[str],
    now: datetime,
    mode: str,
    purpose: str,
    ago: list[timedelta],
) -> None:
    dials = tuple(now - span for span in ago)
    past = {"dials": dials, "lead_dials": dials, "talked_at": max(dials, default=None)}
    more: dict[str, Any] = {"zones": tuple(zones), "mode": mode, "purpose": purpose}

    few = decide(call(Ruleset(tuple(rules)), *places, past=dict(past), **more), now)
    many = decide(call(Ruleset((*rules, one)), *places, past=dict(past), **more), now)

    assert {refusal.rule for refusal in few.refusals} <= {ban.rule for ban in many.refusals}


@given(
    rules=st.lists(
        st.sampled_from([r for r in book() if r.kind == "hours"]), min_size=1, unique=True
    ),
    places=PLACES,
    zones=ZONES,
    now=MOMENTS,
)
def test_openings_agree_with_the_decision_at_their_edges(
    rules: list[Rule], places: tuple[tuple[str, str], ...], zones: list[str], now: datetime
) -> None:
    law = Ruleset(tuple(rules))
    facts = call(law, *places, zones=tuple(zones))
    hours = law_for(law, places, "progressive", "marketing").hours

    span = opening(Window(*ALL_DAY), tuple(zones), now, hours)

    assert (span is not None and span[0] <= now) == (not refused(facts, now))
    if span is None:
        return
    start, end = span
    instant = timedelta(microseconds=1)
    assert refused(facts, start) == []
    assert refused(facts, end - instant) == []
    if start > now:
        assert refused(facts, start - instant)
        assert {refusal.until for refusal in decide(facts, now).refusals} == {start}
    if hours and end - start < timedelta(days=7):
        assert refused(facts, end)


ALL_DAY = (datetime.min.time(), datetime.max.time())
