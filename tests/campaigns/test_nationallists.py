"""Copies of national lists: whole, old or new, and broken off."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from campaigns import nationallists, suppressionlists
from campaigns.models import ListedNumber, NationalList
from core.errors import InputError
from core.models import AuditEntry
from tests.campaigns.lists import upload
from tests.clients import browser
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def organization() -> Organization:
    return OrganizationFactory.create()


@pytest.fixture
def page(organization: Organization) -> Client:
    return browser(UserFactory.create(organization=organization, role=User.Role.MANAGER))


def copy(organization: Organization, *numbers: str, **how: Any) -> nationallists.Copied:
    given = {"code": "US-DNC", "as_of": DAY, "now": NOW, **how}
    code = given.pop("code")
    return nationallists.copy(upload("Number\n" + "\n".join(numbers)), organization, code, **given)


def listed() -> set[str]:
    return set(ListedNumber.objects.values_list("phone", flat=True))


def test_a_copy_is_the_whole_list_from_then_on(organization: Organization) -> None:
    copy(organization, "2125550101", "2125550102")

    copied = copy(organization, "2125550102", "212 555 0103", "2125550103", "no number")

    assert listed() == {"+12125550102", "+12125550103"}
    assert (copied.numbers, copied.invalid) == (2, 1)
    row = NationalList.objects.get()
    assert (row.name, row.country, row.as_of) == ("National Do Not Call Registry", "US", DAY)
    assert (row.numbers, row.edition) == (2, 2)
    assert AuditEntry.objects.filter(action="national_list.copied").count() == 2


def test_numbers_are_read_as_those_of_the_lists_country(organization: Organization) -> None:
    copy(organization, "020 7123 4567", code="gb-tps")

    assert listed() == {"+442071234567"}


def test_a_file_without_numbers_leaves_the_list_as_it_was(organization: Organization) -> None:
    copy(organization, "2125550101")

    with pytest.raises(InputError, match=r"list stays as it was|No column"):
        copy(organization, "nothing", "here")

    assert listed() == {"+12125550101"}
    assert NationalList.objects.get().edition == 1


@pytest.mark.parametrize("text", ["", "nothing\nhere\n"])
def test_a_list_of_which_nothing_was_read_is_none(organization: Organization, text: str) -> None:
    with pytest.raises(InputError):
        copy(organization, text, code="gb-tps")

    assert not NationalList.objects.exists()


def test_a_copy_that_breaks_off_lets_nobody_through(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(organization, "2125550101")

    def broken(*_: Any) -> Iterator[str]:
        yield "+12125550102"
        raise OSError("The disk is gone.")

    monkeypatch.setattr(nationallists, "CHUNK", 1)
    with monkeypatch.context() as patched:
        patched.setattr(suppressionlists, "numbers", broken)
        with pytest.raises(OSError, match="gone"):
            copy(organization, "2125550102", as_of=date(2026, 11, 22))
    assert listed() == {"+12125550101", "+12125550102"}
    assert NationalList.objects.get().as_of == DAY

    copy(organization, "2125550102", as_of=date(2026, 11, 22))

    assert listed() == {"+12125550102"}
    assert NationalList.objects.get().as_of == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"as_of": date(2026, 11, 24)}, "as_of"),
        ({"code": "DNC"}, "code"),
        ({"code": "FR-BLOCTEL"}, "name"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    organization: Organization, how: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        copy(organization, "2125550101", **how)

    assert field in refused.value.errors
    assert not NationalList.objects.exists()


def test_a_list_of_ones_own_has_a_name(organization: Organization) -> None:
    row = copy(organization, "+33612345678", code="FR-BLOCTEL", name="Bloctel").row

    assert (row.name, row.country) == ("Bloctel", "FR")


def test_two_organizations_have_each_their_copy(organization: Organization) -> None:
    other = OrganizationFactory.create()
    copy(organization, "2125550101")
    copy(other, "2125550102")

    nationallists.drop(NationalList.objects.get(organization=other), by=None)

    assert listed() == {"+12125550101"}


def test_a_manager_adds_a_copy_and_sees_its_age(page: Client, organization: Organization) -> None:
    empty = page.get(reverse("campaigns:national_lists")).content.decode()
    assert "No national list yet" in empty
    given = {"code": "US-DNC", "name": "", "as_of": "2020-01-01"}

    page.post(
        reverse("campaigns:national_list_file"), {**given, "file": upload("Number\n2125550101")}
    )

    seen = page.get(reverse("campaigns:national_lists")).content.decode()
    assert "National Do Not Call Registry" in seen
    assert "1 Jan 2020" in seen
    row = NationalList.objects.get()
    page.post(reverse("campaigns:national_list_drop", args=[row.pk]))
    assert not listed()


def test_a_bad_file_is_answered_on_the_page(page: Client) -> None:
    given = {"code": "US-DNC", "name": "", "as_of": "2020-01-01", "file": upload("")}

    answer = page.post(reverse("campaigns:national_list_file"), given)

    assert answer.status_code == 422


def test_the_command_copies_a_list(organization: Organization, tmp_path: Path) -> None:
    file = tmp_path / "dnc.txt"
    file.write_text("2125550101\n2125550102\n")
    out = StringIO()
    named = ["--organization", organization.name, "--code", "US-DNC", "--as-of", "2026-11-01"]

    call_command("import_national_list", str(file), *named, stdout=out)

    assert "National Do Not Call Registry: 2 numbers as of 2026-11-01" in out.getvalue()
    with pytest.raises(CommandError, match="no organization Nobody"):
        call_command("import_national_list", str(file), *["--organization", "Nobody", *named[2:]])
