"""The SIP edge of deploy/edge: who is let in, what leaves it, and how calls of a dead page end."""

import hashlib
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.standins.sip import application, edge
from tests.standins.sip.application import Application
from tests.standins.sip.edge import Edge
from tests.standins.sip.message import Message
from tests.standins.sip.page import Page

pytestmark = pytest.mark.e2e

REALM = "sip.test"
CALLER_ID = "+4312345678"
DEATH_SECONDS = 30


@dataclass(frozen=True)
class Rig:
    """The edge, the application it asks, and the agents that exist."""

    edge: Edge
    application: Application

    def agent(self, name: str, *grants: str) -> Page:
        """Return a page of an agent who may call these numbers with the grant of the same text."""
        self.application.ha1[name] = _ha1(name, "secret")
        for number in grants:
            self.application.grants[(f"for {number}", number, name)] = CALLER_ID
        return Page(self.edge.ws_url, name, _ha1(name, "secret"), REALM)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """The real edge before an application that answers from a table."""
    folder: Path = tmp_path_factory.mktemp("edge")
    with (
        application.serving(Application()) as app,
        edge.running(folder, app=app.url, token=application.TOKEN, realm=REALM) as running,
    ):
        yield Rig(running, app)


def test_an_agent_registers_with_the_secret_that_the_application_knows(rig: Rig) -> None:
    with rig.agent("anna") as page:
        assert page.register() == 200


def test_a_new_login_with_a_new_secret_works_at_once(rig: Rig) -> None:
    with rig.agent("berta") as page:
        assert page.register() == 200
    rig.application.ha1["berta"] = _ha1("berta", "new secret")

    with Page(rig.edge.ws_url, "berta", _ha1("berta", "new secret"), REALM) as page:
        assert page.register() == 200


@pytest.mark.parametrize("name", ["carla", "nobody"])
def test_a_wrong_secret_and_an_unknown_agent_are_refused_alike(rig: Rig, name: str) -> None:
    rig.agent("carla")
    page = Page(rig.edge.ws_url, name, _ha1(name, "wrong"), REALM)

    with page:
        assert page.register() == 401


def test_nobody_registers_under_another_agents_address(rig: Rig) -> None:
    rig.agent("dora")
    thief = Page(rig.edge.ws_url, "anna", _ha1("dora", "secret"), REALM, login="dora")

    with thief:
        assert thief.register() == 403


def test_an_invite_without_a_grant_is_refused_and_never_reaches_the_carrier(rig: Rig) -> None:
    with rig.agent("emma") as page:
        refused = page.invite("+15550002100")

    assert refused.status == 403
    assert not _reached_carrier(rig, "+15550002100")


def test_a_grant_opens_only_the_number_and_the_agent_it_was_given_for(rig: Rig) -> None:
    with rig.agent("fritz", "+15550002200") as page, rig.agent("gabi") as other:
        wrong_number = page.invite("+15550002201", grant="for +15550002200")
        wrong_agent = other.invite("+15550002200", grant="for +15550002200")

    assert (wrong_number.status, wrong_agent.status) == (403, 403)
    assert not _reached_carrier(rig, "+15550002200")
    assert not _reached_carrier(rig, "+15550002201")


def test_no_call_leaves_while_the_application_cannot_be_asked(rig: Rig) -> None:
    with rig.agent("hanna", "+15550002300") as page:
        assert page.register() == 200
        rig.application.down = True
        try:
            refused = page.invite("+15550002300", grant="for +15550002300")
        finally:
            rig.application.down = False

    assert refused.status == 503
    assert not _reached_carrier(rig, "+15550002300")


def test_only_telephone_numbers_can_be_called(rig: Rig) -> None:
    rig.application.grants[("inside", "anna", "ida")] = ""

    with rig.agent("ida") as page:
        assert page.invite("anna", grant="inside").status == 404


