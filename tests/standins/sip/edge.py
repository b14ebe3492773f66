"""Starts the real edge of deploy/edge, and the telephone network behind it, on loopback."""

import os
import random
import secrets
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests import services
from tests.standins.sip import carrier, voices

HERE = Path(__file__).resolve().parent
EDGE = HERE.parents[2] / "deploy" / "edge" / "edge.sh"


@dataclass(frozen=True)
class Edge:
    """A running edge: where browsers and carriers reach it, and what the carrier has seen."""

    ws_url: str
    realm: str
    sip_port: int
    trunk_port: int
    folder: Path
    environment: dict[str, str]

    def calls(self) -> Sequence[carrier.Call]:
        """Return every call that the telephone network has seen so far, in order."""
        return carrier.read(self.folder / "carrier.log")

    def call_to(self, number: str) -> carrier.Call:
        """Return the newest call to a number. Raises LookupError when there is none."""
        found = [call for call in self.calls() if call.number == number]
        if not found:
            raise LookupError(number)
        return found[-1]

    def relays(self, call_id: str) -> bool:
        """Say whether the media of a call is still relayed."""
        answer = _ask_rtpengine(self.environment["EDGE_NG"], "d7:command4:list5:limiti1000ee")
        return call_id.encode() in answer

    def control(self, *words: str) -> str:
        """Run a command of Kamailio's own control socket and return what it says."""
        argv = ["kamcmd", "-s", self.environment["EDGE_CONTROL"], *words]
        path = f"{os.environ.get('PATH', '')}:/usr/sbin"
        done = subprocess.run(
            argv, check=True, capture_output=True, text=True, env={**os.environ, "PATH": path}
        )
        return done.stdout

    @contextmanager
    def customer(self, agent: str, number: str) -> Iterator[Path]:
        """Let the telephone network call an agent for the block; yields its message log."""
        log = self.folder / f"customer-{services.free_port()}.log"
        argv = self._sipp("inbound_uac.xml", services.free_port(socket.SOCK_DGRAM), log)
        argv += ["-s", agent, "-key", "caller", number, "-key", "realm", self.realm, "-m", "1"]
        argv.append(f"127.0.0.1:{self.sip_port}")
        output = log.with_suffix(".out")
        with services.running(argv, log=output, ready=lambda: True, cwd=self.folder):
            yield log

    def _sipp(self, scenario: str, port: int, log: Path) -> list[str]:
        return [
            *("sipp", "-sf", str(HERE / scenario), "-nostdin"),
            *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(port)),
            *("-mp", str(2 * random.randrange(5000, 10000))),
            *("-trace_msg", "-message_file", str(log)),
            *("-trace_err", "-error_file", str(log.with_suffix(".err"))),
        ]


@contextmanager
def running(
    folder: Path, *, app: str, token: str, realm: str = "sip.test", echo: bool = False
) -> Iterator[Edge]:
    """Run rtpengine, Kamailio and SIPp for the block, asking the application at `app`.

    `folder` takes logs and voices. The carrier speaks voices.CALLEE; with `echo` it says back what
    it hears instead, on numbers that end with 55.
    """
    edge = Edge(
        ws_url=f"ws://127.0.0.1:{services.free_port()}",
        realm=realm,
        sip_port=services.free_port(socket.SOCK_DGRAM),
        trunk_port=services.free_port(socket.SOCK_DGRAM),
        folder=folder,
        environment={"EDGE_APP": app, "SIP_EDGE_TOKEN": token, "SIP_REALM": realm},
    )
    edge.environment.update(_places(edge))
    voices.write_ulaw(voices.CALLEE, folder / "callee.ulaw")
    with ExitStack() as stack:
        # In this order: Kamailio asks rtpengine for a sign of life when it starts.
        ng = edge.environment["EDGE_NG"]
        pong = partial(_ask_rtpengine, ng, "d7:command4:pinge")
        stack.enter_context(_half(edge, "rtpengine", lambda: b"pong" in pong()))
        ws_port = int(edge.environment["EDGE_WS_PORT"])
        stack.enter_context(_half(edge, "kamailio", lambda: services.listens(ws_port)))
        stack.enter_context(_network(edge, echo=echo))
        yield edge


def _places(edge: Edge) -> dict[str, str]:
    media = random.randrange(20000, 60000, 500)
    return {
        "EDGE_RUN": str(edge.folder / "run"),
        "EDGE_CONTROL": f"unix:{edge.folder / 'run' / 'control'}",
        "EDGE_SIP_PORT": str(edge.sip_port),
        "EDGE_WS_PORT": edge.ws_url.rpartition(":")[2],
        "EDGE_TRUNK": f"127.0.0.1:{edge.trunk_port}",
        "EDGE_NG": f"127.0.0.1:{services.free_port(socket.SOCK_DGRAM)}",
        "EDGE_MEDIA_PORTS": f"{media}-{media + 499}",
    }


def _half(
    edge: Edge, name: str, ready: Callable[[], bool]
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    log, environment = edge.folder / f"{name}.log", {**os.environ, **edge.environment}
    return services.running([str(EDGE), name], log=log, ready=ready, env=environment)


def _network(edge: Edge, *, echo: bool) -> AbstractContextManager[subprocess.Popen[bytes]]:
    argv = edge._sipp("pstn_uas.xml", edge.trunk_port, edge.folder / "carrier.log")
    argv += [*(["-rtp_echo"] if echo else []), f"127.0.0.1:{edge.sip_port}"]
    log, port = edge.folder / "sipp.out", edge.trunk_port
    return services.running(argv, log=log, ready=lambda: _taken(port), cwd=edge.folder)


def _ask_rtpengine(address: str, command: str) -> bytes:
    """Send one bencoded command and return the raw answer, nothing when there is none."""
    host, _, port = address.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(0.5)
        try:
            wire.connect((host, int(port)))
            wire.send(f"{secrets.token_hex(4)} {command}".encode())
            return wire.recv(65536)
        except OSError:
            return b""


def _taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
