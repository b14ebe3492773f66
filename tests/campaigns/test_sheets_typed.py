"""Fields of a list's own keep their type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from campaigns.sheets import typed
from tests.campaigns.lists import imported
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


@pytest.mark.parametrize(
    ("text", "value"),
    [("42", 42), ("-1.5", -1.5), ("1,234,567", 1_234_567), ("0", 0), ("0.5", 0.5)],
)
def test_numbers_are_numbers(text: str, value: float) -> None:
    assert typed.number(text) == value


@pytest.mark.parametrize("text", ["007", "1,5", "12 %", "1e5", "٤٢", "", "1,23", "9" * 20])
def test_codes_and_doubtful_numbers_stay_text(text: str) -> None:
    assert typed.number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-02-28", "2026-02-28"),
        ("2026-02-28T00:00:00", "2026-02-28"),
        ("28.2.2026", "2026-02-28"),
        ("2/28/2026", "2026-02-28"),
        ("28/2/2026", "2026-02-28"),
        ("2/2/2026", "2026-02-02"),
        ("1/2/2026", None),
        ("2026-02-30", None),
        ("2026", None),
    ],
)
def test_dates_are_dates_unless_they_could_be_two(text: str, value: str | None) -> None:
    assert typed.day(text) == value


@given(st.dates())
def test_every_date_is_read_as_it_is_written(at: object) -> None:
    assert typed.day(str(at)) == str(at)


@given(st.text(max_size=30))
def test_no_text_breaks_a_type(text: str) -> None:
    for read in typed.KINDS.values():
        read(text)


def test_a_column_has_the_type_of_all_its_cells(campaign: Campaign) -> None:
    # given a list with fields of its own
    text = (
        "Phone,Score,Since,Known,Code,Note\n"
        "2125550123,12,2026-01-31,yes,007,5\n"
        "2125550124,1.5,2026-02-28,No,8,five\n"
        "2125550125,,,,,\n"
    )

    # when
    sheet = imported(campaign, text)

    # then
    assert list(sheet.mapping.values()) == [
        *("phone", "custom_number", "custom_date", "custom_flag", "custom", "remarks"),
    ]
    assert list(sheet.leads.order_by("rank").values_list("custom", flat=True)) == [
        {"Score": 12, "Since": "2026-01-31", "Known": True, "Code": "007"},
        {"Score": 1.5, "Since": "2026-02-28", "Known": False, "Code": "8"},
        {},
    ]


def test_a_cell_that_is_not_of_its_columns_type_stays_text(campaign: Campaign) -> None:
    rows = "".join(f"212555{n:04d},{n}\n" for n in range(250))

    sheet = imported(campaign, f"Phone,Score\n{rows}2125559999,unknown\n")

    assert sheet.leads.get(phone="+12125559999").custom == {"Score": "unknown"}


def test_several_numbers_of_a_lead_keep_their_order(campaign: Campaign) -> None:
    sheet = imported(
        campaign, "Phone,Mobile,Work Phone\n2125550123,2125550125,2125550124 / 2125550126\n"
    )

    lead = sheet.leads.get()
    further = lead.phones.order_by("order").values_list("order", "phone")
    assert lead.phone == "+12125550123"
    assert list(further) == [(1, "+12125550125"), (2, "+12125550124"), (3, "+12125550126")]
