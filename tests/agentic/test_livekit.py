"""LiveKit as a provider: one room for each call, and nothing is asked twice."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from livekit import api
from livekit.protocol import models

from agentic.models import AgenticRun, AiCall
from agentic.providers import livekit
from agentic.providers.livekit import LiveKit
from core.errors import DomainError
from tests.agentic.voices import claimed
from tests.standins.voice.livekit import LiveKitServer
from tests.standins.voice.serving import Loop, serving
from tests.standins.voice.signing import KEY, SECRET

pytestmark = pytest.mark.django_db
PHONE = models.ParticipantInfo(
    identity="lead", kind=models.ParticipantInfo.Kind.SIP, attributes={"sip.callStatus": "dialing"}
)


@pytest.fixture
def server() -> LiveKitServer:
    """The server that stands in for LiveKit."""
    return LiveKitServer()


@pytest.fixture
def loop(server: LiveKitServer, settings: Any) -> Iterator[Loop]:
    """Runs the server, and tells the product where it is."""
    with serving(server) as running:
        settings.LIVEKIT_URL = server.url
        settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
        settings.GOOGLE_API_KEY = "tests-only"
        yield running


@pytest.fixture
def ai(run: AgenticRun, loop: Loop) -> AiCall:
    """A call that is being launched."""
    return claimed(run, state=AiCall.State.LAUNCHING)


def test_a_launch_makes_one_room_and_sends_one_voice(ai: AiCall, server: LiveKitServer) -> None:
    LiveKit().launch(ai)

    ((name, asked),) = server.requests
    assert name == "RoomService/CreateRoom"
    assert isinstance(asked, api.CreateRoomRequest)
    assert asked.name == f"call-{ai.public_id}"
    assert (asked.empty_timeout, asked.departure_timeout, asked.max_participants) == (60, 15, 6)
    (voice,) = asked.agents
    assert voice.agent_name == "dialer"
    assert json.loads(voice.metadata) == {"call": str(ai.public_id)}
    assert voice.restart_policy == api.JobRestartPolicy.JRP_NEVER
    assert server.dials == []


def test_a_launch_that_comes_twice_finds_its_room(ai: AiCall, server: LiveKitServer) -> None:
    LiveKit().launch(ai)
    LiveKit().launch(ai)

    assert len(server.rooms) == 1
    assert len(server.rooms[livekit.room_of(ai)].dispatches) == 1


@pytest.mark.parametrize("answer", ["unauthenticated", "resource_exhausted", "invalid_argument"])
def test_a_refused_launch_started_nothing(ai: AiCall, server: LiveKitServer, answer: str) -> None:
    server.broken = answer

    with pytest.raises(DomainError, match=answer) as refused:
        LiveKit().launch(ai)

    assert refused.value.code == "launch_failed"
    assert len(server.requests) == 1


def test_a_line_without_a_trunk_launches_nothing(ai: AiCall, server: LiveKitServer) -> None:
    assert ai.trunk is not None
    ai.trunk.livekit_id = ""

    with pytest.raises(DomainError, match="no trunk") as refused:
        LiveKit().launch(ai)

    assert refused.value.code == "not_configured"
    assert server.requests == []


def test_where_nobody_listens_nothing_was_started(
    ai: AiCall, loop: Loop, server: LiveKitServer
) -> None:
    loop(server.stop())

    with pytest.raises(DomainError) as refused:
        LiveKit().launch(ai)

    assert refused.value.code == "launch_failed"


@pytest.mark.parametrize("answer", ["dropped", "internal", "unavailable", "canceled"])
def test_a_launch_without_a_clear_answer_is_no_failure_and_never_repeated(
    ai: AiCall, server: LiveKitServer, answer: str
) -> None:
    server.broken = answer

    LiveKit().launch(ai)

    assert len(server.requests) == 1


def test_hanging_up_closes_the_room_and_again_changes_nothing(
    ai: AiCall, server: LiveKitServer
) -> None:
    LiveKit().launch(ai)

    LiveKit().hang_up(ai)
    LiveKit().hang_up(ai)

    assert server.rooms == {}


def test_a_hang_up_that_may_not_have_arrived_is_told(ai: AiCall, server: LiveKitServer) -> None:
    LiveKit().launch(ai)
    server.broken = "unavailable"

    with pytest.raises(DomainError) as refused:
        LiveKit().hang_up(ai)

    assert refused.value.code == "provider_unreachable"


def test_what_is_known_of_a_call_comes_from_its_room(
    ai: AiCall, loop: Loop, server: LiveKitServer
) -> None:
    provider, seen = LiveKit(), []

    seen.append(provider.standing(ai))
    provider.launch(ai)
    seen.append(provider.standing(ai))
    room = server.rooms[livekit.room_of(ai)]
    loop(server.join(room, PHONE))
    seen.append(provider.standing(ai))
    loop(server.join(room, models.ParticipantInfo(identity="voice-1")))
    seen.append(provider.standing(ai))
    room.participants["lead"].attributes["sip.callStatus"] = "active"
    seen.append(provider.standing(ai))
    server.broken = "dropped"
    seen.append(provider.standing(ai))

    assert [each.value for each in seen] == [
        *("gone", "waiting", "alone", "dialing", "talking", "unknown")
    ]


def test_what_is_missing_is_named_with_its_remedy(run: AgenticRun, settings: Any) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = "livekit.example.test", KEY
    settings.LIVEKIT_API_SECRET = settings.GOOGLE_API_KEY = ""

    found = LiveKit().problems()

    assert [each.what for each in found] == [
        "LIVEKIT_API_SECRET is not set.",
        "GOOGLE_API_KEY is not set.",
        "LIVEKIT_URL is no address of a server.",
    ]
    assert all(each.fix for each in found)
    with pytest.raises(DomainError) as refused:
        LiveKit().launch(claimed(run, state=AiCall.State.LAUNCHING))
    assert refused.value.code == "not_configured"


def test_a_room_tells_its_call(run: AgenticRun) -> None:
    ai = claimed(run)

    assert livekit.call_of(livekit.room_of(ai)) == ai.public_id
    assert livekit.call_of("call-7") is None
    assert livekit.call_of(str(ai.public_id)) is None


def test_a_door_opens_one_room_for_a_microphone(ai: AiCall) -> None:
    door = LiveKit().door(ai, person=7, name="Ada")

    claims = api.TokenVerifier(KEY, SECRET).verify(door.token)
    assert door.token not in repr(door)
    assert (claims.identity, claims.name) == ("person-7", "Ada")
    assert claims.video
    assert claims.video.room == livekit.room_of(ai)
    assert claims.video.can_publish_sources == ["microphone"]
    assert not claims.video.room_admin
