"""An agent's shift on the practice line: nothing but the installation and a browser."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Person
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

ANSWERS, HANGS_UP, BUSY, RINGS_ON = "21", "10", "86", "80"
WAIT_MS = 15_000
# What only the page itself knows: how loud the far end of the practice line hears it.
HEARD = "() => document.querySelector('softphone-dock').desk.practice.heard()"


@dataclass
class Shift:
    """An agent at the desktop, with a campaign whose leads have the endings asked for."""

    person: Person
    server: Server
    email: str
    password: str

    @property
    def page(self) -> Page:
        """The page at hand."""
        return self.person.page

    @property
    def phone(self) -> Locator:
        """The dock."""
        return self.page.locator("softphone-dock")

    @property
    def desk(self) -> Locator:
        """The desktop."""
        return self.page.locator("dial-desk")

    def start(self) -> None:
        """Go to the desktop and go ready for the one campaign."""
        self.open_desk()
        self.desk.get_by_role("button", name="Start dialing").click()
        self.shows("Next lead")

    def open_desk(self) -> None:
        """Open the desktop with a phone that is registered."""
        self.person.open("/dial/")
        self.shows("Practice line")

    def press(self, name: str) -> None:
        """Press a button of the phone."""
        self.phone.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def dial(self, number: str) -> None:
        """Call a number by hand."""
        self.phone.get_by_label("Number to call").fill(number)
        self.press("Call")

    def shows(self, text: str, within_ms: int = WAIT_MS) -> None:
        """The phone or the desktop shows a text."""
        found = self.page.get_by_text(text, exact=True).locator("visible=true").first
        expect(found).to_be_visible(timeout=within_ms)

    def recorded(self) -> bool:
        """Whether the first call's recording is whole and playable."""
        first = self.calls()[0]
        return bool(first["recording"] == "ready" and first["ends"] == [first["parts"]])

    def calls(self) -> list[dict[str, Any]]:
        """The agent's calls, as the database has them."""
        found: list[dict[str, Any]] = self.server.python(
            "from calls.models import Call\n"
            f"calls = Call.objects.filter(agent__email={self.email!r}).order_by('pk')\n"
            "answer = []\n"
            "for c in calls:\n"
            "    r = getattr(c, 'recording', None)\n"
            "    answer.append(dict(status=c.status, outcome=c.outcome, talk=c.talk_ms,\n"
            "        direction=c.direction,\n"
            "        disposition=c.disposition.code if c.disposition else '',\n"
            "        notes=[n.body for n in c.notes.all()],\n"
            "        kinds=[e.kind for e in c.events.filter(source='phone').order_by('seq')],\n"
            "        parts=r.parts.count() if r else 0,\n"
            "        ends=[s['parts'] for s in r.segments.values()] if r else [],\n"
            "        recording=r.status if r else '', lasts=r.duration_ms if r else None))"
        )
        return found


def eventually(what: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.2)
    return what()


def loudest(page: Page, seconds: float = 1.5) -> float:
    """The loudest that the far end hears of this side in that time."""
    end, peak = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        peak = max(peak, page.evaluate(HEARD))
        page.wait_for_timeout(50)
    return peak


@pytest.fixture
def shift(server: Server, someone: Callable[..., Person]) -> Callable[..., Shift]:
    """Makes an agent with a campaign and logs in: `shift(ANSWERS, BUSY)` has two leads."""

    def begin(*endings: str, color_scheme: str = "light", **campaign: Any) -> Shift:
        email, password = server.python(_cast(endings, campaign))
        person = someone(server.url, color_scheme=color_scheme)
        person.log_in(email, password)
        return Shift(person, server, email, password)

    return begin


def _cast(endings: tuple[str, ...], campaign: dict[str, Any]) -> str:
    fields = {"delay_s": 2, "wrap_up_limit_s": 60, "ring_time_s": 20} | campaign
    return (
        "from tests.factories import *\n"
        "from campaigns import dispositions, leads\n"
        "from uuid import uuid4\n"
        "organization = OrganizationFactory.create(name=uuid4().hex)\n"
        "agent = UserFactory.create(email=f'{uuid4().hex}@example.test',\n"
        "    organization=organization)\n"
        "results = dispositions.ensure_defaults(organization)\n"
        f"campaign = CampaignFactory.create(organization=organization, **{fields!r})\n"
        "campaign.dispositions.set(results)\n"
        "campaign.agents.add(agent)\n"
        f"for place, ending in enumerate({endings!r}):\n"
        "    phone = f'+1212555{agent.pk % 10}{place}{ending}'\n"
        "    leads.add_lead(None, campaign, phone=phone, name=f'Lead {place}')\n"
        "answer = [agent.email, PASSWORD]"
    )


