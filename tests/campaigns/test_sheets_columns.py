"""Columns are told by their headers and by their cells."""

import pytest

from campaigns.sheets import columns


def table(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def recognized(text: str) -> tuple[int, list[str]]:
    rows = table(text)
    header = columns.header_row(rows)
    names = rows[header - 1] if header else []
    return header, columns.recognize(names, rows[header:])


@pytest.mark.parametrize(
    ("text", "header", "fields"),
    [
        (
            "prospect_name|resource_name|job_title|company_name|email|phone|timezone\n"
            "Ann|Guide|CEO|Acme|a@example.test|+12025550123|EST",
            1,
            ["name", "custom", "job_title", "company", "email", "phone", "timezone"],
        ),
        (
            "First Name|Last Name|Mobile|Work Phone|ZIP|State|Country|Priority|Opt-In|Lead ID\n"
            "Ann|Lee|2025550123|2025550124|20001|DC|US|1|yes|7",
            1,
            [
                *("first_name", "last_name", "phone", "further_phone", "postal_code"),
                *("region", "country", "priority", "consent", "external_id"),
            ],
        ),
        ("Name|Phone|Phone 2|Mobile\nAnn|1|2|3", 1, "name phone further_phone further_phone"),
        ("Contact|Phone Number (Direct)|Fax Number\nAnn|2025550123|2025550199", 1, None),
        ("Ann Lee|2025550123|Acme\nBob Roe|2025550124|Acme", 0, ["name", "phone", "custom"]),
        ("Contact||Work\nName|Phone|Company\nAnn|2025550123|Acme", 2, "name phone company"),
        ("2025550123\n2025550124", 0, ["phone"]),
        ("Who|Where to reach\nAnn|2025550123\nBob|2025550124", 1, ["custom", "phone"]),
        ("Leads of May|\n|\nName|Phone\nAnn|2025550123", 3, ["name", "phone"]),
        ("1.2025550123E+10|Ann\n1.2025550124E+10|Bob", 0, ["phone", "custom"]),
        ("Ann|ann@example.test|+44 20 7946 0958", 0, ["custom", "email", "phone"]),
        ("Phone", 1, ["phone"]),
    ],
)
def test_headers_and_columns_are_recognized(
    text: str, header: int, fields: list[str] | str | None
) -> None:
    found = recognized(text)

    assert found[0] == header
    if fields is not None:
        assert found[1] == (fields.split() if isinstance(fields, str) else fields)


def test_a_fax_number_is_not_dialed() -> None:
    _, fields = recognized("Contact|Phone Number (Direct)|Fax Number\nAnn|2025550123|2025550199")

    assert fields == ["name", "phone", "custom"]


def test_a_second_column_of_the_same_meaning_is_kept_as_it_is() -> None:
    _, fields = recognized("Name|Full Name|Phone\nAnn|Ann Lee|2025550123")

    assert fields == ["name", "custom", "phone"]


@pytest.mark.parametrize("cell", ["2024-01-15", "15/01/2024", "123", "90210", "Ann", "", "1e5"])
def test_dates_codes_and_words_do_not_look_like_numbers(cell: str) -> None:
    assert not columns.is_phonelike(cell)


@pytest.mark.parametrize(
    "cell", ["+1 (202) 555-0123", "2025550123.0", "'02079460958", "202-555-0123 x12"]
)
def test_numbers_look_like_numbers(cell: str) -> None:
    assert columns.is_phonelike(cell)
