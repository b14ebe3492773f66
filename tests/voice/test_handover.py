"""A person takes a call over from a real voice: they talk to the called, and the voice listens."""

import time
from collections.abc import Iterator
from datetime import timedelta

import av
import numpy as np
import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat, User
from agentic import commands, doors, handover, reaping
from agentic.models import AgenticRun, AiCall, HandOver
from calls import assembly
from calls.models import Recording, TranscriptLine
from tests.clients import browser
from tests.factories import CampaignFactory, TeamFactory, UserFactory
from tests.standins.voice.gemini import Turn
from tests.standins.voice.participant import Participant
from tests.voice.conftest import Stage, fresh

pytestmark = pytest.mark.voice
HELLO = Turn(say="Hello, I am an automated voice.", seconds=0.8)
INTRODUCED = Turn(say="My colleague Ben takes over.", seconds=0.6)
TAKEN = "A colleague took over."


@pytest.fixture
def ben(run: AgenticRun) -> User:
    """Somebody of the campaign's team who is ready."""
    user = UserFactory.create(organization=run.organization, name="Ben Closer")
    team = TeamFactory.create(organization=run.organization)
    team.members.add(user)
    run.campaign.teams.add(team)
    work = CampaignFactory.create(organization=run.organization)
    work.teams.add(team)
    presence.open_session(user)
    presence.ready(user, [work.pk])
    return user


@pytest.fixture
def person(stage: Stage) -> Iterator[Participant]:
    """Their browser."""

    async def made() -> Participant:
        return Participant()

    found = stage.loop(made())
    yield found
    stage.loop(found.leave())


def accepted(stage: Stage, run: AgenticRun, ben: User, *script: Turn) -> AiCall:
    """A talk that Ben said he takes over."""
    ai = stage.call(run, HELLO, *script)
    stage.answered(ai)
    stage.until(lambda: said("Hello, I am an automated voice."))
    handover.accept(ben, handover.ask(run.started_by, fresh(ai)))
    return ai


def comes(stage: Stage, ai: AiCall, ben: User, person: Participant) -> None:
    """His browser asks for the way into the room, and goes it."""
    answer = browser(ben).post(reverse("agentic-api:door", args=[ai.call.public_id]))
    door = answer.json()
    stage.loop(person.join(door["url"], door["token"]))


def said(text: str) -> bool:
    """Whether this stands in the transcript."""
    return TranscriptLine.objects.filter(text=text).exists()


