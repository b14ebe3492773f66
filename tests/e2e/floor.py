"""A floor before the real edge: its people, their lists, and what is on record of their calls."""

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import av
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Person
from tests.e2e.server import Server
from tests.standins.sip import carrier, voices

WAIT_MS = 30_000
CLOSE_SECONDS = 1.0  # how far the record may be from what the telephone network saw
PRESENT = 0.7  # likeness of a voice that speaks; one that does not stays below 0.6

_CALLS = """
    SELECT c.public_id AS id, c.number, c.status, c.outcome, c.dialed_at, c.ringing_at,
           c.answered_at, c.ended_at, c.talk_ms, c.ended_by, c.end_presumed, c.corrected_at,
           c.sip_status, d.code AS disposition, r.status AS recording, r.duration_ms,
           (SELECT count(*) FROM calls_recordingpart p WHERE p.recording_id = r.id) AS parts,
           (SELECT count(*) FROM calls_callevent e
             WHERE e.call_id = c.id AND e.kind = 'correction') AS corrections
      FROM calls_call c
      JOIN accounts_user u ON u.id = c.agent_id
      LEFT JOIN campaigns_disposition d ON d.id = c.disposition_id
      LEFT JOIN calls_recording r ON r.call_id = c.id
     WHERE u.email = ? ORDER BY c.id"""


@dataclass(frozen=True)
class Record:
    """A call as the database has it. Times are as stored: UTC."""

    id: UUID
    number: str
    status: str
    outcome: str
    dialed_at: str | None
    ringing_at: str | None
    answered_at: str | None
    ended_at: str | None
    talk_ms: int
    ended_by: str
    end_presumed: bool
    corrected_at: str | None
    sip_status: int | None
    disposition: str | None
    recording: str | None
    duration_ms: int | None
    parts: int
    corrections: int

    @property
    def talk_seconds(self) -> float:
        """Seconds from the answer to the end."""
        return self.talk_ms / 1000


@dataclass(frozen=True)
class Cast:
    """Who works on the floor: their e-mails, the password of all, and their campaign."""

    manager: str
    agent: str
    other: str
    password: str
    campaign: int


@dataclass
class Desk:
    """An agent at the desktop, with a phone on the real line."""

    person: Person
    server: Server
    email: str

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
        """Go to the desktop, wait for the line, and go ready for the one campaign."""
        self.person.open("/dial/")
        go = self.desk.get_by_role("button", name="Start dialing")
        expect(go).to_be_enabled(timeout=WAIT_MS)
        go.click()

    def has_lead(self, number: str, within_ms: float = WAIT_MS) -> None:
        """The desktop shows the lead of a number."""
        shown = self.desk.locator("[data-text='number']")
        expect(shown).to_contain_text(number[-4:], timeout=within_ms)

    def shows(self, text: str) -> None:
        """The phone or the desktop shows a text."""
        found = self.page.get_by_text(text, exact=True).locator("visible=true").first
        expect(found).to_be_visible(timeout=WAIT_MS)

    def press(self, name: str) -> None:
        """Press a button of the phone."""
        self.phone.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def talk(self, seconds: float) -> None:
        """Be in the call for a while; the microphone speaks by itself."""
        self.shows("In call")
        self.page.wait_for_timeout(seconds * 1000)

    def wrap_up(self) -> None:
        """Write down the first result, by its key."""
        self.shows("Wrap-up")
        self.page.keyboard.press("1")
        self.page.keyboard.press("1")

    def calls(self) -> Sequence[Record]:
        """The agent's calls on record, in the order of their claims."""
        return calls(self.server, self.email)


def engage(server: Server, numbers: Sequence[str] = (), **campaign: Any) -> Cast:
    """Make a manager, two agents and a running campaign of theirs, with a lead per number."""
    fields = {"delay_s": 1, "wrap_up_limit_s": 60, "ring_time_s": 20} | campaign
    code = (
        "from tests.factories import *\n"
        "from accounts import breaks\n"
        "from campaigns import dispositions, leads\n"
        "from uuid import uuid4\n"
        "house = OrganizationFactory.create(name=uuid4().hex)\n"
        "manager, agent, other = (\n"
        "    UserFactory.create(email=f'{uuid4().hex}@example.test', organization=house, role=r)\n"
        "    for r in ('manager', 'agent', 'agent'))\n"
        "team = TeamFactory.create(organization=house)\n"
        "team.members.add(agent, other)\n"
        "team.managers.add(manager)\n"
        "breaks.ensure(house)\n"
        "results = dispositions.ensure_defaults(house)\n"
        f"campaign = CampaignFactory.create(organization=house, **{fields!r})\n"
        "campaign.dispositions.set(results)\n"
        "campaign.teams.add(team)\n"
        f"for place, phone in enumerate({list(numbers)!r}):\n"
        "    leads.add_lead(None, campaign, phone=phone, name=f'Lead {place}')\n"
        "answer = [manager.email, agent.email, other.email, PASSWORD, campaign.pk]"
    )
    return Cast(*server.python(code))


def calls(server: Server, email: str) -> Sequence[Record]:
    """Return an agent's calls from the server's database file."""
    place = f"file:{server.folder / 'dialer.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, timeout=20)) as base:
        base.row_factory = sqlite3.Row
        rows = [dict(row) for row in base.execute(_CALLS, [email])]
    return [Record(**{**row, "id": UUID(row["id"])}) for row in rows]


def until(what: Callable[[], Any], seconds: float = 30) -> bool:
    """Say whether something comes true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def seen_by_carrier(server: Server, number: str) -> carrier.Call:
    """Return what the telephone network saw of the newest call to a number."""
    assert server.edge
    return server.edge.call_to(number)


def fetch(person: Person, call: Record, folder: Path) -> Path:
    """Save a call's recording as the person gets it, a range of it first."""
    address = f"{person.url}/api/calls/{call.id}/recording"
    part = person.context.request.get(address, headers={"Range": "bytes=0-99"})
    assert (part.status, len(part.body())) == (206, 100)
    whole = person.context.request.get(address)
    assert whole.status == 200
    path = folder / f"{call.id}.webm"
    path.write_bytes(whole.body())
    return path


def length_of(path: Path) -> float:
    """Decode a recording, jump into its middle, and return its duration in seconds."""
    with av.open(str(path)) as file:
        assert file.duration
        lasts = file.duration / av.time_base
        decoded = sum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))
        assert abs(decoded - lasts) < CLOSE_SECONDS
        file.seek(file.duration // 2)
        first = next(file.decode(audio=0))
        assert first.time is not None
        assert abs(first.time - lasts / 2) < CLOSE_SECONDS
    return lasts


def hears_both(path: Path) -> None:
    """Find the agent and the other side in a recording, each in some five seconds of it."""
    heard = voices.decode(path)
    span = 5 * voices.RATE
    starts = range(0, max(1, len(heard) - span + 1), voices.RATE * 2)
    for voice in (voices.AGENT, voices.CALLEE):
        found = [voices.likeness(voice, heard[start : start + span]) for start in starts]
        assert max(found) > PRESENT, (voice.name, found)


def moment(text: str) -> datetime:
    """Read a stored time."""
    return datetime.fromisoformat(f"{text}+00:00")


def digits(text: str) -> str:
    """Return only the digits of a number as it is shown."""
    return re.sub(r"\D", "", text)
