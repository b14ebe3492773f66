"""Rules as rows: who writes them, and how they reach the queue, the claim and the dial."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Organization, User
from calls.models import Call
from campaigns import (
    claims,
    editing,
    lawbook,
    numbers,
    queue,
    retries,
    rules,
    ruleset,
    windows,
)
from campaigns.models import CallingRule, Campaign, DialAttempt, Lead, NationalList, QueueEntry
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.campaigns.claiming import NIGHT, NOW, taken
from tests.factories import AttemptFactory, CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
Person = Callable[..., User]
TODAY = NOW.date()


@pytest.fixture
def manager(person: Person) -> User:
    return person("manager")


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    made = CampaignFactory.create(organization=organization)
    return Campaign.objects.select_related("organization").get(pk=made.pk)


def rule(organization: Organization, code: str) -> CallingRule:
    return CallingRule.objects.get(organization=organization, code=code, is_active=True)


def again(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_related("organization").get(pk=campaign.pk)


def codes(campaign: Campaign) -> set[str]:
    return {one.code for one in ruleset.of_campaign(again(campaign)).rules}


# The first rules


def test_an_organization_gets_each_rule_of_the_law_book_once(organization: Organization) -> None:
    made = rules.ensure_defaults(organization)

    assert made == len(lawbook.DEFAULTS)
    assert rules.ensure_defaults(organization) == 0
    row = rule(organization, "ST-FL-CAP")
    assert (row.limit, row.period_s, row.country, row.region) == (3, 86_400, "US", "FL")
    assert row.signed_off_at is None


def test_a_rule_that_was_retired_does_not_come_back(manager: User, organization: Any) -> None:
    rules.ensure_defaults(organization)
    rules.retire(manager, rule(organization, "US-1"), because="Not ours.", now=NOW)

    assert rules.ensure_defaults(organization) == 0
    assert not CallingRule.objects.filter(code="US-1", is_active=True).exists()


def test_the_first_campaign_brings_the_rules(manager: User, organization: Organization) -> None:
    campaign = editing.create_campaign(manager, name="Spring")

    assert {"US-1", "ST-FL", "CA-1"} <= codes(campaign)


def test_the_hours_of_the_demo_are_off(organization: Organization) -> None:
    Organization.objects.update(is_demo=True)
    organization.refresh_from_db()

    rules.ensure_defaults(organization)

    off = CallingRule.objects.filter(is_active=False)
    assert set(off.values_list("kind", flat=True)) == {"hours"}


# Versions


def test_a_new_version_ends_the_one_before(manager: User, campaign: Campaign) -> None:
    rules.ensure_defaults(campaign.organization)
    old = rules.sign_off(manager, rule(campaign.organization, "ST-FL"), now=NOW)

    new = rules.replace(manager, old, now=NOW, start=time(9))

    old.refresh_from_db()
    assert (new.version, new.replaces, new.valid_from) == (2, old, TODAY)
    assert (old.is_active, old.valid_until) == (False, TODAY - timedelta(days=1))
    assert (new.region, new.end, new.signed_off_at) == ("FL", old.end, None)
    assert [
        one.version for one in ruleset.of_campaign(again(campaign)).rules if one.code == "ST-FL"
    ] == [2]


def test_a_version_to_come_leaves_the_present_one_until_its_day(
    manager: User, campaign: Campaign
) -> None:
    rules.ensure_defaults(campaign.organization)
    old = rule(campaign.organization, "ST-FL")

    rules.replace(manager, old, now=NOW, valid_from=TODAY + timedelta(days=30))

    old.refresh_from_db()
    assert (old.is_active, old.valid_until) == (True, TODAY + timedelta(days=29))
    with pytest.raises(DomainError, match="later version"):
        rules.replace(manager, old, now=NOW)


@pytest.mark.parametrize(
    ("code", "terms", "field"),
    [
        ("US-1", {"end": time(7)}, "end"),
        ("US-1", {"start": None}, "start"),
        ("US-1", {"days": "holidays", "country": "AC"}, "days"),
        ("US-1", {"country": "", "region": "FL"}, "region"),
        ("US-1", {"country": "UK"}, "country"),
        ("US-1", {"country": "PR"}, "country"),
        ("US-1", {"country": "US", "region": "FLORID"}, "region"),
        ("ST-FL-CAP", {"limit": None}, "limit"),
        ("US-8", {"consent": "hope"}, "consent"),
        ("US-8", {"modes": ["telepathy"]}, "modes"),
        ("US-7", {"country": ""}, "country"),
        ("US-7", {"valid_until": date(2026, 1, 1)}, "valid_until"),
    ],
)
def test_what_no_decision_could_take_is_refused(
    manager: User, organization: Organization, code: str, terms: dict[str, Any], field: str
) -> None:
    rules.ensure_defaults(organization)

    with pytest.raises(InputError) as refused:
        rules.replace(manager, rule(organization, code), now=NOW, **terms)

    assert list(refused.value.errors) == [field]
    assert rule(organization, code).version == 1


def test_a_house_rule_has_a_code_of_its_own(manager: User, organization: Organization) -> None:
    made = rules.add(
        manager,
        organization,
        code="house-1",
        kind="spacing",
        title="An hour",
        period_s=3600,
        now=NOW,
    )

    assert made.code == "HOUSE-1"
    with pytest.raises(InputError, match="such a rule"):
        rules.add(manager, organization, code="HOUSE-1", kind="spacing", period_s=60, now=NOW)


def test_whoever_retires_a_rule_says_why_and_it_is_on_the_audit_log(
    manager: User, organization: Organization
) -> None:
    rules.ensure_defaults(organization)

    with pytest.raises(InputError):
        rules.retire(manager, rule(organization, "US-1"), because=" ", now=NOW)
    rules.retire(manager, rule(organization, "US-1"), because="Sold.", now=NOW)
    rules.sign_off(manager, rule(organization, "ST-FL"), now=NOW)

    said = AuditEntry.objects.filter(target_type="campaigns.callingrule")
    assert set(said.values_list("action", flat=True)) == {
        "rule.retired", "rule.explained", "rule.signed_off",
    }  # fmt: skip


def test_a_lists_age_counts_once_a_list_was_loaded_or_someone_signed(
    manager: User, campaign: Campaign
) -> None:
    house = campaign.organization
    rules.ensure_defaults(house)
    assert not codes(campaign) & {"US-7", "UK-4"}

    NationalList.objects.create(
        organization=house, code="US-DNC", name="DNC", country="US", as_of=TODAY
    )
    editing.rules_changed(house.pk)
    rules.sign_off(manager, rule(house, "UK-4"), now=NOW)

    assert {"US-7", "UK-4"} <= codes(campaign)
    assert "CA-1-LIST" not in codes(campaign)


def test_a_change_reaches_the_next_decision_of_every_process(
    manager: User, campaign: Campaign, django_assert_num_queries: Any
) -> None:
    rules.ensure_defaults(campaign.organization)
    known = again(campaign)
    first = ruleset.of_campaign(known)
    with django_assert_num_queries(0):
        assert ruleset.of_campaign(known) is first

    rules.retire(manager, rule(campaign.organization, "US-1"), because="Not ours.", now=NOW)

    assert "US-1" not in codes(campaign)


# The queue, the claim, the dial


def in_new_york(campaign: Campaign, **fields: Any) -> Lead:
    place = windows.class_for(["America/New_York"], "US", "NY")
    return LeadFactory.create(campaign=campaign, window_class=place, **fields)


def test_a_closed_class_waits_for_its_rule_and_not_only_for_the_campaign(
    campaign: Campaign,
) -> None:
    rules.ensure_defaults(campaign.organization)
    in_new_york(campaign)

    outlook = windows.outlook(again(campaign), NIGHT)

    assert outlook.open == {}
    assert outlook.opens_at == datetime(2026, 11, 23, 13, tzinfo=UTC)  # eight in New York
    assert queue.fill(campaign.pk, NIGHT) == 0


def test_a_lead_in_the_ready_table_leaves_it_when_the_rule_closes(campaign: Campaign) -> None:
    rules.ensure_defaults(campaign.organization)
    in_new_york(campaign)

    queue.fill(campaign.pk, NOW)

    assert QueueEntry.objects.get().closes_at == datetime(2026, 11, 24, 2, tzinfo=UTC)


def test_the_rule_of_the_area_code_keeps_a_single_lead_of_an_open_class_away(
    campaign: Campaign,
) -> None:
    rules.ensure_defaults(campaign.organization)
    evening = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # half past eight in New York
    here = in_new_york(campaign)
    miami = in_new_york(campaign, phone="+13055550123")

    queue.fill(campaign.pk, evening)

    miami.refresh_from_db()
    assert QueueEntry.objects.get().lead == here
    assert (miami.status, miami.blocked_by) == (Lead.Status.RETRY, "ST-FL")
    assert miami.next_attempt_at == datetime(2026, 11, 24, 13, tzinfo=UTC)


def test_a_next_try_lies_inside_the_hours_of_the_rules(campaign: Campaign) -> None:
    rules.ensure_defaults(campaign.organization)
    lead = in_new_york(campaign)

    assert retries.inside_window(again(campaign), lead, NIGHT).hour == 13


def dialed(campaign: Campaign, lead: Lead, *ago: timedelta, **fields: Any) -> None:
    """The lead's number was dialed before."""
    for one in ago:
        attempt = AttemptFactory.create(
            campaign=campaign, lead=lead, phone=lead.phone, dialed_at=NOW - one,
            ended_at=NOW - one, **fields,
        )  # fmt: skip
    numbers.ensure(campaign.organization_id, [lead.phone])
    numbers.dialed(attempt, NOW - min(ago))
    Lead.objects.filter(pk=lead.pk).update(last_called_at=NOW - min(ago))


