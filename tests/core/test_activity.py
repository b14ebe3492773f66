"""The activity page: what happened, for those who watch over the system."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from core import activity, realtime
from core.models import Event
from tests.clients import browser

pytestmark = pytest.mark.django_db
type Person = Callable[..., User]
FEED = reverse("core:activity")


@pytest.fixture
def admin(person: Person) -> User:
    """Who watches over the system."""
    return person("superadmin", organization=None, name="Ada Admin")


@pytest.fixture
def desk(admin: User) -> Client:
    """The administrator's browser."""
    return browser(admin)


def flood(count: int, **fields: object) -> list[Event]:
    now = timezone.now()
    rows = (Event(**{"kind": "call.ended", "at": now, **fields}) for _ in range(count))
    Event.objects.bulk_create(rows)
    return list(Event.objects.order_by("-id")[:count])


def shown(page: str) -> list[int]:
    """Ids of the rows on a page, in their order."""
    return [int(part.split('"')[0]) for part in page.split('data-event="')[1:] if part[0] != '"']


def test_the_newest_events_come_first_with_who_and_what(desk: Client, admin: User) -> None:
    realtime.record("login.succeeded", category="auth", actor=admin, subject={"user": 7})
    last = realtime.record("call.ended", data={"because": "far side"})

    page = desk.get(FEED).content.decode()

    assert shown(page)[0] == last.pk
    for words in ("Login succeeded", "Ada Admin", "user 7", "Call ended", "because far side"):
        assert words in page


def test_older_events_follow_without_a_gap_or_a_repetition(desk: Client) -> None:
    events = flood(activity.PAGE + 5)

    first = shown(desk.get(FEED).content.decode())
    more = desk.get(FEED, {"before": first[-1]}).content.decode()

    assert "<html" not in more
    ours = {event.pk for event in events}
    assert [pk for pk in first + shown(more) if pk in ours] == [event.pk for event in events]


def test_filters_show_only_what_they_name(desk: Client) -> None:
    flood(3, category="api")
    [wanted] = flood(1, category="database")

    assert shown(desk.get(FEED, {"filter": ["database"]}).content.decode()) == [wanted.pk]


def test_an_empty_feed_says_what_will_come(desk: Client) -> None:
    page = desk.get(FEED, {"filter": ["database"]}).content.decode()

    assert "Nothing here yet" in page
    assert "data-empty hidden" not in page


@pytest.mark.parametrize("before", ["x", "-1", "9" * 19, ""])
def test_a_place_that_is_no_number_is_refused(before: str, desk: Client) -> None:
    assert desk.get(FEED, {"before": before}).status_code == 400


def test_a_reader_of_one_organization_sees_no_other(
    person: Person, organization: Organization
) -> None:
    reader = person("manager")
    reader.user_permissions.add(Permission.objects.get(codename="view_event"))
    flood(2)
    own = realtime.record("call.ended", organization=organization)
    desk = browser(reader)

    assert shown(desk.get(FEED, {"filter": "api"}).content.decode()) == [own.pk]


def test_the_page_costs_the_same_for_many_rows(
    desk: Client, admin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    flood(activity.PAGE, actor=admin)

    with django_assert_max_num_queries(4):
        desk.get(FEED)
