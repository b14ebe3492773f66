"""What LiveKit tells by itself: only where it is signed, once, and in any order."""

import itertools
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from livekit.protocol import models, webhook

from agentic import sink
from agentic.models import AgenticRun, AiCall, ProviderEvent
from agentic.providers import livekit
from calls.models import Call
from tests.agentic.voices import NOW, claimed
from tests.standins.voice.livekit import LiveKitServer
from tests.standins.voice.serving import Loop, serving
from tests.standins.voice.signing import KEY, SECRET, signed, token_for

pytestmark = pytest.mark.django_db
URL = "/api/agentic/livekit/webhook"
KINDS, LEFT = models.ParticipantInfo.Kind, models.DisconnectReason
_numbers = itertools.count(1)


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
    """A call whose number is being dialed, in its room."""
    made = claimed(run)
    AiCall.objects.filter(pk=made.pk).update(provider="livekit")
    made.refresh_from_db()
    livekit.LiveKit().launch(made)
    sink.take(made.pk, NOW)
    return made


def event(ai: AiCall, kind: str, who: Any = None, reason: Any = 0) -> webhook.WebhookEvent:
    """An event of the call's room, as it would be signed now."""
    told = webhook.WebhookEvent(
        event=kind,
        id=f"EV_{next(_numbers)}",
        created_at=int(timezone.now().timestamp()),
        room=models.Room(name=livekit.room_of(ai)),
    )
    if who is not None:
        told.participant.kind, told.participant.disconnect_reason = who, reason
    return told


def post(told: webhook.WebhookEvent) -> int:
    """Sends an event as LiveKit does; returns the status of the answer."""
    with_token = signed(told)
    return send(*with_token)


def send(body: str, token: str) -> int:
    """Sends a body with a token."""
    headers = {"Authorization": token} if token else {}
    answer = Client().post(URL, body, content_type="application/webhook+json", headers=headers)
    return answer.status_code


def test_what_is_not_signed_or_was_changed_is_refused(ai: AiCall) -> None:
    body, token = signed(event(ai, "room_finished"))
    door = livekit.LiveKit().door(ai, person=7, name="Ada").token
    rng = random.Random(7)

    refused = [
        send(body, ""),
        send(body, "Bearer nonsense"),
        send(body, token_for(body, secret="another-secret-another-secret-another")),
        send(body, door),
        send(body.replace("room_finished", "room_started"), token),
    ]
    for _ in range(30):
        place = rng.randrange(len(body))
        refused.append(
            send(body[:place] + chr(rng.randrange(33, 127)) + "~" + body[place + 1 :], token)
        )

    assert set(refused) == {403}
    assert ProviderEvent.objects.count() == 0
    assert send("", token_for("")) == 403
    assert Client().get(URL).status_code == 405


def test_without_keys_nothing_is_believed(ai: AiCall, settings: Any) -> None:
    told = event(ai, "room_finished")
    settings.LIVEKIT_API_SECRET = ""

    assert post(told) == 403


def test_a_hang_up_of_the_called_ends_the_talk_once(ai: AiCall) -> None:
    sink.answered(ai.pk, NOW)
    told = event(ai, "participant_left", KINDS.SIP, LEFT.CLIENT_INITIATED)

    assert [post(told) for _ in range(3)] == [200, 200, 200]

    call = Call.objects.get()
    assert (call.outcome, call.ended_by) == ("answered", "customer")
    assert ProviderEvent.objects.count() == 1


def test_before_an_answer_the_voice_says_what_became_of_its_dial(ai: AiCall) -> None:
    post(event(ai, "participant_left", KINDS.SIP, LEFT.USER_REJECTED))

    assert AiCall.objects.get().state == "placed"
    sink.ended(ai.pk, NOW, sip_status=486)
    post(event(ai, "room_finished"))
    assert Call.objects.get().outcome == "busy"


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (LEFT.USER_REJECTED, "rejected"),
        (LEFT.USER_UNAVAILABLE, "no_answer"),
        (LEFT.SIP_TRUNK_FAILURE, "failed"),
        (LEFT.UNKNOWN_REASON, "unknown"),
    ],
)
def test_where_the_voice_says_nothing_the_room_does(ai: AiCall, reason: Any, outcome: str) -> None:
    post(event(ai, "participant_left", KINDS.SIP, reason))
    post(event(ai, "room_finished"))

    assert Call.objects.get().outcome == outcome


def test_a_voice_that_died_leaves_nobody_in_silence(ai: AiCall, server: LiveKitServer) -> None:
    sink.answered(ai.pk, NOW)

    assert post(event(ai, "participant_left", KINDS.AGENT, LEFT.CLIENT_INITIATED)) == 200

    ai.refresh_from_db()
    assert (ai.state, ai.problem) == ("over", "The voice left the call.")
    assert (ai.call.outcome, ai.call.ended_by) == ("answered", "system")
    assert server.rooms == {}


def test_a_line_that_could_not_be_freed_is_freed_when_the_event_comes_again(
    ai: AiCall, server: LiveKitServer
) -> None:
    told = event(ai, "participant_left", KINDS.AGENT, LEFT.CLIENT_INITIATED)
    server.broken = "unavailable"
    assert post(told) == 503

    server.broken = ""

    assert post(told) == 200
    assert server.rooms == {}
    assert Call.objects.get().outcome == "unknown"


def test_a_voice_that_handed_over_may_leave(ai: AiCall, server: LiveKitServer) -> None:
    sink.answered(ai.pk, NOW)
    AiCall.objects.update(taken_over_at=NOW)

    post(event(ai, "participant_left", KINDS.AGENT, LEFT.CLIENT_INITIATED))

    assert AiCall.objects.get().state == "placed"
    assert len(server.rooms) == 1


def test_rooms_of_others_and_other_events_change_nothing(ai: AiCall) -> None:
    strange = event(ai, "room_finished")
    strange.room.name = "meeting"
    egress = event(ai, "egress_ended")

    assert [post(strange), post(egress)] == [200, 200]

    assert AiCall.objects.get().state == "placed"
    assert list(ProviderEvent.objects.values_list("kind", flat=True)) == ["egress_ended"]


def test_in_whatever_order_events_come_a_call_ends_once_and_the_same(ai: AiCall) -> None:
    sink.answered(ai.pk, NOW)
    told = [
        event(ai, "room_started"),
        event(ai, "participant_joined", KINDS.SIP),
        event(ai, "participant_left", KINDS.SIP, LEFT.CLIENT_INITIATED),
        event(ai, "participant_left", KINDS.AGENT, LEFT.ROOM_DELETED),
        event(ai, "room_finished"),
    ]
    rng = random.Random(time.monotonic_ns())
    shuffled = rng.sample(told * 2, k=10)

    assert {post(each) for each in shuffled} == {200}

    call = Call.objects.get()
    assert (call.status, call.outcome) == ("wrapped_up", "answered")
    assert ProviderEvent.objects.count() == 5
