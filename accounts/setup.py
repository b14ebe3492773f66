"""The first run: while there is no superadmin, whoever holds the server's token becomes one."""

import base64
import hmac

from django.contrib.auth.models import Group
from django.utils.crypto import salted_hmac

from accounts import passwords, people
from accounts.models import User
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried


def is_open() -> bool:
    """Whether there is nobody yet who administers the system."""
    return not User.objects.filter(role=User.Role.SUPERADMIN).exists()


def token() -> str:
    """What the server's console shows; every process has the same one, made of SECRET_KEY."""
    digest = salted_hmac(__name__, "first run", algorithm="sha256").digest()
    text = base64.b32encode(digest[:20]).decode().lower()
    return "-".join(text[at : at + 8] for at in range(0, len(text), 8))


def appoint(shown: str, email: str, name: str, password: str) -> User:
    """Makes the first superadmin.

    Raises DomainError "set_up" when there is one, InputError for a wrong token or weak password.
    """
    typed, expected = "".join(shown.split()).lower(), token()
    if not hmac.compare_digest(typed.encode(), expected.encode()):
        sentence = "This is not the token that the server shows."
        raise InputError(sentence, code="wrong_token", errors={"token": [sentence]})
    passwords.check(password, User(email=email, name=name))
    return _appoint(email, name, password)


@retried
def _appoint(email: str, name: str, password: str) -> User:
    # Two at once: the second waits here, and then sees the first.
    list(Group.objects.select_for_update().order_by("pk")[:1])
    if not is_open():
        raise DomainError("There is a superadmin already.", code="set_up")
    if User.objects.filter(email=email.strip().lower()).exists():
        sentence = "Somebody has this address already."
        raise InputError(sentence, code="taken", errors={"email": [sentence]})
    user = people.add_person(email, password, role=User.Role.SUPERADMIN, name=name)
    audit.record("system.set_up", user, actor=user)
    return user
