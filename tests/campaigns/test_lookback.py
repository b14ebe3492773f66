"""How far back the calls of numbers and leads are read for the rules that look at them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Organization, User
from campaigns import claims, facts, rules
from campaigns.eligibility import Refusal, decide
from campaigns.models import Campaign, Lead
from tests.campaigns.claiming import NOW, taken
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TALK = timedelta(minutes=40)


@pytest.mark.parametrize(
    ("terms", "ending"),
    [
        ({"kind": "machine"}, {"outcome": "machine"}),
        (
            {"kind": "conversation", "scope": "lead", "period_s": 36 * 3600},
            {"outcome": "answered", "live_answer": True, "conversation": True},
        ),
    ],
)
def test_uk_3_a_rest_counts_from_the_end_of_a_call_however_long_it_was(
    organization: Organization,
    person: Callable[..., User],
    terms: dict[str, Any],
    ending: dict[str, Any],
) -> None:
    rule = rules.add(
        person("manager"), organization, code="REST", title="Rest", now=NOW,
        **{"period_s": 24 * 3600, **terms},
    )  # fmt: skip
    campaign = CampaignFactory.create(organization=organization)
    lead = LeadFactory.create(campaign=campaign)
    attempt = taken(person(), campaign)
    claims.approve_dial(attempt, now=NOW)
    claims.settle(attempt, now=NOW + TALK, **ending)

    over = NOW + TALK + timedelta(seconds=rule.period_s or 0)
    (refusal,) = refusals(lead, over - timedelta(seconds=1))

    assert (refusal.rule, refusal.until) == ("REST", over)
    assert refusals(lead, over) == ()


def refusals(lead: Lead, now: datetime) -> tuple[Refusal, ...]:
    """What the rules say of a lead's first number."""
    lead.refresh_from_db()
    campaign = Campaign.objects.select_related("organization").get(pk=lead.campaign_id)
    known = facts.of_leads(campaign, [lead], promised=False, now=now)[lead.pk]
    return decide(known, now).refusals
