"""How much of a long list MariaDB reads to find the next leads: as little as of a short one."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from campaigns import load, queue, windows
from campaigns.models import Campaign, Lead
from tests.factories import CampaignFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
LONG, READY = 40_000, 50


@pytest.fixture(params=["fresh", "analyzed"])
def campaign(request: pytest.FixtureRequest) -> Campaign:
    """A long list, some of it due again, with and without the optimizer's statistics."""
    made = CampaignFactory.create(window_start="08:00", window_end="21:00")
    load.load(made, LONG)
    due = Lead.objects.order_by("pk").values_list("pk", flat=True)[: LONG // 10]
    Lead.objects.filter(pk__in=list(due)).update(status="retry", next_attempt_at=timezone.now())
    if request.param == "analyzed":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE TABLE campaigns_lead")
            cursor.fetchall()
    return made


def reads(verb: Callable[[], object]) -> int:
    """Rows and index entries that the server looked at for a verb."""
    before = _reads()
    verb()
    return _reads() - before


def test_filling_reads_what_it_takes_and_not_the_list(campaign: Campaign) -> None:
    now = timezone.now()
    queue.fill(campaign.pk, now)
    Lead.objects.filter(status="retry").update(status="finished")
    queue.clear(campaign)

    costs = [reads(lambda: queue.fill(campaign.pk, now)), reads(lambda: queue.wants(campaign, now))]

    assert queue.ready_count(campaign.pk) == READY
    # A dive for each class and each lead taken, some hundreds in all, and what the server has not
    # yet swept up of the leads that were due; a walk of the list would be all of it.
    assert max(costs) < LONG // 4


def test_saying_when_the_next_lead_is_due_reads_a_few_rows(campaign: Campaign) -> None:
    now = timezone.now()
    queue.fill(campaign.pk, now)

    cost = reads(lambda: (queue.next_due(campaign, now), windows.next_opening(campaign, now)))

    assert cost < 20 * len(load.ZONES)


def _reads() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(value) for _, value in cursor.fetchall())
