"""The table from SIP results to outcomes."""

from datetime import UTC, datetime

import pytest

from calls import outcomes
from calls.timing import Timeline
from campaigns.models import Campaign
from tests.calls.phones import Shift, waiting

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sip_status", "outcome"),
    [(status, str(outcome)) for status, outcome in outcomes.SIP.items()]
    + [(500, "failed"), (503, "failed"), (488, "failed"), (606, "failed")],
)
def test_a_refusal_by_the_far_end_is_read_by_its_number(sip_status: int, outcome: str) -> None:
    line = Timeline(ended_at=NOW, failed=True, sip_status=sip_status, by="remote")

    assert outcomes.of(line) == outcome


@pytest.mark.parametrize(
    ("cause", "sip_status", "outcome"),
    [
        ("canceled", None, "canceled"),
        ("Canceled", 487, "canceled"),
        ("", 487, "canceled"),
        ("", None, "canceled"),
        ("no_answer", None, "no_answer"),
        ("No Answer", 487, "no_answer"),
        ("page_lost", None, "unknown"),
    ],
)
def test_our_own_hang_up_is_no_result_of_the_far_end(
    cause: str, sip_status: int | None, outcome: str
) -> None:
    line = Timeline(ended_at=NOW, failed=True, sip_status=sip_status, by="local", cause=cause)

    assert outcomes.of(line) == outcome


@pytest.mark.parametrize(
    ("cause", "failed", "outcome"),
    [
        ("Busy", True, "busy"),
        ("Rejected", True, "rejected"),
        ("Not Found", True, "invalid_number"),
        ("Unavailable", True, "no_answer"),
        ("WebRTC Error", True, "failed"),
        ("", False, "no_answer"),
    ],
)
def test_without_a_number_the_cause_tells(cause: str, failed: bool, outcome: str) -> None:
    line = Timeline(ended_at=NOW, failed=failed, cause=cause, by="remote")

    assert outcomes.of(line) == outcome


def test_an_answered_call_was_answered_however_it_ended() -> None:
    line = Timeline(answered_at=NOW, ended_at=NOW, failed=True, sip_status=503)

    assert outcomes.of(line) == "answered"


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("ANSWERED", "answered"), ("NO ANSWER", "no_answer"), ("no-answer", "no_answer")],
)
def test_other_softphones_words_are_understood(word: str, outcome: str) -> None:
    assert outcomes.of_word(word) == outcome
    assert outcomes.of_word("splendid") is None


@pytest.mark.parametrize(
    ("sip_status", "outcome", "lead_status"),
    [
        (486, "busy", "retry"),
        (600, "busy", "retry"),
        (408, "no_answer", "retry"),
        (480, "no_answer", "retry"),
        (603, "rejected", "retry"),
        (403, "rejected", "retry"),
        (404, "invalid_number", "finished"),
        (410, "invalid_number", "finished"),
        (484, "invalid_number", "finished"),
        (604, "invalid_number", "finished"),
        (503, "failed", "retry"),
    ],
)
def test_a_sip_result_has_its_outcome(
    shift: Shift, campaign: Campaign, sip_status: int, outcome: str, lead_status: str
) -> None:
    lead = waiting(campaign)[0]
    call = shift.next()
    shift.dial(call)

    shift.report(call, "failed", by="remote", sip_status=sip_status)

    call.refresh_from_db()
    lead.refresh_from_db()
    assert (call.status, call.outcome, call.sip_status) == ("ended", outcome, sip_status)
    assert (call.attempt.outcome, lead.status) == (outcome, lead_status)