def test_automated_dialing_goes_from_lead_to_lead(shift: Callable[..., Shift]) -> None:
    at_work = shift(ANSWERS, BUSY)
    at_work.start()

    at_work.shows("In call")  # dialed by itself after the campaign's delay
    at_work.page.wait_for_timeout(6000)
    at_work.press("Hang up")
    at_work.shows("Wrap-up")
    at_work.page.keyboard.press("1")
    at_work.desk.get_by_label("Note").fill("Wants a demo.")
    at_work.desk.get_by_role("button", name="Save and go on").click()
    at_work.shows("The line was busy.")

    assert eventually(lambda: at_work.calls()[-1]["status"] == "wrapped_up")
    first, second = at_work.calls()
    assert (first["outcome"], first["disposition"]) == ("answered", "lead")
    assert first["notes"] == ["Wants a demo."]
    assert first["kinds"] == ["dialing", "ringing", "answered", "ended"]
    assert 5000 < first["talk"] < 9000
    assert eventually(at_work.recorded, 30)
    lasts = at_work.calls()[0]["lasts"]
    assert abs(lasts - first["talk"]) < 1000
    assert (second["outcome"], second["parts"]) == ("busy", 0)


def test_pause_keeps_the_lead_and_skip_gives_it_back(shift: Callable[..., Shift]) -> None:
    at_work = shift(ANSWERS, ANSWERS, delay_s=30)
    at_work.start()
    first = at_work.desk.get_by_role("heading", level=1).locator("visible=true").inner_text()

    at_work.desk.get_by_role("button", name="Pause").click()
    at_work.shows("Paused. The lead stays yours.")
    at_work.desk.get_by_role("button", name="Resume").locator("visible=true").click()
    at_work.desk.get_by_role("button", name="Skip").click()

    heading = at_work.desk.get_by_role("heading", level=1).locator("visible=true")
    expect(heading).not_to_have_text(first, timeout=WAIT_MS)
    at_work.shows("Next lead")
    menu = at_work.page.locator("presence-menu")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Offline").click()
    at_work.shows("Offline")
    assert eventually(lambda: [c["outcome"] for c in at_work.calls()] == ["canceled"] * 2)


def test_nothing_to_dial_says_why(shift: Callable[..., Shift]) -> None:
    at_work = shift()
    at_work.open_desk()

    at_work.desk.get_by_role("button", name="Start dialing").click()

    at_work.shows("Nothing to dial")


def test_mute_and_hold_are_silent_at_the_far_end(shift: Callable[..., Shift]) -> None:
    at_work = shift()
    at_work.open_desk()
    at_work.dial("202 555 0100")
    at_work.shows("In call")
    assert loudest(at_work.page) > 0.01

    at_work.page.keyboard.press("Alt+m")
    at_work.page.wait_for_timeout(300)
    assert loudest(at_work.page) < 0.001
    at_work.page.keyboard.press("Alt+m")
    at_work.press("Hold")
    at_work.shows("On hold")
    at_work.page.wait_for_timeout(300)
    assert loudest(at_work.page) < 0.001
    at_work.press("Hold")
    at_work.shows("In call")
    at_work.page.wait_for_timeout(300)
    assert loudest(at_work.page) > 0.01

    at_work.press("Keys")
    at_work.phone.get_by_role("button", name="5", exact=True).click()
    at_work.press("Hang up")
    at_work.shows("Recent calls")
    assert eventually(lambda: at_work.calls()[0]["status"] == "wrapped_up")
    kinds = at_work.calls()[0]["kinds"]
    assert kinds[3:] == ["mute", "unmute", "hold", "unhold", "dtmf", "ended"]


def test_a_call_outlives_navigation_and_one_tab_leads(shift: Callable[..., Shift]) -> None:
    at_work = shift()
    at_work.open_desk()
    at_work.dial("+12025550100")
    at_work.shows("In call")

    at_work.page.get_by_role("link", name="Calls", exact=True).first.click()
    expect(at_work.page).to_have_url(f"{at_work.server.url}/calls/")
    at_work.shows("In call")
    other = at_work.person.context.new_page()
    other.goto(f"{at_work.server.url}/calls/")
    other.get_by_role("button", name="Use here").click()
    expect(other.get_by_text("The phone is in a call in the other tab.")).to_be_visible()
    at_work.press("Hang up")
    expect(at_work.phone.get_by_role("button", name="Call", exact=True)).to_be_visible()
    other.get_by_role("button", name="Use here").click()

    line = other.get_by_text("Practice line", exact=True).locator("visible=true")
    expect(line).to_be_visible(timeout=WAIT_MS)
    at_work.shows("The phone is in another tab.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desktop_is_accessible_with_a_lead_and_in_a_call(
    shift: Callable[..., Shift], scheme: str
) -> None:
    at_work = shift(ANSWERS, color_scheme=scheme, delay_s=60)
    at_work.open_desk()
    faults = at_work.person.accessibility_faults()

    at_work.start()
    faults += at_work.person.accessibility_faults()
    at_work.desk.get_by_role("button", name="Dial now").click()
    at_work.shows("In call")
    faults += at_work.person.accessibility_faults()
    at_work.press("Hang up")
    at_work.shows("Save and go on")
    faults += at_work.person.accessibility_faults()

    assert faults == []


