"""Classes of leads that open and close together."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from campaigns import rules, windows
from campaigns.models import Campaign, WindowClass, WindowState
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # two in New York, eight in Berlin
EAST, BERLIN = ("America/New_York",), ("Europe/Berlin",)
Queries = Callable[..., object]


@pytest.fixture
def campaign() -> Campaign:
    made = CampaignFactory.create(window_start="08:00", window_end="21:00")
    made.refresh_from_db()
    return made


def test_the_same_facts_are_one_class_whatever_their_order() -> None:
    first = windows.class_for(["America/Chicago", "America/New_York"], "us", "tx")
    second = windows.class_for(["America/New_York", "America/Chicago"], "US", "TX")

    assert first == second
    assert first.zones == ["America/Chicago", "America/New_York"]
    assert WindowClass.objects.count() == 1


def test_another_place_is_another_class() -> None:
    assert windows.class_for(EAST, "US", "NY") != windows.class_for(EAST, "US", "FL")


def test_a_committed_class_is_found_without_a_query(
    django_assert_num_queries: Queries, django_capture_on_commit_callbacks: Queries
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        first = windows.class_for(EAST, "US")

    with django_assert_num_queries(0):  # type: ignore[attr-defined]  # a context manager
        assert windows.class_for(EAST, "US") == first


def test_a_class_that_was_rolled_back_is_not_remembered(
    django_capture_on_commit_callbacks: Queries,
) -> None:
    with django_capture_on_commit_callbacks(execute=False):  # type: ignore[attr-defined]  # a context manager
        windows.class_for(EAST, "US")
    WindowClass.objects.all().delete()

    assert WindowClass.objects.filter(pk=windows.class_for(EAST, "US").pk).exists()


def test_only_classes_with_new_leads_are_open_and_the_next_opening_is_known(
    campaign: Campaign,
) -> None:
    east, berlin, unused = (windows.class_for(zones) for zones in (EAST, BERLIN, ("Asia/Tokyo",)))
    LeadFactory.create(campaign=campaign, window_class=east)
    LeadFactory.create(campaign=campaign, window_class=berlin)

    found = windows.outlook(campaign, NIGHT)

    assert found.open == {berlin.pk: NIGHT.replace(hour=20)}
    assert found.opens_at == NIGHT.replace(hour=13)
    assert windows.next_opening(campaign, NIGHT) == found.opens_at
    assert not WindowState.objects.filter(window_class=unused).exists()


def test_states_are_kept_until_hours_or_rules_pass_them_by(
    campaign: Campaign, django_assert_num_queries: Queries
) -> None:
    east = windows.class_for(EAST)
    LeadFactory.create(campaign=campaign, window_class=east)
    windows.outlook(campaign, NIGHT)

    with django_assert_num_queries(3):  # type: ignore[attr-defined]  # a context manager
        windows.outlook(campaign, NIGHT + timedelta(hours=5))
    later = windows.outlook(campaign, NIGHT + timedelta(hours=6))
    campaign.window_end, campaign.rule_version = campaign.window_end.replace(hour=12), 2
    shorter = windows.outlook(campaign, NIGHT + timedelta(hours=6))

    assert later.open == {east.pk: datetime(2026, 11, 24, 2, 0, tzinfo=UTC)}
    assert shorter.open == {east.pk: NIGHT.replace(hour=17)}


def test_a_class_that_never_opens_is_neither_open_nor_awaited(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, window_class=windows.class_for([]))

    found = windows.outlook(campaign, NIGHT)

    assert (found.open, found.opens_at) == ({}, None)


def test_a_class_opens_again_after_the_last_day_of_a_rule_that_closed_it_for_weeks(
    campaign: Campaign, person: Callable[..., User]
) -> None:
    LeadFactory.create(campaign=campaign, window_class=windows.class_for(EAST, "US", "NY"))
    rules.add(
        person("manager", organization=campaign.organization), campaign.organization, code="REST",
        kind="hours", title="No calls", country="US", valid_until=date(2027, 1, 31), now=NIGHT,
    )  # fmt: skip
    campaign.refresh_from_db()

    closed = windows.outlook(campaign, NIGHT)

    # The organization's day ends while it is still evening in New York.
    opens = datetime(2027, 2, 1, tzinfo=UTC)
    assert (closed.open, closed.opens_at) == ({}, opens)
    assert windows.outlook(campaign, opens).open != {}


def test_a_holiday_on_the_only_day_of_a_week_puts_it_off_to_the_next(
    campaign: Campaign, person: Callable[..., User]
) -> None:
    Campaign.objects.update(window_days=[4])
    rules.add(
        person("manager", organization=campaign.organization), campaign.organization, code="REST",
        kind="hours", title="Holidays", country="US", days="holidays", now=NIGHT,
    )  # fmt: skip
    campaign.refresh_from_db()
    LeadFactory.create(campaign=campaign, window_class=windows.class_for(EAST, "US", "NY"))
    after_thursday = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

    found = windows.outlook(campaign, after_thursday)

    # The 26th of November is Thanksgiving.
    assert found.opens_at == datetime(2026, 12, 3, 13, 0, tzinfo=UTC)


def test_leads_without_a_class_count_as_open(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, window_class=None)

    assert windows.outlook(campaign, NIGHT).open == {None: None}


def test_a_lead_without_a_class_has_its_own_zone(campaign: Campaign) -> None:
    known = LeadFactory.create(campaign=campaign, timezone="Europe/Berlin")
    unknown = LeadFactory.create(campaign=campaign, timezone="")

    assert windows.zones_of(known) == BERLIN
    assert windows.zones_of(unknown) == ()


def test_what_is_closed_now_needs_no_stored_state(campaign: Campaign) -> None:
    east, berlin = windows.class_for(EAST), windows.class_for(BERLIN)

    found = windows.closed_now(campaign, [east.pk, berlin.pk], NIGHT)

    assert found == {east.pk: datetime(2026, 11, 23, 13, 0, tzinfo=UTC)}
    assert not WindowState.objects.exists()
