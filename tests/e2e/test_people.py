"""A person's way in browsers: invited, in, pushed out; and the question before a call is left."""

import json
import re
from collections.abc import Callable
from email import message_from_string, policy

import pytest
from playwright.sync_api import expect

from tests.e2e import floor
from tests.e2e.browser import Person
from tests.e2e.floor import WAIT_MS, Desk
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

PASSWORD = "quiet-harbour-lantern-7"  # of this test's own person
MANAGER = """
from uuid import uuid4
from django.contrib.auth.models import Permission
from tests.factories import *

house = OrganizationFactory.create(name=uuid4().hex)
manager = UserFactory.create(role="manager", name="Mia Boss", organization=house,
                             email=f"{uuid4().hex}@example.test")
manager.user_permissions.add(Permission.objects.get(codename="change_user"))
answer = [manager.email, PASSWORD]
"""


def link_in_letter(server: Server, email: str) -> str:
    """The path of the invitation, from the mail that the installation wrote into its log."""
    found: list[str] = []

    def arrived() -> bool:
        lines = (server.folder / "server.log").read_text(errors="replace").splitlines()
        for line in lines:
            if f"To: {email}" in line:
                letter = message_from_string(json.loads(line)["message"], policy=policy.default)
                found.extend(re.findall(r"https?://[^/\s]+(/\S+)", letter.get_content()))
        return bool(found)

    assert floor.until(arrived)
    return found[0]


def test_someone_who_is_invited_comes_in_and_is_out_at_once_when_suspended(
    server: Server, someone: Callable[..., Person]
) -> None:
    boss, newcomer = someone(server.url), someone(server.url)
    email, password = server.python(MANAGER)
    address = f"nia.{email}"
    boss.log_in(email, password)

    boss.open("/people/new/")
    form = boss.page.get_by_role("main")
    form.get_by_label("Name").fill("Nia New")
    form.get_by_label("E-mail").fill(address)
    assert boss.accessibility_faults() == []
    boss.page.get_by_role("button", name="Invite").click()
    expect(boss.page.get_by_role("heading", name="Nia New")).to_be_visible()
    newcomer.open(link_in_letter(server, address))
    assert newcomer.accessibility_faults() == []
    newcomer.page.get_by_label("New password").fill(PASSWORD)
    newcomer.page.get_by_role("button", name="Set the password").click()
    newcomer.log_in(address, PASSWORD)
    newcomer.open("/profile/")
    expect(newcomer.page.get_by_role("main").get_by_label("Name")).to_have_value("Nia New")

    boss.page.reload()
    boss.page.get_by_label("Reason, if they may know it").fill("The project is over")
    boss.page.get_by_role("button", name="Suspend").click()
    boss.page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(boss.page.get_by_role("button", name="Reactivate")).to_be_visible()

    assert newcomer.context.request.get(f"{server.url}/api/auth/me").status == 401
    told = newcomer.page.get_by_text("Mia Boss suspended your account: “The project is over”")
    expect(told).to_be_visible(timeout=WAIT_MS)
    assert boss.accessibility_faults() == []
    newcomer.errors.clear()  # browsers complain of what was refused in the meantime


def test_whoever_logs_out_in_a_call_is_asked_first(
    server: Server, someone: Callable[..., Person]
) -> None:
    cast = floor.engage(server, ["+12125557021"])
    agent = someone(server.url)
    agent.log_in(cast.agent, cast.password)
    desk = Desk(agent, server, cast.agent)
    desk.start()
    desk.shows("In call")
    question = agent.page.get_by_role("dialog", name="End the call and log out?")

    def leave() -> None:
        agent.page.locator("header details[data-menu] summary").last.click()
        agent.page.get_by_role("button", name="Log out").click()

    leave()
    expect(question).to_be_visible()
    assert agent.accessibility_faults() == []
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    desk.shows("In call")
    agent.page.keyboard.press("Escape")
    leave()
    question.get_by_role("button", name="Log out").click()

    expect(agent.page.get_by_label("E-mail")).to_be_visible(timeout=WAIT_MS)
    assert floor.until(lambda: desk.calls()[-1].ended_at is not None)
    assert desk.calls()[-1].ended_by == "agent"
    # What the page asked between the logout and its end was refused.
    agent.errors[:] = [error for error in agent.errors if "401" not in error]
