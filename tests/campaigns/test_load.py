"""Lists made for measurements."""

import pytest
from django.core.management import call_command

from campaigns import load
from campaigns.models import Lead
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db


def test_made_up_leads_are_many_different_and_spread_over_the_zones() -> None:
    campaign = CampaignFactory.create()

    total = load.load(campaign, 500)

    phones = set(Lead.objects.values_list("phone", flat=True))
    assert total == len(phones) == 500
    assert all(phone.startswith("+999") and len(phone) == 16 for phone in phones)
    assert Lead.objects.values("window_class").distinct().count() == len(load.ZONES)
    assert set(Lead.objects.values_list("status", "attempts")) == {("new", 0)}
    for field in ("name", "company", "email"):
        assert Lead.objects.values(field).distinct().count() > 100


def test_more_can_be_added_later_and_to_another_campaign() -> None:
    first, second = CampaignFactory.create_batch(2)

    load.load(first, 30)
    load.load(second, 20)

    assert load.load(first, 30) == 60
    assert Lead.objects.values("phone").distinct().count() == 80


def test_the_command_loads_a_campaign_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    CampaignFactory.create(name="Big")

    call_command("seed_load", campaign="Big", leads=25)

    assert capsys.readouterr().out == "Big has 25 leads now.\n"
