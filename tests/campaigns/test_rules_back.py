"""A rule that ended, or a version that was replaced, holds again."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from accounts.models import Organization, User
from campaigns import rules, ruleset, rulestanding
from campaigns.models import CallingRule, Campaign
from core.errors import DomainError
from tests.campaigns.claiming import NOW
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return CampaignFactory.create(organization=organization)


def rule(organization: Organization, code: str) -> CallingRule:
    return CallingRule.objects.get(organization=organization, code=code, is_active=True)


def acts(campaign: Campaign) -> bool:
    found = Campaign.objects.select_related("organization").get(pk=campaign.pk)
    return "US-1" in {one.code for one in ruleset.of_campaign(found).rules}


def test_a_version_to_come_that_is_withdrawn_leaves_no_gap_once_the_former_is_brought_back(
    manager: User, campaign: Campaign
) -> None:
    house = campaign.organization
    rules.ensure_defaults(house)
    first = rules.sign_off(manager, rule(house, "US-1"), now=NOW)
    begins = TODAY + timedelta(days=30)
    second = rules.replace(manager, first, valid_from=begins, start=time(10), now=NOW)

    rules.retire(manager, second, because="Too strict.", now=NOW)

    rows = list(CallingRule.objects.filter(organization=house, code="US-1"))
    assert (rulestanding.on(rows, TODAY), rulestanding.lapse(rows, TODAY)) == (first, begins)

    third = rules.bring_back(manager, first, now=NOW)

    rows = list(CallingRule.objects.filter(organization=house, code="US-1"))
    assert rulestanding.lapse(rows, TODAY) is None
    assert rulestanding.on(rows, begins) == third
    assert (third.start, third.signed_off_by, third.version) == (first.start, manager, 3)


def test_a_rule_that_ended_can_be_brought_back_and_one_that_holds_can_not(
    manager: User, campaign: Campaign
) -> None:
    house = campaign.organization
    rules.ensure_defaults(house)
    first = rule(house, "US-1")
    with pytest.raises(DomainError) as refused:
        rules.bring_back(manager, first, now=NOW)
    assert refused.value.code == "in_force"

    rules.retire(manager, first, because="Not ours.", now=NOW)
    assert not acts(campaign)
    second = rules.bring_back(manager, first, now=NOW)

    assert acts(campaign)
    assert (second.version, second.valid_until) == (2, None)