def test_the_carrier_gets_a_plain_call_with_the_campaigns_number(rig: Rig) -> None:
    with rig.agent("jana", "+15550002400") as page:
        answer = page.invite(
            "+15550002400",
            grant="for +15550002400",
            **{"X-Call-Ref": "7", "P-Asserted-Identity": "<sip:+19995550000@evil.test>"},
        )
        page.hang_up()
    invite = rig.edge.call_to("+15550002400").invite

    assert answer.status == 200
    assert "UDP/TLS/RTP/SAVPF" in answer.body
    assert not [name for name in invite.headers if name.startswith("x-")]
    assert invite.headers["p-asserted-identity"] == f"<sip:{CALLER_ID}@{REALM}>"
    assert invite.headers["from"].startswith(f"<sip:{CALLER_ID}@{REALM}>")
    assert "proxy-authorization" not in invite.headers
    assert _attributes(invite) == {"rtpmap", "sendrecv", "rtcp"}
    assert "m=audio" in invite.body
    assert "RTP/AVP 0 8 110" in invite.body


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("+15550002586", 486),
        ("+15550002504", 404),
        ("+15550002503", 603),
        ("+15550002548", 480),
        ("+15550002553", 503),
    ],
)
def test_the_carriers_answer_reaches_the_agent(rig: Rig, number: str, status: int) -> None:
    with rig.agent("karl", number) as page:
        assert page.invite(number, grant=f"for {number}").status == status


def test_the_carrier_may_hang_up_first(rig: Rig) -> None:
    with rig.agent("lena", "+15550002610") as page:
        page.invite("+15550002610", grant="for +15550002610")
        page.until(lambda m: m.first.startswith("BYE"), timeout=10)
    # The carrier writes its log a moment after it has sent.
    _await(lambda: rig.edge.call_to("+15550002610").ended_at is not None)
    call = rig.edge.call_to("+15550002610")

    assert call.ended_by == "carrier"
    assert 4.5 < call.talk_seconds < 5.5


def test_a_stranger_is_not_even_answered(rig: Rig) -> None:
    with rig.agent("mona") as page:
        page.register()

        assert _ask_by_udp(rig, "OPTIONS", f"sip:{REALM}", source="127.0.0.1").startswith(
            "SIP/2.0 2"
        )
        assert _ask_by_udp(rig, "OPTIONS", f"sip:{REALM}", source="127.0.0.2") == ""
        assert _ask_by_udp(rig, "INVITE", f"sip:mona@{REALM}", source="127.0.0.2") == ""
        assert not [m for m in page.inbox if m.first.startswith("INVITE")]


def test_the_trunk_may_neither_register_nor_use_the_edge_as_a_relay(rig: Rig) -> None:
    registered = _ask_by_udp(rig, "REGISTER", f"sip:{REALM}", source="127.0.0.1")
    relayed = _ask_by_udp(rig, "INVITE", f"sip:+15550002700@{REALM}", source="127.0.0.1")

    assert registered.startswith("SIP/2.0 405")
    assert relayed.startswith("SIP/2.0 480")
    assert not _reached_carrier(rig, "+15550002700")


def test_there_is_no_remote_control_over_http(rig: Rig) -> None:
    address = rig.edge.ws_url.replace("ws://", "http://")
    command = b'{"jsonrpc": "2.0", "method": "core.version", "id": 1}'

    with urllib.request.urlopen(f"{address}/rpc", data=command, timeout=5) as answer:  # noqa: S310
        text = answer.read().decode()

    assert text == "sip edge\n"


def test_requests_inside_a_call_go_to_its_far_end_and_nowhere_else(rig: Rig) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim,
        rig.agent("nora", "+15550002800") as page,
    ):
        victim.bind(("127.0.0.1", 0))
        victim.settimeout(1)
        page.invite("+15550002800", grant="for +15550002800")
        page.within("INFO", target=f"sip:x@127.0.0.1:{victim.getsockname()[1]}")
        page.until(lambda m: m.status == 200 and m.method == "INFO")
        with pytest.raises(TimeoutError):
            victim.recv(2048)
        page.hang_up()

    assert rig.edge.call_to("+15550002800").received == ["INVITE", "ACK", "INFO", "BYE"]


def test_a_request_of_an_unknown_call_is_refused(rig: Rig) -> None:
    with rig.agent("olga", "+15550002900") as page:
        page.invite("+15550002900", grant="for +15550002900")
        page.hang_up()
        page.within("INFO", to=f"<sip:+15550002900@{REALM}>;tag=invented")

        assert page.until(lambda m: m.status >= 300 and m.method == "INFO").status == 481


def test_a_killed_browser_ends_its_call_at_the_far_end(rig: Rig) -> None:
    with rig.agent("paula", "+15550003000") as page:
        page.invite("+15550003000", grant="for +15550003000")
        assert rig.edge.relays(rig.edge.call_to("+15550003000").id)
        page.crash()
        died = time.monotonic()
        _await(lambda: rig.edge.call_to("+15550003000").ended_at is not None)

    assert time.monotonic() - died < DEATH_SECONDS
    _await(lambda: not rig.edge.relays(rig.edge.call_to("+15550003000").id))
    assert rig.edge.call_to("+15550003000").ended_by == "caller"


