"""What is done about calls is in the audit log: listening, late results, calls from elsewhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import Call, Recording
from campaigns.models import Campaign
from core.models import AuditEntry
from tests.calls.phones import Shift, rung_out
from tests.calls.test_uploads import cdr
from tests.clients import browser, machine
from tests.factories import AttemptFactory, CallFactory, DispositionFactory


@pytest.fixture
def recorded(agent: User, campaign: Campaign) -> Call:
    """A call of the agent with a recording."""
    attempt = AttemptFactory.create(campaign=campaign, agent=agent)
    call = CallFactory.create(attempt=attempt, team=agent.teams.get())
    name = storages["recordings"].save("heard.webm", ContentFile(b"sound" * 1000))
    Recording.objects.create(
        call=call, organization=call.organization, file=name, created_at=timezone.now()
    )
    return call


def entries(action: str) -> list[AuditEntry]:
    """The entries of a kind."""
    return list(AuditEntry.objects.filter(action=action).order_by("id"))


def test_a_listen_is_one_entry_however_many_ranges_a_player_asks_for(
    agent: User, recorded: Call, clock: time_machine.Traveller
) -> None:
    path = reverse("calls-api:recording", args=[recorded.public_id])
    player = browser(agent)

    for start in range(0, 5000, 1000):
        answer = player.get(path, headers={"Range": f"bytes={start}-"})
        assert answer.status_code == 206
    player.get(path, headers={"Range": "bytes=9000-"})

    [entry] = entries("recording.heard")
    assert (entry.actor_id, entry.target_type) == (agent.pk, "calls.call")
    assert entry.target_id == str(recorded.public_id)
    clock.shift(timedelta(minutes=31))
    browser(agent).get(path)
    assert len(entries("recording.heard")) == 2


def test_each_listener_and_each_download_is_an_entry(
    agent: User, recorded: Call, person: Callable[..., User]
) -> None:
    path = reverse("calls-api:recording", args=[recorded.public_id])

    for listener in (agent, person("qa")):
        assert browser(listener).get(path).status_code == 200
        browser(listener).get(f"{path}?download=1")
        browser(listener).get(f"{path}?download=1")

    assert len(entries("recording.heard")) == 2
    assert len(entries("recording.downloaded")) == 4


def test_a_refused_listen_is_none(recorded: Call, person: Callable[..., User]) -> None:
    path = reverse("calls-api:recording", args=[recorded.public_id])

    assert browser(person("agent")).get(path).status_code == 404

    assert entries("recording.heard") == []


def test_a_result_in_time_is_no_entry(shift: Shift, campaign: Campaign) -> None:
    DispositionFactory.create(organization=campaign.organization, code="lost")
    call = rung_out(shift, campaign)

    shift.post(f"/{call.public_id}/disposition", {"disposition": "lost"})

    assert entries("call.result_added_late") == []


def test_a_result_that_comes_after_wrap_up_is_an_entry(shift: Shift, campaign: Campaign) -> None:
    DispositionFactory.create(organization=campaign.organization, code="lost")
    late = rung_out(shift, campaign)

    shift.post(f"/{late.public_id}/disposition", {"disposition": ""})
    for _ in range(2):
        shift.post(f"/{late.public_id}/disposition", {"disposition": "lost"})

    [entry] = entries("call.result_added_late")
    assert entry.target_id == str(late.public_id)
    assert (entry.before, entry.after) == ({"disposition": None}, {"disposition": "lost"})
    assert entry.actor_id == late.agent_id


def test_a_call_from_elsewhere_is_one_entry_however_often_it_is_sent(
    agent: User, clock: time_machine.Traveller
) -> None:
    sender = machine(agent)

    for _ in range(2):
        assert sender.post("/api/cdr/upload", cdr()).status_code in (200, 201)

    [entry] = entries("call.uploaded")
    assert entry.actor_id == agent.pk
    assert entry.after["call_id"] == "their-1"
    assert timezone.now() == entry.at
