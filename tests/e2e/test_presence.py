"""Presence in browsers: the manager watches, a second login takes over, a lid closes and opens."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, WebSocketRoute, expect

from tests.e2e import floor
from tests.e2e.browser import Person
from tests.e2e.floor import WAIT_MS, Cast, Desk
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e


@dataclass
class Lid:
    """A laptop's lid: while it is closed, no socket of its pages is alive."""

    closed: bool = False
    _open: list[WebSocketRoute] = field(default_factory=list)

    def over(self, person: Person) -> None:
        """Holds the sockets of a person's pages."""
        person.context.route_web_socket("**/ws/live/", self._connect)

    def close(self) -> None:
        """The computer sleeps."""
        self.closed = True
        for end in self._open:
            end.close()
        self._open.clear()

    def open(self, person: Person) -> None:
        """It wakes, and finds its network."""
        self.closed = False
        person.page.evaluate("dispatchEvent(new Event('online'))")

    def _connect(self, page: WebSocketRoute) -> None:
        if self.closed:
            page.close()
            return
        self._open += [page, page.connect_to_server()]


@pytest.fixture
def cast(server: Server) -> Cast:
    """A manager, an agent and a campaign without leads: whoever is ready stays so."""
    return floor.engage(server)


def at_work(server: Server, person: Person, cast: Cast) -> Desk:
    """An agent who is ready."""
    person.log_in(cast.agent, cast.password)
    desk = Desk(person, server, cast.agent)
    desk.start()
    expect(state(person)).to_have_text("Ready", timeout=WAIT_MS)
    return desk


def state(person: Person) -> Locator:
    """What the header says of the person's own state."""
    return person.page.locator("presence-menu [data-text='seat']")


def row(manager: Person) -> Locator:
    """The one agent at work, in the manager's table."""
    return manager.page.locator("#presence-rows tbody tr")


def slept(server: Server, email: str, seconds: int) -> None:
    """So much time passes for an agent's seat without a sign of life."""
    shift = f"-{seconds} seconds"
    with closing(sqlite3.connect(server.folder / "dialer.sqlite3", timeout=20)) as base, base:
        base.execute(
            "UPDATE accounts_agentseat SET last_seen_at = strftime('%Y-%m-%d %H:%M:%f', "
            "last_seen_at, ?) WHERE user_id = (SELECT id FROM accounts_user WHERE email = ?)",
            (shift, email),
        )


def test_a_manager_sees_an_agents_state_change_and_may_change_it(
    server: Server, someone: Callable[..., Person], cast: Cast
) -> None:
    agent, manager = someone(server.url), someone(server.url)
    manager.log_in(cast.manager, cast.password)
    at_work(server, agent, cast)
    manager.open("/presence/")
    expect(row(manager)).to_contain_text("Ready")

    agent.page.locator("presence-menu summary").click()
    expect(agent.page.locator("presence-menu dl")).to_contain_text("Ready")
    agent.page.locator("presence-menu").get_by_role("button", name="Lunch").click()

    expect(state(agent)).to_have_text("Lunch")
    expect(row(manager)).to_contain_text("Break: Lunch", timeout=WAIT_MS)
    assert manager.accessibility_faults() == []
    row(manager).get_by_role("link").click()
    manager.page.get_by_label("Reason").fill("The queue is long")
    manager.page.get_by_role("button", name="Ready").click()
    expect(state(agent)).to_have_text("Ready", timeout=WAIT_MS)
    expect(agent.page.locator("#toasts")).to_contain_text("The queue is long")
    expect(manager.page.get_by_role("table")).to_contain_text("Break: Lunch")
    assert manager.accessibility_faults() == []
    manager.page.get_by_label("Reason").fill("Go home, you are ill")
    manager.page.get_by_role("button", name="Log out").click()
    told = agent.page.get_by_text("logged you out: “Go home, you are ill”")
    expect(told).to_be_visible(timeout=WAIT_MS)
    expect(agent.page.get_by_label("E-mail")).to_be_visible()
    assert agent.accessibility_faults() == []
    agent.errors.clear()  # browsers complain of what was refused in the meantime


def test_the_newest_login_leads_until_someone_says_otherwise(
    server: Server, someone: Callable[..., Person], cast: Cast
) -> None:
    first, second = someone(server.url), someone(server.url)
    desk = at_work(server, first, cast)

    second.log_in(cast.agent, cast.password)

    told = desk.phone.get_by_text("You are working in another window.")
    expect(told).to_be_visible(timeout=WAIT_MS)
    second.open("/dial/")
    expect(second.page.get_by_text("Paused", exact=True)).to_be_visible(timeout=WAIT_MS)
    first.page.reload()
    expect(told).to_be_visible(timeout=WAIT_MS)
    assert first.accessibility_faults() == []
    desk.press("Work here instead")
    expect(told).to_be_hidden(timeout=WAIT_MS)
    elsewhere = second.page.locator("softphone-dock").get_by_text(
        "You are working in another window."
    )
    expect(elsewhere).to_be_visible(timeout=WAIT_MS)
    expect(told).to_be_hidden()


def test_a_closed_lid_costs_the_state_only_for_as_long_as_it_is_closed(
    server: Server, someone: Callable[..., Person], cast: Cast
) -> None:
    agent, manager, lid = someone(server.url), someone(server.url), Lid()
    lid.over(agent)
    manager.log_in(cast.manager, cast.password)
    at_work(server, agent, cast)
    manager.open("/presence/?state=ready")

    for seconds in (2, 20):
        lid.close()
        slept(server, cast.agent, seconds)
        expect(row(manager)).to_contain_text("Ready")
        lid.open(agent)
    lid.close()
    manager.open("/presence/")
    for tries_left in (2, 1, 0):
        # A sign of life that was under way as the lid closed may arrive after it.
        slept(server, cast.agent, 200)
        try:
            expect(row(manager)).to_contain_text("Connection lost", timeout=WAIT_MS)
            break
        except AssertionError:
            if not tries_left:
                raise
    lid.open(agent)

    expect(row(manager)).to_contain_text("Ready", timeout=WAIT_MS)
    server.kill()
    server.start()
    expect(row(manager)).to_contain_text("Ready", timeout=WAIT_MS)
    expect(state(agent)).to_have_text("Ready")
    agent.errors.clear()  # browsers complain of sockets that find no server
    manager.errors.clear()
