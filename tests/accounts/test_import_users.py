"""People from a table: good rows are kept, bad ones are named, and twice is once."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import importing
from accounts.models import Organization, PasswordReset, SipAccount, Team, User
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import OrganizationFactory, UserFactory

PAGE = "/people/import/"
HEADER = "email,name,role,team,timezone,extension\n"
ADA = "Ada@Example.test,Ada,agent,Sales,Europe/Berlin,204\n"
BOB = "bob@example.test,Bob,manager,Sales,,\n"


@pytest.fixture
def told(organization: Organization, tmp_path: Path) -> "Told":
    """Runs the command for the test's organization."""
    return Told(organization, tmp_path / "people.csv")


class Told:
    """What the command said of a table."""

    def __init__(self, organization: Organization, path: Path) -> None:
        self.organization, self.path = organization, path
        self.out, self.err = "", ""

    def __call__(self, rows: str, *options: str, header: str = HEADER) -> bool:
        """Imports the rows; whether none was refused."""
        self.path.write_text(header + rows, encoding="utf-8-sig")
        out, err = StringIO(), StringIO()
        named = ["--organization", self.organization.name]
        try:
            call_command("import_users", str(self.path), *named, *options, stdout=out, stderr=err)
        except CommandError as error:
            err.write(str(error))
            return False
        finally:
            self.out, self.err = out.getvalue(), err.getvalue()
        return True


def test_each_row_becomes_a_person_with_role_team_zone_and_extension(told: Told) -> None:
    assert told(ADA + BOB)

    ada, bob = (User.objects.get(email=f"{name}@example.test") for name in ("ada", "bob"))
    assert (ada.name, ada.role, ada.timezone, ada.status) == (
        *("Ada", "agent", "Europe/Berlin"),
        "invited",
    )
    assert ada.organization == bob.organization == told.organization
    assert SipAccount.objects.get(user=ada).extension == "204"
    team = Team.objects.get()
    assert (list(team.members.all()), list(team.managers.all())) == ([ada], [bob])
    assert bob.groups.get().name == "manager"
    assert "2 added" in told.out
    assert not PasswordReset.objects.exists()


def test_the_same_table_again_changes_nothing(told: Told) -> None:
    told(ADA + BOB, "--invite")
    entries, letters = AuditEntry.objects.count(), PasswordReset.objects.count()

    assert told(ADA + BOB, "--invite")

    assert "0 added, 0 changed, 2 kept" in told.out
    assert AuditEntry.objects.count() == entries
    assert PasswordReset.objects.count() == letters == 2


def test_a_known_address_is_changed_and_what_is_empty_stays(told: Told) -> None:
    told(ADA)

    assert told("ada@example.test,Ada Lovelace,,,,\n")

    ada = User.objects.get()
    assert (ada.name, ada.timezone) == ("Ada Lovelace", "Europe/Berlin")
    assert "1 changed" in told.out


@pytest.mark.parametrize(
    ("row", "because"),
    [
        ("no address,Eve,,,,\n", "valid email"),
        (",Eve,,,,\n", "blank"),
        ("eve@example.test,,,,,\n", "blank"),
        ("eve@example.test,Eve,superadmin,,,\n", "role is one of"),
        ("eve@example.test,Eve,,,Mars/Olympus,\n", "time zone"),
        ("eve@example.test,Eve,,,,2\n", "digits"),
        ("eve@example.test,Eve,,,,204\n", "has this extension"),
    ],
)
def test_a_row_that_is_not_right_is_named_and_stops_no_other(
    told: Told, row: str, because: str
) -> None:
    assert not told(ADA + row + BOB)

    assert "line 3" in told.err
    assert because in told.err
    assert "2 added, 0 changed, 0 kept, 1 refused" in told.out
    assert not User.objects.filter(name="Eve").exists()


def test_a_person_of_another_organization_is_left_alone(told: Told) -> None:
    theirs = UserFactory.create(email="ada@example.test", organization=OrganizationFactory.create())

    assert not told(ADA)

    theirs.refresh_from_db()
    assert theirs.organization != told.organization
    assert "Someone elsewhere" in told.err


def test_a_quota_stops_the_row_that_would_exceed_it(told: Told) -> None:
    Organization.objects.filter(pk=told.organization.pk).update(max_people=1)

    assert not told(ADA + BOB)

    assert User.objects.count() == 1
    assert "may have 1 people" in told.err


@pytest.mark.parametrize("header", ["name\n", "email,name,is_superuser\n", "email,name,name\n"])
def test_a_table_without_its_columns_or_with_others_is_refused(told: Told, header: str) -> None:
    assert not told("ada@example.test,Ada,1\n", header=header)

    assert not User.objects.exists()
    assert "columns" in told.err


def test_what_is_not_there_is_said(organization: Organization, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no organization"):
        call_command("import_users", "x.csv", "--organization", "Nobody")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_users", str(tmp_path / "x.csv"), "--organization", organization.name)


# --- The page ---


def upload(client: Client, organization: Organization, content: bytes) -> Any:
    """Posts a file of people."""
    file = SimpleUploadedFile("people.csv", content, "text/csv")
    return client.post(PAGE, {"organization": organization.pk, "file": file, "invite": "on"})


def test_the_page_takes_a_file_and_tells_of_each_row(organization: Organization) -> None:
    client = browser(UserFactory.create(role="superadmin", organization=None))
    table = HEADER + ADA + "eve@example.test,Eve,superadmin,,,\n"

    answer = upload(client, organization, table.encode())

    said = answer.content.decode()
    assert answer.status_code == 200
    assert "1 added, 0 changed, 0 as they were, 1 refused" in said
    assert "The role is one of" in said
    ada = User.objects.get(email="ada@example.test")
    assert ada.organization == organization
    assert PasswordReset.objects.get().user == ada


@pytest.mark.parametrize(
    "content",
    [
        b"name\nAda\n",
        "email,name\nä,ä\n".encode("utf-16"),
        b"",
        b"email,name\n" * 1002,
        b"email,name\n" + b"a" * 200_000,
    ],
)
def test_the_page_refuses_what_is_no_such_file(organization: Organization, content: bytes) -> None:
    client = browser(UserFactory.create(role="superadmin", organization=None))

    assert upload(client, organization, content).status_code == 422

    assert User.objects.count() == 1


def test_nobody_changes_people_beside_or_above_them_by_a_file(
    organization: Organization,
) -> None:
    manager = UserFactory.create(role="manager", organization=organization)
    peer = UserFactory.create(role="manager", organization=organization, email="bob@example.test")
    rows = [(2, {"email": peer.email, "extension": "204"}), (3, {"email": manager.email})]

    taken = list(importing.take(rows, organization, invite=False, by=manager))

    assert [row.became for row in taken] == ["refused", "refused"]
    assert not SipAccount.objects.exists()
