"""Why is nothing being dialed? The first obstacle, and the leads by what keeps them waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AgentSeat, User
from campaigns import editing, explaining, queue, windows
from campaigns.models import Callback, Campaign, Lead
from tests.clients import browser
from tests.factories import (
    CampaignFactory,
    DispositionFactory,
    LeadFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)  # Monday, noon in New York
NIGHT = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
S = Lead.Status


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(window_start="09:00", window_end="20:00")


def crew(campaign: Campaign, count: int = 1) -> None:
    for agent in UserFactory.create_batch(count, organization=campaign.organization):
        AgentSeat.objects.create(
            user=agent,
            organization=campaign.organization,
            state=AgentSeat.State.READY,
            since=NOON,
            ready_for=[campaign.pk],
        )


def verdict(campaign: Campaign, now: datetime = NOON) -> str:
    campaign.refresh_from_db()
    return explaining.explain(campaign, now).verdict


def test_the_first_obstacle_is_the_verdict(campaign: Campaign) -> None:
    assert verdict(campaign) == "The campaign has no leads."

    lead = LeadFactory.create(campaign=campaign)
    assert verdict(campaign) == "No agent is ready for this campaign."

    crew(campaign)
    assert verdict(campaign) == "It is dialing: leads are ready, and so are agents."

    Campaign.objects.update(status=Campaign.Status.PAUSED)
    assert verdict(campaign) == "The campaign is not running."

    Campaign.objects.update(status=Campaign.Status.RUNNING)
    Lead.objects.filter(pk=lead.pk).update(status=S.CLAIMED)
    assert verdict(campaign) == "The last leads that may be called now are with agents."

    Lead.objects.filter(pk=lead.pk).update(status=S.FINISHED, finished_because="sale")
    assert verdict(campaign) == "Every lead has been worked through."


def test_at_night_it_says_when_the_hours_open(campaign: Campaign) -> None:
    crew(campaign)
    LeadFactory.create_batch(3, campaign=campaign)
    queue.fill(campaign.pk, NIGHT)

    found = explaining.explain(campaign, NIGHT)

    assert not found.dialing
    assert found.verdict == "No lead may be called at this moment."
    assert found.next_at == datetime(2026, 5, 4, 13, 0, tzinfo=UTC)  # nine in New York
    assert sum(cause.leads for cause in found.waiting) == 3
    assert not any(cause.due for cause in found.waiting)


def test_leads_are_counted_by_what_keeps_them(campaign: Campaign) -> None:
    soon, later = NOON + timedelta(hours=1), NOON + timedelta(hours=5)
    many: list[tuple[int, dict[str, Any]]] = [
        (2, {"status": S.RETRY, "next_attempt_at": later}),
        (1, {"status": S.RETRY, "next_attempt_at": NOON - timedelta(minutes=1)}),
        (4, {"status": S.RETRY, "next_attempt_at": soon, "blocked_by": "calling_window"}),
        (3, {"status": S.FINISHED, "finished_because": "max_attempts"}),
        (2, {"status": S.FINISHED, "finished_because": "not-interested"}),
        (5, {"status": S.SUPPRESSED, "finished_because": "suppressed"}),
    ]
    for count, fields in many:
        LeadFactory.create_batch(count, campaign=campaign, **fields)
    promised = LeadFactory.create(campaign=campaign, status=S.RETRY)
    Callback.objects.create(
        organization=campaign.organization,
        campaign=campaign,
        lead=promised,
        open_key=promised.pk,
        due_at=soon,
        next_at=soon,
        created_at=NOON,
    )

    DispositionFactory.create(
        organization=campaign.organization, code="not-interested", label="Not interested"
    )

    found = explaining.explain(campaign, NOON)

    waiting = {cause.label: (cause.leads, cause.due, cause.until) for cause in found.waiting}
    assert waiting == {
        "To be tried again": (3, True, None),
        "Outside the calling hours at their place": (4, False, soon),
        "Promised to be called back": (1, False, soon),
    }
    assert {cause.label: cause.leads for cause in found.over} == {
        "On the list of numbers that are not called": 5,
        "Dialed as often as the campaign allows": 3,
        "Result: Not interested": 2,
    }


def test_another_campaigns_leads_and_agents_do_not_count(campaign: Campaign) -> None:
    other = CampaignFactory.create(organization=campaign.organization)
    crew(other, 2)
    LeadFactory.create_batch(3, campaign=other)

    found = explaining.explain(campaign, NOON)

    assert (found.crew.ready, found.ready, found.waiting, found.over) == (0, 0, [], [])


def test_it_costs_a_fixed_number_of_queries(
    campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    crew(campaign, 5)
    LeadFactory.create_batch(40, campaign=campaign, status=S.RETRY, next_attempt_at=NOON)

    with django_assert_max_num_queries(14):
        explaining.explain(campaign, NOON)


def test_the_manager_reads_it_on_the_page(campaign: Campaign) -> None:
    manager = UserFactory.create(organization=campaign.organization, role=User.Role.MANAGER)
    team = TeamFactory.create(organization=campaign.organization)
    team.managers.add(manager)
    campaign.teams.add(team)
    LeadFactory.create(campaign=campaign)

    answer = browser(manager).get(reverse("campaigns:why", args=[campaign.pk]))

    assert "No agent is ready for this campaign." in answer.content.decode()


def test_a_paused_campaign_knows_the_hours_of_its_leads(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign, window_class=windows.class_for(["America/New_York"]))
    queue.fill(campaign.pk, NOON)
    editing.set_status(UserFactory.create(organization=campaign.organization), campaign, "paused")
    campaign.refresh_from_db()

    found = explaining.explain(campaign, NOON + timedelta(days=3))

    assert [(cause.label, cause.leads) for cause in found.waiting] == [
        ("New, and may be dialed now", 1)
    ]
