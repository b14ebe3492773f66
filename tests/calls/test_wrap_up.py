"""The time after a call: its result, and the end of wrap-up."""

import uuid
from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts import breaks, presence
from calls import lifecycle
from campaigns.models import Campaign
from tests.calls.phones import Shift, rung_out, waiting
from tests.factories import DispositionFactory


def test_a_result_waits_for_the_end_of_the_call(shift: Shift, campaign: Campaign) -> None:
    waiting(campaign)
    call = shift.next()
    shift.dial(call)

    answer = shift.post(f"/{call.public_id}/disposition", {"disposition": ""})

    assert (answer.status_code, answer.json()["code"]) == (409, "still_live")


def test_wrap_up_may_end_without_a_result(shift: Shift, campaign: Campaign) -> None:
    call = rung_out(shift, campaign)

    answer = shift.post(f"/{call.public_id}/disposition", {"disposition": None, "note": "Odd."})

    assert answer.json()["call"]["status"] == "wrapped_up"
    assert answer.json()["call"]["disposition"] is None
    assert call.notes.count() == 1
    assert shift.seat.state == "ready"


def test_a_result_is_written_once(shift: Shift, campaign: Campaign) -> None:
    for code in ("first", "second"):
        DispositionFactory.create(organization=campaign.organization, code=code)
    call = rung_out(shift, campaign)
    body = {"disposition": "first", "note": "Once."}

    first = shift.post(f"/{call.public_id}/disposition", body)
    again = shift.post(f"/{call.public_id}/disposition", body)
    other = shift.post(f"/{call.public_id}/disposition", {"disposition": "second"})

    assert first.status_code == again.status_code == 200
    assert (other.status_code, other.json()["code"]) == (409, "already_disposed")
    assert call.notes.count() == 1


def test_a_result_may_come_after_wrap_up_is_over(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    DispositionFactory.create(organization=campaign.organization, code="late")
    call = rung_out(shift, campaign)
    clock.shift(61)
    lifecycle.reap(timezone.now())
    assert shift.seat.state == "ready"

    answer = shift.post(f"/{call.public_id}/disposition", {"disposition": "late"})

    assert answer.json()["call"]["disposition"] == "late"


def test_a_result_of_another_campaign_does_not_exist(shift: Shift, campaign: Campaign) -> None:
    own = DispositionFactory.create(organization=campaign.organization, code="own")
    DispositionFactory.create(organization=campaign.organization, code="foreign")
    campaign.dispositions.add(own)
    call = rung_out(shift, campaign)

    answer = shift.post(f"/{call.public_id}/disposition", {"disposition": "foreign"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["disposition"])


def test_a_callback_needs_a_coming_time(shift: Shift, campaign: Campaign) -> None:
    DispositionFactory.create(
        organization=campaign.organization, code="later", callback=True, finished=False
    )
    call = rung_out(shift, campaign)
    path, at = f"/{call.public_id}/disposition", timezone.now() + timedelta(days=1)

    without = shift.post(path, {"disposition": "later"})
    past = shift.post(path, {"disposition": "later", "callback_at": "2020-01-01T00:00:00Z"})
    good = shift.post(path, {"disposition": "later", "callback_at": at.isoformat()})

    assert [without.status_code, past.status_code, good.status_code] == [400, 400, 200]
    assert call.lead
    assert call.lead.callbacks.get().due_at == at


def test_another_call_ends_wrap_up(shift: Shift, campaign: Campaign) -> None:
    call = rung_out(shift, campaign)
    body = {"id": str(uuid.uuid4()), "direction": "inbound", "number": "+12125550199"}

    answer = shift.post("", body)

    call.refresh_from_db()
    assert answer.status_code == 200
    assert (call.status, call.disposition) == ("wrapped_up", None)
    assert str(shift.seat.call) == body["id"]


def test_a_break_that_was_asked_for_follows_the_call(shift: Shift, campaign: Campaign) -> None:
    call = rung_out(shift, campaign)
    reason = breaks.ensure(campaign.organization)[0]
    presence.take_break(shift.agent, reason)

    shift.post(f"/{call.public_id}/disposition", {})

    assert shift.seat.state == "break"


def test_no_wrap_up_limit_still_ends(
    shift: Shift, campaign: Campaign, clock: time_machine.Traveller
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(wrap_up_limit_s=0)
    call = rung_out(shift, campaign)

    clock.shift(3_600)
    early = lifecycle.reap(timezone.now())
    clock.shift(8 * 3_600)
    late = lifecycle.reap(timezone.now())

    call.refresh_from_db()
    assert (early, late, call.status) == (0, 1, "wrapped_up")
