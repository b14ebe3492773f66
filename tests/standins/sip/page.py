"""An agent's page as the edge sees it: SIP over a web socket, no browser, and able to vanish."""

import hashlib
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.standins.sip.message import SDP, Message, parse


@dataclass
class Page:
    """One page with one socket. Enter it to connect; leaving closes the socket politely."""

    url: str
    user: str
    ha1: str
    realm: str
    login: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.login = self.login or self.user
        self.inbox: list[Message] = []
        self._arrived = threading.Condition()
        self._reading = True
        self._call_id = self._tag = ""
        self._cseq = 0

    def __enter__(self) -> Self:
        uri = parse_uri(self.url)
        self._protocol = ClientProtocol(uri, subprotocols=["sip"])  # type: ignore[list-item]  # NewType
        self._socket = socket.create_connection((uri.host, uri.port), timeout=10)
        request = self._protocol.connect()
        request.headers.update(self.headers)
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.handshake_exc is None and self._protocol.state.name == "CONNECTING":
            self._take(self._socket.recv(65536))
        if self._protocol.handshake_exc:
            self._socket.close()
            raise self._protocol.handshake_exc
        self._socket.settimeout(0.1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reading = False
        self._reader.join()
        self._socket.close()

    # -- what a page does ------------------------------------------------------------------

    def register(self) -> int:
        """Register and return the final status."""
        return self._ask("REGISTER", f"sip:{self.realm}", f"sip:{self.user}@{self.realm}").status

    def invite(self, number: str, *, grant: str = "", **headers: str) -> Message:
        """Call a number and return the final response; a 200 is acknowledged."""
        extra = {"Content-Type": "application/sdp", **headers}
        if grant:
            extra["X-Call-Grant"] = grant
        target = f"sip:{number}@{self.realm}"
        final = self._ask("INVITE", target, target, extra, SDP)
        self.answer = final
        if final.status == 200:
            self.within("ACK")
        return final

    def begin(self, number: str, *, grant: str) -> None:
        """Call a number and come back when it rings."""
        caller = threading.Thread(target=self._try_invite, args=(number, grant), daemon=True)
        caller.start()
        self.until(lambda m: m.status == 180)

    def hang_up(self) -> int:
        """Send BYE and return the status of its answer."""
        self.within("BYE")
        return self.until(lambda m: m.status >= 200 and m.method == "BYE").status

    def within(self, method: str, *, target: str = "", to: str = "") -> None:
        """Send a request inside the answered call; `target` and `to` replace what belongs there."""
        contact = re.search(r"<([^>]+)>", self.answer.headers["contact"])
        assert contact
        self._cseq += method != "ACK"
        cseq = int(self.answer.headers["cseq"].split()[0]) if method == "ACK" else self._cseq
        self._send(
            method,
            target or contact[1],
            to or self.answer.headers["to"],
            cseq=cseq,
            extra=[("Route", route) for route in self.answer.every("record-route")[::-1]],
        )

    def answer_call(self, timeout: float = 10) -> Message:
        """Wait for an incoming call, answer it and return its INVITE."""
        request = self.until(lambda m: m.first.startswith("INVITE"), timeout)
        self._respond(request, "200 OK", SDP.replace("actpass", "active"))
        return request

    def ring(self, timeout: float = 10) -> Message:
        """Wait for an incoming call, let it ring and return its INVITE."""
        request = self.until(lambda m: m.first.startswith("INVITE"), timeout)
        self._respond(request, "180 Ringing")
        return request

    # -- how a page dies -------------------------------------------------------------------

    def vanish(self) -> None:
        """Stop reading and answering, with the connection left open: the network is gone."""
        self._reading = False
        self._reader.join()

    def crash(self) -> None:
        """Drop the connection without a closing frame: the browser was killed."""
        self.vanish()
        self._socket.close()

    # -- the wire ---------------------------------------------------------------------------

    def until(self, wanted: Callable[[Message], bool], timeout: float = 10) -> Message:
        """Return the first message, received at any time, that is wanted."""
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                for message in self.inbox:
                    if wanted(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    raise TimeoutError([m.first for m in self.inbox])

    def send_raw(self, text: str) -> None:
        """Send any text as one frame."""
        self._protocol.send_text(text.encode())
        self._flush()

    def _ask(
        self,
        method: str,
        target: str,
        to: str,
        extra: dict[str, str] | None = None,
        body: str = "",
    ) -> Message:
        """Send a request of a new dialog, answer its challenge and return the final response."""
        self._call_id, self._tag, self._cseq = secrets.token_hex(8), secrets.token_hex(4), 1
        headers = list((extra or {}).items())
        self._send(method, target, f"<{to}>", cseq=1, extra=headers, body=body)
        first = self._final(1)
        if first.status not in (401, 407):
            return first
        if method == "INVITE":
            self._send("ACK", target, first.headers["to"], cseq=1, extra=[])
        credentials = self._credentials(method, target, first)
        self._cseq = 2
        self._send(method, target, f"<{to}>", cseq=2, extra=[*headers, credentials], body=body)
        final = self._final(2)
        if method == "INVITE" and final.status >= 300:
            self._send("ACK", target, final.headers["to"], cseq=2, extra=[])
        return final

    def _try_invite(self, number: str, grant: str) -> None:
        try:
            self.invite(number, grant=grant)
        except (TimeoutError, OSError):
            return

    def _final(self, cseq: int) -> Message:
        return self.until(
            lambda m: (
                m.status >= 200
                and m.headers["call-id"] == self._call_id
                and m.headers["cseq"].startswith(f"{cseq} ")
            ),
            30,
        )

    def _credentials(self, method: str, target: str, challenge: Message) -> tuple[str, str]:
        proxy = challenge.status == 407
        given = challenge.headers["proxy-authenticate" if proxy else "www-authenticate"]
        nonce = re.search(r'nonce="([^"]+)"', given)
        assert nonce
        cnonce = secrets.token_hex(4)
        ha2 = _md5(f"{method}:{target}")
        response = _md5(f"{self.ha1}:{nonce[1]}:00000001:{cnonce}:auth:{ha2}")
        value = (
            f'Digest username="{self.login}", realm="{self.realm}", nonce="{nonce[1]}",'
            f' uri="{target}", response="{response}", qop=auth, nc=00000001,'
            f' cnonce="{cnonce}", algorithm=MD5'
        )
        return ("Proxy-Authorization" if proxy else "Authorization", value)

    def _send(
        self,
        method: str,
        target: str,
        to: str,
        *,
        cseq: int,
        extra: list[tuple[str, str]],
        body: str = "",
    ) -> None:
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/WS page.invalid;branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards: 70",
            f"From: <sip:{self.user}@{self.realm}>;tag={self._tag}",
            f"To: {to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self.user}@page.invalid;transport=ws>;expires=120",
            *(f"{name}: {value}" for name, value in extra),
            f"Content-Length: {len(body)}",
        ]
        self.send_raw("\r\n".join(lines) + "\r\n\r\n" + body)

    def _respond(self, request: Message, status: str, body: str = "") -> None:
        lines = [f"SIP/2.0 {status}"]
        for name in ("Via", "From", "Call-ID", "CSeq", "Record-Route"):
            lines += [f"{name}: {value}" for value in request.every(name.lower())]
        lines += [
            f"To: {request.headers['to']};tag=page",
            f"Contact: <sip:{self.user}@page.invalid;transport=ws>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.send_raw("\r\n".join(lines) + "\r\n\r\n" + body)

    def _read(self) -> None:
        while self._reading:
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            self._take(data)

    def _take(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self._flush()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                message = parse(bytes(event.data).decode())
                with self._arrived:
                    self.inbox.append(message)
                    self._arrived.notify_all()
                if message.first.split()[0] in ("BYE", "CANCEL", "OPTIONS"):
                    self._respond(message, "200 OK")

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
