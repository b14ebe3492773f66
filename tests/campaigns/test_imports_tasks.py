"""Hints and sweeps of imports."""

from collections.abc import Iterator

import pytest

from campaigns import sheets, tasks
from campaigns.models import LeadSheet
from dialer.celery import app
from tests.campaigns.lists import upload
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tasks_run_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_the_beat_finds_what_no_hint_told() -> None:
    sheet = sheets.receive_upload(None, CampaignFactory.create(), upload("Phone\n2125550123\n"))
    tasks.import_due()
    sheets.start_import(None, sheet)

    tasks.import_due()

    sheet.refresh_from_db()
    assert sheet.status == LeadSheet.Status.DONE
    assert sheets.due(sheet.created_at) == []
