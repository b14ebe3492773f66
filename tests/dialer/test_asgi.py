"""The sockets' way in, as the server takes it: by the cookie of a login."""

from collections.abc import Callable

import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client

from accounts.models import User
from core.sockets import in_thread
from dialer.asgi import application
from tests.clients import browser

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 10.0


@pytest.fixture
def tab(person: Callable[..., User]) -> Client:
    """The browser of someone who is logged in."""
    return browser(person())


def wire(cookies: str = "") -> WebsocketCommunicator:
    headers = [(b"origin", b"http://testserver"), (b"cookie", cookies.encode())]
    return WebsocketCommunicator(application, "/ws/live/", headers=headers)


async def test_the_cookie_of_a_login_opens_a_socket_until_the_login_ends(tab: Client) -> None:
    socket = wire(f"access={tab.cookies['access'].value}")
    assert await socket.connect(WITHIN_S) == (True, None)
    await socket.send_json_to({"type": "subscribe", "topics": [], "last": None})
    assert (await socket.receive_json_from(WITHIN_S))["type"] == "subscribed"

    await in_thread(tab.post, "/api/auth/logout")

    assert (await socket.receive_json_from(WITHIN_S))["type"] == "session.revoked"
    end = await socket.receive_output(WITHIN_S)
    assert end == {"type": "websocket.close", "code": 4401}
    await socket.disconnect(timeout=WITHIN_S)


@pytest.mark.parametrize("cookies", ["", "access=forged"])
async def test_without_a_login_a_socket_says_so_and_closes(cookies: str) -> None:
    socket = wire(cookies)

    assert await socket.connect(WITHIN_S) == (True, None)

    end = await socket.receive_output(WITHIN_S)
    assert end == {"type": "websocket.close", "code": 4401}
    await socket.disconnect(timeout=WITHIN_S)
