"""Passwords are set by their owner alone: by an invitation, or through a code by mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import logins, passwords
from accounts.models import LoginSession, PasswordReset, User
from core import letters
from core.errors import DomainError
from core.models import AuditEntry, Letter
from tests.accounts.mailbox import deliver

type Person = Callable[..., User]
NEW = "rather-long-and-new"


class DeadServer(BaseEmailBackend):
    """A mail server that nobody answers at."""

    def send_messages(self, email_messages: object) -> int:
        raise ConnectionRefusedError


def invited(person: Person) -> tuple[User, str]:
    """Someone who has a mail with a link, and the link's token."""
    newcomer = person("agent", status="invited", password=None)
    return newcomer, passwords.invite(newcomer, person("manager"))


# --- Invitations ---


def test_an_invitation_comes_by_mail_with_a_link_that_lets_one_in(person: Person) -> None:
    newcomer, token = invited(person)
    client = Client()

    [letter] = deliver()
    page = client.get(f"/set-password/{token}/")
    answer = client.post(f"/set-password/{token}/", {"new_password": NEW})
    login = client.post("/login/", {"email": newcomer.email, "password": NEW})

    assert letter.to == [newcomer.email]
    assert f"/set-password/{token}/" in letter.body
    assert page.status_code == 200
    assert answer["Location"] == "/login/"
    assert login.status_code == 302
    newcomer.refresh_from_db()
    assert newcomer.status == "active"


def test_an_invitation_works_once(person: Person) -> None:
    _, token = invited(person)
    passwords.accept(token, NEW)

    again = Client().post(f"/set-password/{token}/", {"new_password": "another-long-one"})

    assert again.status_code == 410
    with pytest.raises(DomainError, match="invitation has ended"):
        passwords.accept(token, NEW)


def test_an_invitation_ends_after_seven_days_and_when_a_newer_one_is_sent(person: Person) -> None:
    newcomer, first = invited(person)
    second = passwords.invite(newcomer, None)

    before = (passwords.invited(first), passwords.invited(second))
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1), tick=False):
        after = passwords.invited(second)

    assert before == (None, newcomer)
    assert after is None


@pytest.mark.parametrize("status", ["active", "suspended"])
def test_only_someone_who_waits_can_be_invited(person: Person, status: str) -> None:
    with pytest.raises(DomainError) as refusal:
        passwords.invite(person("agent", status=status), None)

    assert refusal.value.code == "not_invited"
    assert not Letter.objects.exists()


def test_someone_suspended_in_the_meantime_cannot_use_their_invitation(person: Person) -> None:
    newcomer, token = invited(person)
    User.objects.filter(pk=newcomer.pk).update(status="suspended")

    with pytest.raises(DomainError):
        passwords.accept(token, NEW)

    newcomer.refresh_from_db()
    assert newcomer.status == "suspended"


@pytest.mark.parametrize("weak", ["password123", "short", "1234567890123", "", "person"])
def test_a_weak_password_is_refused_and_the_invitation_stays(person: Person, weak: str) -> None:
    newcomer, token = invited(person)

    answer = Client().post(f"/set-password/{token}/", {"new_password": weak})

    assert answer.status_code == 422
    assert passwords.invited(token) == newcomer


def test_the_database_and_the_log_hold_no_token_and_no_password(person: Person) -> None:
    _, token = invited(person)
    passwords.accept(token, NEW)

    rows = [
        *PasswordReset.objects.values_list(),
        *Letter.objects.values_list(),
        *AuditEntry.objects.values_list(),
    ]

    assert token not in str(rows)
    assert NEW not in str(rows)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"person.invited", "person.password_set"} <= actions


def test_a_password_that_was_set_ends_every_login_and_is_told_by_mail(person: Person) -> None:
    newcomer, token = invited(person)
    logins.open_login(newcomer, address="127.0.0.1", agent="test")

    passwords.accept(token, NEW)

    assert LoginSession.objects.get(user=newcomer).revoked_because == "password"
    assert [letter.subject for letter in deliver()][-1] == "Your password was changed"


# --- The out tray ---


def test_a_letter_that_was_sent_is_forgotten(db: None) -> None:
    letters.write("mia@example.test", "Hello", "A secret.")
    held = Letter.objects.get().body

    sent = letters.send_due(timezone.now())

    assert sent == 1
    assert "secret" not in held
    assert [letter.body for letter in mail.outbox] == ["A secret."]
    assert not Letter.objects.exists()


def test_a_letter_that_cannot_be_sent_waits_and_is_given_up_in_the_end(
    db: None, settings: Settings
) -> None:
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.DeadServer"}}
    letters.write("mia@example.test", "Hello", "Text.")
    now = timezone.now()

    letters.send_due(now)
    waiting = Letter.objects.get()
    Letter.objects.update(attempts=letters.ATTEMPTS - 1)
    letters.send_due(now + timedelta(hours=1))

    assert waiting.due_at > now
    assert not Letter.objects.exists()
