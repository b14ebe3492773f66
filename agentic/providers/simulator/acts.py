"""What can happen in a simulated call, one thing after another. Pure.

A script is a generator of acts; what a tool answers comes back from its `yield`. All times are
seconds of the call itself: how fast they pass is its player's business.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

# How fast people speak, and how long it takes to begin.
WORDS_PER_S = 2.7
ONSET_S = 0.3


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is said."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Rings:
    """The far end rings."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Somebody or something picks up."""


@dataclass(frozen=True, slots=True)
class Speaks:
    """A turn of the voice (agent) or of whoever picked up (customer)."""

    speaker: str
    text: str
    interrupted: bool = False

    @property
    def seconds(self) -> float:
        """How long it takes to say."""
        return ONSET_S + len(self.text.split()) / WORDS_PER_S


@dataclass(frozen=True, slots=True)
class Takes:
    """The voice takes so long to answer: its latency."""

    ms: int


@dataclass(frozen=True, slots=True)
class Judges:
    """The voice knows who or what picked up."""

    answered_by: str


@dataclass(frozen=True, slots=True)
class Uses:
    """The voice uses a tool."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ends:
    """The line is free; `by` is local for the voice, remote for the called, system for neither."""

    by: str = "local"
    cause: str = ""
    sip_status: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a tool said to the voice."""

    text: str = ""
    refused: bool = False
    ends_call: bool = False


type Act = Wait | Rings | Answers | Speaks | Takes | Judges | Uses | Ends
type Script = Generator[Act, Reply, None]
type Asking = Generator[Act, Reply, Reply]  # ends with what a tool said
