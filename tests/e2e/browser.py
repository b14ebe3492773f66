"""A browser with a voice: Chromium with a file as microphone, and what a test asks of a page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from tests.standins.sip import voices
from tests.standins.sip.voices import Voice

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# An animation that is held back, or follows a scroll bar, never ends: three seconds are enough.
SETTLED = """() => Promise.race([
    new Promise(done => setTimeout(done, 3000)),
    Promise.allSettled(
        document.getAnimations()
            .filter(({effect}) => Number.isFinite(effect.getComputedTiming().endTime))
            .map(({finished}) => finished)
    ),
])"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",  # else there is no ICE candidate on 127.0.0.1
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--no-first-run",
    "--disable-gpu",
]


@contextmanager
def launched(
    playwright: Playwright, folder: Path, voice: Voice = voices.AGENT
) -> Iterator[Browser]:
    """Run one browser; its microphone hears `voice`, which is set for the whole process."""
    heard = voices.write_wav(voice, folder / f"{voice.name}.wav")
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM,
        headless=True,
        args=[*FLAGS, f"--use-file-for-fake-audio-capture={heard}"],
    )
    try:
        yield browser
    finally:
        browser.close()


@dataclass
class Person:
    """Someone at a browser with cookies of their own; `errors` is what its console said."""

    page: Page
    context: BrowserContext
    url: str
    errors: list[str] = field(default_factory=list)

    def log_in(self, email: str, password: str) -> None:
        """Log in by the form and wait for the home page."""
        self.open("/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page).not_to_have_url(re.compile("/login"))

    def open(self, path: str) -> None:
        """Load a page of the installation."""
        self.page.goto(self.url + path)

    def accessibility_faults(self) -> list[str]:
        """Return what axe finds on the page against WCAG 2.2 AA, a line per rule and element.

        A page that changes while axe looks is neither what it was nor what it becomes: what is
        found is a fault only if it is found again.
        """
        self.page.evaluate(AXE.read_text())
        if not (found := self._axe()):
            return []
        again = set(self._axe())
        return [fault for fault in found if fault in again]

    def _axe(self) -> list[str]:
        self.page.evaluate(SETTLED)  # a colour on its way is none of the page's colours
        found: dict[str, Any] = self.page.evaluate(
            # Reading a component's own style would put it into a page that allows none.
            "tags => axe.run(document, {runOnly: tags, preload: {assets: ['media']}})",
            WCAG,
        )
        return [
            f"{fault['id']}: {node['target']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def note(self, message: ConsoleMessage) -> None:
        """Keep an error of the console."""
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")


def someone(browser: Browser, url: str, **options: Any) -> Person:
    """Open a fresh context with a microphone; `options` are Playwright's for a context."""
    context = browser.new_context(
        permissions=["microphone"], **{"viewport": {"width": 1440, "height": 900}, **options}
    )
    person = Person(context.new_page(), context, url)
    person.page.on("console", person.note)
    person.page.on("pageerror", lambda error: person.errors.append(str(error)))
    return person
