"""Finding calls: scope, filters, paging."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from calls import history
from calls.models import Call
from tests.factories import AttemptFactory, CallFactory, CampaignFactory, TeamFactory

Person = Callable[..., User]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def a_call(agent: User, *, at: datetime = NOON, phone: str = "+13125550100") -> Call:
    campaign = CampaignFactory.create(organization=agent.organization)
    attempt = AttemptFactory.create(campaign=campaign, agent=agent, reserved_at=at, phone=phone)
    return CallFactory.create(attempt=attempt)


def numbers(page: history.Page) -> list[str]:
    return [call.number for call in page.calls]


def test_an_agent_finds_their_own_calls_and_nobody_elses(person: Person) -> None:
    ava, ben = person(), person()
    mine = a_call(ava)
    a_call(ben)

    assert history.page(ava, history.Filters()).calls == [mine]


def test_a_manager_finds_the_calls_of_their_team_and_an_analyst_all_of_the_organization(
    person: Person,
) -> None:
    manager, analyst, ava = person("manager"), person("qa"), person()
    team = TeamFactory.create(organization=ava.organization)
    team.managers.add(manager)
    of_team, other = a_call(ava), a_call(person())
    Call.objects.filter(pk=of_team.pk).update(team=team)

    assert history.page(manager, history.Filters()).calls == [of_team]
    assert {call.pk for call in history.page(analyst, history.Filters()).calls} == {
        of_team.pk,
        other.pk,
    }


def test_another_organizations_calls_do_not_exist(person: Person) -> None:
    a_call(person())
    stranger = person("qa", organization=TeamFactory.create().organization)

    assert history.page(stranger, history.Filters()).calls == []


def test_paging_neither_skips_nor_repeats_a_call_while_newer_ones_arrive(person: Person) -> None:
    ava = person()
    # Two calls at the same instant must not fall between two pages.
    for minute in (0, 1, 1, 2, 3):
        a_call(ava, at=NOON + timedelta(minutes=minute))
    expected = list(Call.objects.order_by("-reserved_at", "-pk"))

    first = history.page(ava, history.Filters(), size=2)
    a_call(ava, at=NOON + timedelta(hours=1))
    second = history.page(ava, history.Filters(), after=first.older or "", size=2)
    third = history.page(ava, history.Filters(), after=second.older or "", size=2)

    assert first.calls + second.calls + third.calls == expected
    assert third.older is None


def test_a_broken_cursor_starts_from_the_newest_call(person: Person) -> None:
    ava = person()
    call = a_call(ava)

    assert history.page(ava, history.Filters(), after="nonsense").calls == [call]


def test_days_are_those_of_the_viewers_zone(person: Person) -> None:
    ava = person(timezone="America/New_York")
    late_on_the_first = a_call(ava, at=datetime(2026, 3, 2, 4, 30, tzinfo=UTC))
    a_call(ava, at=datetime(2026, 3, 2, 5, 30, tzinfo=UTC))
    day = date(2026, 3, 1)

    page = history.page(ava, history.Filters(since=day, until=day))

    assert page.calls == [late_on_the_first]


@pytest.mark.parametrize("typed", ["+1312555", "0107"])
def test_a_number_is_found_by_its_beginning_and_by_its_last_digits(
    person: Person, typed: str
) -> None:
    ava = person()
    a_call(ava, phone="+13125550107")
    a_call(ava, phone="+442079460018")

    assert numbers(history.page(ava, history.Filters(number=typed))) == ["+13125550107"]


def test_calls_of_people_and_of_voices_are_told_apart(person: Person) -> None:
    analyst = person("qa")
    spoken, by_voice = a_call(person()), a_call(person())
    Call.objects.filter(pk=by_voice.pk).update(source="ai", agent=None)

    found = {
        who: history.page(analyst, history.Filters(speaker=who)).calls
        for who in ("person", "voice")
    }

    assert found == {"person": [spoken], "voice": [by_voice]}
