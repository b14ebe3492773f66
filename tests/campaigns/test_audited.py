"""What is done to campaigns, results and lists is in the audit log, with before and after."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from campaigns import dispositions, editing, leads, sheets
from campaigns.models import Campaign
from core.errors import InputError
from core.models import AuditEntry
from tests.factories import CampaignFactory, DispositionFactory, TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    """Who does it."""
    return person("manager")


def told(action: str) -> list[AuditEntry]:
    """The entries of a kind."""
    return list(AuditEntry.objects.filter(action=action).order_by("id"))


def test_a_campaigns_life_is_told(manager: User) -> None:
    campaign = editing.create_campaign(manager, name="Spring", caller_id="202-555-0100")
    team = TeamFactory.create(organization=manager.organization)

    editing.change_campaign(manager, campaign, name="Summer", max_attempts=9, teams=[team])
    editing.change_campaign(manager, campaign, name="Summer")
    editing.set_status(manager, campaign, Campaign.Status.RUNNING)
    editing.set_status(manager, campaign, Campaign.Status.RUNNING)

    [created] = told("campaign.created")
    assert created.after["name"] == "Spring"
    assert created.after["caller_id"] == "+12025550100"
    assert len(created.after["dispositions"]) == 18
    [changed] = told("campaign.changed")
    assert (changed.before["name"], changed.after["name"]) == ("Spring", "Summer")
    assert (changed.before["teams"], changed.after["teams"]) == ([], [team.pk])
    assert set(changed.after) == {"name", "max_attempts", "teams", "rule_version"}
    [moved] = told("campaign.moved")
    assert (moved.before, moved.after) == ({"status": "draft"}, {"status": "running"})
    for entry in (created, changed, moved):
        assert entry.actor_id == manager.pk
        assert entry.organization_id == manager.organization_id
        assert (entry.target_type, entry.target_id) == ("campaigns.campaign", str(campaign.pk))


def test_a_refused_change_is_not_told(manager: User) -> None:
    campaign = CampaignFactory.create(organization=manager.organization)

    with pytest.raises(InputError):
        editing.change_campaign(manager, campaign, caller_id="12")

    assert told("campaign.changed") == []


def test_results_are_told_with_what_they_were(manager: User) -> None:
    assert manager.organization
    dispositions.add(manager, manager.organization, label="Maybe", key="m")
    row = DispositionFactory.create(organization=manager.organization, label="Old", key="o")

    dispositions.change(manager, row, label="New", key="n")

    [added] = told("disposition.added")
    assert added.after["label"] == "Maybe"
    [changed] = told("disposition.changed")
    assert changed.before == {"label": "Old", "key": "o"}
    assert changed.after == {"label": "New", "key": "n"}


def test_a_lists_way_is_told_but_not_each_step_of_it(manager: User) -> None:
    campaign = CampaignFactory.create(organization=manager.organization)
    rows = "phone,name\n+12125550100,A\n+12125550101,B\nnone,C\n"
    file = SimpleUploadedFile("spring.csv", rows.encode())
    sheet = sheets.receive_upload(manager, campaign, file)

    sheets.start_import(manager, sheet)
    sheets.run_import(sheet.pk)
    other = sheets.receive_upload(manager, campaign, SimpleUploadedFile("b.csv", b"phone\n1\n"))
    sheets.discard(manager, other)

    of_sheets = AuditEntry.objects.filter(action__startswith="sheet.").order_by("id")
    assert [entry.action for entry in of_sheets] == [
        *("sheet.uploaded", "sheet.confirmed", "sheet.imported"),
        *("sheet.uploaded", "sheet.discarded"),
    ]
    [imported] = told("sheet.imported")
    assert (imported.after["accepted"], imported.after["invalid"]) == (2, 1)
    assert imported.after["campaign"] == campaign.pk
    assert told("sheet.uploaded")[0].actor_id == manager.pk


def test_a_lead_that_a_program_adds_or_changes_is_told_without_its_data(manager: User) -> None:
    campaign = CampaignFactory.create(organization=manager.organization, created_by=manager)
    said: dict[str, Any] = {
        "phone": "+12125550123",
        "external_id": "crm-7",
        "email": "ann@example.test",
    }

    leads.add_lead(manager, campaign, name="Ann", **said)
    leads.add_lead(manager, campaign, name="Ann", **said | {"email": "new@example.test"})

    [added], [changed] = told("lead.added"), told("lead.changed")
    assert (added.actor_id, changed.actor_id) == (manager.pk, manager.pk)
    assert changed.after["changed"] == ["email"]
    assert "example.test" not in str([added.after, changed.after])


def test_that_a_list_was_taken_back_is_told(manager: User) -> None:
    campaign = CampaignFactory.create(organization=manager.organization)
    file = SimpleUploadedFile("spring.csv", b"phone\n+12125550100\n")
    sheet = sheets.receive_upload(manager, campaign, file)
    sheets.start_import(manager, sheet)
    sheets.run_import(sheet.pk)

    sheets.start_undo(manager, sheet, leads=1)
    sheets.run_undo(sheet.pk)

    [asked], [undone] = told("sheet.undo_started"), told("sheet.undone")
    assert asked.actor_id == manager.pk
    assert undone.after["removed"] == 1
