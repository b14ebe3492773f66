"""Statements composed once: they write what the ORM reads, on both engines."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import Model

from accounts.models import AgentSeat
from calls.models import Call
from campaigns.models import Lead
from core import statements
from core.models import Event
from tests.factories import (
    AttemptFactory,
    CallFactory,
    CampaignFactory,
    LeadFactory,
    OrganizationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)


def test_an_inserted_row_reads_back_as_it_was_written() -> None:
    organization = OrganizationFactory.create()
    row = statements.insert(
        Event(
            kind="thing.new",
            organization=organization,
            topics=["org:1", "it's; DROP TABLE core_event"],
            data={"n": 1, "text": "Zoë 😀 100%"},
            at=AT,
        )
    )

    found = Event.objects.get(pk=row.pk)

    names = [field.attname for field in Event._meta.concrete_fields]
    assert {name: getattr(found, name) for name in names} == {
        name: getattr(row, name) for name in names
    }
    assert found == row
    row.kind = "thing.changed"
    row.save()
    assert Event.objects.get().kind == "thing.changed"


def test_ids_of_rows_differ() -> None:
    rows = [statements.insert(Event(kind=f"thing.{n}", at=AT)) for n in range(3)]

    assert [Event.objects.get(pk=row.pk).kind for row in rows] == ["thing.0", "thing.1", "thing.2"]


def test_an_update_writes_the_named_fields_and_no_other() -> None:
    organization = OrganizationFactory.create()
    agent, other = UserFactory.create_batch(2, organization=organization)
    seat = AgentSeat.objects.create(user=agent, organization=organization, since=AT)
    AgentSeat.objects.create(user=other, organization=organization, since=AT)
    call = uuid.uuid4()
    seat.state, seat.call, seat.ready_for, seat.resume_state = "reserved", call, [1, 2], "break"

    assert statements.update(seat, "state", "call", "ready_for") == 1

    seat.refresh_from_db()
    assert (seat.state, seat.call, seat.ready_for) == ("reserved", call, [1, 2])
    assert seat.resume_state == ""
    assert AgentSeat.objects.get(user=other).state == "offline"


def test_an_update_of_a_row_that_is_gone_changes_nothing() -> None:
    row = statements.insert(Event(kind="thing.new", at=AT))
    Event.objects.all().delete()

    assert statements.update(row, "kind") == 0


def read(row: Model) -> dict[str, object]:
    """All that a row holds, without asking the database again."""
    return {name: row.__dict__[name] for name in row.__dict__ if not name.startswith("_")}


def test_a_row_is_read_as_the_orm_reads_it_with_what_it_points_to() -> None:
    attempt = AttemptFactory.create(reserved_at=AT, refusals=[{"rule": "US-1", "until": None}])
    with_lead = CallFactory.create(attempt=attempt, lead=LeadFactory.create(), reserved_at=AT)
    without = CallFactory.create(attempt=AttemptFactory.create(), lead=None, reserved_at=AT)

    for call in (with_lead, without):
        found = statements.get(Call, call.pk, "attempt", "agent", "campaign", "lead")
        known = Call.objects.select_related("attempt", "agent", "campaign", "lead").get(pk=call.pk)
        assert read(found) == read(known)
        assert found._state.fields_cache.keys() == known._state.fields_cache.keys()
        for name in ("attempt", "agent", "campaign", "lead"):
            there, wanted = getattr(found, name), getattr(known, name)
            assert (there and read(there)) == (wanted and read(wanted))


def test_a_locked_row_is_read_alone_and_what_is_put_off_comes_when_asked_for(
    django_assert_num_queries: Any,
) -> None:
    lead = LeadFactory.create(remarks="Ask for Zoë", custom={"Old vendor": "Acme"})

    with django_assert_num_queries(1):
        found = statements.get(Lead, lead.pk, lock=True, defer=("remarks",))

    assert found.get_deferred_fields() == {"remarks"}
    with django_assert_num_queries(1):
        assert found.remarks == "Ask for Zoë"
    assert found.custom == {"Old vendor": "Acme"}


def test_a_row_that_is_gone_is_said_to_be() -> None:
    with pytest.raises(Lead.DoesNotExist):
        statements.get(Lead, 404)


def test_rows_are_found_by_a_condition_in_an_order() -> None:
    campaign = CampaignFactory.create()
    first, second = LeadFactory.create_batch(2, campaign=campaign)
    LeadFactory.create()

    found = statements.find(Lead, "t0.campaign_id = %s ORDER BY t0.id DESC", [campaign.pk])

    assert found == [second, first]


def test_a_saved_row_is_written_whole() -> None:
    lead = LeadFactory.create()
    lead.name, lead.custom, lead.next_attempt_at = "Zoë", {"a": [1]}, AT

    assert statements.save(lead) == 1

    assert read(Lead.objects.get(pk=lead.pk)) == read(lead)
