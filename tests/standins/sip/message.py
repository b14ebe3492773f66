"""SIP messages, read as far as the tests need them."""

import re
from dataclasses import dataclass

# What a browser offers, with all that a carrier has no use for.
SDP = """v=0
o=- 46117 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS s1
m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host generation 0
a=ice-ufrag:4ZcD
a=ice-pwd:2/1muCWoOi3uLifh0NuRHlig
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendrecv
a=msid:s1 t1
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:110 telephone-event/8000
a=ssrc:1001 cname:c1
a=ssrc:1001 msid:s1 t1
""".replace("{fingerprint}", ":".join(["7B"] * 32)).replace("\n", "\r\n")


@dataclass(frozen=True)
class Message:
    """One SIP message. Header names are lower case; `headers` keeps the last of equal ones."""

    first: str
    pairs: tuple[tuple[str, str], ...]
    body: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name."""
        return dict(self.pairs)

    @property
    def status(self) -> int:
        """The code of a response, 0 for a request."""
        found = re.match(r"SIP/2\.0 (\d+)", self.first)
        return int(found[1]) if found else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the request that a response answers."""
        return self.headers["cseq"].split()[1]

    def every(self, name: str) -> list[str]:
        """Return all values of a header, also of those that share one line, in order."""
        lines = [value for key, value in self.pairs if key == name]
        return [value.strip() for line in lines for value in line.split(",")]


def parse(text: str) -> Message:
    """Split a message into its parts."""
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    parts = [line.partition(":") for line in lines]
    pairs = tuple((name.strip().lower(), value.strip()) for name, _, value in parts)
    return Message(first, pairs, body)
