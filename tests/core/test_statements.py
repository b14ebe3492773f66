"""Statements composed once: they write what the ORM reads, on both engines."""

import uuid
from datetime import UTC, datetime

import pytest

from accounts.models import AgentSeat
from core import statements
from core.models import Event
from tests.factories import OrganizationFactory, UserFactory

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
