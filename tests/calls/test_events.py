"""What phones report: once, whatever the network does to it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AgentSeat
from calls import events, tokens
from calls.models import Call, CallEvent
from calls.timing import Told
from campaigns import claims
from campaigns.models import Campaign
from core.models import Event
from tests.calls.phones import Shift, waiting
from tests.clients import browser
from tests.factories import UserFactory


@pytest.fixture
def call(shift: Shift, campaign: Campaign) -> Call:
    """A call with leave to dial."""
    waiting(campaign)
    call = shift.next()
    shift.dial(call)
    return call


def test_the_answer_says_where_the_call_is_and_what_has_arrived(shift: Shift, call: Call) -> None:
    shift.report(call, "dialing")

    answer = shift.report(call, "ringing").json()

    assert answer == {
        "call": {
            "id": str(call.public_id),
            "status": "ringing",
            "outcome": None,
            "disposition": None,
        },
        "acknowledged": 2,
    }


def test_a_repeated_request_changes_nothing(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    batch = [shift.happened("ringing"), shift.happened("answered")]
    first = shift.send(call, batch).json()
    before = list(CallEvent.objects.values("client_id", "at"))
    clock.shift(20)

    again = shift.send(call, batch).json()

    call.refresh_from_db()
    assert first == again
    assert list(CallEvent.objects.values("client_id", "at")) == before
    assert Event.objects.filter(kind="call.answered").count() == 1
    assert call.answered_at == timezone.now() - timedelta(seconds=20)


def test_an_event_twice_in_one_request_is_one(shift: Shift, call: Call) -> None:
    event = shift.happened("ringing")

    answer = shift.send(call, [event, event])

    assert answer.status_code == 200
    assert call.events.filter(source="phone").count() == 1


def test_a_heartbeat_renews_the_lease_and_writes_nothing(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    before = CallEvent.objects.count(), Event.objects.count()
    clock.shift(30)

    answer = shift.send(call)

    call.refresh_from_db()
    assert answer.json()["acknowledged"] == 0
    assert call.lease_until == timezone.now() + timedelta(seconds=45)
    assert (CallEvent.objects.count(), Event.objects.count()) == before


def test_events_that_waited_for_the_network_keep_their_times(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    begun = timezone.now()
    batch = [shift.happened("ringing")]
    clock.shift(4)
    batch.append(shift.happened("answered"))
    clock.shift(20)
    batch.append(shift.happened("ended", by="remote"))
    clock.shift(10)

    shift.send(call, batch)

    call.refresh_from_db()
    assert call.status == "ended"
    assert call.ringing_at == begun
    assert call.answered_at == begun + timedelta(seconds=4)
    assert (call.talk_ms, call.ended_at) == (20_000, begun + timedelta(seconds=24))
    received = set(call.events.filter(source="phone").values_list("received_at", flat=True))
    assert received == {timezone.now()}


def test_what_overtook_the_answer_is_put_right_by_it(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    ringing, answered = shift.happened("ringing"), shift.happened("answered")
    clock.shift(30)
    ended = shift.happened("ended", by="local")

    early = shift.send(call, [ended]).json()
    late = shift.send(call, [ringing, answered]).json()

    call.refresh_from_db()
    assert (early["call"]["outcome"], early["acknowledged"]) == ("canceled", 0)
    assert (late["call"]["outcome"], late["acknowledged"]) == ("answered", 3)
    assert (call.talk_ms, call.attempt.outcome) == (30_000, "answered")
    assert call.events.filter(kind="correction").count() == 1


def test_a_call_that_ended_long_ago_stays_as_it_was(
    shift: Shift, call: Call, clock: time_machine.Traveller
) -> None:
    answered = shift.happened("answered")
    shift.report(call, "ended", by="local")
    clock.shift(3_600)

    shift.send(call, [answered])

    call.refresh_from_db()
    assert (call.outcome, call.talk_ms) == ("canceled", 0)


def test_another_agents_call_does_not_exist(shift: Shift, call: Call) -> None:
    other = Shift(UserFactory.create(organization=call.organization))

    assert other.report(call, "ended").status_code == 404


def test_a_token_speaks_for_its_call_whoever_is_logged_in(shift: Shift, call: Call) -> None:
    other = Shift(UserFactory.create(organization=call.organization))
    other.client = browser(other.agent, csrf=True)

    answer = other.report(call, "ringing")
    assert answer.status_code == 403  # without a CSRF token

    answer = other.send(call, [other.happened("ringing")], **{"X-Call-Token": tokens.issue(call)})
    assert answer.json()["call"]["status"] == "ringing"


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "exploded"},
        {"seq": -1},
        {"client_id": "x" * 65},
        {"mono_ms": "NaN"},
        {"wall_ms": 1e300},
        {"mono_ms": None},
    ],
)
def test_an_odd_event_is_refused_with_its_whole_request(
    shift: Shift, call: Call, odd: dict[str, Any]
) -> None:
    good, bad = shift.happened("ringing"), shift.happened("answered") | odd

    answer = shift.send(call, [good, bad])

    assert answer.status_code == 400
    assert not call.events.filter(source="phone").exists()


def test_an_odd_detail_does_not_cost_its_event(shift: Shift, call: Call) -> None:
    event = shift.happened("failed") | {
        "data": {"sip_status": "486", "cause": ["Busy"], "by": "remote", "more": {"a": 1}}
    }

    answer = shift.send(call, [event])

    assert answer.status_code == 200
    assert call.events.get(kind="failed").data == {"by": "remote"}


def test_a_phone_that_tells_endlessly_is_stopped(
    shift: Shift, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_CALLS_MOST_EVENTS", "3")

    answers = [shift.report(call, "mute").status_code for _ in range(4)]

    assert answers == [200, 200, 200, 413]


KINDS = st.lists(
    st.sampled_from(["dialing", "ringing", "answered", "hold", "unhold", "mute", "dtmf"]),
    max_size=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kinds=KINDS, end=st.sampled_from(["ended", "failed"]), data=st.data())
def test_however_events_arrive_the_call_is_the_same(
    shift: Shift, kinds: list[str], end: str, data: st.DataObject
) -> None:
    begun = timezone.now()
    told = [
        Told(uuid.uuid4().hex, "p", seq, kind, seq * 1000, seq * 1000, {})
        for seq, kind in enumerate([*kinds, end], 1)
    ]
    received = begun + timedelta(seconds=20)

    def play(batches: list[list[Told]]) -> Call:
        call = _dialed(shift)
        for batch in batches:
            events.apply(call, events.Batch("p", 20_000, 20_000, batch), received=received)
        # The next one may be dialed at once.
        claims.settle(call.attempt, outcome="unknown", now=received)
        AgentSeat.objects.filter(user=shift.agent).update(state="ready", call=None)
        Call.objects.filter(pk=call.pk).update(live_agent=None)
        return Call.objects.select_related("attempt").get(pk=call.pk)

    expected = play([told])
    shuffled = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told)))))
    cut = data.draw(st.integers(0, len(shuffled)))
    actual = play([[told_] for told_ in shuffled[:cut]] + [list(shuffled[cut:])])

    assert _facts(actual) == _facts(expected)
    assert actual.events.filter(source="phone").count() == len(told)
    assert actual.attempt.outcome == actual.outcome


def test_each_late_event_may_put_the_end_right_again(shift: Shift) -> None:
    # The end overtakes all others; then each tells a little more of what was before it.
    kinds = {1: "dialing", 6: "ended", 4: "ringing", 2: "answered"}
    call, received = _dialed(shift), timezone.now() + timedelta(seconds=20)

    for seq, kind in kinds.items():
        told = Told(uuid.uuid4().hex, "p", seq, kind, seq * 1000, seq * 1000, {})
        events.apply(call, events.Batch("p", 20_000, 20_000, [told]), received=received)

    call = Call.objects.select_related("attempt").get(pk=call.pk)
    assert (call.outcome, call.talk_ms) == ("answered", 4000)
    assert (call.attempt.outcome, call.attempt.live_answer) == ("answered", True)


def _dialed(shift: Shift) -> Call:
    ref = str(uuid.uuid4())
    shift.post("", {"id": ref, "direction": "outbound", "number": "+12025550143"})
    call = Call.objects.get(public_id=ref)
    assert shift.dial(call).status_code == 200
    return call


def _facts(call: Call) -> dict[str, Any]:
    names = ("status", "outcome", "ringing_at", "answered_at", "ended_at", "talk_ms", "hold_ms")
    return {name: getattr(call, name) for name in names}
