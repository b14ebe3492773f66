"""Secrets at rest are unreadable without a key, and keys can be exchanged."""

import pytest
from pytest_django import Settings

from core import crypto


def test_a_secret_comes_back_as_it_was_and_is_not_seen_at_rest() -> None:
    stored = crypto.encrypt("pässword")

    assert crypto.decrypt(stored) == "pässword"
    assert "ssword" not in stored


def test_the_same_secret_is_stored_differently_each_time() -> None:
    assert crypto.encrypt("same") != crypto.encrypt("same")


def test_a_new_first_key_still_reads_what_the_old_one_wrote(settings: Settings) -> None:
    settings.FIELD_KEYS = ["old"]
    stored = crypto.encrypt("secret")

    settings.FIELD_KEYS = ["new", "old"]

    assert crypto.decrypt(stored) == "secret"


def test_what_the_new_key_wrote_is_unreadable_with_the_old_one_alone(
    settings: Settings,
) -> None:
    settings.FIELD_KEYS = ["new", "old"]
    stored = crypto.encrypt("secret")

    settings.FIELD_KEYS = ["old"]

    with pytest.raises(crypto.UnreadableError):
        crypto.decrypt(stored)


def test_an_altered_secret_is_refused() -> None:
    stored = crypto.encrypt("secret")

    with pytest.raises(crypto.UnreadableError):
        crypto.decrypt(stored[:-4] + "AAAA")


def test_text_that_was_never_encrypted_is_refused() -> None:
    with pytest.raises(crypto.UnreadableError):
        crypto.decrypt("plain text")
