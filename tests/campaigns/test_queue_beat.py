"""The beat: every running campaign is filled, whatever becomes of the others."""

from datetime import UTC, datetime

import pytest

from campaigns import queue
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def test_a_campaign_that_cannot_be_filled_keeps_no_other_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, whole = CampaignFactory.create_batch(2)
    broken.lead_filter = {"all": [{"field": "weather"}]}
    broken.save()
    for row in (broken, whole):
        LeadFactory.create(campaign=row)

    added = queue.fill_due(NOW)

    assert added == queue.ready_count(whole.pk) == 1
    assert "could not be filled" in caplog.text
