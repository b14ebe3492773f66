"""A socket knows its person by the cookie of the handshake, as a page does."""

from typing import Any

import pytest

from accounts.authentication import ACCESS, SocketAuth
from accounts.models import User
from tests.clients import browser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


async def scope_seen(headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """What the application behind the middleware is given."""
    seen: dict[str, Any] = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    await SocketAuth(application)({"type": "websocket", "headers": headers}, None, None)
    return seen


@pytest.fixture
def agent() -> User:
    """Someone with a softphone."""
    return UserFactory.create()


@pytest.fixture
def token(agent: User) -> bytes:
    """Their browser's access token."""
    return browser(agent).cookies[ACCESS].value.encode()


async def test_the_access_cookie_names_the_person_and_the_login(agent: User, token: bytes) -> None:
    scope = await scope_seen([(b"cookie", b"theme=dark; access=" + token)])

    assert scope["user"] == agent
    assert scope["login"].user_id == agent.pk


async def test_a_program_shows_its_bearer_token(agent: User, token: bytes) -> None:
    scope = await scope_seen([(b"authorization", b"Bearer " + token)])

    assert scope["user"] == agent


@pytest.mark.parametrize("cookie", [b"", b"access=", b"access=nonsense", b"other=1", b"\xff"])
async def test_without_a_valid_token_a_socket_is_nobodys(cookie: bytes) -> None:
    scope = await scope_seen([(b"cookie", cookie)])

    assert not scope["user"].is_authenticated
    assert scope["login"] is None
