"""The dry run knows the rules, and says what other rules would change."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns import dryrun, facts, numbers, rules, ruleset, windows
from campaigns.dryrun import Shift, When
from campaigns.eligibility import Ruleset, decide
from campaigns.models import CallingRule, Campaign, Lead, PhoneState
from tests.campaigns.claiming import NIGHT, NOW
from tests.factories import AttemptFactory, CampaignFactory, LeadFactory

S = Lead.Status
EAST, WEST = ("America/New_York",), ("America/Los_Angeles",)
PLACES = ((EAST, "US", "NY"), (WEST, "US", "CA"), (EAST, "US", "AL"), (EAST, "CA", "ON"), None)
AREAS = ("212", "305", "415", "405")


def made(**fields: object) -> Campaign:
    campaign = CampaignFactory.create(**fields)
    rules.ensure_defaults(campaign.organization)
    return Campaign.objects.select_related("organization").get(pk=campaign.pk)


def without(campaign: Campaign, *codes: str) -> Ruleset:
    law = ruleset.of_campaign(campaign)
    return replace(law, rules=tuple(rule for rule in law.rules if rule.code not in codes))


@pytest.mark.django_db
def test_leads_are_counted_by_the_rule_that_keeps_them() -> None:
    campaign = made()
    LeadFactory.create_batch(2, campaign=campaign)
    LeadFactory.create(campaign=campaign, phone="+13055550123", timezone="America/New_York")
    capped = LeadFactory.create(campaign=campaign, phone="+13055550124")
    for hours in (1, 2, 3):
        AttemptFactory.create(
            campaign=campaign,
            lead=capped,
            phone=capped.phone,
            dialed_at=NOW - timedelta(hours=hours),
        )
    PhoneState.objects.create(
        organization=campaign.organization, phone=capped.phone, last_dialed_at=NOW
    )

    found = {(one.when, one.rule): one.leads for one in dryrun.dry_run(campaign, NOW).shares}

    assert found == {(When.NOW, ""): 3, (When.LATER, "ST-FL-CAP"): 1}
    assert {one.rule for one in dryrun.dry_run(campaign, NIGHT).shares} == {
        "US-1", "ST-FL", "ST-FL-CAP",
    }  # fmt: skip


@pytest.mark.django_db
def test_other_rules_are_compared_with_the_present_ones_and_nothing_is_written() -> None:
    campaign = made()
    LeadFactory.create_batch(2, campaign=campaign)

    assert dryrun.compare(campaign, ruleset.of_campaign(campaign), NIGHT) == []
    shifts = dryrun.compare(campaign, without(campaign, "US-1"), NIGHT)

    assert shifts == [Shift(When.TODAY, When.NOW, "", 2)]
    assert not PhoneState.objects.exists()
    assert not CallingRule.objects.filter(is_active=False).exists()


class TestAgainstEachLeadsOwnDecision(TestCase):
    """Groups are decided as each of their leads would be, with all rules on."""

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        data=st.lists(
            st.tuples(
                st.sampled_from(PLACES),
                st.sampled_from(AREAS),
                st.lists(st.integers(1, 200), max_size=4),  # hours since calls
                st.booleans(),  # someone was spoken with
            ),
            max_size=8,
        ),
        purpose=st.sampled_from(["marketing", "debt"]),
        hour=st.integers(0, 47),
    )
    def test_the_counts_are_those_of_single_decisions(
        self,
        data: list[tuple[tuple[tuple[str, ...], str, str] | None, str, list[int], bool]],
        purpose: str,
        hour: int,
    ) -> None:
        windows.forget()
        campaign, now = made(purpose=purpose), NOW + timedelta(hours=hour)
        for number, (place, area, hours, talked) in enumerate(data):
            lead = LeadFactory.create(
                campaign=campaign,
                phone=f"+1{area}555{number:04d}",
                window_class=windows.class_for(*place) if place else None,
            )
            for ago in sorted(hours, reverse=True):
                at = now - timedelta(hours=ago)
                attempt = AttemptFactory.create(
                    campaign=campaign, lead=lead, phone=lead.phone, conversation=talked,
                    dialed_at=at, ended_at=at,
                )  # fmt: skip
                numbers.ensure(campaign.organization_id, [lead.phone])
                numbers.dialed(attempt, at)
                if talked:
                    numbers.talked(attempt, at)
                Lead.objects.filter(pk=lead.pk).update(last_called_at=at)

        found = Counter[tuple[str, str]]()
        for one in dryrun.dry_run(campaign, now).shares:
            found[one.when, one.rule] += one.leads

        assert found == Counter(single(campaign, now))
        windows.forget()


def single(campaign: Campaign, now: datetime) -> Iterator[tuple[str, str]]:
    """The fate of each lead, decided by itself."""
    tomorrow = dryrun._tomorrow(campaign, now)
    for lead in Lead.objects.filter(campaign=campaign, status__in=[S.NEW, S.RETRY]):
        known = facts.of_leads(campaign, [lead], promised=False, now=now)[lead.pk]
        when, rule, _ = dryrun._fate(decide(known, now), now, tomorrow)
        yield when, rule
