"""Nasty sheets, each a file: what becomes of each row, or the sentence that is shown."""

from pathlib import Path

import pytest

from campaigns.models import Campaign, LeadSheet
from core.errors import DomainError
from tests.campaigns.lists import imported
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent / "sheets"

# File -> accepted, duplicate, invalid.
COUNTS = {
    "all-invalid.csv": (0, 0, 3),
    "blank-rows.csv": (2, 0, 0),
    "bom-inside.csv": (2, 0, 1),
    "cities-with-numbers.csv": (2, 0, 0),
    "control-characters.csv": (2, 0, 0),
    "cp1252.csv": (3, 1, 1),
    "dates-as-phones.xlsx": (2, 0, 2),
    "duplicate-headers.csv": (2, 0, 0),
    "emoji.csv": (2, 0, 0),
    "excel97.xls": (2, 0, 1),
    "formulas-without-values.xlsx": (1, 0, 1),
    "formulas.csv": (2, 0, 1),
    "german.csv": (2, 0, 0),
    "hidden-first-sheet.xlsx": (1, 0, 0),
    "html.csv": (4, 0, 0),
    "latin1.csv": (2, 1, 1),
    "leading-zeros.csv": (2, 1, 0),
    "mac-lines.csv": (2, 1, 1),
    "macros.xlsm": (2, 1, 1),
    "merged-cells.xlsx": (3, 0, 0),
    "mixed-delimiters.csv": (1, 0, 2),
    "mixed-encodings.csv": (3, 1, 1),
    "newlines-in-cells.csv": (2, 0, 0),
    "no-end-of-last-line.csv": (2, 0, 0),
    "no-header.csv": (2, 1, 0),
    "nul-bytes.csv": (2, 0, 0),
    "one-column.txt": (2, 1, 1),
    "only-header.csv": (0, 0, 0),
    "opendocument.ods": (2, 0, 1),
    "phones.csv": (19, 1, 11),
    "pipe.txt": (2, 1, 1),
    "quote-never-closed.csv": (2, 0, 1),
    "ragged.csv": (3, 0, 2),
    "repeated-header.csv": (2, 0, 1),
    "right-to-left.csv": (3, 0, 0),
    "semicolon-with-commas.csv": (2, 1, 0),
    "semicolon.csv": (2, 1, 1),
    "sep-line.csv": (1, 0, 0),
    "sloppy-quotes.csv": (3, 0, 0),
    "spaces-around.csv": (1, 0, 0),
    "tab.tsv": (2, 1, 1),
    "text-named.xlsx": (2, 1, 1),
    "title-above-header.csv": (1, 0, 0),
    "truncated.csv": (2, 0, 1),
    "two-header-rows.csv": (2, 0, 0),
    "two-header-rows.xlsx": (1, 0, 0),
    "typed-cells.xlsx": (2, 0, 1),
    "utf16-be.csv": (2, 1, 1),
    "utf16-le-no-mark.txt": (2, 1, 1),
    "utf16-le.csv": (2, 1, 1),
    "utf8-bom.csv": (2, 1, 1),
    "utf8.csv": (2, 1, 1),
    "windows-lines.csv": (2, 1, 1),
    "workbook-named.csv": (2, 1, 1),
    "workbook.xlsx": (2, 1, 1),
}
REFUSED = {
    "archive.zip": "The workbook is damaged or of a kind that cannot be read.",
    "empty.csv": "The file is empty.",
    "empty.xlsx": "The workbook holds no rows.",
    "letter.rtf": (
        "This is a text document, not a list. Upload a CSV, TSV, XLSX, XLS or ODS file."
    ),
    "page.xls": (
        "This is a web page or XML under a spreadsheet's name; open it in a spreadsheet program"
        " and save it as XLSX or CSV."
    ),
    "password.xlsx": "The workbook is protected by a password; save it without one.",
    "spaces-only.csv": "The file holds no rows.",
    "truncated.xlsx": "The workbook is damaged or of a kind that cannot be read.",
}
# Where the letters are as they were written, whatever the bytes.
_ZOE = "Zoë Ångström"
_SAME = ("utf8.csv", "utf8-bom.csv", "utf16-le.csv", "utf16-be.csv", "utf16-le-no-mark.txt")
_MORE = ("latin1.csv", "cp1252.csv", "mixed-encodings.csv", "mac-lines.csv", "windows-lines.csv")
SPOKEN = dict.fromkeys((*_SAME, *_MORE, "tab.tsv", "pipe.txt", "text-named.xlsx"), _ZOE)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


