"""Settings have types, limits, and a clear word for a wrong value."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from core import config

KEYS = {
    "test.seats": config.define("test.seats", int, default=5, minimum=1, maximum=9, help="Seats."),
    "test.ratio": config.define("test.ratio", float, default=0.5, help="A ratio."),
    "test.strict": config.define("test.strict", bool, default=False, help="Whether."),
    "test.mode": config.define(
        "test.mode", str, default="slow", choices=("slow", "fast"), help="How."
    ),
    "test.pause": config.define(
        "test.pause", timedelta, default=timedelta(seconds=3), maximum=60, help="Seconds of pause."
    ),
}


def test_without_a_variable_a_setting_has_its_default() -> None:
    assert config.get("test.seats") == 5


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("test.seats", " 7 ", 7),
        ("test.ratio", "0.25", 0.25),
        ("test.strict", "Yes", True),
        ("test.strict", "0", False),
        ("test.mode", "fast", "fast"),
        ("test.pause", "1.5", timedelta(milliseconds=1500)),
    ],
)
def test_the_environment_overrides_in_the_settings_own_type(
    name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS[name].variable, text)

    assert config.get(name) == value
    assert type(config.get(name)) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("test.seats", "many", "a whole number"),
        ("test.seats", "1.5", "a whole number"),
        ("test.seats", "0", "less than 1"),
        ("test.seats", "10", "more than 9"),
        ("test.ratio", "nan", "a number"),
        ("test.strict", "perhaps", "true or false"),
        ("test.mode", "idle", "'slow', 'fast'"),
        ("test.pause", "inf", "a number of seconds"),
        ("test.pause", "61", "more than 60"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable_and_meaning(
    name: str, text: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS[name].variable, text)

    with pytest.raises(ImproperlyConfigured) as refused:
        config.get(name)

    assert word in str(refused.value)
    assert KEYS[name].variable in str(refused.value)
    assert KEYS[name].help in str(refused.value)
    assert config.problems() == [str(refused.value)]


def test_all_settings_are_listed_with_the_source_of_their_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIALER_TEST_SEATS", "6")

    listed = {setting.key.name: (setting.value, setting.source) for setting in config.all()}

    assert listed["test.seats"] == (6, "environment")
    assert listed["test.mode"] == ("slow", "default")
    assert "events.keep_days" in listed


def test_a_name_has_one_definition() -> None:
    with pytest.raises(ImproperlyConfigured, match="twice"):
        config.define("test.seats", int, default=6, help="Other seats.")


def test_a_default_keeps_its_own_limits() -> None:
    with pytest.raises(ImproperlyConfigured, match="less than 1"):
        config.define("test.broken", int, default=0, minimum=1, help="Broken.")
