"""The dry run counts what the decision would say of each lead."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from campaigns import dryrun, facts, nationallists, patterns, windows
from campaigns.dryrun import When
from campaigns.eligibility import decide
from campaigns.models import Campaign, Lead, SuppressionEntry
from tests.campaigns.lists import upload
from tests.clients import browser
from tests.factories import CampaignFactory, LeadFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)  # noon in New York, nine in Los Angeles
S = Lead.Status
ZONES = (
    ("America/New_York",),
    ("America/Los_Angeles",),
    ("America/New_York", "America/Los_Angeles"),
    ("Asia/Tokyo",),
    (),
    ("Not/AZone",),
)


@pytest.fixture
def campaign() -> Campaign:
    made = CampaignFactory.create(window_start=time(10), window_end=time(18), max_attempts=3)
    return Campaign.objects.select_related("organization").get(pk=made.pk)


def fates(campaign: Campaign, now: datetime = NOON) -> dict[tuple[str, str], int]:
    return {(one.when, one.rule): one.leads for one in dryrun.dry_run(campaign, now).shares}


def suppress(campaign: Campaign, lead: Lead, *, days: int = 0, everywhere: bool = True) -> None:
    SuppressionEntry.objects.create(
        organization=campaign.organization,
        phone=lead.phone,
        campaign_key=0 if everywhere else campaign.pk,
        source="api",
        created_at=NOON,
        expires_at=NOON + timedelta(days=days) if days else None,
    )


def test_leads_are_counted_by_what_would_become_of_them(campaign: Campaign) -> None:
    LeadFactory.create_batch(3, campaign=campaign)
    LeadFactory.create_batch(2, campaign=campaign, timezone="America/Los_Angeles")
    LeadFactory.create(campaign=campaign, timezone="Asia/Tokyo")
    LeadFactory.create(campaign=campaign, timezone="")
    LeadFactory.create(campaign=campaign, attempts=3, status=S.RETRY)
    suppress(campaign, LeadFactory.create(campaign=campaign))
    suppress(campaign, LeadFactory.create(campaign=campaign), days=2)
    LeadFactory.create(campaign=campaign, status=S.FINISHED)

    found = dryrun.dry_run(campaign, NOON)

    assert {(one.when, one.rule): one.leads for one in found.shares} == {
        (When.NOW, ""): 3,
        (When.TODAY, "calling_window"): 2,
        (When.LATER, "calling_window"): 1,
        (When.LATER, "suppressed"): 1,
        (When.NEVER, "calling_window"): 1,
        (When.NEVER, "max_attempts"): 1,
        (When.NEVER, "suppressed"): 1,
    }
    assert found.total == 10
    assert (found.of("now"), found.of("never")) == (3, 3)
    assert [one.when for one in found.shares] == sorted(
        (one.when for one in found.shares), key=list(When).index
    )


def test_a_draft_is_looked_at_as_if_it_ran(campaign: Campaign) -> None:
    LeadFactory.create(campaign=campaign)
    campaign.status = Campaign.Status.DRAFT

    assert fates(campaign) == {(When.NOW, ""): 1}

    campaign.starts_on = date(2026, 6, 1)
    assert fates(campaign) == {(When.LATER, "campaign_dates"): 1}


def test_samples_are_leads_of_that_fate(campaign: Campaign) -> None:
    LeadFactory.create_batch(5, campaign=campaign)
    tokyo = LeadFactory.create_batch(2, campaign=campaign, timezone="Asia/Tokyo")

    shares = {one.when: one for one in dryrun.dry_run(campaign, NOON).shares}

    assert set(shares[When.LATER].samples) == {lead.pk for lead in tokyo}
    assert shares[When.LATER].first == datetime(2026, 5, 5, 1, 0, tzinfo=UTC)  # ten in Tokyo
    assert not set(shares[When.NOW].samples) & {lead.pk for lead in tokyo}


def test_other_campaigns_and_their_suppression_do_not_count(campaign: Campaign) -> None:
    other = CampaignFactory.create(organization=campaign.organization)
    lead = LeadFactory.create(campaign=campaign)
    LeadFactory.create(campaign=other, phone=lead.phone)
    SuppressionEntry.objects.create(
        organization=campaign.organization,
        phone=lead.phone,
        campaign_key=other.pk,
        source="api",
        created_at=NOON,
    )

    assert fates(campaign) == {(When.NOW, ""): 1}


def test_the_number_of_queries_does_not_grow_with_the_list(
    campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    for zones in ZONES[:4]:
        LeadFactory.create_batch(20, campaign=campaign, window_class=windows.class_for(zones))

    with django_assert_max_num_queries(13):
        found = dryrun.dry_run(campaign, NOON)

    assert found.total == 80


def test_the_manager_reads_it_on_the_page(campaign: Campaign) -> None:
    manager = UserFactory.create(organization=campaign.organization, role=User.Role.MANAGER)
    team = TeamFactory.create(organization=campaign.organization)
    team.managers.add(manager)
    campaign.teams.add(team)
    LeadFactory.create_batch(2, campaign=campaign, timezone="")

    text = browser(manager).get(reverse("campaigns:dry_run", args=[campaign.pk])).content.decode()

    assert "Not by waiting" in text
    assert "Outside the calling hours at their place" in text


class TestAgainstEachLeadsOwnDecision(TestCase):
    """Groups are decided as each of their leads would be."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        data=st.lists(
            st.tuples(
                st.sampled_from(ZONES),
                st.integers(0, 4),
                st.sampled_from([S.NEW, S.RETRY, S.QUEUED, S.FINISHED, S.CLAIMED]),
                st.sampled_from([None, 0, 2, 9]),  # not suppressed, for good, for days
                st.booleans(),
                st.sampled_from(["", "ann@example.com", "ann@sales.example.com", "b@other.org"]),
            ),
            max_size=12,
        ),
        hour=st.integers(0, 47),
        prefix=st.sampled_from([None, 0, 2]),
        domain=st.sampled_from([None, 0, 2]),
        listed=st.booleans(),
    )
    def test_the_counts_are_those_of_single_decisions(
        self,
        data: list[tuple[tuple[str, ...], int, str, int | None, bool, str]],
        hour: int,
        prefix: int | None,
        domain: int | None,
        listed: bool,
    ) -> None:
        made = CampaignFactory.create(window_start=time(9), window_end=time(20), max_attempts=3)
        campaign = Campaign.objects.select_related("organization").get(pk=made.pk)
        now = NOON + timedelta(hours=hour)
        for zones, attempts, status, days, everywhere, email in data:
            lead = LeadFactory.create(
                campaign=campaign,
                email=email,
                timezone="",
                window_class=windows.class_for(zones),
                attempts=attempts,
                status=status,
            )
            if days is not None:
                suppress(campaign, lead, days=days, everywhere=everywhere)
        phones = list(Lead.objects.filter(campaign=campaign).values_list("phone", flat=True))
        if prefix is not None and phones:
            forbid(campaign, "prefix", phones[0][:-1], days=prefix)
        if domain is not None:
            forbid(campaign, "domain", "example.com", days=domain)
        if listed and phones:
            file = upload("Number\n" + "\n".join(phones[::2]))
            nationallists.copy(file, campaign.organization, "US-DNC", as_of=NOON.date(), now=NOON)

        found = Counter[tuple[str, str]]()
        for one in dryrun.dry_run(campaign, now).shares:
            found[one.when, one.rule] += one.leads

        assert found == Counter(single(campaign, now))
        windows.forget()


def forbid(campaign: Campaign, kind: str, pattern: str, *, days: int) -> None:
    """For good (0), or for days."""
    until = NOON + timedelta(days=days) if days else None
    patterns.add(campaign.organization, kind, pattern, until=until, now=NOON)


def single(campaign: Campaign, now: datetime) -> Iterator[tuple[str, str]]:
    """The fate of each lead, decided by itself."""
    rules = replace(facts.rules_of(campaign), running=True)
    tomorrow = dryrun._tomorrow(campaign, now)
    waiting = [S.NEW, S.RETRY, S.QUEUED]
    for lead in Lead.objects.filter(campaign=campaign, status__in=waiting):
        known = facts.of_leads(campaign, [lead], promised=False, now=now)[lead.pk]
        decision = decide(replace(known, rules=rules), now)
        when, rule, _ = dryrun._fate(decision, now, tomorrow)
        yield when, rule
