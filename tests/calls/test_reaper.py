"""Calls without a sign of life: ended, never redialed, put right when their phone comes back."""

import uuid
from datetime import timedelta

import time_machine
from django.utils import timezone

from calls import lifecycle, tasks
from calls.models import Call
from campaigns.models import Campaign, Lead, PhoneState
from core.models import Event
from tests.calls.phones import Shift, rung_out, waiting


def talking(shift: Shift, campaign: Campaign, clock: time_machine.Traveller) -> Call:
    """A call whose agent speaks with the lead for ten seconds so far."""
    waiting(campaign)
    call = shift.next()
    shift.dial(call)
    shift.report(call, "ringing")
    shift.report(call, "answered")
    clock.shift(10)
    shift.send(call)
    return call


def test_a_call_lives_as_long_as_it_gives_signs_of_life(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    call = talking(shift, campaign, clock)

    for _ in range(4):
        clock.shift(44)
        assert lifecycle.reap(timezone.now()) == 0
        shift.send(call)

    call.refresh_from_db()
    assert call.status == "in_call"


def test_a_silent_call_ends_at_its_last_sign_of_life(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    call = talking(shift, campaign, clock)
    seen = timezone.now()
    clock.shift(46)

    reaped = lifecycle.reap(timezone.now())

    call.refresh_from_db()
    lead = Lead.objects.get()
    assert (reaped, call.status, call.end_presumed) == (1, "ended", True)
    assert (call.ended_at, call.talk_ms, call.outcome) == (seen, 10_000, "answered")
    assert (call.ended_by, call.end_reason) == ("system", "lost")
    assert lead.status == "finished"
    assert shift.seat.state == "wrap_up"
    assert call.events.get(source="server", kind="ended").data == {"presumed": True}
    assert not PhoneState.objects.exclude(live_attempt=None).exists()


def test_a_lead_rests_after_a_presumed_end_and_is_not_redialed(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    waiting(campaign)
    call = shift.next()
    shift.dial(call)
    clock.shift(46)

    lifecycle.reap(timezone.now())

    call.refresh_from_db()
    lead = Lead.objects.get()
    assert (call.outcome, lead.status, Call.objects.count()) == ("unknown", "retry", 1)
    assert lead.next_attempt_at
    assert lead.next_attempt_at >= timezone.now() + timedelta(minutes=10)


def test_a_reservation_without_a_sign_of_life_goes_back(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    waiting(campaign)
    call = shift.next()
    clock.shift(46)

    lifecycle.reap(timezone.now())

    call.refresh_from_db()
    lead = Lead.objects.get()
    assert (call.status, call.end_reason, call.end_presumed) == ("wrapped_up", "expired", False)
    assert (lead.status, lead.attempts) == ("retry", 0)
    assert shift.seat.state == "ready"
    assert shift.seat.call is None


def test_an_incoming_call_without_a_sign_of_life_is_over(
    shift: Shift, clock: time_machine.Traveller
) -> None:
    body = {"id": str(uuid.uuid4()), "direction": "inbound", "number": "+12125550199"}
    shift.post("", body)
    clock.shift(46)

    lifecycle.reap(timezone.now())

    call = Call.objects.get()
    assert (call.status, call.outcome) == ("wrapped_up", "unknown")
    assert shift.seat.state == "ready"


def test_wrap_up_ends_when_its_time_is_over(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    call = rung_out(shift, campaign)
    clock.shift(59)
    early = lifecycle.reap(timezone.now())
    clock.shift(1)

    tasks.reap()

    call.refresh_from_db()
    assert early == 0
    assert (call.status, call.disposition, call.wrap_up_ms) == ("wrapped_up", None, 60_000)
    assert shift.seat.state == "ready"


def test_reaping_twice_changes_nothing(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    talking(shift, campaign, clock)
    clock.shift(46)

    first, second = lifecycle.reap(timezone.now()), lifecycle.reap(timezone.now())

    assert (first, second) == (1, 0)
    assert Event.objects.filter(kind="call.ended").count() == 1


def test_a_page_that_comes_back_corrects_its_call_once(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    call = talking(shift, campaign, clock)
    clock.shift(20)
    hold, ended = shift.happened("hold"), shift.happened("ended", by="remote")
    clock.shift(40)
    lifecycle.reap(timezone.now())

    answers = [shift.send(call, [hold, ended]).status_code for _ in range(3)]

    call.refresh_from_db()
    assert answers == [200, 200, 200]
    assert (call.talk_ms, call.ended_by, call.end_presumed) == (30_000, "customer", False)
    assert call.corrected_at == timezone.now()
    assert (call.status, call.disposition) == ("ended", None)
    assert call.attempt.outcome == "answered"
    assert call.attempt.conversation
    correction = call.events.get(kind="correction")
    assert correction.data == {"outcome": "answered", "talk_ms": 30_000}
    assert Event.objects.filter(kind="call.corrected").count() == 1


def test_an_answer_that_nobody_heard_of_is_told_late(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    waiting(campaign)
    call = shift.next()
    shift.dial(call)
    answered = shift.happened("answered")
    clock.shift(30)
    ended = shift.happened("ended", by="local")
    clock.shift(60)
    lifecycle.reap(timezone.now())

    shift.send(call, [answered, ended])

    call.refresh_from_db()
    call.attempt.refresh_from_db()
    assert (call.outcome, call.talk_ms) == ("answered", 30_000)
    assert (call.attempt.outcome, call.attempt.conversation) == ("answered", True)
    assert Lead.objects.get().status == "finished"


def test_late_events_do_not_move_an_agent_who_has_another_call(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    call = talking(shift, campaign, clock)
    ended = shift.happened("ended", by="remote")
    clock.shift(46)
    lifecycle.reap(timezone.now())
    waiting(campaign)
    clock.shift(61)
    lifecycle.reap(timezone.now())
    second = shift.next()

    shift.send(call, [ended])

    assert (shift.seat.state, shift.seat.call) == ("reserved", second.public_id)


def test_a_result_is_never_corrected(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    call = talking(shift, campaign, clock)
    ended = shift.happened("ended", by="remote")
    clock.shift(46)
    lifecycle.reap(timezone.now())
    clock.shift(61)
    lifecycle.reap(timezone.now())

    answer = shift.send(call, [ended]).json()["call"]

    assert (answer["status"], answer["disposition"]) == ("wrapped_up", None)
