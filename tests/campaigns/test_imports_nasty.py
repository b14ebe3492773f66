"""Files that mean harm, or are merely broken: a sentence, bounded memory, nothing half-written."""

import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from pytest_django import Settings

from campaigns import sheets
from campaigns.models import Campaign, Lead, LeadSheet
from core.errors import DomainError, InputError
from tests.campaigns.lists import imported, rejects, upload, workbook
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Campaign:
    """A campaign whose lists are kept in a folder of the test's own."""
    monkeypatch.setenv("DIALER_SHEETS_WORKBOOK_UNPACKED_MB", "64")
    own = {**settings.STORAGES["sheets"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "sheets": own}
    return CampaignFactory.create()


def repacked(change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """A real workbook with some of its parts changed."""
    source = zipfile.ZipFile(io.BytesIO(workbook([["Phone"], [12125550123]])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, change(name, source.read(name)))
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return target.getvalue()


def bomb() -> bytes:
    """A small archive that unpacks to more than is allowed."""
    return repacked(lambda _, data: data, {"xl/media/image1.bin": b"\0" * (100 * MEGABYTE)})


def far_cell() -> bytes:
    """One more cell in the last corner: a table of 17 billion cells."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return repacked(lambda _, data: data.replace(b"</sheetData>", cell))


def truncated() -> bytes:
    data = workbook([["Phone"], [12125550123]])
    return data[: len(data) // 2]


def stored_files() -> set[str]:
    root = Path(storages["sheets"].location)  # type: ignore[attr-defined]
    return {path.name for path in root.iterdir()} if root.exists() else set()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty file": (lambda: b"", "empty"),
    "only blank lines": (lambda: b"\n\n,,,\n  \n", "no rows"),
    "empty workbook": (lambda: workbook([]), "no rows"),
    "program": (lambda: b"MZ\x90\x00" + os.urandom(4096), "not a list"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + os.urandom(4096), "not a list"),
    "document": (lambda: b"%PDF-1.7\n" + os.urandom(4096), "not a list"),
    "noise": (lambda: os.urandom(3 * MEGABYTE), "not text"),
    "zeros": (lambda: b"\0" * MEGABYTE, "not text"),
    "one endless line": (lambda: b"a" * (3 * MEGABYTE), "more than a million"),
    "zip bomb": (bomb, "unpacks to"),
    "cell in the last corner": (far_cell, "too much memory"),
    "cut workbook": (truncated, "damaged"),
    "archive of something else": (
        lambda: repacked(lambda name, data: b"" if name == "xl/workbook.xml" else data),
        "damaged",
    ),
    "old binary workbook of noise": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(8192),
        "damaged",
    ),
    "broken xml": (
        lambda: repacked(lambda name, data: data[:200] if "sheet2" in name else data),
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_a_sentence_and_leaves_nothing(
    campaign: Campaign, name: str
) -> None:
    make, words = REFUSED[name]
    before = stored_files()

    with pytest.raises(DomainError) as refusal:
        sheets.receive_upload(None, campaign, upload(make(), "leads.csv"))

    assert words in refusal.value.message
    assert refusal.value.message.endswith(".")
    assert stored_files() == before
    assert not LeadSheet.objects.exists()


def test_a_file_beyond_the_limit_is_refused(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_SHEETS_TEXT_MB", "1")
    monkeypatch.setenv("DIALER_SHEETS_WORKBOOK_MB", "1")

    for content in (b"Phone\n" + b"2125550123\n" * 200_000, b"PK\x03\x04" + b"x" * 2 * MEGABYTE):
        with pytest.raises(DomainError) as refusal:
            sheets.receive_upload(None, campaign, upload(content))
        assert (refusal.value.status, refusal.value.code) == (413, "too_large")


def test_two_hundred_megabytes_of_noise_take_little_memory(campaign: Campaign) -> None:
    # given a file of 200 MB on the disk, as Django receives large uploads
    file = TemporaryUploadedFile("leads.csv", "text/csv", 200 * MEGABYTE, None)
    with Path(file.temporary_file_path()).open("wb") as opened:
        for _ in range(200):
            opened.write(os.urandom(MEGABYTE))
    tracemalloc.start()

    # when
    with pytest.raises(InputError, match="not text"):
        sheets.receive_upload(None, campaign, file)

    # then
    assert tracemalloc.get_traced_memory()[1] < 20 * MEGABYTE
    tracemalloc.stop()
    file.close()


GOOD: dict[str, tuple[Callable[[], bytes], int]] = {
    "macros": (lambda: repacked(lambda _, data: data, {"xl/vbaProject.bin": b"\xd0\xcf"}), 1),
    "formulas": (lambda: workbook([["Phone", "Name"], [12125550123, '=HYPERLINK("x")']]), 1),
    "a hundred columns": (
        lambda: (
            ",".join(["Phone", *(f"c{n}" for n in range(99))])
            + "\n"
            + ",".join(["2125550123", *(str(n) for n in range(99))])
        ).encode(),
        1,
    ),
    "bom and semicolons": (lambda: "\ufeffName;Phone\nZoë;2125550123\n".encode(), 1),
    "utf-16 with tabs": (lambda: "Name\tPhone\nZoë\t2125550123\n".encode("utf-16"), 1),
    "latin-1": (lambda: "Name,Phone\nBjörn,2125550123\n".encode("latin-1"), 1),
    "mac lines": (lambda: b"Name,Phone\rAnn,2125550123\rBob,2125550124\r", 2),
    "nul bytes": (lambda: b"Name,Phone\nAnn,2125550123\x00\n", 1),
    "scientific": (lambda: b"Name,Phone\nAnn,1.2125550123E+10\n", 1),
    "floats": (lambda: b"Name,Phone\nAnn,12125550123.0\n", 1),
    "zero prefixes": (lambda: b"Phone\n0012125550123\n02125550124\n0044 20 7946 0958\n", 3),
    "unclosed quote": (lambda: b'Name,Phone\n"Ann,2125550123\nBob,2125550124\n', 1),
    "ragged rows": (lambda: b"Name,Phone\nAnn,2125550123,x,y\nBob\nCid,2125550124\n", 2),
    "quoted newlines": (lambda: b'Note,Phone\n"a\nb",2125550123\n', 1),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_strange_file_gives_its_good_rows(campaign: Campaign, name: str) -> None:
    make, good = GOOD[name]

    sheet = imported(campaign, make(), "leads.txt")

    assert sheet.status == LeadSheet.Status.DONE, sheet.problem
    assert sheet.rows_accepted == good
    assert Lead.objects.count() == good


def test_text_that_turns_into_noise_keeps_its_good_rows(campaign: Campaign) -> None:
    # given a list whose tail is damaged
    good = "".join(f"Person {n},212555{n:04d}\n" for n in range(3000)).encode()
    noise = b"\n".join(os.urandom(40).replace(b"\n", b"") for _ in range(200))

    # when
    sheet = imported(campaign, b"Name,Phone\n" + good + noise)

    # then
    assert sheet.rows_accepted == 3000
    assert sheet.rows_invalid > 0
    assert rejects(sheet).count("Row ") == sheet.rows_invalid


def test_a_sheet_of_nothing_but_invalid_rows_is_told_row_by_row(campaign: Campaign) -> None:
    sheet = imported(campaign, "Phone\n" + "12\n" * 2500)

    assert (sheet.rows_accepted, sheet.rows_invalid) == (0, 2500)
    assert len(rejects(sheet).splitlines()) == 2501


def test_a_row_of_emoji_and_every_plane_is_stored(campaign: Campaign) -> None:
    sheet = imported(campaign, "Name,Phone,Script\n😀 Ann 𐍈,2125550123,汉字\n")

    lead = sheet.leads.get()
    assert (lead.name, lead.custom) == ("😀 Ann 𐍈", {"Script": "汉字"})
