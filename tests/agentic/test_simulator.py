"""The simulator: who picks up is known by the number, and every call goes as calls go."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from agentic import commands, launching
from agentic.models import AgenticCampaign, AgenticRun, AiCall, AiCommand, PromptVersion
from agentic.providers.simulator import fate
from agentic.providers.simulator.acts import Reply
from agentic.providers.simulator.fate import Fate, Persona
from agentic.providers.simulator.player import Player
from calls import lifecycle
from calls.models import Call, TranscriptLine
from campaigns import dispositions
from campaigns.models import DialAttempt, Disposition
from tests.agentic.play import Notes, begin, go_on
from tests.agentic.voices import NOW
from tests.factories import DispositionFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"key": "team", "text": "How large is your team?", "kind": "number"},
    {"key": "cloud", "text": "Are you in the cloud?", "kind": "yes_no"},
]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def player(notes: Notes) -> Player:
    return Player(notes)


def dialed(run: AgenticRun, player: Player, digits: str, **lead: object) -> AiCall:
    """A call to a number that ends so."""
    phone = f"+1212555{digits:0>4}"
    LeadFactory.create(campaign=run.campaign, **{"phone": phone, "name": "Ann Gray", **lead})
    (ai,) = begin(player, run)
    return ai


def worded(run: AgenticRun, **words: object) -> None:
    """Other words in the run's version."""
    PromptVersion.objects.filter(pk=run.version_id).update(**words)


def said(ai: AiCall) -> list[str]:
    return [f"{line.speaker}: {line.text}" for line in TranscriptLine.objects.filter(call=ai.call)]


@pytest.mark.parametrize(
    ("digits", "outcome"),
    [
        ("486", "busy"),
        ("480", "no_answer"),
        ("408", "no_answer"),
        ("404", "invalid_number"),
        ("503", "failed"),
        ("603", "rejected"),
    ],
)
def test_the_last_digits_choose_how_a_dial_fails(
    run: AgenticRun, player: Player, clock: time_machine.Traveller, digits: str, outcome: str
) -> None:
    ai = dialed(run, player, digits)

    go_on(player, clock)

    ai.refresh_from_db()
    assert (ai.state, ai.call.outcome) == ("over", outcome)
    assert ai.call.answered_at is None
    assert said(ai) == []


@pytest.mark.parametrize("persona", list(Persona))
def test_every_persona_comes_to_an_end_by_itself(
    run: AgenticRun, player: Player, clock: time_machine.Traveller, persona: Persona
) -> None:
    worded(run, tools=["record_answer", "set_disposition", "schedule_callback", "send_to_human"])
    ai = dialed(run, player, str(101 + list(Persona).index(persona)))

    go_on(player, clock)

    ai.refresh_from_db()
    machine = persona in ("voicemail", "ivr") or ai.call.outcome == "machine"
    assert ai.state == "over"
    assert ai.call.outcome == ("machine" if machine else "answered")
    assert DialAttempt.objects.get().live_answer is not machine
    assert ai.answered_by == {"voicemail": "voicemail", "ivr": "ivr"}.get(persona, ai.answered_by)
    assert len(said(ai)) >= 1
    assert ai.usage["simulator"]["turns"] == len(said(ai))


def test_who_is_interested_answers_every_question(
    run: AgenticRun, player: Player, notes: Notes, clock: time_machine.Traveller
) -> None:
    success = DispositionFactory.create(organization=run.organization, success=True)
    run.campaign.dispositions.add(success)
    worded(run, questions=QUESTIONS, tools=["record_answer", "set_disposition", "confirm_email"])
    ai = dialed(run, player, "101", email="ann@example.test")

    go_on(player, clock)

    assert [name for name, _ in notes.used][:4] == [
        "record_answer",
        "record_answer",
        "confirm_email",
        "set_disposition",
    ]
    assert notes.used[0][1]["key"] == "team"
    assert notes.used[3][1] == {"code": success.code}
    lines = said(ai)
    assert "agent: How large is your team?" in lines
    assert any("I am an automated voice." in line for line in lines)
    assert notes.heard_lines == [line[10:] for line in lines if line.startswith("customer: ")]


