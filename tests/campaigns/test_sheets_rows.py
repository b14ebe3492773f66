"""A row becomes the facts of a lead, and nothing of it is lost."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.sheets import places, postal
from campaigns.sheets.rows import RowError, column_names, lead_facts


def facts(**cells: str) -> Any:
    names = list(cells)
    fields = [name.rstrip("0123456789") for name in names]
    return lead_facts(list(cells.values()), fields, names, "US")


def test_a_full_row_is_read() -> None:
    found = facts(
        phone="(212) 555-0123",
        further_phone="2125550124",
        first_name="Ann",
        last_name="Lee",
        company="Acme",
        job_title="CEO",
        job_level="C-Level",
        email="ann@example.test",
        country="United States",
        region="New York",
        postal_code="10001",
        priority="high",
        consent="yes",
        external_id="A-1",
        custom="Blue",
    )

    assert found.phone.e164 == "+12125550123"
    assert [phone.e164 for phone in found.further] == ["+12125550124"]
    assert found.state == "NY"
    assert found.zones == ("America/New_York",)
    assert found.fields == {
        "name": "Ann Lee",
        "company": "Acme",
        "job_title": "CEO",
        "job_level": "C-Level",
        "email": "ann@example.test",
        "country": "US",
        "region": "US-NY",
        "postal_code": "10001",
        "timezone": "America/New_York",
        "timezone_source": "postal",
        "priority": 10,
        "consent": True,
        "external_id": "A-1",
        "custom": {"custom": "Blue"},
    }


def test_the_rows_country_reads_its_number() -> None:
    assert facts(phone="020 7946 0958", country="UK").phone.e164 == "+442079460958"


def test_a_valid_further_number_takes_the_place_of_an_invalid_first_one() -> None:
    found = facts(phone="n/a", further_phone="2125550124")

    assert found.phone.e164 == "+12125550124"
    assert found.fields["custom"] == {"phone": "n/a"}


def test_several_numbers_in_a_cell_are_told_apart() -> None:
    found = facts(phone="2125550123 / 2125550124")

    assert [found.phone.e164, *(one.e164 for one in found.further)] == [
        "+12125550123",
        "+12125550124",
    ]


def test_the_same_number_twice_is_one_number() -> None:
    assert facts(phone="2125550123", further_phone="+1 212 555 0123").further == []


def test_an_extension_is_kept() -> None:
    assert facts(phone="2125550123 x77").fields["custom"] == {"Extension": "77"}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"phone": "123"}, "too_short"),
        ({"phone": "none"}, "not_a_number"),
        ({"name": "Ann"}, "no_number"),
        ({"phone": "1.20256E+10"}, "digits_lost"),
        ({"phone": "2125550123", "external_id": "x" * 129}, "too_long"),
        ({"phone": "2125550123", "custom": "x" * 10_001}, "too_long"),
    ],
)
def test_a_row_that_cannot_be_a_lead_says_why(cells: dict[str, str], code: str) -> None:
    with pytest.raises(RowError) as refusal:
        facts(**cells)

    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_what_does_not_fit_its_field_is_kept_whole_beside() -> None:
    found = facts(
        phone="2125550123",
        name="x" * 300,
        email="not an address",
        timezone="Mars/Olympus",
        priority="soonish",
        consent="perhaps",
        country="Atlantis",
    )

    assert found.fields["name"] == "x" * 255
    assert found.fields["custom"] == {
        "name": "x" * 300,
        "email": "not an address",
        "timezone": "Mars/Olympus",
        "priority": "soonish",
        "consent": "perhaps",
        "country": "Atlantis",
    }


@pytest.mark.parametrize(
    "text",
    ["Ann <ann@example.test>", "<ann@example.test>", "ann@example.test; bob@other.test",
     "ann@example.test."],
)  # fmt: skip
def test_an_address_among_other_words_is_found_and_the_words_are_kept(text: str) -> None:
    found = facts(phone="2125550123", email=text).fields

    assert (found["email"], found["custom"]) == ("ann@example.test", {"email": text})


def test_a_long_text_is_not_searched_for_addresses() -> None:
    assert "email" not in facts(phone="2125550123", email="a" * 9_000 + "@b.test, c").fields


@pytest.mark.parametrize(
    ("text", "priority"), [("5", 5), ("-3", -3), ("7.0", 7), ("HIGH", 10), ("999999", 100)]
)
def test_priorities_are_numbers_or_words(text: str, priority: int) -> None:
    assert facts(phone="2125550123", priority=text).fields["priority"] == priority


@pytest.mark.parametrize(("text", "consent"), [("Yes", True), ("opt-out", False), ("0", False)])
def test_consent_is_yes_or_no(text: str, consent: bool) -> None:
    assert facts(phone="2125550123", consent=text).fields["consent"] is consent


def test_a_stated_zone_is_believed_alone() -> None:
    found = facts(phone="2125550123", region="CA", timezone="Pacific Time")

    assert found.zones == ("America/Los_Angeles",)
    assert found.fields["timezone_source"] == "column"


def test_a_lead_who_lives_elsewhere_than_the_number_may_be_in_either_zone() -> None:
    found = facts(phone="2125550123", region="California")

    assert found.zones == ("America/Los_Angeles", "America/New_York")
    assert found.fields["timezone"] == ""
    assert found.state == "CA"


@pytest.mark.parametrize(
    ("cells", "zones", "source"),
    [
        ({}, ("America/New_York",), "phone"),
        ({"region": "New York"}, ("America/New_York",), "region"),
        ({"region": "Texas"}, ("America/Chicago", "America/Denver", "America/New_York"), "region"),
        (
            {"region": "Texas", "postal_code": "78701"},
            ("America/Chicago", "America/New_York"),
            "postal",
        ),
        ({"postal_code": "79901-1234"}, ("America/Chicago", "America/Denver"), "postal"),
        ({"postal_code": "2139"}, ("America/New_York",), "postal"),
        ({"region": "Ohio", "postal_code": "97201"}, ("America/Los_Angeles",), "postal"),
        ({"postal_code": "V5K 0A1", "country": "Canada"}, ("America/Vancouver",), "postal"),
        ({"postal_code": "10115", "country": "DE"}, ("America/New_York",), "phone"),
        ({"postal_code": "none"}, ("America/New_York",), "phone"),
        ({"postal_code": "78701", "timezone": "PST"}, ("America/Los_Angeles",), "column"),
    ],
)
def test_every_zone_in_which_a_lead_may_be_is_kept_with_its_source(
    cells: dict[str, str], zones: tuple[str, ...], source: str
) -> None:
    found = facts(phone="+12125550123", **cells)

    assert set(zones) <= set(found.zones)
    assert found.fields["timezone_source"] == source
    if source != "column":
        assert "America/New_York" in found.zones  # where the number is from


def test_a_postal_code_narrows_its_state() -> None:
    assert facts(phone="5125550123", region="TX", postal_code="78701").zones == ("America/Chicago",)
    assert facts(phone="9155550123", region="TX", postal_code="79901").zones == (
        "America/Chicago",
        "America/Denver",
    )


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"postal_code": "33101"}, "FL"),
        ({"postal_code": "36104-0001"}, "AL"),
        ({"postal_code": "2139"}, "MA"),  # a spreadsheet took its zero
        ({"postal_code": "06390"}, "NY"),  # an island off Connecticut
        ({"postal_code": "33101", "region": "Georgia"}, "GA"),
        ({"postal_code": "V5K 0A1", "country": "CA"}, "BC"),
        ({"postal_code": "X0E 1A0", "country": "CA"}, ""),
        ({"postal_code": "96910"}, "NY"),  # Guam: the number alone tells
    ],
)
def test_a_postal_code_tells_the_state_whose_rules_hold(cells: dict[str, str], state: str) -> None:
    assert facts(phone="+12125550123", **cells).state == state


def test_the_states_and_the_zones_of_postal_codes_agree() -> None:
    for number in range(1000):
        code = f"{number:03d}01"
        home = postal.state(code, "US")
        if home:
            known = set(places.zones_of_state(home, "US"))
            assert {_clocks(zone) for zone in postal.zones(code, "US")} & {
                _clocks(zone) for zone in known
            }, code


def _clocks(zone: str) -> tuple[object, ...]:
    return tuple(
        datetime(2026, month, 15, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
        for month in (1, 7)
    )


def test_the_table_of_postal_codes_knows_the_lines_between_zones() -> None:
    known = {
        "32401": {"America/Chicago", "America/New_York"},  # Florida's line
        "33101": {"America/New_York"},
        "47701": {"America/Chicago"},
        "46201": {"America/New_York"},
        "85001": {"America/Phoenix"},
        "96813": {"Pacific/Honolulu"},
        "99501": {"America/Anchorage", "America/Adak"},
        "00901": {"America/Puerto_Rico"},
        "09001": set(),  # soldiers abroad
    }

    assert {code: set(postal.zones(code, "US")) for code in known} == known


def test_zones_with_the_same_clock_count_once() -> None:
    assert facts(phone="+447911123456").zones == ("Europe/London",)


def test_columns_have_one_name_each() -> None:
    assert column_names(["Note", "", "Note", " a \n b "], 5) == [
        "Note",
        "Column 2",
        "Note (3)",
        "a b",
        "Column 5",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("Germany", "DE"), ("de", "DE"), ("USA", "US"), ("U.K.", "GB"), ("Türkiye", "TR"), ("", "")],
)
def test_countries_have_codes(text: str, code: str) -> None:
    assert places.country(text) == code


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("EST", "America/New_York"),
        ("Pacific Time", "America/Los_Angeles"),
        ("America/New York", "America/New_York"),
        ("europe/berlin", "Europe/Berlin"),
        ("UTC-5", "Etc/GMT+5"),
        ("GMT+05:30", ""),
        ("IST", "Asia/Kolkata"),
        ("nowhere", ""),
    ],
)
def test_zones_have_names(text: str, zone: str) -> None:
    assert places.zone(text) == zone


def test_every_state_has_zones() -> None:
    for code in ("AL", "WY", "DC", "HI"):
        assert places.zones_of_state(code, "US")
    assert places.region("ontario", "CA") == "CA-ON"
    assert places.region("US-TX", "US") == "US-TX"
    assert places.region("Bavaria", "DE") == "Bavaria"
