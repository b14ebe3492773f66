"""The clock of a call, under skewed, sleeping and repeated clocks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calls import timing
from calls.timing import Happened, Sent, Told

RESERVED = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after the reservation."""
    return RESERVED + timedelta(seconds=seconds)


def told(seq: int, mono_ms: float, *, wall_ms: float | None = None, page: str = "p") -> Told:
    """An event of a page whose two clocks agree, unless told."""
    wall = mono_ms if wall_ms is None else wall_ms
    return Told(f"{page}{seq}", page, seq, "mute", mono_ms, wall)


def sent(received: datetime, mono_ms: float, *, wall_ms: float | None = None) -> Sent:
    """A request of page `p`."""
    return Sent("p", mono_ms, mono_ms if wall_ms is None else wall_ms, received)


def test_an_event_lies_as_long_before_the_request_as_its_page_says() -> None:
    found = timing.estimate(told(1, 4_000), sent(at(60), 9_000), earliest=RESERVED)

    assert found == at(55)


def test_a_wall_clock_that_is_wrong_does_not_matter() -> None:
    event = told(1, 4_000, wall_ms=-9e9)
    request = sent(at(60), 9_000, wall_ms=-9e9 + 5_000)

    assert timing.estimate(event, request, earliest=RESERVED) == at(55)


def test_a_wall_clock_that_was_set_back_does_not_matter() -> None:
    event = told(1, 4_000, wall_ms=10_000_000)
    request = sent(at(60), 9_000, wall_ms=2_000_000)

    assert timing.estimate(event, request, earliest=RESERVED) == at(55)


def test_sleep_shows_on_the_wall_clock_alone() -> None:
    event = told(1, 4_000, wall_ms=4_000)
    request = sent(at(3_700), 5_000, wall_ms=3_605_000)

    assert timing.estimate(event, request, earliest=RESERVED) == at(99)


def test_another_pages_event_is_placed_by_the_wall_clock() -> None:
    event = told(1, 900_000_000, wall_ms=1_000, page="gone")
    request = sent(at(60), 3, wall_ms=21_000)

    assert timing.estimate(event, request, earliest=RESERVED) == at(40)


def test_nothing_happens_before_the_reservation_or_after_the_receipt() -> None:
    early = timing.estimate(told(1, -1e14), sent(at(60), 9_000), earliest=RESERVED)
    late = timing.estimate(told(1, 1e14), sent(at(60), 9_000), earliest=RESERVED)

    assert (early, late) == (RESERVED, at(60))


clocks = st.floats(min_value=-1e12, max_value=1e12)


@given(
    monos=st.lists(clocks, min_size=1, max_size=12),
    walls=st.lists(clocks, min_size=12, max_size=12),
    sent_mono=clocks,
    sent_wall=clocks,
    split=st.integers(0, 12),
    order=st.randoms(use_true_random=False),
)
def test_time_never_runs_against_the_sequence(
    monos: list[float],
    walls: list[float],
    sent_mono: float,
    sent_wall: float,
    split: int,
    order: object,
) -> None:
    events = [told(n, mono, wall_ms=walls[n]) for n, mono in enumerate(monos)]
    order.shuffle(events)  # type: ignore[attr-defined]  # a Random
    first, second = events[:split], events[split:]

    known = timing.place(first, [], sent(at(30), sent_mono, wall_ms=sent_wall), earliest=RESERVED)
    more = timing.place(second, known, sent(at(60), sent_mono), earliest=RESERVED)

    placed = sorted([*known, *more], key=lambda event: event.seq)
    times = [event.at for event in placed]
    assert times == sorted(times)
    assert all(RESERVED <= time <= at(60) for time in times)


def happened(*kinds: str, page: str = "p", start: float = 0, **data: object) -> list[Happened]:
    """Events of a page, a second apart, `data` with the last."""
    events = [Happened(kind, at(start + n), page, n + 1, {}) for n, kind in enumerate(kinds)]
    last = events.pop()
    return [*events, Happened(last.kind, last.at, page, last.seq, data)]


def test_a_timeline_tells_states_and_holds() -> None:
    line = timing.read(
        happened("dialing", "ringing", "answered", "hold", "unhold", "hold", "ended", by="remote")
    )

    states = [state for state, _ in line.moves]
    assert states == [
        "dialing",
        "ringing",
        "in_call",
        "on_hold",
        "in_call",
        "on_hold",
        "ended",
    ]
    assert (line.answered_at, line.ended_at, line.hold_ms) == (at(2), at(6), 2_000)
    assert (line.by, line.held_since, line.failed) == ("remote", None, False)


def test_nothing_happens_after_the_end() -> None:
    line = timing.read(happened("dialing", "failed", "answered", "ended"))

    assert (line.answered_at, line.ended_at, line.failed) == (None, at(1), True)


def test_what_makes_no_sense_changes_nothing() -> None:
    line = timing.read(happened("unhold", "hold", "answered", "ringing", "unhold", "answered"))

    assert [state for state, _ in line.moves] == ["in_call"]
    assert (line.answered_at, line.ringing_at) == (at(2), None)


def test_a_page_that_took_over_speaks_after_the_one_that_died() -> None:
    old = happened("dialing", "answered", page="old", start=0)
    new = happened("ended", page="a-new-one", start=50)

    line = timing.read([*new, *old])

    assert (line.answered_at, line.ended_at) == (at(1), at(50))


@given(st.permutations(happened("dialing", "ringing", "answered", "hold", "unhold", "ended")))
def test_the_order_of_arrival_does_not_matter(events: list[Happened]) -> None:
    in_order = sorted(events, key=lambda event: event.seq)

    assert timing.read(events) == timing.read(in_order)


def test_acknowledged_is_what_comes_without_a_gap() -> None:
    assert timing.acknowledged([]) == 0
    assert timing.acknowledged([3, 1, 2]) == 3
    assert timing.acknowledged([0, 1, 2, 4]) == 2
    assert timing.acknowledged([2, 3]) == 0
    assert timing.acknowledged([1, 1, 2]) == 2