def test_an_incoming_call_is_answered_and_a_second_one_is_busy(
    shift: Callable[..., Shift],
) -> None:
    at_work = shift()
    at_work.open_desk()
    at_work.phone.get_by_text("What the practice line answers").click()

    at_work.press("Be called")
    at_work.shows("Incoming call")
    at_work.press("Answer")
    at_work.shows("In call")
    at_work.page.evaluate(
        "() => document.querySelector('softphone-dock').desk.practice.call('+12025550144')"
    )
    at_work.page.wait_for_timeout(1000)
    at_work.shows("In call")
    at_work.press("Hang up")

    assert eventually(lambda: [c["status"] for c in at_work.calls()] == ["wrapped_up"])
    call = at_work.calls()[0]
    assert (call["direction"], call["outcome"]) == ("inbound", "answered")
    assert call["kinds"] == ["ringing", "answered", "ended"]


def test_a_page_loaded_anew_in_a_call_ends_it_and_keeps_its_recording(
    shift: Callable[..., Shift],
) -> None:
    at_work = shift(ANSWERS)
    at_work.start()
    at_work.shows("In call")
    at_work.page.wait_for_timeout(6000)

    at_work.page.on("dialog", lambda dialog: dialog.accept())  # "Leave the page?"
    at_work.page.reload()
    # A page that goes says so where it still can; else its call ends within a minute.
    at_work.shows("Save and go on", within_ms=90_000)
    at_work.page.keyboard.press("1")
    at_work.page.keyboard.press("1")

    assert eventually(lambda: at_work.calls()[0]["status"] == "wrapped_up")
    assert eventually(at_work.recorded, 30)
    call = at_work.calls()[0]
    assert (call["outcome"], call["disposition"]) == ("answered", "lead")
    assert call["kinds"][-1] == "ended"


def test_a_call_without_network_loses_nothing(shift: Callable[..., Shift]) -> None:
    at_work = shift()
    at_work.open_desk()
    at_work.dial("+12025550100")
    at_work.shows("In call")
    answered = time.monotonic()
    assert eventually(lambda: at_work.calls()[0]["status"] == "in_call")

    at_work.person.context.set_offline(True)
    at_work.page.wait_for_timeout(6000)
    at_work.press("Hang up")
    talked_ms = (time.monotonic() - answered) * 1000
    at_work.page.wait_for_timeout(3000)
    assert at_work.calls()[0]["status"] == "in_call"
    at_work.person.context.set_offline(False)

    assert eventually(lambda: at_work.calls()[0]["status"] == "wrapped_up", 40)
    assert abs(at_work.calls()[0]["talk"] - talked_ms) < 2500
    assert eventually(at_work.recorded, 60)
    at_work.person.errors.clear()  # the browser complains of the requests that found no network


def test_what_one_agent_left_behind_is_sent_when_the_next_one_logs_in(
    shift: Callable[..., Shift], server: Server
) -> None:
    at_work = shift()
    at_work.open_desk()
    at_work.dial("+12025550100")
    at_work.shows("In call")
    at_work.page.wait_for_timeout(500)
    # From now on nothing of the call reaches the server.
    at_work.person.context.route("**/api/calls/*/**", lambda route: route.abort())
    at_work.page.wait_for_timeout(6000)
    at_work.press("Hang up")
    at_work.page.wait_for_timeout(1500)
    assert at_work.calls()[0]["parts"] == 0

    at_work.page.goto(f"{server.url}/api/health")
    at_work.person.context.clear_cookies()
    at_work.person.context.unroute("**/api/calls/*/**")
    email, password = server.python(_cast((), {}))
    at_work.person.log_in(email, password)

    assert eventually(at_work.recorded, 60)
    assert at_work.calls()[0]["kinds"][-1] == "ended"
    at_work.person.errors.clear()  # the browser complains of the requests that were stopped