def test_st_fl_calls_of_all_campaigns_count_where_the_queue_is_filled(campaign: Campaign) -> None:
    rules.ensure_defaults(campaign.organization)
    other = CampaignFactory.create(organization=campaign.organization)
    lead = in_new_york(campaign, phone="+13055550123")
    twin = LeadFactory.create(campaign=other, phone=lead.phone)
    dialed(other, twin, *(timedelta(hours=hours) for hours in (20, 3, 2)))

    queue.fill(campaign.pk, NOW)

    lead.refresh_from_db()
    assert lead.blocked_by == "ST-FL-CAP"
    assert lead.blocked_until == NOW + timedelta(hours=4)


def test_st_fl_the_dial_itself_is_refused_when_the_calls_are_used_up_by_then(
    campaign: Campaign, person: Person
) -> None:
    rules.ensure_defaults(campaign.organization)
    lead = in_new_york(campaign, phone="+13055550123")
    attempt = taken(person(), again(campaign))
    dialed(campaign, lead, *(timedelta(hours=hours) for hours in (9, 3, 2)))

    with pytest.raises(DomainError) as refused:
        claims.approve_dial(attempt, now=NOW)

    (refusal,) = refused.value.errors["refusals"]
    assert (refusal["rule"], refusal["version"]) == ("ST-FL-CAP", 1)
    claims.release(attempt, now=NOW, reason="refused", refusals=[refusal])
    kept = DialAttempt.objects.get(pk=attempt.pk)
    assert kept.decision == "refused"
    assert kept.refusals[0]["rule"] == "ST-FL-CAP"


