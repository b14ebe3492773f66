"""Campaigns are made, changed, started and stopped."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organization, User
from campaigns import dispositions, editing, queue
from campaigns.forms import CampaignForm
from campaigns.models import Campaign, Disposition, Lead, QueueEntry
from core.errors import DomainError, InputError
from core.models import Event
from tests.factories import CampaignFactory, LeadFactory, TeamFactory

pytestmark = pytest.mark.django_db
S = Campaign.Status


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


def make(manager: User, **fields: Any) -> Campaign:
    campaign = editing.create_campaign(manager, **{"name": "Spring", **fields})
    campaign.refresh_from_db()
    return campaign


def test_a_new_campaign_is_a_draft_with_every_result(manager: User) -> None:
    campaign = make(manager, caller_id="202-555-0100")

    assert campaign.status == S.DRAFT
    assert campaign.organization == manager.organization
    assert campaign.caller_id == "+12025550100"
    assert campaign.dispositions.count() == len(dispositions.DEFAULTS) == 18


def test_a_superadmin_names_the_organization(person: Callable[..., User]) -> None:
    superadmin = person("superadmin", organization=None)

    with pytest.raises(InputError):
        editing.create_campaign(superadmin, name="Spring")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"caller_id": "12"}, "caller_id"),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "ends_on"),
        ({"window_start": time(18), "window_end": time(9)}, "window_end"),
        ({"window_days": [0, 8]}, "window_days"),
        ({"mode": "telepathic"}, "mode"),
    ],
)
def test_wrong_fields_are_named(manager: User, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refusal:
        make(manager, **fields)

    assert list(refusal.value.errors) == [field]
    assert not Campaign.objects.exists()


def test_a_name_is_taken_once_in_an_organization(manager: User) -> None:
    make(manager)

    with pytest.raises(InputError) as refusal:
        make(manager)

    assert refusal.value.errors == {"name": ["There is a campaign of this name."]}


def test_nobody_of_another_organization_is_assigned(manager: User) -> None:
    with pytest.raises(InputError) as refusal:
        make(manager, teams=[TeamFactory.create()])

    assert list(refusal.value.errors) == ["teams"]


@pytest.mark.parametrize(
    ("fields", "raised"),
    [
        ({"name": "Autumn", "delay_s": 3}, False),
        ({"max_attempts": 9}, True),
        ({"window_days": [1]}, True),
        ({"window_start": time(10)}, True),
        ({"ends_on": date(2030, 1, 1)}, True),
    ],
)
def test_a_changed_rule_makes_stored_decisions_old(
    manager: User, fields: dict[str, Any], raised: bool
) -> None:
    campaign = make(manager)

    changed = editing.change_campaign(manager, campaign, **fields)

    assert changed.rule_version == campaign.rule_version + raised


def test_only_the_moves_of_the_table_are_made(manager: User) -> None:
    for start in S:
        for end in S:
            campaign = CampaignFactory.create(organization=manager.organization, status=start)
            if end == start or end in editing.MOVES[start]:
                assert editing.set_status(manager, campaign, end).status == end
            else:
                with pytest.raises(DomainError, match="cannot become"):
                    editing.set_status(manager, campaign, end)


def test_a_pause_empties_the_ready_table_at_once(manager: User) -> None:
    # given a running campaign whose leads are ready to be claimed
    campaign = CampaignFactory.create(organization=manager.organization)
    for _ in range(3):
        LeadFactory.create(campaign=campaign)
    queue.fill(campaign.pk, timezone.now())
    assert QueueEntry.objects.count() == 3

    # when
    editing.set_status(manager, campaign, S.PAUSED)

    # then
    assert not QueueEntry.objects.exists()
    assert set(Lead.objects.values_list("status", flat=True)) == {"new"}


def test_a_campaign_that_is_over_does_not_start(manager: User) -> None:
    campaign = make(manager, ends_on=date(2020, 1, 1))

    with pytest.raises(DomainError, match="ended on 01 January 2020"):
        editing.set_status(manager, campaign, S.RUNNING)


def test_a_mode_that_cannot_dial_yet_does_not_start(manager: User) -> None:
    campaign = make(manager, mode="predictive")

    with pytest.raises(DomainError, match="Predictive dialing is not available"):
        editing.set_status(manager, campaign, S.RUNNING)


def test_every_move_is_told(manager: User) -> None:
    campaign = make(manager)
    editing.set_status(manager, campaign, S.RUNNING)

    event = Event.objects.get(kind="campaign.status")
    assert event.topics == [f"campaign:{campaign.pk}"]
    assert event.data == {"before": "draft", "status": "running"}
    assert event.actor == manager


def test_buttons_follow_the_table_of_moves() -> None:
    words = {status: [label for _, label in editing.moves(Campaign(status=status))] for status in S}

    assert words == {
        S.DRAFT: ["Start", "Archive"],
        S.RUNNING: ["Pause", "End"],
        S.PAUSED: ["Resume", "End"],
        S.ENDED: ["Reopen", "Archive"],
        S.ARCHIVED: ["Restore"],
    }


def test_the_default_results_are_made_once_and_never_overwritten(
    organization: Organization,
) -> None:
    first = dispositions.ensure_defaults(organization)
    Disposition.objects.filter(code="lead").update(label="Qualified")

    again = dispositions.ensure_defaults(organization)

    assert [row.pk for row in again] == [row.pk for row in first]
    assert again[0].label == "Qualified"


def test_the_default_results_have_keys_of_their_own() -> None:
    keys = [default.key for default in dispositions.DEFAULTS]

    assert len(set(keys)) == len(keys) == 18
    assert {d.code for d in dispositions.DEFAULTS if d.retry_after_s} == {
        "follow-ups",
        "vm-rpc",
        "vm-operator",
        "not-answered",
        "busy",
        "call-failed",
        "disconnected",
    }


def test_a_result_that_forbids_calls_finishes_its_lead(
    manager: User, organization: Organization
) -> None:
    row = dispositions.add(
        manager, organization, label="Never again", finished=False, do_not_call=True
    )

    assert row.finished


@pytest.mark.parametrize("label", ["Lead", "lead!", "***"])
def test_a_result_needs_a_name_of_its_own(
    manager: User, organization: Organization, label: str
) -> None:
    dispositions.ensure_defaults(organization)

    with pytest.raises(InputError) as refusal:
        dispositions.add(manager, organization, label=label)

    assert list(refusal.value.errors) == ["label"]


def test_a_team_that_was_put_away_is_not_offered_to_a_campaign(manager: User) -> None:
    here, away = TeamFactory.create_batch(2, organization=manager.organization)
    for team in (here, away):
        team.managers.add(manager)
    away.archived_at = timezone.now()
    away.save()

    form = CampaignForm(manager, {"name": "Spring", "teams": [away.pk]}, instance=Campaign())

    assert list(form.fields["teams"].queryset) == [here]  # type: ignore[attr-defined]  # of a model choice
    assert "teams" in form.errors
