"""What the telephone network saw: SIPp's message log, read as calls with their times."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.standins.sip.message import Message, parse

_ENTRY = re.compile(
    r"^-{20,} (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)\n"
    r"UDP message (?P<way>sent|received)[^\n]*\n\n(?P<text>.*?)(?=^-{20,} \d{4}|\Z)",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Call:
    """One call at the far end. Times are aware UTC, None for what did not happen."""

    id: str
    number: str
    invite: Message
    invited_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""  # caller or carrier
    canceled_at: datetime | None = None
    status: int = 0  # the final answer to the INVITE
    received: list[str] = field(default_factory=list)  # methods, in order

    @property
    def talk_seconds(self) -> float:
        """Seconds from the answer to the BYE; 0 while one of them is missing."""
        if not self.answered_at or not self.ended_at:
            return 0.0
        return (self.ended_at - self.answered_at).total_seconds()


def read(log: Path) -> Sequence[Call]:
    """Return the calls in a message log, in the order of their INVITEs."""
    calls: dict[str, Call] = {}
    if not log.exists():
        return []
    for at, received, message in _entries(log.read_text(errors="replace")):
        key = message.headers.get("call-id", "")
        if key not in calls and received and message.first.startswith("INVITE "):
            calls[key] = Call(key, _number(message), message, at)
        if call := calls.get(key):
            _note(call, at, message, received=received)
    return list(calls.values())


def _entries(text: str) -> Iterator[tuple[datetime, bool, Message]]:
    for found in _ENTRY.finditer(text):
        local = datetime.fromisoformat(found["at"]).astimezone()
        lines = found["text"].replace("\r\n", "\n").replace("\n", "\r\n")
        yield local.astimezone(UTC), found["way"] == "received", parse(lines)


def _note(call: Call, at: datetime, message: Message, *, received: bool) -> None:
    if message.status:
        if message.method == "INVITE" and message.status >= 200 and not call.status:
            call.status = message.status
            call.answered_at = at if message.status == 200 else None
        return
    if received:
        call.received.append(message.method)
    if message.method == "CANCEL":
        call.canceled_at = call.canceled_at or at
    if message.method == "BYE" and not call.ended_at:
        call.ended_at, call.ended_by = at, "caller" if received else "carrier"


def _number(invite: Message) -> str:
    found = re.match(r"INVITE sip:([^@]+)@", invite.first)
    return found[1] if found else ""
