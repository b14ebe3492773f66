"""The audit log's page and files: whose entries, which ones, in order, and safe to open."""

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts.models import Organization, User
from campaigns.models import Campaign
from core import audit, auditlog, sealing, statements, tables
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import CampaignFactory, OrganizationFactory, TeamFactory, UserFactory


@pytest.fixture
def superadmin(db: None) -> User:
    """Sees all entries."""
    return UserFactory.create(role="superadmin", organization=None)


@pytest.fixture
def manager(organization: Organization) -> User:
    """Was granted a look at the log of the own organization."""
    user = UserFactory.create(role="manager", organization=organization, timezone="Asia/Tokyo")
    user.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    return user


def actions(user: User, **filters: object) -> list[str]:
    """What a person finds, without their own login."""
    found = auditlog.page(user, auditlog.Filters(**filters)).entries  # type: ignore[arg-type]  # by name
    return [entry.action for entry in found if not entry.action.startswith("login.")]


def at(moment: datetime, action: str, organization: Organization) -> None:
    """An entry of another day."""
    entry = AuditEntry(at=moment, action=action, organization_id=organization.pk)
    statements.insert(entry)


def body(client: Client, kind: str, **query: str) -> bytes:
    """A file of the log."""
    response = client.get(reverse("core:audit_export", args=[kind]), query)
    assert response.status_code == 200
    return response.getvalue()


def test_a_manager_sees_the_own_organization_and_a_superadmin_all(
    organization: Organization, manager: User, superadmin: User
) -> None:
    audit.record("organization.changed", organization)
    audit.record("organization.founded", OrganizationFactory.create())
    audit.record("flag.changed")

    assert actions(manager) == ["organization.changed"]
    assert actions(superadmin) == ["flag.changed", "organization.founded", "organization.changed"]


