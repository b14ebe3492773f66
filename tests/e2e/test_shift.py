"""A shift on the real line: a list goes in, calls come out, and the floor sees it happen."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.e2e import floor
from tests.e2e.browser import Person
from tests.e2e.floor import CLOSE_SECONDS, WAIT_MS, Cast, Desk, Record
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.sound]

# By the last two digits: what the telephone network does with it.
SPEAKS, BUSY, DECLINES, UNKNOWN, RINGS_ON, HANGS_UP, SPEAKS_AGAIN = NUMBERS = [
    f"+1212555{place:02}{ending}"
    for place, ending in enumerate(["21", "86", "03", "04", "80", "10", "22"])
]
DUPLICATE, TOO_SHORT = "(212) 555-0021", "12345"
RING_SECONDS = 4
OUTCOMES = {
    SPEAKS: ("answered", 200),
    BUSY: ("busy", 486),
    DECLINES: ("rejected", 603),
    UNKNOWN: ("invalid_number", 404),
    RINGS_ON: ("no_answer", 487),
    HANGS_UP: ("answered", 200),
    SPEAKS_AGAIN: ("answered", 200),
}
# Keeps every state of every call that the page ever showed, by the number's digits.
WATCH = """() => {
  const floor = document.getElementById('floor');
  globalThis.seen = {};
  const look = () => {
    for (const { cells } of floor.querySelectorAll('tr[data-call]')) {
      const number = cells[2].innerText.replace(/\\D/g, '');
      (globalThis.seen[number] ??= []).push(cells[4].innerText.trim());
    }
  };
  look();
  new MutationObserver(look).observe(floor, {childList: true, subtree: true, characterData: true});
}"""


def test_a_list_is_worked_through_and_everything_is_on_record(
    telephone_server: Server, someone: Callable[..., Person], tmp_path: Path
) -> None:
    cast = floor.engage(telephone_server, ring_time_s=RING_SECONDS)
    manager = someone(telephone_server.url)
    manager.log_in(cast.manager, cast.password)
    _load_list(manager, cast, _sheet(tmp_path / "prospects.xlsx"))
    agent = someone(telephone_server.url)
    agent.log_in(cast.agent, cast.password)
    desk = Desk(agent, telephone_server, cast.agent)
    manager.open("/live/")
    manager.page.evaluate(WATCH)

    _work(desk)

    calls = {call.number: call for call in desk.calls()}
    assert list(calls) == NUMBERS
    for call in calls.values():
        _matches_the_network(telephone_server, call)
    for number in (SPEAKS, HANGS_UP, SPEAKS_AGAIN):
        _holds_both_voices(manager, desk, number, tmp_path)
    _saw_it_happen(manager.page)


def _sheet(path: Path) -> Path:
    """Write a workbook with good rows, a duplicate, and two rows that cannot be called."""
    rows = [(number, f"Person {n}", "Initech") for n, number in enumerate(NUMBERS)]
    rows[3:3] = [(DUPLICATE, "Person 0 again", "Initech"), (TOO_SHORT, "Short", ""), ("", "No", "")]
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Prospects")
        page.write_row(0, 0, ["Phone", "Who", "Company"])
        for place, row in enumerate(rows, start=1):
            page.write_row(place, 0, row)
    return path


def _load_list(manager: Person, cast: Cast, sheet: Path) -> None:
    page = manager.page
    manager.open(f"/campaigns/{cast.campaign}/upload/")
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Phone holds")).to_have_value("phone", timeout=WAIT_MS)
    page.get_by_label("Who holds").select_option("Name")
    page.get_by_role("button", name="Import").click()

    for word, count in (("Accepted", 7), ("Duplicate", 1), ("Invalid", 2)):
        shown = page.locator("dl > div", has=page.get_by_text(word, exact=True)).locator("dd")
        expect(shown).to_have_text(str(count), timeout=WAIT_MS)
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejected rows").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    header, *rejected = csv.reader(io.StringIO(text))
    assert header == ["Phone", "Who", "Company", "Reason"]
    assert [row[1] for row in rejected] == ["Person 0 again", "Short", "No"]
    assert all(row[-1].startswith(f"Row {n}: ") for n, row in enumerate(rejected, start=5))


def _work(desk: Desk) -> None:
    """Dial by the machine from the first lead to the last."""
    desk.start()
    desk.has_lead(SPEAKS)
    desk.talk(6)
    desk.press("Hang up")
    desk.wrap_up()
    # The four in between reach nobody, and the machine goes on.
    desk.has_lead(HANGS_UP, within_ms=4 * WAIT_MS)
    desk.wrap_up()
    desk.has_lead(SPEAKS_AGAIN)
    desk.talk(5)
    desk.press("Hang up")
    desk.wrap_up()
    desk.shows("Nothing to dial")


def _matches_the_network(server: Server, call: Record) -> None:
    far = floor.seen_by_carrier(server, call.number)
    outcome, status = OUTCOMES[call.number]
    assert (call.status, call.outcome, far.status) == ("wrapped_up", outcome, status)
    assert call.dialed_at
    assert call.ended_at
    assert abs((floor.moment(call.dialed_at) - far.invited_at).total_seconds()) < 2
    assert abs(call.talk_seconds - far.talk_seconds) < CLOSE_SECONDS
    assert bool(call.answered_at) == bool(far.answered_at)
    if far.ended_by:
        assert call.ended_by == {"caller": "agent", "carrier": "customer"}[far.ended_by]
    if call.number == RINGS_ON:
        assert far.canceled_at
        rang = (far.canceled_at - far.invited_at).total_seconds()
        assert RING_SECONDS - 1 < rang < RING_SECONDS + 2


def _holds_both_voices(manager: Person, desk: Desk, number: str, folder: Path) -> None:
    def call() -> Record:
        return next(call for call in desk.calls() if call.number == number)

    assert floor.until(lambda: call().recording == "ready", 60), call()
    path = floor.fetch(manager, call(), folder)
    assert abs(floor.length_of(path) - call().talk_seconds) < CLOSE_SECONDS
    floor.hears_both(path)


def _saw_it_happen(page: Page) -> None:
    """The manager's page showed states and results, and was never loaded again."""
    latest = page.get_by_role("region", name="Latest calls")
    for text in ("Answered", "Busy", "Rejected", "Invalid number", "No answer"):
        expect(latest.get_by_text(text, exact=True).first).to_be_visible(timeout=WAIT_MS)
    seen = page.evaluate("() => globalThis.seen")  # gone if the page had been loaded again
    assert "Ringing" in seen[floor.digits(RINGS_ON)]
    for number in (SPEAKS, HANGS_UP, SPEAKS_AGAIN):
        assert "In call" in seen[floor.digits(number)]
