"""What goes wrong in mid-call, on the real line: pages, networks and servers die, calls do not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import floor
from tests.e2e.browser import Person
from tests.e2e.floor import CLOSE_SECONDS, WAIT_MS, Cast, Desk, Record
from tests.e2e.server import Server, serving
from tests.standins.sip import carrier

pytestmark = [pytest.mark.e2e, pytest.mark.sound]

LEASE_SECONDS, PART_SECONDS, DEATH_SECONDS = 10, 2, 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation behind the real edge that loses patience soon."""
    patience = {
        "DIALER_CALLS_LEASE_S": str(LEASE_SECONDS),
        "DIALER_SOFTPHONE_PART_MS": str(PART_SECONDS * 1000),
        "DIALER_RECORDINGS_GRACE_S": "15",
    }
    with serving(tmp_path_factory.mktemp("faults"), telephone=True, **patience) as running:
        yield running


@dataclass
class Talk:
    """An agent in a call with someone who speaks."""

    desk: Desk
    cast: Cast
    number: str

    @property
    def call(self) -> Record:
        """The call on record."""
        (call,) = self.desk.calls()
        return call

    @property
    def far(self) -> carrier.Call:
        """The call as the telephone network has it."""
        return floor.seen_by_carrier(self.desk.server, self.number)

    def is_recorded(self) -> None:
        """The recording becomes playable."""
        assert floor.until(lambda: self.call.recording == "ready", 60), self.call

    def is_whole(self, folder: Path) -> None:
        """Record and recording say what the telephone network says, and both voices are there."""
        self.is_recorded()
        assert abs(self.call.talk_seconds - self.far.talk_seconds) < CLOSE_SECONDS
        path = floor.fetch(self.desk.person, self.call, folder)
        assert abs(floor.length_of(path) - self.far.talk_seconds) < CLOSE_SECONDS
        floor.hears_both(path)


@pytest.fixture
def talk(server: Server, someone: Callable[..., Person]) -> Callable[[str], Talk]:
    """Puts a new agent in a call with a number, so that a few seconds are on record."""

    def begin(number: str) -> Talk:
        cast = floor.engage(server)
        agent = someone(server.url)
        agent.log_in(cast.agent, cast.password)
        desk = Desk(agent, server, cast.agent)
        agent.open("/dial/")
        desk.phone.get_by_label("Number to call").fill(number)
        call = desk.phone.get_by_role("button", name="Call", exact=True)
        expect(call).to_be_enabled(timeout=WAIT_MS)
        call.click()
        desk.shows("In call")
        assert floor.until(lambda: desk.calls()[0].parts >= 2)
        return Talk(desk, cast, number)

    return begin


def test_the_call_of_a_closed_page_ends_everywhere(
    talk: Callable[[str], Talk], tmp_path: Path
) -> None:
    talking = talk("+12135550121")

    talking.desk.page.close()

    assert floor.until(lambda: talking.far.ended_at, DEATH_SECONDS)
    assert floor.until(lambda: talking.call.ended_at)
    talking.is_recorded()
    call, far = talking.call, talking.far
    assert call.outcome == "answered"
    assert -LEASE_SECONDS < call.talk_seconds - far.talk_seconds < CLOSE_SECONDS
    path = floor.fetch(talking.desk.person, call, tmp_path)
    missing = far.talk_seconds - floor.length_of(path)
    assert missing < PART_SECONDS + CLOSE_SECONDS
    floor.hears_both(path)


def test_a_network_that_was_gone_longer_than_the_lease_costs_nothing(
    talk: Callable[[str], Talk], tmp_path: Path
) -> None:
    talking = talk("+12135550221")

    talking.desk.person.context.set_offline(True)
    assert floor.until(lambda: talking.call.end_presumed, LEASE_SECONDS + 20)
    assert talking.far.ended_at is None
    talking.desk.person.context.set_offline(False)
    talking.desk.press("Hang up")

    assert floor.until(lambda: not talking.call.end_presumed)
    talking.is_whole(tmp_path)
    assert talking.call.corrections == 1
    talking.desk.person.errors.clear()  # of the requests that found no network


def test_a_killed_server_takes_up_the_call_where_it_was(
    talk: Callable[[str], Talk], server: Server, tmp_path: Path
) -> None:
    talking = talk("+12135550321")
    known = talking.call.parts

    server.kill()
    server.start()

    assert floor.until(lambda: talking.call.parts > known + 1)
    assert talking.far.ended_at is None
    talking.desk.press("Hang up")
    assert floor.until(
        lambda: talking.call.status == "wrapped_up" and not talking.call.end_presumed
    )
    talking.is_whole(tmp_path)
    talking.desk.person.errors.clear()  # of the requests that found no server


def test_the_next_agent_at_the_same_browser_sends_what_the_former_left(
    talk: Callable[[str], Talk], server: Server, tmp_path: Path
) -> None:
    talking = talk("+12135550421")
    desk, context = talking.desk, talking.desk.person.context
    context.route("**/api/calls/*/recording/**", lambda route: route.abort())
    desk.page.wait_for_timeout(3 * PART_SECONDS * 1000)
    desk.press("Hang up")
    assert floor.until(lambda: talking.call.status == "wrapped_up")
    known = talking.call.parts

    desk.page.on("dialog", lambda dialog: dialog.accept())  # "Leave the page?"
    desk.page.goto(f"{server.url}/api/health")
    context.clear_cookies()
    context.unroute("**/api/calls/*/recording/**")
    desk.person.log_in(talking.cast.other, talking.cast.password)

    assert floor.until(lambda: talking.call.parts > known + 1)
    assert floor.calls(server, talking.cast.other) == []
    talking.is_recorded()
    context.clear_cookies()
    desk.person.log_in(talking.cast.agent, talking.cast.password)
    talking.is_whole(tmp_path)
    desk.person.errors.clear()  # of the requests that were stopped