def sent(campaign: Campaign, name: str) -> LeadSheet:
    """The file, imported as it was recognized."""
    return imported(campaign, (FOLDER / name).read_bytes(), name)


def test_every_file_of_the_folder_is_in_a_table() -> None:
    assert {path.name for path in FOLDER.iterdir()} == COUNTS.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", COUNTS)
def test_each_row_of_a_nasty_file_is_counted_once(campaign: Campaign, name: str) -> None:
    sheet = sent(campaign, name)

    assert sheet.status == LeadSheet.Status.DONE, sheet.problem
    counts = (sheet.rows_accepted, sheet.rows_duplicate, sheet.rows_invalid)
    assert counts == COUNTS[name]
    assert sheet.leads.count() == sheet.rows_accepted
    assert sheet.rejects.count() == sheet.rows_duplicate + sheet.rows_invalid


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(campaign: Campaign, name: str) -> None:
    with pytest.raises(DomainError) as refusal:
        sent(campaign, name)

    assert refusal.value.message == REFUSED[name]
    assert not LeadSheet.objects.exists()


@pytest.mark.parametrize("name", SPOKEN)
def test_letters_survive_every_encoding(campaign: Campaign, name: str) -> None:
    sheet = sent(campaign, name)

    assert sheet.leads.order_by("rank")[0].name == SPOKEN[name]


def test_lists_of_two_encodings_keep_the_letters_of_both(campaign: Campaign) -> None:
    sheet = sent(campaign, "mixed-encodings.csv")

    assert list(sheet.leads.order_by("rank").values_list("name", flat=True)) == [
        "Zoë Ångström",
        "Björn Müller",
        "Jürgen",
    ]


def test_the_right_column_of_numbers_is_dialed(campaign: Campaign) -> None:
    sheet = sent(campaign, "cities-with-numbers.csv")

    assert sheet.leads.order_by("rank")[0].phone == "+12125550123"


def test_a_table_without_a_header_is_told_by_its_cells(campaign: Campaign) -> None:
    sheet = sent(campaign, "no-header.csv")

    first = sheet.leads.order_by("rank")[0]
    assert (first.name, first.phone) == ("Ann Lee", "+12125550123")


def test_what_looks_like_code_stays_text(campaign: Campaign) -> None:
    sheet = sent(campaign, "html.csv")

    assert list(sheet.leads.order_by("rank").values_list("name", flat=True)) == [
        "<script>alert(1)</script>",
        "'; DROP TABLE leads; --",
        "%s %(x)s {0} {{x}}",
        "back\\slash\\",
    ]


def test_marks_that_cannot_be_seen_are_left_out(campaign: Campaign) -> None:
    assert sent(campaign, "bom-inside.csv").leads.order_by("rank")[1].name == "Bob"
    first = sent(CampaignFactory.create(), "control-characters.csv").leads.order_by("rank")[0]
    assert (first.name, first.remarks) == ("Ann", "bell and [31mred[0m")


def test_an_old_workbook_and_an_open_document_are_read_alike(campaign: Campaign) -> None:
    for name in ("excel97.xls", "opendocument.ods"):
        rows = sent(CampaignFactory.create(), name).leads.order_by("rank")
        assert list(rows.values_list("name", "phone")) == [
            ("Zoë", "+12125550123"),
            ("Bob", "+12125550124"),
        ]


def test_sixteen_thousand_columns_are_a_reason_and_empty_ones_are_none(campaign: Campaign) -> None:
    # given a table as wide as a spreadsheet can be, one row of which reaches the last column
    wide = ",".join(["Name", "Phone", *(f"c{n}" for n in range(16_382))])
    near = "Ann,2125550123" + "," * 16_382
    far = "Bob,2125550124" + "," * 16_381 + "x,y"

    # when
    sheet = imported(campaign, f"{wide}\n{near}\n{far}\n")

    # then
    assert (sheet.rows_accepted, sheet.rows_invalid) == (1, 1)
    assert sheet.rejects.get().reason == "The row has more than 200 columns."
