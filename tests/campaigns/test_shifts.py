"""A campaign calls only while one of its teams works."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse

from accounts import teams
from accounts.models import Team, User
from accounts.teams import Hours, Roster
from campaigns import claims, editing, explaining, facts, queue
from campaigns.eligibility import decide_campaign
from campaigns.models import Campaign, QueueEntry
from core.errors import InputError
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import CampaignFactory, LeadFactory, OrganizationFactory, TeamFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NOON = MONDAY + timedelta(hours=17)  # in New York
OFFICE = Hours(time(9), time(18), (1, 2, 3, 4, 5))


@pytest.fixture
def campaign() -> Campaign:
    made = CampaignFactory.create(
        organization=OrganizationFactory.create(timezone="America/New_York")
    )
    made.teams.add(TeamFactory.create(organization=made.organization, name="Day"))
    return made


def give(campaign: Campaign, hours: Hours, name: str = "Day") -> None:
    team = Team.objects.get(organization=campaign.organization, name=name)
    teams.change(team, Roster(name, hours=hours))


def refusals(campaign: Campaign, now: datetime) -> list[tuple[str, datetime | None]]:
    row = Campaign.objects.select_related("organization").get(pk=campaign.pk)
    decision = decide_campaign(facts.rules_of(row), now)
    return [(refusal.rule, refusal.until) for refusal in decision.refusals]


def test_a_team_without_hours_works_at_any_time(campaign: Campaign) -> None:
    assert refusals(campaign, MONDAY) == []


@pytest.mark.parametrize(
    ("hour", "opens"),
    [(13.99, MONDAY + timedelta(hours=14)), (14, None), (22.99, None)],
)
def test_the_hours_are_those_of_the_organizations_zone(
    campaign: Campaign, hour: float, opens: datetime | None
) -> None:
    give(campaign, OFFICE)

    found = refusals(campaign, MONDAY + timedelta(hours=hour))

    assert found == ([("team_hours", opens)] if opens else [])


def test_after_the_last_day_it_opens_on_the_first_of_the_next_week(campaign: Campaign) -> None:
    give(campaign, OFFICE)

    friday_evening = MONDAY + timedelta(days=4, hours=23)

    assert refusals(campaign, friday_evening) == [
        ("team_hours", MONDAY + timedelta(days=7, hours=14))
    ]


def test_one_team_at_work_is_enough(campaign: Campaign) -> None:
    evening = TeamFactory.create(organization=campaign.organization, name="Evening")
    campaign.teams.add(evening)
    give(campaign, OFFICE)
    give(campaign, Hours(time(17), time(21)), "Evening")

    assert refusals(campaign, MONDAY + timedelta(hours=24.5)) == []
    assert refusals(campaign, MONDAY + timedelta(hours=26)) == [
        ("team_hours", MONDAY + timedelta(days=1, hours=14))
    ]

    teams.archive(evening, archived=True)

    assert refusals(campaign, MONDAY + timedelta(hours=24.5))[0][0] == "team_hours"


def test_outside_the_hours_nothing_is_ready_and_other_hours_act_at_once(
    campaign: Campaign,
) -> None:
    LeadFactory.create_batch(3, campaign=campaign)
    queue.fill(campaign.pk, NOON)
    assert QueueEntry.objects.count() == 3

    give(campaign, Hours(time(14), time(18)))
    queue.fill(campaign.pk, NOON)

    assert not QueueEntry.objects.exists()


def test_another_team_of_a_campaign_acts_at_once(
    campaign: Campaign, person: Callable[..., User]
) -> None:
    late = TeamFactory.create(organization=campaign.organization, name="Late")
    teams.change(late, Roster("Late", hours=Hours(time(18), time(21))))
    manager = person("manager", organization=campaign.organization)
    assert refusals(campaign, NOON) == []

    editing.change_campaign(manager, campaign, teams=[late])

    assert refusals(campaign, NOON)[0][0] == "team_hours"


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (Hours(time(9), None), "ends_at"),
        (Hours(None, time(9)), "ends_at"),
        (Hours(time(18), time(9)), "ends_at"),
        (Hours(time(9), time(9)), "ends_at"),
        (Hours(time(9), time(18), (0,)), "works_on"),
        (Hours(days=(1,)), "starts_at"),
    ],
)
def test_hours_that_are_none_are_refused(campaign: Campaign, hours: Hours, field: str) -> None:
    with pytest.raises(InputError) as refused:
        give(campaign, hours)

    assert list(refused.value.errors) == [field]


def test_hours_are_given_on_the_teams_page(campaign: Campaign, person: Callable[..., User]) -> None:
    team = campaign.teams.get()
    page = browser(person("superadmin", organization=None))
    sent = {"name": "Day", "starts_at": "09:00", "ends_at": "17:30", "works_on": ["1", "5"]}

    bad = page.post(reverse("accounts:team", args=[team.pk]), {**sent, "ends_at": "08:00"})
    page.post(reverse("accounts:team", args=[team.pk]), sent)

    assert bad.status_code == 422
    assert "The end lies before the start." in bad.content.decode()
    team.refresh_from_db()
    assert (team.starts_at, team.ends_at, team.works_on) == (time(9), time(17, 30), [1, 5])
    entry = AuditEntry.objects.get(action="team.changed")
    assert entry.after == {"starts_at": "09:00:00", "ends_at": "17:30:00", "works_on": [1, 5]}
    shown = page.get(reverse("accounts:team", args=[team.pk])).content.decode()
    assert 'value="17:30"' in shown


def test_agents_and_managers_learn_when_a_team_begins(
    campaign: Campaign, person: Callable[..., User]
) -> None:
    give(campaign, OFFICE)
    agent = person(organization=campaign.organization)
    opens = MONDAY + timedelta(hours=14)

    claim = claims.claim_next(agent, [campaign.pk], now=MONDAY)
    row = Campaign.objects.select_related("organization").get(pk=campaign.pk)
    found = explaining.explain(row, MONDAY)

    assert (claim.code, claim.next_at) == ("team_hours", opens)
    assert "None of the campaign's teams works" in claim.message
    assert (found.next_at, found.dialing) == (opens, False)
    assert "hours of its teams" in found.advice
