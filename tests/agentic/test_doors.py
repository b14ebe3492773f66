"""The way into a call's room: for whoever takes it over, for a few minutes, and nobody else."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from livekit import api

from accounts import presence
from accounts.models import User
from agentic import handover, sink
from agentic.models import AgenticRun, AiCall, HandOver
from agentic.providers.livekit import room_of
from calls import lifecycle
from calls.models import Call
from tests.agentic.voices import claimed
from tests.clients import browser
from tests.factories import OrganizationFactory, UserFactory
from tests.standins.voice.signing import KEY, SECRET

pytestmark = pytest.mark.django_db
URL = "wss://rooms.example.test"


@pytest.fixture(autouse=True)
def livekit(settings: Any) -> None:
    settings.LIVEKIT_URL, settings.GOOGLE_API_KEY = URL, "tests-only"
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET


@pytest.fixture
def taken(run: AgenticRun) -> Callable[..., tuple[AiCall, User]]:
    """A call that somebody answered and a person said they take over."""

    def take(provider: str = "livekit") -> tuple[AiCall, User]:
        run.provider = provider
        ai, now = claimed(run), timezone.now()
        sink.take(ai.pk, now)
        sink.answered(ai.pk, now)
        user = UserFactory.create(organization=run.organization)
        ai.refresh_from_db()
        offer = HandOver.objects.create(
            organization=ai.organization,
            ai_call=ai,
            agent=user,
            live_agent=user.pk,
            live_call=ai.pk,
            offered_at=now,
            expires_at=now + timedelta(seconds=25),
        )
        _reserve(user, ai)
        handover.accept(user, offer)
        ai.refresh_from_db()
        return ai, user

    return take


def _reserve(user: User, ai: AiCall) -> None:
    presence.open_session(user)
    presence.reserve(presence.lock(user), ai.call.public_id, timezone.now())


def knock(user: User, ai: AiCall) -> Any:
    """Asks for the way in; the test client's answer has no type that shows what it holds."""
    return browser(user).post(reverse("agentic-api:door", args=[ai.call.public_id]))


def test_who_takes_a_call_over_gets_the_way_into_its_room(
    taken: Callable[..., tuple[AiCall, User]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ai, user = taken()

    answer = knock(user, ai)

    told = answer.json()
    claims = api.TokenVerifier(KEY, SECRET).verify(told["token"])
    assert (answer.status_code, told["url"]) == (200, URL)
    assert claims.video
    assert (claims.identity, claims.video.room) == (f"person-{user.pk}", room_of(ai))
    assert answer["Cache-Control"] == "no-store"
    assert told["token"] not in caplog.text
    # Whoever is in may come back, until the call is over.
    assert handover.joined(ai.pk, user.pk, timezone.now())
    assert knock(user, ai).status_code == 200


def test_for_everybody_else_there_is_no_such_call(
    taken: Callable[..., tuple[AiCall, User]],
) -> None:
    ai, user = taken()
    colleague = UserFactory.create(organization=ai.organization)
    manager = UserFactory.create(organization=ai.organization, role="manager")
    stranger = UserFactory.create(organization=OrganizationFactory.create())

    answers = {knock(each, ai).status_code for each in (colleague, stranger)}

    assert answers == {404}
    assert knock(manager, ai).status_code == 403
    handover.give_back(user, ai)
    assert knock(user, ai).status_code == 404


def test_a_call_that_is_over_has_no_door(taken: Callable[..., tuple[AiCall, User]]) -> None:
    ai, user = taken()
    sink.ended(ai.pk, timezone.now(), by="remote")

    answer = knock(user, ai)

    assert (answer.status_code, answer.json()["code"]) == (409, "over")


def test_the_simulator_has_no_voice_to_talk_to(taken: Callable[..., tuple[AiCall, User]]) -> None:
    ai, user = taken("simulator")

    answer = knock(user, ai)

    assert (answer.status_code, answer.json()["code"]) == (409, "no_door")
    assert answer.json()["message"] == "The simulator has no voice to talk to."


def page(user: User, name: str, ai: AiCall) -> Any:
    """A page of the taken call."""
    return browser(user).get(reverse(f"agentic:{name}", args=[ai.call.public_id]))


def test_the_page_of_a_taken_call_has_a_line_to_it_only_where_there_is_a_voice(
    taken: Callable[..., tuple[AiCall, User]],
) -> None:
    ai, user = taken()
    other, somebody = taken("simulator")

    assert "<call-line" in page(user, "taken", ai).content.decode()
    shown = page(somebody, "taken", other).content.decode()
    assert "<call-line" not in shown
    assert "The simulator has no voice to talk to" in shown


def test_who_did_not_join_is_told_so_and_may_do_nothing_more(
    taken: Callable[..., tuple[AiCall, User]],
) -> None:
    ai, user = taken()
    assert handover.missed(ai.pk, user.pk, timezone.now())

    shown = page(user, "taken", ai).content.decode()

    assert "The voice goes on with this call" in shown
    assert "call-line" not in shown
    for name in ("taken_hang_up", "taken_give_back", "taken_result"):
        path = reverse(f"agentic:{name}", args=[ai.call.public_id])
        assert browser(user).post(path).status_code == 404


def test_a_call_that_ended_before_its_person_joined_says_so(
    taken: Callable[..., tuple[AiCall, User]],
) -> None:
    ai, user = taken()
    sink.ended(ai.pk, timezone.now(), by="remote")
    assert handover.expire(timezone.now()) == 1

    shown = page(user, "taken", ai).content.decode()

    assert "This call ended before you joined" in shown


def test_the_way_back_to_a_taken_call_is_shown_until_its_result_is_written(
    taken: Callable[..., tuple[AiCall, User]],
) -> None:
    ai, user = taken()
    client, path = browser(user), reverse("agentic:offer")

    assert "You have a call with" in client.get(path).content.decode()
    handover.joined(ai.pk, user.pk, timezone.now())
    sink.ended(ai.pk, timezone.now(), by="remote")
    assert "Write down its result" in client.get(path).content.decode()
    lifecycle.wrap_up(Call.objects.get(pk=ai.call_id))
    assert "Your call" not in client.get(path).content.decode()
