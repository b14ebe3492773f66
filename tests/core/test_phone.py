"""Numbers as people and spreadsheets write them."""

import string
import time

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import phone
from core.phone import PhoneError, format_for_people, normalize


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("+12025550123", "", "+12025550123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("202.555.0123", "us", "+12025550123"),
        ("1.2025550123E+10", "US", "+12025550123"),
        ("1,2025550123E+10", "DE", "+12025550123"),
        ("1.202555012E+10", "US", "+12025550120"),
        ("4.42079460958e11", "GB", "+442079460958"),
        ("12025550123.0", "US", "+12025550123"),
        (12025550123.0, "US", "+12025550123"),
        (12025550123, "US", "+12025550123"),
        ("02025550123", "US", "+12025550123"),
        ("0012025550123", "US", "+12025550123"),
        ("0044 20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("2079460958", "GB", "+442079460958"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("442079460958", "US", "+442079460958"),
        ("919876543210", "IN", "+919876543210"),
        ("030/12345678", "DE", "+493012345678"),
        ("+39 06 1234 5678", "US", "+390612345678"),
        ('="+12025550123"', "US", "+12025550123"),
        ("'2025550123", "US", "+12025550123"),
        ("tel:+1-202-555-0123", "", "+12025550123"),
        ("٢٠٢٥٥٥٠١٢٣", "US", "+12025550123"),
        (
            "\uff0b\uff11\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff12\uff13",
            "US",
            "+12025550123",
        ),
        ("\u202a+1 202\u2011555\u20110123\u202c", "", "+12025550123"),
        ("\u00a0202\u00a0555\u00a00123 ", "US", "+12025550123"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ],
)
def test_what_sheets_hold_becomes_e164(raw: object, region: str, e164: str) -> None:
    assert normalize(raw, region).e164 == e164


@pytest.mark.parametrize("raw", ["+1 202 555 0123 x12", "2025550123 ext. 12", "2025550123 #12"])
def test_an_extension_is_kept_apart(raw: str) -> None:
    found = normalize(raw, "US")

    assert (found.e164, found.extension) == ("+12025550123", "12")


@pytest.mark.parametrize(
    ("raw", "region", "code"),
    [
        ("", "US", "empty"),
        ("  \u200b", "US", "empty"),
        ("N/A", "US", "not_a_number"),
        ("call 2025550123 after five", "US", "not_a_number"),
        ("ann@example.test", "US", "not_a_number"),
        ("2" * 200, "US", "not_a_number"),
        ("123", "US", "too_short"),
        ("202555012345678", "US", "too_long"),
        ("+1 111 555 0123", "US", "invalid_number"),
        ("+999 123456789", "US", "invalid_number"),
        ("+11115550123", "US", "invalid_number"),
        ("2025550123", "", "no_country"),
        ("1.20256E+10", "US", "digits_lost"),
        ("4.42E+11", "GB", "digits_lost"),
        ("1.5E+99", "GB", "digits_lost"),
        ("2025550123 / 2025550124", "US", "too_long"),
    ],
)
def test_a_refusal_says_why(raw: str, region: str, code: str) -> None:
    with pytest.raises(PhoneError) as refusal:
        normalize(raw, region)

    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_a_number_tells_its_country_state_and_zones() -> None:
    new_york, berlin, mobile = (
        normalize(raw) for raw in ("+12125550123", "+493012345678", "+447911123456")
    )

    assert (new_york.country, new_york.region) == ("US", "NY")
    assert new_york.zones == ("America/New_York",)
    assert (berlin.country, berlin.region, berlin.zones) == ("DE", "", ("Europe/Berlin",))
    assert "Europe/London" in mobile.zones


def test_a_toll_free_number_may_ring_in_many_zones() -> None:
    zones = normalize("+18005550123").zones

    assert {"America/New_York", "Pacific/Honolulu"} <= set(zones)


def test_numbers_are_shown_with_their_countrys_spacing() -> None:
    assert format_for_people("+12025550123") == "+1 202-555-0123"
    assert format_for_people("+442079460958") == "+44 20 7946 0958"
    assert format_for_people("anonymous") == "anonymous"


@settings(deadline=None)
@given(
    st.integers(min_value=200_000_0000, max_value=999_999_9999).map(str),
    st.sampled_from(["+1{}{}{}", "1{}{}{}", "{}{}{}", "({}) {}-{}", "+1 {}.{}.{}", "1-{}-{}-{}"]),
)
def test_the_fast_path_answers_as_the_slow_one(national: str, shape: str) -> None:
    text = shape.format(national[:3], national[3:6], national[6:])

    # A quotation mark, as spreadsheets put before a text, takes a number off the fast path.
    assert _answer(text) == _answer(f"'{text}")


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "٠١٢٣\uff0b\u200b\u2011é", max_size=80))
@example("=1E+9")
@example("+")
@example("0000000000")
def test_any_text_is_a_valid_number_or_a_refusal(text: str) -> None:
    try:
        found = normalize(text, "US")
    except PhoneError:
        return

    assert phonenumbers.is_valid_number(phonenumbers.parse(found.e164))
    assert normalize(found.e164) == phone.Phone(
        found.e164, found.zones, found.country, found.region
    )


@settings(deadline=None)
@given(st.sampled_from(["US", "GB", "DE", "IN", "BR", "AU", "FR"]), st.data())
def test_a_number_survives_every_way_of_writing_it(region: str, data: st.DataObject) -> None:
    # given a real number of the region
    example_number = phonenumbers.example_number(region)
    assert example_number is not None
    e164 = phonenumbers.format_number(example_number, phonenumbers.PhoneNumberFormat.E164)
    style = data.draw(st.sampled_from([0, 1, 2]))

    # when it is written as its country does, or with 00, or as a float
    written = phonenumbers.format_number(example_number, style)

    # then it is the same number
    for text in (written, "00" + e164[1:], e164[1:] + ".0", f"'{written}", f" {written} "):
        assert normalize(text, region).e164 == e164


def test_a_hundred_thousand_clean_numbers_take_seconds() -> None:
    numbers = [f"+1202555{n:04d}" for n in range(10_000)] * 10

    started = time.perf_counter()
    for number in numbers:
        normalize(number)

    assert time.perf_counter() - started < 5


def _answer(text: str) -> object:
    """A number or the word of its refusal."""
    try:
        return normalize(text, "US")
    except PhoneError as refusal:
        return refusal.code
