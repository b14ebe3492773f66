"""Leads that an agent looks at before they are dialed: who may skip them, and for how long."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import presence
from accounts.models import User
from calls import lifecycle
from calls.models import Call
from campaigns.models import Campaign, Lead
from core.errors import DomainError
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    return person()


def reserved(agent: User, **fields: object) -> Call:
    """A previewed lead of a campaign with these settings."""
    campaign = CampaignFactory.create(
        organization=agent.organization, **{"mode": Campaign.Mode.PREVIEW, **fields}
    )
    campaign.agents.add(agent)
    LeadFactory.create(campaign=campaign)
    presence.open_session(agent)
    presence.ready(agent, [campaign.pk])
    call = lifecycle.next_call(agent, timezone.now()).call
    assert call
    return call


def test_a_lead_is_skipped_only_where_that_is_allowed(agent: User) -> None:
    call = reserved(agent, may_skip=False)

    with pytest.raises(DomainError) as refusal:
        lifecycle.release(call, "skipped")

    call.refresh_from_db()
    assert refusal.value.code == "may_not_skip"
    assert call.status == Call.Status.RESERVED
    assert lifecycle.release(call, "cancelled").status == Call.Status.WRAPPED_UP


def test_skipping_is_always_allowed_where_nothing_is_previewed(agent: User) -> None:
    call = reserved(agent, may_skip=False, mode=Campaign.Mode.PROGRESSIVE)

    assert lifecycle.release(call, "skipped").status == Call.Status.WRAPPED_UP


def test_a_preview_whose_time_is_over_is_taken_back_whatever_its_phone_does(agent: User) -> None:
    call = reserved(agent, preview_limit_s=30)
    far = timezone.now() + timedelta(days=1)
    Call.objects.filter(pk=call.pk).update(lease_until=far)

    assert lifecycle.reap(call.reserved_at + timedelta(seconds=39)) == 0
    assert lifecycle.reap(call.reserved_at + timedelta(seconds=41)) == 1

    call.refresh_from_db()
    assert call.status == Call.Status.WRAPPED_UP
    assert Lead.objects.get().status == Lead.Status.RETRY


def test_a_dialed_call_outlasts_the_preview(agent: User) -> None:
    call = reserved(agent, preview_limit_s=30)
    far = timezone.now() + timedelta(days=1)

    lifecycle.dial(call)
    Call.objects.filter(pk=call.pk).update(lease_until=far)

    assert lifecycle.reap(call.reserved_at + timedelta(minutes=5)) == 0


def test_a_lead_that_nobody_dialed_in_time_rests(agent: User) -> None:
    call = reserved(agent, preview_limit_s=30, preview_gives_back=True)

    lifecycle.release(call, "preview_over")

    lead = Lead.objects.get()
    assert lead.next_attempt_at
    assert lead.next_attempt_at > timezone.now() + timedelta(minutes=5)
    assert lead.attempts == 0