def sides(recording: Recording) -> tuple[float, list[float], list[float]]:
    """How long a recording plays, and how loud each tenth of a second is, left and right."""
    with storages["recordings"].open(recording.file) as file, av.open(file, "r") as sound:
        frames = [frame.to_ndarray() for frame in sound.decode(audio=0)]
        rate = sound.streams.audio[0].rate
    left, right = np.concatenate(frames, axis=1)
    tenths = len(left) // (rate // 10)
    loud = [
        np.abs(each[: tenths * (rate // 10)]).reshape(tenths, -1).max(1) for each in (left, right)
    ]
    return len(left) / rate, list(loud[0]), list(loud[1])


def test_who_takes_over_is_introduced_heard_and_recorded(
    stage: Stage, run: AgenticRun, ben: User, person: Participant
) -> None:
    ai = accepted(stage, run, ben, INTRODUCED)
    assert fresh(ai).taken_over_at is None
    assert not said(INTRODUCED.say)

    comes(stage, ai, ben, person)
    stage.until(lambda: said(TAKEN))

    assert said(INTRODUCED.say)
    assert "Ben Closer" in stage.gemini.talks[0].prompts[-1]
    assert (fresh(ai).call.agent, AgentSeat.objects.get(user=ben).state) == (ben, "on_call")
    # Both hear each other, and nobody else is heard.
    phone = stage.phone(ai)
    stage.until(lambda: not phone.heard_since(time.time() - 0.5), "the voice goes on")
    quiet, at = stage.heard_s(ai), time.time()
    stage.says(ai, 0.8)
    stage.until(lambda: person.heard_since(at), "the called is not heard")
    person.says(0.8)
    stage.until(lambda: stage.heard_s(ai, voice=False), "the person is not heard")
    stage.until(lambda: not person.speaking)
    assert stage.heard_s(ai) == quiet

    commands.hang_up(ben, fresh(ai))
    done = stage.over(ai)

    assert (done.call.outcome, done.call.ended_by) == ("answered", "agent")
    assert AgentSeat.objects.get(user=ben).state == "wrap_up"
    # One recording: the called on the left, first the voice and then the person on the right.
    assembly.join_due(timezone.now() + timedelta(minutes=10))
    seconds, left, right = sides(Recording.objects.get())
    assert abs(seconds * 1000 - done.call.talk_ms) < 1500
    spoken = [index for index, loud in enumerate(right) if loud > 0.03]
    heard = [index for index, loud in enumerate(left) if loud > 0.03]
    assert spoken[0] < heard[0] < spoken[-1]


def test_the_called_hangs_up_on_a_person(
    stage: Stage, run: AgenticRun, ben: User, person: Participant
) -> None:
    ai = accepted(stage, run, ben, INTRODUCED)
    comes(stage, ai, ben, person)
    stage.until(lambda: said(TAKEN))

    stage.hang_up(ai)

    done = stage.over(ai)
    assert (done.call.outcome, done.call.ended_by) == ("answered", "customer")
    assert AgentSeat.objects.get(user=ben).state == "wrap_up"


def test_a_person_who_leaves_and_stays_away_ends_the_call(
    stage: Stage, run: AgenticRun, ben: User, person: Participant
) -> None:
    ai = accepted(stage, run, ben, INTRODUCED)
    comes(stage, ai, ben, person)
    stage.until(lambda: said(TAKEN))

    stage.loop(person.leave())

    done = stage.over(ai)
    assert (done.call.outcome, done.call.ended_by) == ("answered", "agent")


def test_who_does_not_come_loses_the_call_and_the_voice_goes_on(
    stage: Stage, run: AgenticRun, ben: User
) -> None:
    sorry = Turn(say="Nobody is free, may we call again?", seconds=0.6)
    ai = accepted(stage, run, ben, sorry)

    # As the beat does it.
    assert handover.expire(timezone.now() + timedelta(seconds=31)) == 1

    stage.until(lambda: said(sorry.say))
    assert HandOver.objects.get().state == "missed"
    assert AgentSeat.objects.get(user=ben).state == "ready"
    assert (fresh(ai).taken_over_by, fresh(ai).call.agent) == (None, None)
    stage.hang_up(ai)
    assert stage.over(ai).call.ended_by == "customer"


def test_a_person_goes_on_without_the_voice_that_died_and_then_ends_the_call(
    stage: Stage, run: AgenticRun, ben: User, person: Participant
) -> None:
    ai = accepted(stage, run, ben, INTRODUCED)
    comes(stage, ai, ben, person)
    stage.until(lambda: said(TAKEN))

    for process in stage.jobs():
        process.kill()
    stage.until(lambda: stage.inside(ai) == {"SIP", "STANDARD"}, "the voice is still there")

    # Nothing more renews its lease but the look after silent voices.
    at = timezone.now()
    assert reaping.reap(at + timedelta(seconds=21)) == 0
    assert fresh(ai).state == AiCall.State.PLACED
    lease = fresh(ai).call.lease_until
    assert lease is not None
    assert lease > at + timedelta(seconds=60)
    stage.loop(person.leave())
    stage.until(lambda: stage.inside(ai) == {"SIP"}, "the person is still there")
    assert reaping.reap(at + timedelta(seconds=45)) == 1
    done = stage.over(ai)
    assert (done.call.outcome, done.problem) == ("answered", "The voice was lost.")


def test_who_comes_too_late_hears_nothing_of_the_call(
    stage: Stage, run: AgenticRun, ben: User, person: Participant
) -> None:
    ai = accepted(stage, run, ben, Turn(say="Nobody is free.", seconds=0.4))
    door = doors.open_to(ben, fresh(ai))
    handover.give_back(ben, fresh(ai))

    stage.loop(person.join(door.url, door.token))

    stage.until(lambda: not person.room.isconnected(), "they are still there")
    stage.hang_up(ai)
    stage.over(ai)
