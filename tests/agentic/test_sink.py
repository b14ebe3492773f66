"""What whoever speaks tells: dialed once, ended once, whatever is repeated."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from agentic import sink
from agentic.models import AgenticRun, AiCall, AiCommand, PromptVersion
from calls import lifecycle, transcripts
from calls.models import Call, TranscriptLine
from campaigns import suppression, windows
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState, RetryRule
from tests.agentic.voices import NOW, claimed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=30)


def test_only_one_asker_gets_leave_to_dial(run: AgenticRun) -> None:
    ai = claimed(run)

    first, second = sink.take(ai.pk, NOW), sink.take(ai.pk, NOW)

    assert first is not None
    assert (first.number, first.caller_id) == (ai.call.number, "+12025550100")
    assert (first.ring_s, first.most_s) == (30, 600)
    assert second is None
    assert Call.objects.get().status == "dialing"
    assert DialAttempt.objects.get().dialed_at == NOW


@pytest.mark.parametrize("state", ["queued", "placed", "over"])
def test_what_was_not_launched_is_not_dialed(run: AgenticRun, state: str) -> None:
    ai = claimed(run, state=state)

    assert sink.take(ai.pk, NOW) is None
    assert DialAttempt.objects.get().dialed_at is None


def test_a_voice_that_is_quicker_than_the_answer_to_its_launch_may_dial(run: AgenticRun) -> None:
    ai = claimed(run, state="launching")

    assert sink.take(ai.pk, NOW) is not None


def test_a_number_that_is_refused_by_now_is_given_back(run: AgenticRun) -> None:
    ai = claimed(run)
    suppression.suppress(run.organization, ai.call.number, source="api", now=NOW)

    assert sink.take(ai.pk, NOW) is None

    ai.refresh_from_db()
    assert (ai.state, bool(ai.problem)) == ("over", True)
    assert ai.call.status == "wrapped_up"
    assert PhoneState.objects.get().live_attempt is None


def test_a_talk_is_on_record_with_its_times_and_lines(run: AgenticRun) -> None:
    ai = claimed(run)
    sink.take(ai.pk, NOW)

    sink.rings(ai.pk, NOW + timedelta(seconds=2))
    sink.answered(ai.pk, NOW + timedelta(seconds=5))
    line = transcripts.Line(1, "agent", "Good day.", NOW + timedelta(seconds=6), 1000, 2000)
    assert (sink.said(ai.pk, [line]), sink.said(ai.pk, [line])) == (1, 0)
    ended = [sink.ended(ai.pk, LATER, by="remote") for _ in range(2)]

    assert ended == [True, False]
    call = Call.objects.get()
    assert (call.status, call.outcome, call.ended_by) == ("wrapped_up", "answered", "customer")
    assert call.talk_ms == 25_000
    assert TranscriptLine.objects.get().text == "Good day."
    assert DialAttempt.objects.get().conversation
    assert AiCall.objects.get().read_due_at == LATER


def test_a_machine_is_no_person_reached(run: AgenticRun) -> None:
    ai = claimed(run)
    sink.take(ai.pk, NOW)
    sink.answered(ai.pk, NOW)

    sink.ended(ai.pk, LATER, by="local", cause="machine")

    attempt = DialAttempt.objects.get()
    assert (attempt.outcome, attempt.live_answer, attempt.conversation) == ("machine", False, False)


@pytest.mark.parametrize(
    ("policy", "status", "because"),
    [
        ("hang_up", "finished", "machine"),
        ("message", "finished", "machine"),
        ("call_back", "retry", ""),
    ],
)
def test_a_voicemail_is_called_again_by_the_campaigns_rules_or_by_the_wordings(
    run: AgenticRun, policy: str, status: str, because: str
) -> None:
    # given a campaign that has done with whoever's machine answered
    RetryRule.objects.create(campaign=run.campaign, outcome="machine", delay_s=0, finished=True)
    PromptVersion.objects.filter(pk=run.version_id).update(voicemail=policy)
    ai = claimed(run)
    sink.take(ai.pk, NOW)
    sink.answered(ai.pk, NOW)
    sink.classified(ai.pk, "voicemail")

    sink.ended(ai.pk, LATER, by="local", cause="machine")

    lead = Lead.objects.get(pk=ai.lead_id)
    assert (lead.status, lead.finished_because) == (status, because)
    if policy == "call_back":
        assert lead.next_attempt_at is not None
        zone = ZoneInfo(windows.zones_of(lead)[0])
        parts = [_part_of_day(at.astimezone(zone).hour) for at in (LATER, lead.next_attempt_at)]
        assert parts[0] != parts[1]


def _part_of_day(hour: int) -> str:
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


def test_a_voicemail_is_not_called_more_often_than_the_campaign_calls_anybody(
    run: AgenticRun,
) -> None:
    PromptVersion.objects.filter(pk=run.version_id).update(voicemail="call_back")
    Campaign.objects.filter(pk=run.campaign_id).update(max_attempts=1)
    ai = claimed(run)
    sink.take(ai.pk, NOW)
    sink.classified(ai.pk, "voicemail")

    sink.ended(ai.pk, LATER, by="local", cause="machine")

    lead = Lead.objects.get(pk=ai.lead_id)
    assert (lead.status, lead.finished_because) == ("finished", "max_attempts")


@pytest.mark.parametrize(
    ("status", "outcome"), [(486, "busy"), (480, "no_answer"), (603, "rejected"), (503, "failed")]
)
def test_a_dial_that_failed_ends_by_what_the_line_said(
    run: AgenticRun, status: int, outcome: str
) -> None:
    ai = claimed(run)
    sink.take(ai.pk, NOW)

    sink.ended(ai.pk, LATER, sip_status=status)

    assert Call.objects.get().outcome == outcome


def test_after_an_end_that_nobody_can_tell_the_number_rests(run: AgenticRun) -> None:
    ai = claimed(run)
    sink.take(ai.pk, NOW)

    sink.ended(ai.pk, LATER, cause="unknown")

    lead = Lead.objects.get()
    assert Call.objects.get().outcome == "unknown"
    assert lead.next_attempt_at is not None
    assert lead.next_attempt_at >= LATER + timedelta(minutes=10)


def test_a_call_that_was_never_dialed_is_given_back(run: AgenticRun) -> None:
    ai = claimed(run)

    sink.ended(ai.pk, LATER, problem="Nobody took it.")

    assert DialAttempt.objects.get().dialed_at is None
    assert Lead.objects.get().status == "retry"
    assert AiCall.objects.get().problem == "Nobody took it."


def test_a_voice_that_falls_silent_is_ended_where_all_calls_are(run: AgenticRun) -> None:
    ai = claimed(run)
    sink.take(ai.pk, NOW)
    sink.answered(ai.pk, NOW)
    sink.alive(ai.pk, NOW + timedelta(seconds=20))

    assert lifecycle.reap(NOW + timedelta(seconds=60)) == 0
    assert lifecycle.reap(NOW + timedelta(seconds=66)) == 1

    call = Call.objects.get()
    assert (call.end_presumed, call.outcome) == (True, "answered")


def test_a_command_is_done_once(run: AgenticRun) -> None:
    ai = claimed(run)
    AiCommand.objects.create(ai_call=ai, kind="say", body="Ask for the name.", at=NOW)

    (command,) = sink.waiting(ai.pk)

    assert [sink.done(command, NOW) for _ in range(2)] == [True, False]
    assert sink.waiting(ai.pk) == []
