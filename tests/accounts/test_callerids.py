"""Caller IDs: who adds them, and what campaigns may show because of them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts import callerids
from accounts.models import CallerId, Organization, User
from campaigns import editing
from campaigns.forms import CampaignForm
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import OrganizationFactory

type Person = Callable[..., User]
OURS, OTHER = "+12025550100", "+12025550199"


@pytest.fixture
def admin(person: Person) -> Client:
    """A superadmin at a browser."""
    return browser(person("superadmin", organization=None))


def test_a_superadmin_adds_a_number_and_removes_it(
    admin: Client, organization: Organization
) -> None:
    page = reverse("accounts:caller_ids")
    empty = admin.get(page).content.decode()

    added = admin.post(
        page, {"organization": organization.pk, "number": "+1 (202) 555-0100", "label": "Office"}
    )
    row = CallerId.objects.get(organization=organization)
    shown = admin.get(page).content.decode()
    admin.post(reverse("accounts:caller_id_remove", args=[row.pk]))

    assert "No caller IDs yet" in empty
    assert added.status_code == 302
    assert (row.number, row.label) == (OURS, "Office")
    assert "Office" in shown
    assert not CallerId.objects.exists()
    entries = AuditEntry.objects.filter(action__startswith="caller_id.").order_by("pk")
    assert [entry.action for entry in entries] == ["caller_id.added", "caller_id.removed"]
    assert entries[1].before["number"] == OURS
    assert {entry.organization_id for entry in entries} == {organization.pk}


@pytest.mark.parametrize("number", ["12", "202-555-0100", "nobody"])
def test_what_is_no_number_with_its_country_is_refused(
    admin: Client, organization: Organization, number: str
) -> None:
    posted = {"organization": organization.pk, "number": number}

    answer = admin.post(reverse("accounts:caller_ids"), posted)

    assert answer.status_code == 422
    assert not CallerId.objects.exists()


def test_a_number_is_added_once_to_an_organization_and_to_others_too(
    organization: Organization,
) -> None:
    callerids.add(organization, OURS)

    with pytest.raises(InputError) as refused:
        callerids.add(organization, "+1 202 555 0100")
    callerids.add(OrganizationFactory.create(), OURS)

    assert "number" in refused.value.errors
    assert CallerId.objects.filter(number=OURS).count() == 2


def test_without_caller_ids_a_campaign_shows_any_number(person: Person) -> None:
    callerids.add(OrganizationFactory.create(), OURS)

    campaign = editing.create_campaign(person("manager"), name="Spring", caller_id=OTHER)

    assert campaign.caller_id == OTHER


def test_with_caller_ids_a_campaign_shows_one_of_them_or_none(
    person: Person, organization: Organization
) -> None:
    manager = person("manager")
    callerids.add(organization, OURS)

    with pytest.raises(InputError) as refused:
        editing.create_campaign(manager, name="Spring", caller_id=OTHER)
    campaign = editing.create_campaign(manager, name="Spring", caller_id="(202) 555-0100")
    silent = editing.create_campaign(manager, name="Autumn")

    assert "caller_id" in refused.value.errors
    assert (campaign.caller_id, silent.caller_id) == (OURS, "")


def test_a_campaign_whose_number_was_removed_does_not_start(
    person: Person, organization: Organization
) -> None:
    manager = person("manager")
    campaign = editing.create_campaign(manager, name="Spring", caller_id=OTHER)
    callerids.add(organization, OURS)

    with pytest.raises(DomainError) as refused:
        editing.set_status(manager, campaign, "running")

    assert refused.value.code == "caller_id_not_allowed"


def test_the_editor_offers_the_organizations_numbers_alone(
    person: Person, organization: Organization
) -> None:
    manager = person("manager")
    campaign = editing.create_campaign(manager, name="Spring", caller_id=OTHER)
    free = CampaignForm(manager).fields["caller_id"]
    callerids.add(organization, OURS, "Office")
    callerids.add(OrganizationFactory.create(), "+12025550111")

    fresh = CampaignForm(manager).fields["caller_id"]
    old = CampaignForm(manager, instance=campaign).fields["caller_id"]

    assert not hasattr(free, "choices")
    assert [number for number, _ in fresh.choices] == ["", OURS]  # type: ignore[attr-defined]  # of a choice
    # A number that is not allowed any more is shown as such: it must not vanish unseen.
    assert [number for number, _ in old.choices] == ["", OURS, OTHER]  # type: ignore[attr-defined]  # of a choice
