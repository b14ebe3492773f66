"""The front door: the page that everyone sees first, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Person
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_is_accessible_in_both_themes(
    server: Server, someone: Callable[..., Person], scheme: str
) -> None:
    visitor = someone(server.url, color_scheme=scheme)

    visitor.open("/")

    expect(visitor.page.get_by_role("heading", name="Log in")).to_be_visible()
    assert visitor.accessibility_faults() == []


def test_a_person_logs_in_and_is_still_known_after_a_reload(
    server: Server, someone: Callable[..., Person]
) -> None:
    email, password = server.python(
        "from tests.factories import PASSWORD, UserFactory\n"
        "answer = [UserFactory.create(role='manager').email, PASSWORD]"
    )
    manager = someone(server.url)

    manager.log_in(email, password)

    expect(manager.page.get_by_role("navigation").first).to_be_visible()
    manager.page.reload()
    expect(manager.page.get_by_role("heading", name="Log in")).to_have_count(0)
