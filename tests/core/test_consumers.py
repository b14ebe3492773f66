"""What a page hears on its WebSockets, and what it may ask for."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.utils import timezone

from accounts.models import LoginSession, User
from core import outbox, realtime, sockets
from core.errors import DomainError
from core.models import Event
from core.sockets import in_thread
from tests.core.sockets import Page, happens, page

pytestmark = pytest.mark.django_db(transaction=True)
type Topic = Callable[..., str]
type Person = Callable[..., User]


@pytest.fixture
def agent(person: Person) -> User:
    """Someone with a page."""
    return person()


@pytest.fixture
def admin(person: Person) -> User:
    """Who watches over the system."""
    return person("superadmin", organization=None, name="Ada")


def record(count: int, name: str) -> None:
    for _ in range(count):
        realtime.record("thing.happened", topics=[name])
    outbox.catch_up()


async def test_a_page_gets_a_hint_of_a_topic_that_it_watches(agent: User, topic: Topic) -> None:
    watched, other = topic(), topic()
    async with page(agent) as tab:
        await tab.subscribe(watched)

        await happens("thing.foreign", other)
        event = await happens("thing.happened", watched, other, subject={"thing": 7})

        [hint] = await tab.hints(1)
        assert hint["kind"] == "thing.happened"
        assert hint["subject"] == {"thing": 7}
        assert hint["topics"] == [watched]
        await in_thread(event.refresh_from_db)
        assert hint["seq"] == event.seq


async def test_hints_close_together_come_in_one_message(agent: User, topic: Topic) -> None:
    watched = topic()
    async with page(agent) as tab:
        await tab.subscribe(watched)

        await in_thread(record, 20, watched)

        hints = await tab.hints(20)
        assert [hint["seq"] for hint in hints] == sorted(hint["seq"] for hint in hints)


async def test_what_happened_since_the_last_number_is_replayed_once(
    agent: User, topic: Topic
) -> None:
    watched = topic()
    await in_thread(record, 5, watched)
    head = await in_thread(outbox.head)
    async with page(agent) as tab:
        subscribed = await tab.subscribe(watched, last=head - 3)

        assert subscribed["head"] == head
        assert [hint["seq"] for hint in await tab.hints(3)] == [head - 2, head - 1, head]
        await happens("thing.happened", watched)
        assert [hint["seq"] for hint in await tab.hints(1)] == [head + 1]


async def test_a_page_that_missed_too_much_looks_at_everything_again(
    agent: User, topic: Topic
) -> None:
    watched = topic()

    def flood() -> None:
        now = timezone.now()
        Event.objects.bulk_create(
            Event(kind="thing.happened", topics=[watched], at=now)
            for _ in range(outbox.REPLAY_LIMIT + 1)
        )
        outbox.catch_up()

    await in_thread(flood)
    async with page(agent) as tab:
        await tab.subscribe(watched, last=0)

        await tab.hear("reset")


@pytest.mark.parametrize("last", [-1, 10**9])
async def test_a_number_that_cannot_be_makes_the_page_look_again(
    last: int, agent: User, topic: Topic
) -> None:
    async with page(agent) as tab:
        await tab.subscribe(topic(), last=last)

        await tab.hear("reset")


async def test_a_number_from_before_retention_makes_the_page_look_again(
    agent: User, topic: Topic
) -> None:
    watched = topic()
    await in_thread(record, 3, watched)
    head = await in_thread(outbox.head)
    await in_thread(Event.objects.filter(seq__lt=head).delete)
    async with page(agent) as tab:
        await tab.subscribe(watched, last=head - 2)

        await tab.hear("reset")


async def test_a_new_set_of_topics_replaces_the_old_one_and_misses_nothing(
    agent: User, topic: Topic
) -> None:
    first, second = topic(), topic()
    async with page(agent) as tab:
        await tab.subscribe(first)
        await tab.subscribe(first, second)

        await happens("thing.happened", first)
        await happens("thing.happened", second)
        assert {hint["topics"][0] for hint in await tab.hints(2)} == {first, second}

        await tab.subscribe(second)
        await happens("thing.happened", first)
        await happens("thing.happened", second)
        assert [hint["topics"] for hint in await tab.hints(1)] == [[second]]


async def test_a_topic_that_the_person_may_not_watch_is_refused_and_silent(
    agent: User, topic: Topic
) -> None:
    mine, theirs = topic(), topic(lambda *_: False)
    async with page(agent) as tab:
        subscribed = await tab.subscribe(mine, theirs, "unheard-of:1")

        assert subscribed["topics"] == [mine]
        assert subscribed["refused"] == sorted([theirs, "unheard-of:1"])
        await happens("thing.happened", theirs)
        await happens("thing.happened", mine)
        assert [hint["topics"] for hint in await tab.hints(1)] == [[mine]]


@pytest.mark.parametrize(("role", "sees"), [("manager", False), ("superadmin", True)])
async def test_only_who_sees_every_organization_may_watch_everything(
    role: str, sees: bool, person: Person
) -> None:
    user = await in_thread(person, role, **({"organization": None} if role == "superadmin" else {}))
    async with page(user) as tab:
        subscribed = await tab.subscribe("activity")

        assert (subscribed["topics"] == ["activity"]) is sees


async def test_more_events_at_once_than_a_socket_holds_are_counted_as_skipped(
    agent: User, topic: Topic
) -> None:
    watched = topic()
    surplus = 44

    def flood() -> None:
        now = timezone.now()
        Event.objects.bulk_create(
            Event(kind="thing.happened", topics=[watched], at=now)
            for _ in range(sockets.BUFFER + surplus)
        )

    async with page(agent) as tab:
        await tab.subscribe(watched)
        await in_thread(flood)

        assert (await tab.hear("skipped"))["count"] == surplus
        assert len(await tab.hints(sockets.BUFFER)) == sockets.BUFFER


async def test_a_stranger_is_told_to_log_in() -> None:
    async with page(AnonymousUser()) as tab:
        assert await tab.closed() == 4401


async def test_the_end_of_a_login_ends_its_sockets_and_no_others(agent: User) -> None:

    def log_in() -> LoginSession:
        now = timezone.now()
        return LoginSession.objects.create(user=agent, created_at=now, expires_at=now)

    ended, kept = [await in_thread(log_in) for _ in range(2)]
    async with page(agent, login=ended) as first, page(agent, login=kept) as second:
        await first.subscribe()
        await second.subscribe()

        await happens("session.revoked", subject={"login": str(ended.public_id)})

        await first.hear("session.revoked")
        assert await first.closed() == 4401
        assert await second.subscribe()


async def test_a_suspended_person_cannot_subscribe(agent: User, topic: Topic) -> None:
    async with page(agent) as tab:
        await in_thread(User.objects.filter(pk=agent.pk).update, status="suspended")

        await tab.say(type="subscribe", topics=[topic()], last=None)

        assert await tab.closed() == 4401


async def test_a_registered_message_reaches_its_app_with_the_person(
    agent: User,
) -> None:
    heard: list[Any] = []
    realtime.inbound("test-beat", lambda *args: heard.append(args))
    async with page(agent) as tab:
        await tab.say(type="test-beat", activity=True)
        await tab.subscribe()

        assert heard == [(agent, {"type": "test-beat", "activity": True})]


async def test_a_refusal_of_an_app_is_told_to_the_page(agent: User) -> None:
    def refuse(*_: Any) -> None:
        raise DomainError("Not now.", code="not_now")

    realtime.inbound("test-refused", refuse)
    async with page(agent) as tab:
        await tab.say(type="test-refused")

        answer = await tab.hear("error")
        assert (answer["code"], answer["message"]) == ("not_now", "Not now.")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "malformed"),
        ("[]", "malformed"),
        ("7", "malformed"),
        ('{"type": 7}', "malformed"),
        ("[" * 10_000, "malformed"),
        ('{"type": "dance"}', "unknown_type"),
        ('{"type": "subscribe"}', "invalid_topics"),
        ('{"type": "subscribe", "topics": "agent:1"}', "invalid_topics"),
        ('{"type": "subscribe", "topics": [7]}', "invalid_topics"),
        (json.dumps({"type": "subscribe", "topics": ["x" * 101]}), "invalid_topics"),
        (
            json.dumps({"type": "subscribe", "topics": [f"x:{n}" for n in range(101)]}),
            "invalid_topics",
        ),
        ('{"type": "subscribe", "topics": [], "last": "7"}', "invalid_last"),
        ('{"type": "subscribe", "topics": [], "last": true}', "invalid_last"),
    ],
)
async def test_a_wrong_message_is_answered_and_the_socket_goes_on(
    frame: str, code: str, agent: User
) -> None:
    async with page(agent) as tab:
        await tab.wire.send_to(text_data=frame)

        assert (await tab.hear("error"))["code"] == code
        assert await tab.subscribe()


async def test_a_frame_that_is_too_large_ends_the_socket(agent: User) -> None:
    async with page(agent) as tab:
        await tab.wire.send_to(text_data=" " * (sockets.LARGEST_FRAME + 1))

        assert await tab.closed() == 1009


async def test_a_frame_of_bytes_ends_the_socket(agent: User) -> None:
    async with page(agent) as tab:
        await tab.wire.send_to(bytes_data=b"{}")

        assert await tab.closed() == 1009


async def test_a_page_that_talks_without_end_is_cut_off(agent: User) -> None:
    async with page(agent) as tab:
        for _ in range(sockets.RATE + 1):
            await tab.say(type="pong")

        assert await tab.closed() == 4429


async def test_a_path_that_no_one_serves_is_refused(agent: User) -> None:
    nowhere = Page("/ws/elsewhere/", agent)

    assert await nowhere.wire.connect() == (False, 4404)


async def test_activity_is_closed_to_people_without_the_permission(agent: User) -> None:
    async with page(agent, "/ws/activity/") as tab:
        assert await tab.closed() == 4403


async def test_activity_tells_whole_rows_and_replays_what_was_missed(admin: User) -> None:
    missed = await happens("login.succeeded", category="auth", actor=admin, subject={"user": 3})
    async with page(admin, "/ws/activity/") as tab:
        await tab.hear("connection")
        await tab.say(type="subscribe", subscriptions=["activity"], last=0)

        updated = await tab.hear("subscriptions_updated")
        assert updated["subscriptions"] == ["activity"]
        told = await tab.hear("activity_event")
        assert told["data"] == {
            "id": missed.pk,
            "type": "auth",
            "kind": "login.succeeded",
            "severity": "info",
            "message": "Login succeeded",
            "details": "user 3",
            "actor": "Ada",
            "timestamp": missed.at.isoformat(),
        }
        later = await happens("call.ended")
        assert (await tab.hear("activity_event"))["data"]["id"] == later.pk


async def test_activity_passes_only_what_its_filters_name(admin: User) -> None:
    async with page(admin, "/ws/activity/") as tab:
        await tab.hear("connection")
        await tab.say(type="subscribe", subscriptions=["activity"], last=None)
        await tab.hear("subscriptions_updated")
        await tab.say(type="set_filters", filters=["auth", "error"])
        assert (await tab.hear("filters_updated"))["filters"] == ["auth", "error"]

        await happens("call.ended", category="api")
        await happens("login.succeeded", category="auth")
        await happens("call.failed", category="api", severity="error")

        kinds = [(await tab.hear("activity_event"))["data"]["kind"] for _ in range(2)]
        assert kinds == ["login.succeeded", "call.failed"]


async def test_activity_stays_within_the_organization_of_its_reader(person: Person) -> None:
    def auditor() -> User:
        user = person("manager")
        user.user_permissions.add(Permission.objects.get(codename="view_event"))
        return user

    user = await in_thread(auditor)
    async with page(user, "/ws/activity/") as tab:
        await tab.hear("connection")
        await tab.say(type="subscribe", subscriptions=["activity"], last=None)
        await tab.hear("subscriptions_updated")

        await happens("thing.foreign")
        own = await happens("thing.own", organization=user.organization_id)

        assert (await tab.hear("activity_event"))["data"]["id"] == own.pk


async def test_activity_tells_health_and_metrics_when_asked(admin: User) -> None:
    async with page(admin, "/ws/activity/") as tab:
        await tab.hear("connection")
        await tab.say(type="subscribe", subscriptions=["health", "metrics"], last=None)
        await tab.hear("subscriptions_updated")

        told = [await tab.wire.receive_json_from(10) for _ in range(2)]

        data = {message["type"]: message["data"] for message in told}
        assert data["system_health"]["checks"]["db"]["ok"] is True
        assert data["metrics_update"]["sockets_open"] == 1


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "set_filters", "filters": ["gossip"]}, "invalid_filters"),
        ({"type": "subscribe", "subscriptions": ["everything"]}, "invalid_subscriptions"),
        ({"type": "unsubscribe"}, "unknown_type"),
    ],
)
async def test_activity_answers_a_wrong_message(
    message: dict[str, Any], code: str, admin: User
) -> None:
    async with page(admin, "/ws/activity/") as tab:
        await tab.hear("connection")

        await tab.wire.send_json_to(message)

        assert (await tab.hear("error"))["code"] == code
