"""The SIP edge carries sound: a real browser and the telephone network hear each other."""

import base64
import hashlib
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.standins.sip import application, edge, voices
from tests.standins.sip.application import Application

pytestmark = [pytest.mark.e2e, pytest.mark.sound]

ROOT = Path(__file__).resolve().parents[2]
PHONE = ROOT / "tests" / "standins" / "sip" / "phone.ts"
AGENT, REALM = "sonja", "sip.test"
SPEAKING, ECHOING = "+15550004200", "+15550004255"
HA1 = hashlib.md5(f"{AGENT}:{REALM}:secret".encode(), usedforsecurity=False).hexdigest()


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The phone with JsSIP in it, as one script that may stand in a page."""
    bundle = tmp_path_factory.mktemp("phone") / "phone.js"
    argv = ["node_modules/.bin/rolldown", str(PHONE), "--format", "iife", "--file", str(bundle)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return bundle.read_text().replace("</script", "<\\/script")


@pytest.fixture(scope="module")
def site(script: str) -> Iterator[Application]:
    """An application with a page for the phone, and one agent who may call two numbers."""
    grants = {("leave", number, AGENT): "" for number in (SPEAKING, ECHOING)}
    page = f"<!doctype html><title>Phone</title><h1>Phone</h1><script>{script}</script>"
    with application.serving(Application(ha1={AGENT: HA1}, grants=grants, page=page)) as serving:
        yield serving


@pytest.fixture
def call(browser: Browser, site: Application, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """Calls a number through an edge of its own and gives back the page of the answered call."""
    with ExitStack() as stack:

        def answered(number: str) -> Page:
            line = stack.enter_context(
                edge.running(
                    tmp_path, app=site.url, token=application.TOKEN, echo=number == ECHOING
                )
            )
            context = browser.new_context(permissions=["microphone"])
            stack.callback(context.close)
            page = context.new_page()
            page.goto(site.url)
            uri = f"sip:{AGENT}@{REALM}"
            account = {"ws": line.ws_url, "uri": uri, "ha1": HA1, "realm": REALM}
            page.evaluate("account => { globalThis.phone = new Phone(account) }", account)
            page.wait_for_function("phone.seen.includes('registered')")
            page.evaluate("number => phone.call(number, 'leave')", number)
            page.wait_for_function("phone.seen.includes('confirmed')")
            return page

        yield answered


def test_both_sides_are_in_what_the_browser_records(
    call: Callable[[str], Page], tmp_path: Path
) -> None:
    phone = call(SPEAKING)

    heard = _record(phone, tmp_path, "both")

    assert voices.likeness(voices.AGENT, heard) > 0.8
    assert voices.likeness(voices.CALLEE, heard) > 0.8


def test_the_agents_voice_reaches_the_far_end_and_comes_back_from_it(
    call: Callable[[str], Page], tmp_path: Path
) -> None:
    phone = call(ECHOING)

    heard = _record(phone, tmp_path, "far")

    assert voices.likeness(voices.AGENT, heard) > 0.8
    assert voices.likeness(voices.CALLEE, heard) < 0.6


def test_the_far_end_is_heard_again_after_a_hold(
    call: Callable[[str], Page], tmp_path: Path
) -> None:
    phone = call(SPEAKING)
    phone.evaluate("phone.hold(500)")

    heard = _record(phone, tmp_path, "far")

    assert voices.likeness(voices.CALLEE, heard) > 0.8
    assert voices.likeness(voices.AGENT, heard) < 0.6


def _record(phone: Page, folder: Path, side: str) -> Sequence[int]:
    """Return what the page recorded in five seconds."""
    path = folder / "call.webm"
    path.write_bytes(base64.b64decode(phone.evaluate("side => phone.record(5000, side)", side)))
    return voices.decode(path)
