"""A call's way from the reservation to the end of wrap-up."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AgentSeat
from calls import lifecycle
from calls.models import Call, CallEvent
from campaigns.models import Campaign, PhoneState, SuppressionEntry
from core.errors import DomainError
from core.models import Event
from tests.calls.phones import Shift, rung_out, waiting
from tests.factories import DispositionFactory, LeadFactory, UserFactory

S = Call.Status


def kinds() -> list[str]:
    """The news of calls, in order."""
    found = Event.objects.filter(kind__startswith="call.").order_by("pk")
    return [kind.removeprefix("call.") for kind in found.values_list("kind", flat=True)]


def talked(shift: Shift, clock: time_machine.Traveller) -> tuple[Call, dict[str, str]]:
    """The next call: rings for 5 s, talks for 60 s, 10 of them on hold, and 12 s of wrap-up."""
    call = shift.next()
    clock.shift(10)
    leave = shift.dial(call).json()
    shift.report(call, "dialing")
    clock.shift(2)
    shift.report(call, "ringing")
    clock.shift(5)
    shift.report(call, "answered")
    assert shift.seat.state == "on_call"
    clock.shift(30)
    shift.report(call, "hold")
    clock.shift(10)
    shift.report(call, "unhold")
    clock.shift(20)
    shift.report(call, "ended", by="remote", cause="Terminated")
    assert shift.seat.state == "wrap_up"
    clock.shift(12)
    return call, leave


def test_a_call_goes_from_the_queue_to_its_result(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    lead = waiting(campaign)[0]
    result = DispositionFactory.create(organization=campaign.organization, code="sold")

    call, leave = talked(shift, clock)
    body = {"disposition": "sold", "note": "Wants two."}
    answer = shift.post(f"/{call.public_id}/disposition", body).json()["call"]

    call.refresh_from_db()
    lead.refresh_from_db()
    assert leave["number"] == lead.phone
    assert leave["caller_id"] == campaign.caller_id
    assert answer["status"] == "wrapped_up"
    assert answer["disposition"] == "sold"
    assert call.disposition == result
    assert (call.outcome, call.ended_by, call.end_presumed) == ("answered", "customer", False)
    assert (call.talk_ms, call.hold_ms, call.wrap_up_ms) == (60_000, 10_000, 12_000)
    assert (call.answered_at or call.reserved_at) - call.reserved_at == timedelta(seconds=17)
    assert call.attempt.conversation
    assert (lead.status, lead.attempts) == ("finished", 1)
    assert call.notes.get().body == "Wants two."
    assert shift.seat.state == "ready"
    assert kinds() == [
        "reserved",
        "dialing",
        "ringing",
        "answered",
        "held",
        "resumed",
        "ended",
        "wrapped_up",
    ]


def test_news_go_to_everyone_concerned(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign)

    call = shift.next()

    event = Event.objects.get(kind="call.reserved")
    assert call.team is not None
    assert set(event.topics) == {
        f"org:{call.organization_id}:calls",
        f"team:{call.team_id}:calls",
        f"agent:{call.agent_id}",
        f"campaign:{campaign.pk}",
        f"call:{call.public_id}",
    }
    assert call.number not in str(event.data) + str(event.subject)


def test_a_reservation_is_returned_again(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign, 2)

    first, again = shift.next(), shift.next()

    assert first == again
    assert shift.seat.call == first.public_id


def test_without_a_lead_the_answer_says_why(shift: Shift) -> None:
    answer = shift.post("/next").json()

    assert answer["call"] is None
    assert answer["reason"]["code"]
    assert answer["reason"]["message"].endswith(".")


@pytest.mark.parametrize(
    ("state", "code"),
    [("break", "not_ready"), ("on_call", "in_call"), ("wrap_up", "wrap_up")],
)
def test_only_a_ready_agent_gets_a_lead(
    shift: Shift, campaign: Campaign, state: str, code: str
) -> None:
    waiting(campaign)
    AgentSeat.objects.filter(user=shift.agent).update(state=state)

    answer = shift.post("/next").json()

    assert (answer["call"], answer["reason"]["code"]) == (None, code)


def test_a_skipped_lead_goes_back_and_rests(shift: Shift, campaign: Campaign) -> None:
    lead = waiting(campaign)[0]
    call = shift.next()

    answer = shift.post(f"/{call.public_id}/release", {"reason": "skipped"})
    again = shift.post(f"/{call.public_id}/release", {"reason": "skipped"})

    lead.refresh_from_db()
    call.refresh_from_db()
    assert answer.status_code == again.status_code == 200
    assert answer.json()["call"]["status"] == "wrapped_up"
    assert (call.outcome, call.end_reason, call.dialed_at) == ("canceled", "skipped", None)
    assert (lead.status, lead.attempts) == ("retry", 0)
    assert lead.next_attempt_at
    assert lead.next_attempt_at >= timezone.now() + timedelta(minutes=10)
    assert shift.seat.state == "ready"
    assert not PhoneState.objects.exclude(live_attempt=None).exists()


def test_a_dialed_call_cannot_be_given_back(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign)
    call = shift.next()
    shift.dial(call)

    answer = shift.post(f"/{call.public_id}/release", {"reason": "cancelled"})

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")


def test_leave_to_dial_is_given_again_until_it_rings(shift: Shift, campaign: Campaign) -> None:
    lead = waiting(campaign)[0]
    call = shift.next()

    first, second = shift.dial(call), shift.dial(call)
    shift.report(call, "ringing")
    third = shift.dial(call)

    lead.refresh_from_db()
    assert (first.status_code, second.status_code) == (200, 200)
    assert (third.status_code, third.json()["code"]) == (409, "illegal_move")
    assert lead.attempts == 1


def test_a_refused_dial_gives_the_reservation_back(shift: Shift, campaign: Campaign) -> None:
    lead = waiting(campaign)[0]
    call = shift.next()
    SuppressionEntry.objects.create(
        organization=campaign.organization,
        phone=lead.phone,
        source="manager",
        created_at=timezone.now(),
    )

    answer = shift.dial(call)

    call.refresh_from_db()
    lead.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")
    assert answer.json()["errors"]["refusals"][0]["rule"] == "suppressed"
    assert (call.status, call.outcome, call.end_reason) == ("wrapped_up", "canceled", "refused")
    assert (call.dialed_at, lead.attempts, lead.status) == (None, 0, "retry")
    refusal = call.events.get(kind="refused")
    assert refusal.data["refusals"][0]["rule"] == "suppressed"
    assert (call.attempt.decision, call.attempt.refusals) == ("refused", refusal.data["refusals"])
    assert shift.seat.state == "ready"


def test_a_call_by_hand_is_made_once(shift: Shift) -> None:
    ref = str(uuid.uuid4())
    body = {"id": ref, "direction": "outbound", "number": "(202) 555-0143"}

    first, again = shift.post("", body), shift.post("", body)

    call = Call.objects.get()
    assert first.status_code == again.status_code == 200
    assert str(call.public_id) == ref == first.json()["call"]["id"]
    assert (call.number, call.campaign, call.attempt.mode) == ("+12025550143", None, "manual")
    assert shift.dial(call).json()["number"] == "+12025550143"


def test_a_call_by_hand_within_a_campaign_belongs_to_its_lead(
    shift: Shift, campaign: Campaign
) -> None:
    lead = waiting(campaign)[0]
    body = {
        "id": str(uuid.uuid4()),
        "direction": "outbound",
        "number": lead.phone,
        "campaign": campaign.pk,
    }

    answer = shift.post("", body).json()["call"]

    assert answer["lead"]["id"] == lead.pk
    assert answer["campaign"]["id"] == campaign.pk
    assert answer["caller_id"] == campaign.caller_id


def test_nobody_is_in_two_calls(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign)
    shift.next()
    body = {"id": str(uuid.uuid4()), "direction": "outbound", "number": "+12025550143"}

    answer = shift.post("", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "busy")


def test_what_is_no_number_is_refused(shift: Shift) -> None:
    body = {"id": str(uuid.uuid4()), "direction": "outbound", "number": "tomorrow"}

    answer = shift.post("", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["phone"])
    assert not Call.objects.exists()


def test_another_agents_id_is_taken(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign)
    call = shift.next()
    other = Shift(UserFactory.create(organization=campaign.organization))
    body = {"id": str(call.public_id), "direction": "outbound", "number": "+12025550143"}

    answer = other.post("", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


def test_an_incoming_call_finds_its_lead(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    lead = LeadFactory.create(campaign=campaign, phone="+12125550199", status="retry")
    body = {
        "id": str(uuid.uuid4()),
        "direction": "inbound",
        "number": "+12125550199",
        "peer_name": "Somebody",
    }

    answer = shift.post("", body).json()["call"]
    call = Call.objects.get(public_id=answer["id"])
    shift.report(call, "ringing")
    clock.shift(4)
    shift.report(call, "answered")
    clock.shift(9)
    shift.report(call, "ended", by="remote")

    call.refresh_from_db()
    assert answer["lead"]["id"] == lead.pk
    assert (call.status, call.outcome, call.talk_ms) == ("ended", "answered", 9_000)
    assert call.campaign == campaign
    assert shift.seat.state == "wrap_up"


@pytest.mark.parametrize("number", ["anonymous", "4711"])
def test_an_incoming_call_may_show_anything(shift: Shift, number: str) -> None:
    body = {"id": str(uuid.uuid4()), "direction": "inbound", "number": number}

    answer = shift.post("", body).json()["call"]

    assert (answer["number"], answer["lead"]) == (number, None)


def test_a_missed_call_needs_no_wrap_up(shift: Shift, campaign: Campaign) -> None:
    body = {"id": str(uuid.uuid4()), "direction": "inbound", "number": "+12125550199"}
    call = Call.objects.get(public_id=shift.post("", body).json()["call"]["id"])

    shift.report(call, "ringing")
    shift.report(call, "failed", by="remote", cause="Canceled", sip_status=487)

    call.refresh_from_db()
    assert (call.status, call.outcome) == ("wrapped_up", "no_answer")
    assert shift.seat.state == "ready"


def test_a_phone_cannot_make_a_call_dialing_by_saying_so(shift: Shift) -> None:
    body = {"id": str(uuid.uuid4()), "direction": "inbound", "number": "+12125550199"}
    call = Call.objects.get(public_id=shift.post("", body).json()["call"]["id"])

    answer = shift.report(call, "dialing").json()

    assert answer["call"]["status"] == "reserved"


def test_an_incoming_call_cannot_be_dialed(shift: Shift) -> None:
    body = {"id": str(uuid.uuid4()), "direction": "inbound", "number": "+12125550199"}
    call = Call.objects.get(public_id=shift.post("", body).json()["call"]["id"])

    answer = shift.dial(call)

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")


def test_events_of_a_call_that_was_never_dialed_move_nothing(
    shift: Shift, campaign: Campaign
) -> None:
    waiting(campaign)
    call = shift.next()

    shift.report(call, "answered")

    call.refresh_from_db()
    assert (call.status, call.answered_at) == ("reserved", None)


def test_a_phone_that_fails_before_the_dial_gives_the_lead_back(
    shift: Shift, campaign: Campaign
) -> None:
    lead = waiting(campaign)[0]
    call = shift.next()

    shift.report(call, "failed", by="local", cause="no_microphone")

    call.refresh_from_db()
    lead.refresh_from_db()
    assert (call.status, call.end_reason, lead.status) == ("wrapped_up", "no_microphone", "retry")
    assert shift.seat.state == "ready"


@pytest.mark.parametrize("status", S)
def test_a_move_that_is_not_in_the_table_is_refused(shift: Shift, status: S) -> None:
    call = Call(status=status)

    for target in set(S) - lifecycle.MOVES[status]:
        with pytest.raises(DomainError) as refusal:
            lifecycle._move(call, target)
        assert refusal.value.code == "illegal_move"


def test_the_record_shows_what_server_and_phone_said(shift: Shift, campaign: Campaign) -> None:
    call = rung_out(shift, campaign)

    told = call.events.order_by("pk").values_list("source", "kind")

    assert list(told) == [
        ("server", "reserved"),
        ("server", "dialing"),
        ("phone", "ringing"),
        ("phone", "failed"),
    ]
    assert CallEvent.objects.filter(call=call, source="phone", page=shift.page).count() == 2


def test_the_numbers_of_a_second_lead_are_free_again(shift: Shift, campaign: Campaign) -> None:
    rung_out(shift, campaign)

    assert not PhoneState.objects.exclude(live_attempt=None).exists()