def test_another_organizations_entry_does_not_exist(manager: User) -> None:
    theirs = audit.record("organization.founded", OrganizationFactory.create())
    ours = audit.record("organization.changed", manager.organization)

    client = browser(manager)

    assert client.get(reverse("core:audit_entry", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("core:audit_entry", args=[ours.pk])).status_code == 200


def test_entries_are_found_by_person_kind_target_and_outcome(
    organization: Organization, manager: User
) -> None:
    team = TeamFactory.create(organization=organization, name="Night shift")
    audit.record("team.changed", team, actor=manager)
    audit.record("team_lead.changed", organization)
    audit.record("login_page.seen", organization, outcome=audit.Outcome.REFUSED)

    assert actions(manager, noun="team") == ["team.changed"]
    assert actions(manager, person=manager.email[:8].upper()) == ["team.changed"]
    assert actions(manager, target=f"accounts.team:{team.pk}") == ["team.changed"]
    assert actions(manager, target="night") == ["team.changed"]
    assert actions(manager, outcome="refused") == ["login_page.seen"]
    assert "team_lead" in auditlog.nouns(manager)


def test_days_are_those_of_the_viewers_zone(organization: Organization, manager: User) -> None:
    at(datetime(2026, 3, 1, 14, 59, tzinfo=UTC), "still.first", organization)
    at(datetime(2026, 3, 1, 15, 0, tzinfo=UTC), "already.second", organization)

    day = datetime(2026, 3, 2, tzinfo=UTC).date()

    assert actions(manager, since=day, until=day) == ["already.second"]


def test_pages_neither_skip_nor_repeat_while_entries_arrive(
    organization: Organization, manager: User
) -> None:
    for number in range(120):
        audit.record(f"thing.n{number}", organization)
    none = auditlog.Filters()
    first = auditlog.page(manager, none)
    audit.record("thing.arrived", organization)
    second = auditlog.page(manager, none, after=first.older)
    third = auditlog.page(manager, none, after=second.older)

    seen = [entry.action for page in (first, second, third) for entry in page.entries]
    assert seen == [f"thing.n{number}" for number in range(119, -1, -1)]
    assert (first.newer, third.older) == (None, None)
    back = auditlog.page(manager, none, before=third.newer)
    assert back.entries == second.entries


def test_the_page_costs_a_fixed_number_of_queries(
    manager: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        audit.record(f"thing.n{number}", manager.organization)
    client, url = browser(manager), reverse("core:audit")
    client.get(url)

    with django_assert_num_queries(5):
        response = client.get(url)

    assert b"Thing n59" in response.content
    assert b"Older" in response.content


@pytest.mark.parametrize("query", ["after=x", "before=-1", "after=9999999999999999999"])
def test_a_broken_place_in_the_log_is_refused(superadmin: User, query: str) -> None:
    assert browser(superadmin).get(f"{reverse('core:audit')}?{query}").status_code == 400


def test_an_entry_shows_before_and_after_side_by_side(superadmin: User) -> None:
    campaign: Campaign = CampaignFactory.create(name="<b>Spring</b>")
    entry = audit.record(
        "campaign.changed",
        campaign,
        before={"name": "Winter", "days": [1, 2]},
        after={"name": "<b>Spring</b>", "is_open": True},
    )

    page = browser(superadmin).get(reverse("core:audit_entry", args=[entry.pk])).content.decode()

    assert auditlog.compared(entry) == [
        ("name", "Winter", "<b>Spring</b>"),
        ("days", "[1, 2]", "—"),
        ("is_open", "—", "yes"),
    ]
    assert "&lt;b&gt;Spring&lt;/b&gt;" in page
    assert "<b>Spring" not in page
    assert f"?target=campaigns.campaign:{campaign.pk}" in page


def test_each_kind_of_file_holds_the_same_rows(organization: Organization, manager: User) -> None:
    audit.record("thing.changed", organization, before={"a": "ü"}, after={"a": 2})
    sealing.seal(datetime.now(UTC))
    client = browser(manager)

    as_csv = list(csv.reader(io.StringIO(body(client, "csv", noun="thing").decode("utf-8-sig"))))
    [as_json] = json.loads(body(client, "json", noun="thing"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(client, "xlsx", noun="thing")))
    as_xlsx = book.get_sheet_by_index(0).to_python()

    assert as_csv[0] == as_xlsx[0] == list(auditlog.HEADER) == list(as_json)
    assert as_csv[1:] == as_xlsx[1:] == [list(as_json.values())]
    assert as_json["Before"] == '{"a": "ü"}'
    assert as_json["Seal"]


def test_an_export_is_an_entry_itself_but_not_in_its_own_file(manager: User) -> None:
    client = browser(manager)

    first = body(client, "csv", noun="audit", since="2020-01-01")
    second = body(client, "json", noun="audit")

    assert first.count(b"\n") == 1
    assert [row["What"] for row in json.loads(second)] == ["audit.exported"]
    entry = AuditEntry.objects.filter(action="audit.exported").earliest("id")
    assert entry.actor_id == manager.pk
    assert entry.after == {"format": "csv", "noun": "audit", "since": "2020-01-01"}


def test_no_file_is_made_of_filters_that_cannot_be_read(superadmin: User) -> None:
    response = browser(superadmin).get("/audit/export.csv?since=yesterday")

    assert response.status_code == 400
    assert not AuditEntry.objects.filter(action="audit.exported").exists()


def test_an_unknown_kind_of_file_does_not_exist(superadmin: User) -> None:
    response = browser(superadmin).get("/audit/export.html")

    assert response.status_code == 404
    assert not AuditEntry.objects.filter(action="audit.exported").exists()


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+A1", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    as_csv = b"".join(tables.written("csv", ("a",), [(cell,)])).decode("utf-8-sig")
    as_xlsx = b"".join(tables.written("xlsx", ("a",), [(cell,)]))

    assert next(iter(list(csv.reader(io.StringIO(as_csv)))[1])) == f"'{cell}"
    with zipfile.ZipFile(io.BytesIO(as_xlsx)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_telephone_numbers_stay_as_they_are() -> None:
    assert tables.neutral("+12125550100") == "+12125550100"


@pytest.mark.parametrize("kind", tables.TYPES)
def test_an_empty_table_is_a_whole_file(kind: str) -> None:
    whole = b"".join(tables.written(kind, ("a", "b"), []))

    assert json.loads(whole) == [] if kind == "json" else whole


def test_a_workbook_survives_what_xml_cannot_hold() -> None:
    whole = b"".join(tables.written("xlsx", ("a",), [("x\x00\ud800y" + "z" * 40_000,)]))

    book = CalamineWorkbook.from_filelike(io.BytesIO(whole))
    assert str(book.get_sheet_by_index(0).to_python()[1][0]).startswith("xyzzz")


@pytest.mark.parametrize("kind", tables.TYPES)
def test_fifty_thousand_rows_are_written_in_little_memory(kind: str) -> None:
    rows = ((f"row {number}", "text " * 10) for number in range(50_000))
    tracemalloc.start()

    size = sum(len(piece) for piece in tables.written(kind, ("a", "b"), rows))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 300_000
    assert peak < 2_000_000


def test_rows_are_read_a_chunk_at_a_time(
    superadmin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = datetime.now(UTC)
    with django_assert_num_queries(2200):
        for number in range(2200):
            statements.insert(AuditEntry(at=now + timedelta(seconds=number), action="thing.seen"))
    rows = auditlog.export(superadmin, auditlog.Filters(noun="thing"), "csv")

    with django_assert_num_queries(1):
        next(rows)
    with django_assert_num_queries(3):
        assert sum(1 for _ in rows) == 2199
