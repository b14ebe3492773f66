"""Text tables of every kind, and files that are none."""

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.sheets import reading
from campaigns.sheets.reading import Layout, Row
from core.errors import InputError

TABLE = "Name,Phone\nZoë,+12025550123\nBjörn,+12025550124\n"


def read(data: bytes) -> tuple[Layout, list[Row]]:
    """A file as it would be understood on its upload."""
    reading.is_workbook(data)
    head = data[: reading.HEAD_BYTES]
    try:
        data.decode("utf-8")
        utf8 = True
    except UnicodeDecodeError:
        utf8 = False
    encoding = reading.recognize_encoding(head, utf8=utf8)
    layout = Layout("text", encoding, reading.recognize_delimiter(head, encoding))
    return layout, list(reading.rows(io.BytesIO(data), layout))


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in read(data)[1]]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TABLE.encode("utf-8"), "utf-8"),
        (TABLE.encode("utf-8-sig"), "utf-8"),
        (TABLE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "utf-16"),
        (TABLE.encode("utf-16-le"), "utf-16-le"),
        (TABLE.encode("utf-16-be"), "utf-16-be"),
        (TABLE.encode("cp1252"), "cp1252"),
        (TABLE.encode("latin-1"), "cp1252"),
        (TABLE.encode("utf-32"), "utf-32"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_encoding_is_recognized(data: bytes, encoding: str) -> None:
    layout, rows = read(data)

    assert layout.encoding == encoding
    assert [row.cells for row in rows] == [
        ["Name", "Phone"],
        ["Zoë", "+12025550123"],
        ["Björn", "+12025550124"],
    ]


def test_a_latin_letter_far_behind_the_head_is_read_right() -> None:
    data = TABLE.encode() * 10_000 + "Café,+12025550125\n".encode("cp1252")

    _, rows = read(data)

    assert rows[-1].cells == ["Café", "+12025550125"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognized(delimiter: str) -> None:
    lines = [["Name", "Phone", "Note"], ["Doe, Ann; x", "+12025550123", "1,5"]]
    text = "".join(delimiter.join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)

    layout, rows = read(text.encode())

    assert layout.delimiter == delimiter
    assert [row.cells for row in rows] == lines


def test_unquoted_commas_in_a_table_of_tabs_do_not_mislead() -> None:
    data = b"Name\tPhone\nDoe, Ann\t+12025550123\nRoe, Bob\t+12025550124\n"

    assert cells(data)[1] == ["Doe, Ann", "+12025550123"]


def test_one_number_a_line_is_a_table_of_one_column() -> None:
    assert cells(b"2025550123\n2025550124\n") == [["2025550123"], ["2025550124"]]


def test_excels_separator_line_names_the_delimiter_and_is_no_data() -> None:
    layout, rows = read(b"sep=;\nName;Phone\nAnn;+12025550123\n")

    assert layout.delimiter == ";"
    assert [row.cells for row in rows] == [[], ["Name", "Phone"], ["Ann", "+12025550123"]]


def test_quoted_cells_hold_newlines_delimiters_and_quotes() -> None:
    data = b'a,b\n"one\r\ntwo","say ""hi"", ok"\nc,d\n'

    assert cells(data)[1] == ["one\r\ntwo", 'say "hi", ok']


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(newline: str) -> None:
    data = newline.join(["a,b", "1,2", "3,4"]).encode()

    assert cells(data) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_nul_bytes_are_passed_over() -> None:
    assert cells(b"a,b\x00\n1,\x002\n") == [["a", "b"], ["1", "2"]]


def test_a_quote_that_is_never_closed_costs_its_own_row() -> None:
    # given an opened quote in the second of four rows
    data = b'Name,Phone\n"Ann,+12025550123\nBob,+12025550124\nCid,+12025550125\n'

    # when
    _, rows = read(data)

    # then the others are whole
    assert [row.problem for row in rows] == ["", reading_problem(), "", ""]
    assert rows[3].cells == ["Cid", "+12025550125"]


def test_a_quote_closed_by_another_rows_quote_costs_its_own_row() -> None:
    data = b'Name,Phone\n"Ann,+1\n"Bob","+2"\nCid,+3\n'

    _, rows = read(data)

    assert [row.cells for row in rows[2:]] == [["Bob", "+2"], ["Cid", "+3"]]
    assert rows[1].problem == reading_problem()


def test_sloppy_quotes_within_a_line_are_read_as_well_as_can_be() -> None:
    assert cells(b'"Big" Co,1\nx,2\n')[0] == ["Big Co", "1"]


def test_a_huge_cell_is_refused_with_its_row_alone() -> None:
    data = b"a,b\nx," + b"y" * 200_000 + b"\n1,2\n"

    _, rows = read(data)

    assert "longer than" in rows[1].problem
    assert rows[2].cells == ["1", "2"]


def test_a_row_may_have_a_hundred_columns_but_not_a_thousand() -> None:
    wide = ",".join(str(n) for n in range(100)).encode()
    wider = ",".join(str(n) for n in range(1000)).encode()

    hundred, thousand = (read(data + b"\n")[1][0] for data in (wide, wider))

    assert (len(hundred.cells), hundred.problem) == (100, "")
    assert thousand.problem == "The row has more than 200 columns."


def test_empty_columns_past_the_limit_do_no_harm() -> None:
    row = read(b"a,b" + b"," * 500 + b"\n")[1][0]

    assert (row.cells[:2], row.problem) == (["a", "b"], "")


def test_a_line_without_end_is_no_list() -> None:
    with pytest.raises(InputError, match="more than a million characters"):
        cells(b"a,b\n" + b"x" * (reading.LONGEST_LINE + 5))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 ...",
        b"MZ\x90\x00" + b"\x00" * 64,
        b"\x7fELF" + b"\x00" * 64,
        b"\x89PNG\r\n\x1a\n",
        b"\x1f\x8b\x08\x00",
        os.urandom(65536),
        b"\x00" * 65536,
        bytes(range(256)) * 100,
    ],
    ids=["pdf", "exe", "elf", "png", "gzip", "random", "nul", "every byte"],
)
def test_what_is_no_list_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError) as refusal:
        read(data)

    assert refusal.value.code == "not_a_table"
    assert refusal.value.message.endswith(".")


