"""The day's numbers: computed from calls, by the definitions that the page shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pytest_django import DjangoAssertNumQueries

from accounts import presence
from accounts.models import User
from calls import reports
from calls.models import Call
from tests.factories import AttemptFactory, CallFactory, CampaignFactory, DispositionFactory

Person = Callable[..., User]
START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(days=1)


def made(agent: User, *, dialed: bool = True, talk_ms: int | None = None, **fields: object) -> Call:
    campaign = CampaignFactory.create(organization=agent.organization)
    at = START + timedelta(hours=9)
    attempt = AttemptFactory.create(campaign=campaign, agent=agent, reserved_at=at)
    facts = {
        "dialed_at": at if dialed else None,
        "answered_at": at if talk_ms is not None else None,
        "ended_at": at + timedelta(milliseconds=talk_ms or 0),
        "talk_ms": talk_ms or 0,
    }
    return CallFactory.create(attempt=attempt, **facts | fields)


def test_the_days_numbers_follow_their_definitions(person: Person) -> None:
    ava = person()
    lead = DispositionFactory.create(organization=ava.organization, success=True)
    made(ava, talk_ms=60_000, wrap_up_ms=10_000, disposition=lead)
    made(ava, talk_ms=20_000, wrap_up_ms=30_000)
    made(ava)
    made(ava)
    made(ava, dialed=False)

    found = {m.label: m.value for m in reports.day_metrics(Call.objects.all(), START, END)}

    assert found == {
        "Dialed": 4,
        "Answered": 2,
        "Answer rate": 50.0,
        "Talk time": 80_000,
        "Handle time": 60_000,
        "Successes": 1,
    }


def test_a_rate_without_calls_is_unknown_rather_than_zero(db: None) -> None:
    found = {m.label: m.value for m in reports.day_metrics(Call.objects.all(), START, END)}

    assert found["Answer rate"] is None
    assert found["Handle time"] is None
    assert found["Dialed"] == 0


def test_a_call_that_still_runs_does_not_shorten_the_handle_time(person: Person) -> None:
    ava = person()
    made(ava, talk_ms=60_000)
    made(ava, talk_ms=0, ended_at=None)

    found = {m.label: m.value for m in reports.day_metrics(Call.objects.all(), START, END)}

    assert found["Answered"] == 2
    assert found["Handle time"] == 60_000


def test_incoming_answers_do_not_lift_the_answer_rate(person: Person) -> None:
    ava = person()
    made(ava, talk_ms=5_000)
    made(ava, dialed=False, talk_ms=5_000, direction=Call.Direction.INBOUND)

    found = {m.label: m.value for m in reports.day_metrics(Call.objects.all(), START, END)}

    assert found["Answered"] == 2
    assert found["Answer rate"] == 100.0


def test_the_day_that_clocks_change_has_23_hours() -> None:
    now = datetime(2026, 3, 8, 12, tzinfo=UTC)

    start, end = reports.day_bounds(now, "America/New_York")

    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


def test_the_floor_costs_two_queries_however_many_agents_there_are(
    person: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    analyst = person("qa")
    for _ in range(5):
        agent = person()
        made(agent, talk_ms=1_000)
        presence.open_session(agent)

    with django_assert_num_queries(2):
        rows = reports.floor(analyst, START + timedelta(hours=12))

    assert [(row.dialed, row.answered, row.talk_ms) for row in rows] == [(1, 1, 1_000)] * 5