def test_a_page_whose_network_is_gone_ends_its_call_and_a_quiet_page_keeps_its_own(
    rig: Rig,
) -> None:
    with (
        rig.agent("quinn", "+15550003100") as lost,
        rig.agent("rosa", "+15550003200") as quiet,
    ):
        quiet.invite("+15550003200", grant="for +15550003200")
        lost.invite("+15550003100", grant="for +15550003100")
        lost.vanish()
        died = time.monotonic()
        _await(lambda: rig.edge.call_to("+15550003100").ended_at is not None)

        assert time.monotonic() - died < DEATH_SECONDS
        assert rig.edge.call_to("+15550003200").ended_at is None
        assert quiet.hang_up() == 200


def test_a_page_that_dies_while_it_rings_stops_the_ringing(rig: Rig) -> None:
    with rig.agent("sara", "+15550003380") as page:
        page.begin("+15550003380", grant="for +15550003380")
        page.crash()
        died = time.monotonic()
        _await(lambda: rig.edge.call_to("+15550003380").canceled_at is not None)

    assert time.monotonic() - died < DEATH_SECONDS


def test_a_customer_reaches_a_registered_agent_and_is_released_when_the_page_dies(
    rig: Rig,
) -> None:
    with rig.agent("tina") as page:
        page.register()
        with rig.edge.customer("tina", "+2348030000001") as log:
            invite = page.answer_call()
            page.until(lambda m: m.first.startswith("ACK"))
            page.crash()
            died = time.monotonic()
            _await(lambda: "received" in log.read_text().partition("\nBYE sip:")[0][-60:])

    assert "+2348030000001" in invite.headers["from"]
    assert time.monotonic() - died < DEATH_SECONDS


def test_a_customer_does_not_wait_for_a_page_that_died_while_it_rang(rig: Rig) -> None:
    with rig.agent("vera") as page:
        page.register()
        with rig.edge.customer("vera", "+2348030000002") as log:
            page.ring()
            page.crash()
            died = time.monotonic()
            _await(lambda: "\nACK sip:vera" in log.read_text())

    assert time.monotonic() - died < DEATH_SECONDS


def test_guessing_a_secret_is_stopped_for_its_address_alone(rig: Rig) -> None:
    rig.agent("ute")
    behind_proxy = {"X-Real-IP": "203.0.113.9"}
    guesser = Page(rig.edge.ws_url, "ute", _ha1("ute", "wrong"), REALM, headers=behind_proxy)

    with guesser:
        statuses = [guesser.register() for _ in range(12)]
    with pytest.raises(InvalidStatus) as refused, guesser:
        pass

    assert statuses == [401] * 10 + [403] * 2
    assert refused.value.response.status_code == 429
    with rig.agent("ute") as page:
        assert page.register() == 200


def _ha1(name: str, secret: str) -> str:
    return hashlib.md5(f"{name}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()


def _reached_carrier(rig: Rig, number: str) -> bool:
    return number in {call.number for call in rig.edge.calls()}


def _attributes(message: Message) -> set[str]:
    lines = [line for line in message.body.splitlines() if line.startswith("a=")]
    return {line[2:].split(":")[0] for line in lines}


def _await(happened: Callable[[], bool]) -> None:
    """Look every 50 ms whether it happened; TimeoutError a little after DEATH_SECONDS."""
    deadline = time.monotonic() + DEATH_SECONDS + 5
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError
        threading.Event().wait(0.05)


def _ask_by_udp(rig: Rig, method: str, target: str, *, source: str) -> str:
    """Send one request from an address; return its final answer, or nothing after a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((source, 0))
        wire.settimeout(1)
        port = wire.getsockname()[1]
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP {source}:{port};branch=z9hG4bK{port}{method}",
            "Max-Forwards: 70",
            f"From: <sip:x@{source}>;tag=1",
            f"To: <{target}>",
            f"Call-ID: {port}{method}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:x@{source}:{port}>",
            "Content-Length: 0",
        ]
        wire.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), ("127.0.0.1", rig.edge.sip_port))
        return _final(wire)


def _final(wire: socket.socket) -> str:
    while True:
        try:
            answer = wire.recv(4096).decode()
        except TimeoutError:
            return ""
        if not answer.startswith("SIP/2.0 1"):
            return answer
