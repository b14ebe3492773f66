"""Promised calls as people see to them: whose they are, who keeps them, which are called off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns import callbacks, finding, promises, queue
from campaigns.models import Callback, Campaign, Lead, QueueEntry
from campaigns.templatetags.lists import their_time
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import CampaignFactory, LeadFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
S = Lead.Status


@pytest.fixture
def campaign() -> Campaign:
    return Campaign.objects.get(pk=CampaignFactory.create(name="Spring").pk)


@pytest.fixture
def people(campaign: Campaign) -> dict[str, User]:
    organization = campaign.organization
    ada, bob = UserFactory.create_batch(2, organization=organization)
    manager = UserFactory.create(organization=organization, role=User.Role.MANAGER)
    team = TeamFactory.create(organization=organization)
    team.members.add(ada, bob)
    team.managers.add(manager)
    campaign.teams.add(team)
    return {"ada": ada, "bob": bob, "manager": manager}


def promise(campaign: Campaign, *, owner: User | None = None, due: datetime = NOON) -> Callback:
    lead = LeadFactory.create(campaign=campaign, status=S.RETRY)
    return callbacks.create(lead, due_at=due, owner=owner, now=NOON)


def shown(user: User, whose: str = "") -> list[int]:
    return [row.pk for row in finding.callbacks(user, whose=whose).rows]


def test_agents_see_their_own_and_anyones_and_managers_all(
    campaign: Campaign, people: dict[str, User]
) -> None:
    hers, his, anyones = (
        promise(campaign, owner=owner).pk for owner in (people["ada"], people["bob"], None)
    )

    assert shown(people["ada"]) == [hers, anyones]
    assert shown(people["ada"], "mine") == [hers]
    assert shown(people["ada"], "anyone") == [anyones]
    assert shown(people["manager"]) == [hers, his, anyones]


def test_promises_of_other_campaigns_are_not_shown(people: dict[str, User]) -> None:
    promise(Campaign.objects.get(pk=CampaignFactory.create().pk))

    assert shown(people["manager"]) == []


def test_the_most_overdue_comes_first_and_pages_follow(
    campaign: Campaign, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LEADS_PAGE", 2)
    late = [promise(campaign, due=NOON - timedelta(hours=n)).pk for n in range(3)]

    first = finding.callbacks(people["manager"])
    second = finding.callbacks(people["manager"], after=str(first.older))

    assert [row.pk for row in (*first.rows, *second.rows)] == late[::-1]
    assert second.older is None
    assert len(finding.callbacks(people["manager"], after="nonsense_x").rows) == 2


def test_another_keeps_it_and_it_is_placed_again(
    campaign: Campaign, people: dict[str, User]
) -> None:
    row = promise(campaign, due=timezone.now() - timedelta(minutes=5))
    queue.fill(campaign.pk, timezone.now())
    assert QueueEntry.objects.filter(lead=row.lead).exists()

    promises.give(row, people["bob"], by=people["manager"])

    row.refresh_from_db()
    assert row.owner == people["bob"]
    assert not QueueEntry.objects.exists()
    assert Lead.objects.get(pk=row.lead_id).status == S.RETRY
    audited = AuditEntry.objects.get(action="callback.given")
    assert (audited.before, audited.after) == ({"owner": None}, {"owner": people["bob"].email})


def test_only_who_calls_for_the_campaign_may_keep_it(
    campaign: Campaign, people: dict[str, User]
) -> None:
    row = promise(campaign)
    stranger = UserFactory.create(organization=campaign.organization)

    with pytest.raises(InputError, match="not assigned"):
        promises.give(row, stranger, by=people["manager"])

    row.refresh_from_db()
    assert row.owner is None


def test_a_promise_that_is_called_off_lets_its_lead_go_on(
    campaign: Campaign, people: dict[str, User]
) -> None:
    row = promise(campaign)

    promises.call_off(row, by=people["manager"], now=NOON)

    lead = Lead.objects.get(pk=row.lead_id)
    assert (lead.status, lead.next_attempt_at) == (S.RETRY, NOON + timedelta(hours=1))
    assert shown(people["manager"]) == []
    assert AuditEntry.objects.get().action == "callback.called_off"
    with pytest.raises(DomainError, match="settled"):
        promises.call_off(row, by=people["manager"], now=NOON)


def test_the_time_at_their_place_is_said_when_it_is_sure(campaign: Campaign) -> None:
    sure = promise(campaign)
    Lead.objects.filter(pk=sure.lead_id).update(timezone="Europe/London")
    unsure = promise(campaign)
    Lead.objects.filter(pk=unsure.lead_id).update(timezone="")

    found = {row.pk: their_time(row) for row in Callback.objects.select_related("lead")}

    assert found == {sure.pk: "Mon 17:00", unsure.pk: "—"}


def test_a_manager_gives_and_calls_off_on_the_page(
    campaign: Campaign, people: dict[str, User]
) -> None:
    row, page = promise(campaign), browser(people["manager"])

    given = page.post(
        reverse("campaigns:callback_give", args=[row.pk]), {"owner": people["ada"].pk}
    )
    row.refresh_from_db()
    off = page.post(reverse("campaigns:callback_off", args=[row.pk]))

    assert (given.status_code, off.status_code) == (302, 302)
    assert row.owner == people["ada"]
    assert "Nobody waits for a call" in page.get(reverse("campaigns:callbacks")).content.decode()


def test_another_organizations_promise_does_not_exist(people: dict[str, User]) -> None:
    foreign = promise(Campaign.objects.get(pk=CampaignFactory.create().pk))

    answer = browser(people["manager"]).post(reverse("campaigns:callback_off", args=[foreign.pk]))

    assert answer.status_code == 404
    assert Callback.objects.get(pk=foreign.pk).done_at is None


def test_the_page_costs_a_fixed_number_of_queries(
    campaign: Campaign, people: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        promise(campaign, due=NOON + timedelta(minutes=n))
    page = browser(people["manager"])

    with django_assert_max_num_queries(16):
        answer = page.get(reverse("campaigns:callbacks"))

    assert answer.content.decode().count("Call off</button>") == 30
