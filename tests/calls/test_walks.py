"""Random walks through the states of calls: whatever happens, the books agree."""

import uuid
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AgentSeat
from calls import lifecycle
from calls.models import Call
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState
from core.models import Event
from tests.calls.phones import Shift, waiting
from tests.clients import browser

STEPS = st.lists(
    st.one_of(
        st.sampled_from(["next", "dial", "skip", "result", "manual", "incoming", "ready", "reap"]),
        st.tuples(
            st.just("event"),
            st.sampled_from(
                ["dialing", "ringing", "answered", "hold", "unhold", "ended", "failed"]
            ),
            st.integers(0, 2),
        ),
        st.tuples(st.just("wait"), st.integers(1, 70)),
    ),
    min_size=5,
    max_size=40,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_happens_the_books_agree(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller, steps: list[Any]
) -> None:
    begun = timezone.now()
    with transaction.atomic():  # each walk begins in the same place
        waiting(campaign, 3)
        shift.client = browser(shift.agent)
        for step in steps:
            _take(shift, clock, step)
            _books_agree(shift)
        for _ in ("calls", "the wrap-ups of those that were reaped"):
            clock.shift(10 * 3_600)
            lifecycle.reap(timezone.now())
        assert not Call.objects.exclude(status="wrapped_up").exists()
        assert shift.seat.call is None
        _moves_were_legal()
        transaction.set_rollback(True)
    clock.move_to(begun)


def _take(shift: Shift, clock: time_machine.Traveller, step: Any) -> None:
    if step[0] == "wait":
        clock.shift(step[1])
        shift.client = browser(shift.agent)  # an access token lives for minutes
        return
    if step == "reap":
        lifecycle.reap(timezone.now())
        return
    _ask(shift, step)


def _ask(shift: Shift, step: Any) -> None:
    """Speaks to the server; it may refuse, but never fail."""
    calls = list(Call.objects.order_by("-pk")[:3])
    if step in ("manual", "incoming"):
        direction = "outbound" if step == "manual" else "inbound"
        body = {"id": str(uuid.uuid4()), "direction": direction, "number": "+12025550143"}
        answer = shift.post("", body)
    elif step == "next":
        answer = shift.post("/next")
    elif step == "ready":
        wanted = {"campaigns": [shift.campaign.pk if shift.campaign else 0]}
        answer = shift.client.post("/api/presence/ready", wanted, content_type="application/json")
    elif not calls:
        return
    elif step == "dial":
        answer = shift.dial(calls[0])
    elif step == "skip":
        answer = shift.post(f"/{calls[0].public_id}/release", {"reason": "skipped"})
    elif step == "result":
        answer = shift.post(f"/{calls[0].public_id}/disposition", {"note": "Well."})
    else:
        answer = shift.report(calls[min(step[2], len(calls) - 1)], step[1], by="remote")
    assert answer.status_code in (200, 409), answer.content


def _books_agree(shift: Shift) -> None:
    live = list(Call.objects.live())
    assert len(live) <= 1
    assert [call.live_agent for call in live] == [shift.agent.pk] * len(live)
    seat = shift.seat
    on_seat = Call.objects.filter(public_id=seat.call).first() if seat.call else None
    assert not live or live[0] == on_seat
    state = AgentSeat.State
    expected = {
        "reserved": (state.RESERVED,),
        "dialing": (state.ON_CALL,),
        "ringing": (state.ON_CALL, state.RESERVED),
        "in_call": (state.ON_CALL,),
        "on_hold": (state.ON_CALL,),
        "ended": (state.WRAP_UP,),
    }
    assert on_seat is None or seat.state in expected[on_seat.status]
    open_attempts = set(DialAttempt.objects.filter(ended_at=None).values_list("pk", flat=True))
    assert open_attempts == {call.attempt_id for call in live}
    held = PhoneState.objects.exclude(live_attempt=None).values_list("live_attempt", flat=True)
    assert set(held) <= open_attempts
    claimed = set(Lead.objects.filter(status="claimed").values_list("pk", flat=True))
    assert claimed <= {call.lead_id for call in live}
    for call in Call.objects.exclude(status__in=Call.LIVE):
        assert call.ended_at
        assert call.outcome
        assert call.reserved_at <= call.ended_at
        assert call.hold_ms <= call.talk_ms


def _moves_were_legal() -> None:
    """The statuses of each call's news follow the table of moves."""
    seen: dict[str, str] = {}
    for event in Event.objects.filter(kind__startswith="call.").order_by("pk"):
        ref, status = event.subject["call"], event.data["status"]
        before = seen.get(ref, status)
        legal = before == status or status in _reachable(before)
        assert legal, (before, status)
        seen[ref] = status


def _reachable(status: str) -> set[str]:
    """What may follow; news of one request tell where the call is after all of it."""
    found: set[str] = set()
    todo = {status}
    while todo:
        more = {str(target) for state in todo for target in lifecycle.MOVES[state]} - found
        found |= more
        todo = more
    return found
