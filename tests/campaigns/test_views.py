"""Pages of campaigns: what people see, do, and how many queries that takes."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AgentSeat, Organization, Team, User
from campaigns import dispositions
from campaigns.models import Campaign, Disposition, Lead
from tests.campaigns.lists import imported
from tests.clients import browser
from tests.factories import CampaignFactory, LeadFactory, TeamFactory

pytestmark = pytest.mark.django_db
QUERIES_OF_A_LOGIN = 6  # the session, its person, their permissions, a savepoint


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def client(manager: User) -> Client:
    return browser(manager)


@pytest.fixture
def team(organization: Organization, manager: User) -> Team:
    team = TeamFactory.create(organization=organization)
    team.managers.add(manager)
    return team


def campaign_of(manager: User, **fields: object) -> Campaign:
    return CampaignFactory.create(organization=manager.organization, created_by=manager, **fields)


def test_the_list_shows_progress_crew_and_the_next_move(client: Client, manager: User) -> None:
    # given a running campaign with a finished, a retried and a new lead, and a ready agent
    campaign = campaign_of(manager, name="Spring")
    for status, attempts in (("finished", 2), ("retry", 1), ("new", 0)):
        LeadFactory.create(campaign=campaign, status=status, attempts=attempts)
    AgentSeat.objects.create(
        user=manager,
        organization=campaign.organization,
        state="ready",
        since=campaign.created_at,
        ready_for=[campaign.pk],
    )

    # when
    page = client.get(reverse("campaigns:list")).content.decode()

    # then
    assert "Spring" in page
    assert "2 dialed · 1 closed · 3 in all" in page
    assert "1</span> ready" in page
    assert "Pause" in page


def test_the_list_tells_what_to_do_when_there_is_nothing(client: Client) -> None:
    page = client.get(reverse("campaigns:list")).content.decode()

    assert "Make a campaign" in page


def test_the_list_is_narrowed_by_name_and_status(client: Client, manager: User) -> None:
    for name, status in (("Spring", "running"), ("Autumn", "draft"), ("Old", "archived")):
        campaign_of(manager, name=name, status=status)

    def names(**query: str) -> list[str]:
        rows = client.get(reverse("campaigns:list"), query).context["rows"]
        return [row["campaign"].name for row in rows]

    assert names() == ["Autumn", "Spring"]
    assert names(q="spr") == ["Spring"]
    assert names(status="archived") == ["Old"]


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_takes_a_fixed_number_of_queries(
    client: Client, manager: User, count: int, django_assert_max_num_queries: object
) -> None:
    for _ in range(count):
        LeadFactory.create(campaign=campaign_of(manager))

    with django_assert_max_num_queries(QUERIES_OF_A_LOGIN + 3):  # type: ignore[operator]
        client.get(reverse("campaigns:list"))


def test_the_list_goes_on_where_the_page_before_ended(client: Client, manager: User) -> None:
    for _ in range(35):
        campaign_of(manager)

    first = client.get(reverse("campaigns:list"))
    older = first.context["page"].older
    second = client.get(reverse("campaigns:list"), {"after": older})

    assert len(first.context["rows"]) + len(second.context["rows"]) == 35
    assert second.context["page"].older is None


def test_an_agent_sees_assigned_campaigns_without_any_button(
    person: Callable[..., User], manager: User
) -> None:
    agent = person("agent")
    campaign_of(manager, name="Mine").agents.add(agent)
    campaign_of(manager, name="Other")

    page = browser(agent).get(reverse("campaigns:list")).content.decode()

    assert "Mine" in page
    assert "Other" not in page
    assert reverse("campaigns:status", args=[Campaign.objects.get(name="Mine").pk]) not in page


def test_a_campaigns_page_shows_lists_rules_and_people(
    client: Client, manager: User, team: Team, django_assert_max_num_queries: object
) -> None:
    campaign = campaign_of(manager, window_days=[1, 2, 3, 4, 5])
    campaign.teams.add(team)
    for number in range(3):
        imported(campaign, f"Phone\n212555000{number}\n12\n", f"list-{number}.csv")

    with django_assert_max_num_queries(QUERIES_OF_A_LOGIN + 6):  # type: ignore[operator]
        page = client.get(reverse("campaigns:detail", args=[campaign.pk])).content.decode()

    assert "list-2.csv" in page
    assert "Mon\N{EN DASH}Fri" in page
    assert team.name in page


def test_news_draw_the_body_alone(client: Client, manager: User) -> None:
    campaign = campaign_of(manager)
    address = reverse("campaigns:detail", args=[campaign.pk])

    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "campaign-body"})

    assert part.content.decode().lstrip().startswith("<div")
    assert f'data-live-topics="campaign:{campaign.pk}"' in part.content.decode()


def test_a_button_within_a_part_of_a_page_brings_a_whole_page(
    client: Client, manager: User
) -> None:
    campaign = campaign_of(manager)
    boosted = {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "campaign-body"}
    address = reverse("campaigns:status", args=[campaign.pk])

    answer = client.post(address, {"status": "running"}, headers=boosted, follow=True)

    assert '<main id="page"' in answer.content.decode()


def test_a_campaign_is_made_started_paused_and_ended(client: Client, team: Team) -> None:
    # given the editor's form
    form = {
        "name": "Spring",
        "mode": "progressive",
        "caller_id": "(202) 555-0100",
        "default_region": "us",
        "delay_s": "5",
        "wrap_up_limit_s": "30",
        "ring_time_s": "25",
        "max_attempts": "4",
        "retry_after_min": "90",
        "window_start": "09:00",
        "window_end": "18:00",
        "window_days": ["1", "3"],
        "teams": [str(team.pk)],
    }

    # when
    answer = client.post(reverse("campaigns:create"), form)

    # then
    campaign = Campaign.objects.get()
    assert answer["Location"] == reverse("campaigns:detail", args=[campaign.pk])
    assert campaign.caller_id == "+12025550100"
    assert (campaign.retry_after_s, campaign.window_days) == (5400, [1, 3])
    assert campaign.dispositions.count() == 18
    for status in ("running", "paused", "ended"):
        client.post(reverse("campaigns:status", args=[campaign.pk]), {"status": status})
        campaign.refresh_from_db()
        assert campaign.status == status


def test_a_wrong_form_is_shown_again_with_its_reasons(client: Client, manager: User) -> None:
    campaign = campaign_of(manager, name="Spring")
    campaign_of(manager, name="Autumn")

    answer = client.post(
        reverse("campaigns:edit", args=[campaign.pk]),
        {
            "name": "Autumn",
            "mode": "progressive",
            "caller_id": "12",
            "default_region": "US",
            "delay_s": "5",
            "wrap_up_limit_s": "30",
            "ring_time_s": "25",
            "max_attempts": "4",
            "retry_after_min": "90",
            "window_start": "18:00",
            "window_end": "09:00",
        },
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The number has too few digits." in page
    campaign.refresh_from_db()
    assert campaign.name == "Spring"


def test_a_refused_move_is_a_sentence(client: Client, manager: User) -> None:
    campaign = campaign_of(manager, status="draft")

    answer = client.post(reverse("campaigns:status", args=[campaign.pk]), {"status": "paused"})

    assert answer.status_code == 409
    assert "cannot become paused" in answer.content.decode()


def test_the_editor_shows_what_each_result_does(client: Client, manager: User) -> None:
    campaign = campaign_of(manager)
    dispositions.ensure_defaults(campaign.organization)

    page = client.get(reverse("campaigns:edit", args=[campaign.pk])).content.decode()

    assert "is tried again after 30 minutes" in page
    assert "is never called again" in page


@pytest.mark.parametrize("count", [1, 45])
def test_the_leads_take_a_fixed_number_of_queries(
    client: Client, manager: User, count: int, django_assert_max_num_queries: object
) -> None:
    campaign = campaign_of(manager)
    for _ in range(count):
        LeadFactory.create(campaign=campaign)

    with django_assert_max_num_queries(QUERIES_OF_A_LOGIN + 2):  # type: ignore[operator]
        client.get(reverse("campaigns:leads", args=[campaign.pk]))


def test_leads_are_found_by_number_name_company_and_status(client: Client, manager: User) -> None:
    campaign = campaign_of(manager)
    ann = LeadFactory.create(campaign=campaign, name="Ann Lee", phone="+12125550123")
    bob = LeadFactory.create(
        campaign=campaign, name="Bob", company="Acme", status="retry", phone="+13015550199"
    )
    LeadFactory.create(campaign=CampaignFactory.create(), name="Ann Other")

    def found(**query: str) -> list[Lead]:
        page = client.get(reverse("campaigns:leads", args=[campaign.pk]), query)
        rows: list[Lead] = page.context["page"].rows
        return rows

    assert found() == [bob, ann]
    assert found(q="(212) 555-0123") == [ann]
    assert found(q="21255") == [ann]
    assert found(q="ann") == [ann]
    assert found(q="acme") == [bob]
    assert found(status="retry") == [bob]
    assert found(q="bob", status="retry") == [bob]
    assert found(q="ann", status="retry") == []
    assert found(q="lee") == []  # not how the name begins
    assert found(q="nobody") == []


def test_leads_go_on_where_the_page_before_ended(client: Client, manager: User) -> None:
    campaign = campaign_of(manager)
    for _ in range(60):
        LeadFactory.create(campaign=campaign)
    address = reverse("campaigns:leads", args=[campaign.pk])

    first = client.get(address).context["page"]
    second = client.get(address, {"after": first.older}).context["page"]

    assert len({lead.pk for lead in [*first.rows, *second.rows]}) == 60


def test_results_are_changed_row_by_row(client: Client, organization: Organization) -> None:
    busy = next(r for r in dispositions.ensure_defaults(organization) if r.code == "busy")
    prefix = f"{busy.pk}-"

    answer = client.post(
        reverse("campaigns:disposition", args=[busy.pk]),
        {
            f"{prefix}label": "Engaged",
            f"{prefix}key": "9",
            f"{prefix}retry_after_min": "45",
            f"{prefix}is_active": "on",
        },
    )

    busy.refresh_from_db()
    assert answer.content.decode().lstrip().startswith("<tr")
    assert (busy.label, busy.retry_after_s, busy.finished) == ("Engaged", 2700, False)


def test_a_taken_key_is_refused_in_its_row(client: Client, organization: Organization) -> None:
    busy = next(r for r in dispositions.ensure_defaults(organization) if r.code == "busy")
    prefix = f"{busy.pk}-"

    answer = client.post(
        reverse("campaigns:disposition", args=[busy.pk]),
        {f"{prefix}label": "Busy", f"{prefix}key": "1", f"{prefix}is_active": "on"},
    )

    busy.refresh_from_db()
    assert "belongs to another result" in answer.content.decode()
    assert busy.key == "9"


def test_a_result_can_be_added(client: Client, organization: Organization) -> None:
    client.post(
        reverse("campaigns:dispositions"),
        {"new-label": "Left the company", "new-finished": "on", "new-is_active": "on"},
    )

    row = Disposition.objects.get(organization=organization)
    assert (row.code, row.finished) == ("left-the-company", True)
