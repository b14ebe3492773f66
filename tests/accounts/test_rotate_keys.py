"""A new key: every stored secret is written with it, and what no key reads is said and left."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import keys, logins, second_factor, sip
from accounts.models import LoginSession, SecondFactor, SipAccount, User
from core import crypto, letters
from core.models import AuditEntry, Letter

type Person = Callable[..., User]


def rotated() -> str:
    """What the command says."""
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def stored() -> list[str]:
    """Every stored secret as it is."""
    columns = [
        *SipAccount.objects.values_list("secret", flat=True),
        *LoginSession.objects.values_list("sip_secret", flat=True),
        *LoginSession.objects.values_list("successor", flat=True),
        *SecondFactor.objects.values_list("secret", flat=True),
        *Letter.objects.values_list("body", flat=True),
    ]
    return [secret for secret in columns if secret]


@pytest.fixture
def secrets(agent: User, settings: Settings) -> list[str]:
    """One secret in each column, under an old key; what they are in plain."""
    settings.FIELD_KEYS = ["old"]
    settings.SIP_WS_URL = "wss://sip.example.test/ws"
    entry = logins.open_login(agent, address=None, agent="test")
    logins.refresh(entry.refresh, address=None)
    second_factor.begin(agent)
    letters.write(agent.email, "Hello", "Your code is 123456.")
    sip.line_for(entry.login)
    pbx = sip.Pbx("wss://pbx.example.test/ws", "pbx.example.test", "ada", "only-the-pbx-knows")
    sip.change(agent, "204", pbx)
    assert len(stored()) == len(keys.COLUMNS)
    return [crypto.decrypt(secret) for secret in stored()]


def test_after_it_the_old_key_is_not_needed(secrets: list[str], settings: Settings) -> None:
    settings.FIELD_KEYS = ["new", "old"]

    said = rotated()

    settings.FIELD_KEYS = ["new"]
    assert [crypto.decrypt(secret) for secret in stored()] == secrets
    assert said.count("1 written, 0 unreadable") == len(keys.COLUMNS)
    assert AuditEntry.objects.filter(action="stored_secrets.rewritten").count() == 1


def test_stopped_half_way_it_is_run_again(secrets: list[str], settings: Settings) -> None:
    settings.FIELD_KEYS = ["new", "old"]
    next(keys.rotate())

    rotated()

    settings.FIELD_KEYS = ["new"]
    assert [crypto.decrypt(secret) for secret in stored()] == secrets


def test_what_no_key_reads_is_said_and_left_as_it_is(
    secrets: list[str], settings: Settings
) -> None:
    before = stored()
    settings.FIELD_KEYS = ["another"]

    with pytest.raises(CommandError, match=f"{len(secrets)} secrets are unreadable"):
        rotated()

    assert stored() == before


def test_it_takes_many_rows_in_batches(
    person: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_BATCH", 2)
    settings.FIELD_KEYS = ["old"]
    for _ in range(5):
        second_factor.begin(person())
    settings.FIELD_KEYS = ["new", "old"]

    assert "SecondFactor.secret: 5 written" in rotated()

    settings.FIELD_KEYS = ["new"]
    assert all(crypto.decrypt(secret) for secret in stored())


def test_every_encrypted_column_is_in_its_list() -> None:
    """Such a column is named for what it keeps."""
    known = {(model._meta.label, column) for model, column in keys.COLUMNS}
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if re.search(r"(^|_)secret$|^successor$", field.name)
    }

    assert found == known - {("core.Letter", "body")}