@pytest.mark.parametrize(
    ("digits", "codes"), [("102", ["busy"]), ("103", ["wrong-number"]), ("105", [])]
)
def test_a_person_gets_a_result_of_people(
    run: AgenticRun,
    player: Player,
    notes: Notes,
    clock: time_machine.Traveller,
    digits: str,
    codes: list[str],
) -> None:
    # given the usual results, of which that of a voicemail comes first
    dispositions.ensure_defaults(run.organization)
    run.campaign.dispositions.set(Disposition.objects.filter(organization=run.organization))
    worded(run, tools=["set_disposition"])
    dialed(run, player, digits)

    go_on(player, clock)

    assert [given["code"] for name, given in notes.used if name == "set_disposition"] == codes


def test_a_voice_greets_once(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    worded(run, disclosure="Hello, I am an automated voice.")
    ai = dialed(run, player, "102")

    go_on(player, clock)

    (first, *_) = [line for line in said(ai) if line.startswith("agent: ")]
    assert first.startswith("agent: Hello, I am an automated voice.")
    assert "Good day" not in first


def test_where_nobody_speaks_it_asks_once_and_leaves(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    AgenticCampaign.objects.update(silence_s=7)
    ai = dialed(run, player, "110")

    go_on(player, clock)

    ai.refresh_from_db()
    opening, asked, goodbye = TranscriptLine.objects.filter(call=ai.call)
    assert {line.speaker for line in (opening, asked, goodbye)} == {"agent"}
    assert asked.text == "Hello, are you there?"
    assert asked.start_ms - opening.end_ms >= 7000
    assert goodbye.start_ms - asked.end_ms >= 7000
    assert (ai.call.outcome, ai.call.ended_by) == ("answered", "agent")


def test_tools_that_are_switched_off_are_not_used(
    run: AgenticRun, player: Player, notes: Notes, clock: time_machine.Traveller
) -> None:
    worded(run, questions=QUESTIONS, tools=[])
    dialed(run, player, "101")

    go_on(player, clock)

    assert {name for name, _ in notes.used} <= {"end_call"}


def test_turns_are_on_record_when_they_have_been_said(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    ai = dialed(run, player, "101")
    counts = []

    for _ in range(20):
        go_on(player, clock, 3)
        counts.append(len(said(ai)))

    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    lines = list(TranscriptLine.objects.filter(call=ai.call))
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(lines))
    assert all(line.start_ms < line.end_ms for line in lines)


def test_the_same_seed_and_number_make_the_same_call(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    def drawn(seed: int) -> list[Fate]:
        numbers = [f"+1312444{place:04d}" for place in range(200, 300)]
        return [fate.of(number, fate.chance(seed, number, 0)) for number in numbers]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert len(set(drawn(1))) > 8


@pytest.mark.parametrize(("policy", "left"), [("message", True), ("hang_up", False)])
def test_a_mailbox_gets_the_message_where_there_is_one(
    run: AgenticRun, player: Player, clock: time_machine.Traveller, policy: str, left: bool
) -> None:
    worded(run, voicemail=policy, voicemail_text="Please call us back.")
    ai = dialed(run, player, "105")

    go_on(player, clock)

    assert ("agent: Please call us back." in said(ai)) is left
    assert AiCall.objects.get().answered_by == "voicemail"


def test_hung_up_in_mid_call_the_last_words_break_off(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    manager: User = UserFactory.create(role="manager", organization=run.organization)
    ai = dialed(run, player, "101")
    while len(said(ai)) < 1:
        go_on(player, clock, 1)
    go_on(player, clock, 3)

    commands.hang_up(manager, ai)
    go_on(player, clock, 1)

    ai.refresh_from_db()
    assert (ai.state, ai.call.ended_by, ai.call.outcome) == ("over", "agent", "answered")
    last = TranscriptLine.objects.filter(call=ai.call).last()
    assert last is not None
    assert last.interrupted
    assert not AiCommand.objects.filter(done_at=None).exists()
    assert player.talks == {}


def test_a_message_is_spoken_in_the_voices_words(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    manager: User = UserFactory.create(role="manager", organization=run.organization)
    ai = dialed(run, player, "101")
    while not said(ai):
        go_on(player, clock, 1)

    commands.say(manager, ai, "We have an offer until Friday.")
    go_on(player, clock)

    assert "agent: One more thing, if I may: We have an offer until Friday." in said(ai)
    assert AiCall.objects.get().state == "over"


def test_taken_over_the_voice_introduces_the_person_and_leaves(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    manager: User = UserFactory.create(
        role="manager", organization=run.organization, name="Kim Reed"
    )
    ai = dialed(run, player, "101")
    while not said(ai):
        go_on(player, clock, 1)

    AiCommand.objects.create(ai_call=ai, kind="take_over", by=manager, at=timezone.now())
    go_on(player, clock)

    lines = said(ai)
    place = next(at for at, line in enumerate(lines) if "through to Kim Reed" in line)
    assert len(lines) > place + 3
    assert all(line.startswith("customer: ") for line in lines[place + 1 :])


def test_who_wants_a_person_waits_until_the_house_says_that_there_is_none(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    worded(run, tools=["send_to_human", "schedule_callback"])
    AgenticCampaign.objects.update(hand_over_wait_s=120)
    ai = dialed(run, player, "108")
    while not any("asking a colleague" in line for line in said(ai)):
        go_on(player, clock, 1)
    waited_from = timezone.now()

    AiCommand.objects.create(ai_call=ai, kind="say", body="Nobody is free.", at=waited_from)
    while not any("Nobody is free" in line for line in said(ai)):
        go_on(player, clock, 1)

    assert timezone.now() - waited_from < timedelta(seconds=15)


def test_no_talk_lasts_longer_than_it_may(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    AgenticCampaign.objects.update(max_length_s=30)
    worded(run, questions=QUESTIONS * 10, tools=[])
    ai = dialed(run, player, "101")

    go_on(player, clock)

    ai.refresh_from_db()
    assert ai.call.end_reason == "max_length"
    assert 30_000 < ai.call.talk_ms < 50_000


def test_ten_times_faster_the_call_keeps_its_own_length(
    run: AgenticRun,
    player: Player,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIALER_AGENTIC_SIMULATOR_SPEED", "10")
    ai = dialed(run, player, "101")

    go_on(player, clock)

    ai.refresh_from_db()
    last = TranscriptLine.objects.filter(call=ai.call).last()
    assert last is not None
    assert last.end_ms > 10_000
    # The clock on the wall ran a tenth of that.
    assert ai.call.talk_ms == pytest.approx(ai.usage["simulator"]["seconds"] * 100, rel=0.05)


def test_a_call_that_is_played_lives_and_one_whose_player_died_ends(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    AgenticCampaign.objects.update(max_length_s=600)
    worded(run, questions=QUESTIONS * 10, tools=[])
    ai = dialed(run, player, "101")
    go_on(player, clock, 90)
    assert lifecycle.reap(timezone.now()) == 0

    # Nobody plays it any more.
    clock.shift(46)
    assert lifecycle.reap(timezone.now()) == 1
    go_on(player, clock, 10)

    ai.refresh_from_db()
    assert (ai.state, ai.call.end_presumed) == ("over", True)
    assert player.talks == {}
    assert DialAttempt.objects.count() == 1


def test_many_calls_are_played_at_once_and_each_is_dialed_once(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    AgenticCampaign.objects.update(max_calls=40)
    trunk = run.campaign.agentic.trunk
    assert trunk is not None
    trunk.max_calls = 40
    trunk.save()
    LeadFactory.create_batch(40, campaign=run.campaign)

    made = begin(player, run)
    assert [player.begin(ai.pk, NOW) for ai in made] == [False] * 40
    go_on(player, clock)

    assert set(AiCall.objects.values_list("state", flat=True)) == {"over"}
    assert Call.objects.exclude(dialed_at=None).count() == 40
    assert DialAttempt.objects.filter(ended_at=None).count() == 0


def test_a_process_that_ends_ends_its_calls(
    run: AgenticRun, player: Player, clock: time_machine.Traveller
) -> None:
    ai = dialed(run, player, "101")
    go_on(player, clock, 20)

    player.close(timezone.now(), "The worker was stopped.")

    ai.refresh_from_db()
    assert (ai.state, ai.problem) == ("over", "The worker was stopped.")
    assert ai.call.status == "wrapped_up"
    assert launching.launch(ai.pk) is False


def test_a_tool_that_is_refused_changes_what_is_said(
    run: AgenticRun, player: Player, notes: Notes, clock: time_machine.Traveller
) -> None:
    worded(run, tools=["schedule_callback"])
    notes.reply = Reply("That time is past.", refused=True)
    ai = dialed(run, player, "109")

    go_on(player, clock)

    assert any("I will pass that on" in line for line in said(ai))
