"""The first run: whoever holds the server's token becomes superadmin, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts import setup
from accounts.models import User
from core.errors import DomainError
from core.models import AuditEntry
from tests.factories import UserFactory

PASSWORD = "rather-long-and-new"


def form(**changed: str) -> dict[str, str]:
    """What the first superadmin sends."""
    said = {"token": setup.token(), "name": "Mia Root", "email": "mia@example.test"}
    return said | {"new_password": PASSWORD} | changed


@pytest.mark.django_db
def test_the_token_makes_a_superadmin_who_can_log_in_and_then_there_is_no_page() -> None:
    client = Client()

    shown = client.get("/setup/")
    done = client.post("/setup/", form())
    login = client.post("/login/", {"email": "mia@example.test", "password": PASSWORD})
    after = [Client().get("/setup/"), Client().post("/setup/", form(email="eve@example.test"))]

    assert shown.status_code == 200
    assert setup.token() not in shown.content.decode()
    assert done["Location"] == "/login/"
    assert login.status_code == 302
    assert [answer.status_code for answer in after] == [404, 404]
    user = User.objects.get()
    assert (user.role, user.organization, user.status) == ("superadmin", None, "active")
    assert AuditEntry.objects.filter(action="system.set_up").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "guessed"},
        {"token": "é"},
        {"token": ""},
        {"new_password": "password"},
        {"new_password": "miaroot1"},
        {"email": "no address"},
        {"name": ""},
    ],
)
def test_a_wrong_token_or_a_weak_password_makes_nobody(wrong: dict[str, str]) -> None:
    answer = Client().post("/setup/", form(**wrong))

    assert answer.status_code == 422
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_address_that_is_taken_is_refused() -> None:
    UserFactory.create(email="mia@example.test")

    answer = Client().post("/setup/", form())

    assert "Somebody has this address already." in answer.content.decode()
    assert setup.is_open()


@pytest.mark.django_db
def test_a_suspended_superadmin_keeps_it_closed() -> None:
    UserFactory.create(role="superadmin", organization=None, status="suspended")

    assert Client().get("/setup/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_becomes_superadmin() -> None:
    def become(n: int) -> str:
        try:
            setup.appoint(setup.token(), f"root{n}@example.test", f"Root {n}", PASSWORD)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(max_workers=6) as threads:
        ends = sorted(threads.map(become, range(6)))

    assert ends == ["made", *["set_up"] * 5]
    assert User.objects.filter(role="superadmin").count() == 1


def test_another_secret_key_has_another_token(settings: Settings) -> None:
    before = setup.token()
    settings.SECRET_KEY = "y" * 60

    assert setup.token() != before
    assert len(before) == 35


@pytest.mark.django_db
def test_the_command_shows_the_token_until_there_is_a_superadmin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("setup_token")
    shown = capsys.readouterr()
    UserFactory.create(role="superadmin", organization=None)

    assert shown.out.strip() == setup.token()
    assert "/setup/" in shown.err
    with pytest.raises(CommandError):
        call_command("setup_token")
