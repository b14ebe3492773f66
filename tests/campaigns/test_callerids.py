"""Which of the organization's numbers a called person sees."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts import callerids as numbers
from accounts import presence
from accounts.models import CallerId, User
from calls import lifecycle
from campaigns import callerids
from campaigns.models import Campaign
from tests.factories import CampaignFactory, LeadFactory

NEW_YORK, BROOKLYN, ALBANY = "+12125550100", "+17185550100", "+15185550100"
TEXAS, LONDON = "+12145550100", "+442071234567"


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        ("+12125550999", NEW_YORK),  # the same area code
        ("+15185550999", ALBANY),
        ("+13155550999", NEW_YORK),  # the same state: the usual one before others
        ("+14155550999", NEW_YORK),  # the same country
        ("+442079460000", LONDON),
        ("+493012345678", NEW_YORK),  # nowhere near
    ],
)
def test_the_nearest_number_is_shown(called: str, shown: str) -> None:
    allowed = [ALBANY, LONDON, NEW_YORK, TEXAS]

    assert callerids.choose(called, allowed, usual=NEW_YORK) == shown


def test_who_saw_a_number_sees_it_again_while_it_is_allowed() -> None:
    assert callerids.choose("+12125550999", [NEW_YORK, TEXAS], before=TEXAS) == TEXAS
    assert callerids.choose("+12125550999", [NEW_YORK], before=TEXAS) == NEW_YORK
    assert callerids.choose("+12125550999", [], before=TEXAS, usual=BROOKLYN) == BROOKLYN


@pytest.mark.django_db
def test_a_dialed_lead_keeps_its_number(person: Callable[..., User]) -> None:
    agent = person()
    assert agent.organization
    for number in (NEW_YORK, TEXAS):
        numbers.add(agent.organization, number)
    campaign = CampaignFactory.create(
        organization=agent.organization,
        caller_id=TEXAS,
        caller_id_choice=Campaign.CallerIdChoice.AREA,
    )
    campaign.agents.add(agent)
    lead = LeadFactory.create(campaign=campaign, phone="+12125550999")
    presence.open_session(agent)
    presence.ready(agent, [campaign.pk])

    call = lifecycle.next_call(agent, datetime.now(UTC)).call
    assert call
    leave = lifecycle.dial(call)

    lead.refresh_from_db()
    call.refresh_from_db()
    assert leave.caller_id == call.caller_id == lead.caller_id == NEW_YORK

    CallerId.objects.filter(number=NEW_YORK).delete()
    assert callerids.for_call(campaign, lead, lead.phone) == TEXAS


@pytest.mark.django_db
def test_a_fixed_number_costs_no_query(django_assert_num_queries: Callable[..., object]) -> None:
    campaign = CampaignFactory.create(caller_id=TEXAS)
    lead = LeadFactory.create(campaign=campaign, caller_id=NEW_YORK)

    with django_assert_num_queries(0):  # type: ignore[attr-defined]  # a context manager
        assert callerids.for_call(campaign, lead, lead.phone) == TEXAS
