"""The second factor in a real browser: set up, accessible, asked for at the next login."""

import base64
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django_otp.oath import hotp  # type: ignore[import-untyped]  # has no types
from playwright.sync_api import expect

from tests.e2e.browser import Person
from tests.e2e.server import Server, serving

pytestmark = pytest.mark.e2e


def test_a_second_factor_is_set_up_and_asked_for_at_the_next_login(
    server: Server, someone: Callable[..., Person]
) -> None:
    email, password = server.python(
        "from tests.factories import PASSWORD, OrganizationFactory, UserFactory\n"
        "home = OrganizationFactory.create(name='Second factor')\n"
        "manager = UserFactory.create(role='manager', organization=home,\n"
        "                             email='manager@factor.test')\n"
        "answer = [manager.email, PASSWORD]"
    )
    manager = someone(server.url)
    page = manager.page
    manager.log_in(email, password)
    expect(page.get_by_role("navigation").first).to_be_visible()

    manager.open("/profile/second-factor/")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    assert manager.accessibility_faults() == []
    secret = page.locator("p.select-all").inner_text().replace(" ", "")
    code = hotp(base64.b32decode(secret), int(time.time()) // 30)
    page.get_by_label("Enter the code that it shows").fill(f"{code:06}")
    page.get_by_role("button", name="Turn it on").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    assert manager.accessibility_faults() == []
    recovery = codes.first.inner_text()

    page.context.clear_cookies()
    manager.open("/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    assert manager.accessibility_faults() == []
    page.get_by_label("Code", exact=True).fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("navigation").first).to_be_visible()


def test_the_other_pages_of_the_door_are_accessible(
    tmp_path: Path, someone: Callable[..., Person]
) -> None:
    with serving(tmp_path, telephone=False) as fresh:  # nobody has been there yet
        visitor = someone(fresh.url, color_scheme="dark")

        for path in ("/forgot-password/", "/setup/"):
            visitor.open(path)

            expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
            assert visitor.accessibility_faults() == []