def test_us_10_a_talk_keeps_the_person_in_peace_and_other_purposes_do_not_care(
    organization: Organization,
) -> None:
    rules.ensure_defaults(organization)
    debt, sale = (
        CampaignFactory.create(organization=organization, purpose=purpose)
        for purpose in ("debt", "marketing")
    )
    owing = in_new_york(debt)
    LeadFactory.create(campaign=sale, phone=owing.phone)
    dialed(debt, owing, timedelta(days=1), conversation=True)
    numbers.talked(DialAttempt.objects.get(), NOW - timedelta(days=1))

    queue.fill(debt.pk, NOW)
    queue.fill(sale.pk, NOW)

    owing.refresh_from_db()
    assert owing.blocked_by == "US-10-TALK"
    assert QueueEntry.objects.get().campaign == sale


def test_uk_2_an_abandoned_call_locks_the_number_for_modes_that_dial_ahead(
    organization: Organization, person: Person
) -> None:
    rules.ensure_defaults(organization)
    ahead, one_to_one = (
        CampaignFactory.create(organization=organization, mode=mode)
        for mode in ("predictive", "preview")
    )
    place = windows.class_for(["Europe/London"], "GB")
    lead = LeadFactory.create(
        campaign=ahead, phone="+442079460123", country="GB", window_class=place
    )
    LeadFactory.create(campaign=one_to_one, phone=lead.phone, country="GB", window_class=place)
    attempt = taken(person(), ahead)
    claims.approve_dial(attempt, now=NOW)
    claims.settle(attempt, outcome=DialAttempt.Outcome.ABANDONED, now=NOW)

    later = NOW + timedelta(hours=22)
    queue.fill(ahead.pk, later)
    queue.fill(one_to_one.pk, later)

    lead.refresh_from_db()
    assert (lead.blocked_by, lead.blocked_until) == ("UK-2", NOW + timedelta(hours=72))
    assert QueueEntry.objects.get().campaign == one_to_one


def test_a_number_that_was_not_dialed_lately_costs_a_claim_no_query_more(
    campaign: Campaign, person: Person
) -> None:
    agents = [person() for _ in range(4)]
    for _ in range(4):
        in_new_york(campaign)
    queue.fill(campaign.pk, NOW)
    taken(agents[0], again(campaign))
    bare = count(lambda: taken(agents[1], again(campaign)))
    rules.ensure_defaults(campaign.organization)
    queue.fill(campaign.pk, NOW)
    taken(agents[2], again(campaign))

    assert count(lambda: taken(agents[3], again(campaign))) == bare


def count(work: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def test_a_typed_number_passes_the_rules_too(organization: Organization, person: Person) -> None:
    rules.ensure_defaults(organization)

    with pytest.raises(DomainError) as refused:
        claims.claim_number(person(), phone="+12125550177", campaign=None, now=NIGHT)

    assert refused.value.errors["refusals"][0]["rule"] == "US-1"
    assert not Call.objects.exists()