def test_workbooks_are_told_by_content() -> None:
    assert reading.is_workbook(b"PK\x03\x04....")
    assert reading.is_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....")
    assert not reading.is_workbook(b"Name,Phone\n")


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(alphabet='ab,"\n\r;\t', max_size=20), max_size=30))
def test_no_text_makes_the_reader_fail_or_loop(lines: list[str]) -> None:
    data = "\n".join(lines).encode()

    rows = list(reading.rows(io.BytesIO(data), Layout("text")))

    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) <= data.count(b"\n") + data.count(b"\r") + 1


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab ,"\n;é', max_size=8), min_size=2, max_size=5), max_size=20
    )
)
def test_what_was_written_as_csv_is_read_again(table: list[list[str]]) -> None:
    import csv

    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)

    rows = list(reading.rows(io.BytesIO(text.getvalue().encode()), Layout("text")))

    assert [row.cells for row in rows] == table
    assert not any(row.problem for row in rows)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_sentence(data: bytes) -> None:
    try:
        _, rows = read(data)
    except InputError:
        return

    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert not any("\0" in cell or "\ufeff" in cell for row in rows for cell in row.cells)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(alphabet="äöüßéñç ab", min_size=1, max_size=9),
            st.sampled_from(["utf-8", "utf-8", "cp1252"]),
        ),
        min_size=4,
        max_size=30,
    )
)
def test_joined_lists_of_two_encodings_lose_no_letter(lines: list[tuple[str, str]]) -> None:
    data = b"".join(text.encode(encoding) + b",x\n" for text, encoding in lines)

    rows = reading.rows(io.BytesIO(data), Layout("text"))

    assert [row.cells[0] for row in rows] == [text for text, _ in lines]


def reading_problem() -> str:
    return "A quotation mark is opened and never closed."
