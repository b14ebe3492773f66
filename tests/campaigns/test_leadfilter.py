"""Which leads of its list a campaign calls."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from campaigns import callbacks, claims, dryrun, editing, explaining, leadfilter, queue
from campaigns.models import Campaign, Lead, QueueEntry
from core.errors import InputError
from tests.factories import CampaignFactory, LeadFactory

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
S = Lead.Status


def condition(field: str, operator: str, *values: str) -> dict[str, Any]:
    return {"field": field, "operator": operator, "values": list(values)}


def only(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(conditions)}


CANADA = only(condition("country", "is", "CA"))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (condition("country", "is", "us", "ca"), True),
        (condition("country", "is_not", "US"), False),
        (condition("region", "is", "US-NY"), True),
        (condition("company", "contains", "acme"), True),
        (condition("company", "lacks", "acme"), False),
        (condition("job_title", "is", "head"), False),
        (condition("job_title", "contains", "cto", "HEAD"), True),
        (condition("job_level", "is_not", "vp"), True),
        (condition("priority", "at_least", "5"), True),
        (condition("priority", "at_most", "4"), False),
        (condition("priority", "is", "5", "6"), True),
        (condition("sheet", "is", "7"), False),
        (condition("sheet", "is_not", "7"), True),
        (condition("consent", "is", "unknown"), True),
        (condition("consent", "is", "yes", "no"), False),
        (condition("custom:Plan", "is", "gold"), True),
        (condition("custom:Plan", "contains", "ol"), True),
        (condition("custom:Other", "contains", "x"), False),
        (condition("custom:Other", "lacks", "x"), True),
    ],
)
@pytest.mark.django_db
def test_a_condition_means_the_same_to_the_database(asked: dict[str, Any], expected: bool) -> None:
    lead = LeadFactory.create(
        country="US",
        region="US-NY",
        company="Acme Ltd",
        job_title="Head of Sales",
        priority=5,
        custom={"Plan": "Gold"},
    )

    found = leadfilter.parse(only(asked))

    unlike = Lead.objects.alias(unlike=leadfilter.unlike(found)).filter(unlike=1)
    assert leadfilter.matches(found, lead) is expected
    assert unlike.exists() is not expected


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"any": []},
        {"all": "country"},
        only({"field": "country"}),
        only(condition("password", "is", "x")),
        only(condition("custom:", "is", "x")),
        only(condition("country", "contains", "U")),
        only(condition("country", "is")),
        only(condition("country", "is", " ")),
        only(condition("priority", "at_least", "many")),
        only(condition("priority", "is", "1" + "0" * 30)),
        only(condition("sheet", "is", "٣")),
        only(condition("custom:2024", "is", "yes")),
        only(condition("consent", "is", "perhaps")),
        only(*[condition("country", "is", "US")] * 13),
    ],
)
def test_what_is_not_known_is_refused(data: Any) -> None:
    with pytest.raises(InputError):
        leadfilter.parse(data)


_TEXTS = st.sampled_from(["", "Acme", "acme ltd", "Other", "lt"])


class SameAnswer(TestCase):
    """Python and the database agree on every filter and lead of plain letters."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        rows=st.lists(
            st.tuples(
                st.sampled_from(["company", "job_title", "job_level", "custom:Plan"]),
                st.sampled_from(["is", "is_not", "contains", "lacks"]),
                st.sampled_from(["acme", "Acme Ltd", "l", "none"]),
            ),
            max_size=4,
        ),
        company=_TEXTS,
        title=_TEXTS,
        plan=st.none() | _TEXTS,
    )
    def test_the_database_answers_as_the_rule_does(
        self, rows: list[tuple[str, str, str]], company: str, title: str, plan: str | None
    ) -> None:
        custom = {} if plan is None else {"Plan": plan}
        lead = LeadFactory.create(company=company, job_title=title, custom=custom)

        found = leadfilter.parse(only(*(condition(*row) for row in rows)))

        rows_unlike = Lead.objects.filter(pk=lead.pk).alias(unlike=leadfilter.unlike(found))
        assert rows_unlike.filter(unlike=0).exists() is leadfilter.matches(found, lead)


@pytest.mark.django_db
def test_who_is_not_chosen_leaves_the_head_and_returns_with_the_filter(
    person: Callable[..., User],
) -> None:
    manager = person("manager")
    campaign = CampaignFactory.create(organization=manager.organization, lead_filter=CANADA)
    campaign.refresh_from_db()
    LeadFactory.create_batch(60, campaign=campaign, rank=1)
    chosen = LeadFactory.create(campaign=campaign, rank=2, country="CA")

    queue.fill(campaign.pk, NOW)

    entry = QueueEntry.objects.get()
    out = Lead.objects.filter(campaign=campaign, blocked_by=leadfilter.RULE)
    assert entry.lead == chosen
    assert set(out.values_list("status", "next_attempt_at")) == {(S.RETRY, None)}
    assert out.count() == 60

    editing.change_campaign(manager, campaign, lead_filter={})
    queue.fill(campaign.pk, NOW)

    assert not Lead.objects.filter(campaign=campaign, status=S.RETRY).exists()
    assert QueueEntry.objects.filter(tier=QueueEntry.Tier.NEW).count() == 50


@pytest.mark.django_db
def test_a_changed_filter_holds_for_leads_that_were_ready(person: Callable[..., User]) -> None:
    agent = person()
    campaign = CampaignFactory.create(organization=agent.organization)
    lead = LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, NOW)
    Campaign.objects.filter(pk=campaign.pk).update(lead_filter=CANADA)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    lead.refresh_from_db()
    assert claim.attempt is None
    assert (lead.status, lead.blocked_by) == (S.RETRY, leadfilter.RULE)
    assert claims.claim_next(agent, [campaign.pk], now=NOW).code == "list_finished"


@pytest.mark.django_db
def test_a_promise_is_kept_whatever_the_filter_says(person: Callable[..., User]) -> None:
    agent = person()
    campaign = CampaignFactory.create(organization=agent.organization, lead_filter=CANADA)
    campaign.refresh_from_db()
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    callbacks.create(lead, due_at=NOW, now=NOW)

    claim = claims.claim_next(agent, [campaign.pk], now=NOW)

    assert claim.attempt is not None
    claims.approve_dial(claim.attempt, now=NOW)


@pytest.mark.django_db
def test_the_dry_run_and_the_explanation_count_them() -> None:
    campaign = CampaignFactory.create(lead_filter=CANADA)
    campaign.refresh_from_db()
    LeadFactory.create_batch(3, campaign=campaign)
    LeadFactory.create(campaign=campaign, country="CA")

    before = dryrun.dry_run(campaign, NOW)
    queue.fill(campaign.pk, NOW)
    after = dryrun.dry_run(campaign, NOW)
    found = explaining.explain(campaign, NOW)

    for run in (before, after):
        assert {(share.rule, share.leads) for share in run.shares} == {
            ("", 1),
            (leadfilter.RULE, 3),
        }
    assert ("Not chosen by the campaign's filter", 3) in {
        (cause.label, cause.leads) for cause in found.waiting
    }
