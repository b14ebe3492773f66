"""What every provider of a voice can do."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from agentic.models import AiCall


class Standing(StrEnum):
    """What a provider knows of a call."""

    UNKNOWN = "unknown"  # it cannot tell, or cannot be asked
    WAITING = "waiting"  # a voice is there or on its way, nobody was dialed
    DIALING = "dialing"
    TALKING = "talking"
    ALONE = "alone"  # somebody is on the line, and nobody is there to talk to them
    GONE = "gone"  # there is neither a voice nor a line


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a provider from speaking, and how to set it right."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Door:
    """A way by which one person's browser joins a call, open for a few minutes."""

    url: str
    token: str = field(repr=False)  # whoever holds it is in the call


class VoiceProvider(Protocol):
    """A voice that dials, talks and hangs up; what happens it tells through `agentic.sink`."""

    name: str

    def launch(self, ai: AiCall) -> None:
        """Sends a voice for a call that is launching, and returns at once.

        Raises DomainError "not_configured", or "launch_failed" when surely nothing was started.
        """

    def hang_up(self, ai: AiCall) -> None:
        """Frees the line, whatever the voice is doing; a call that is gone already is no error."""

    def standing(self, ai: AiCall) -> Standing:
        """What is known of a call there."""

    def problems(self) -> list[Problem]:
        """What keeps it from working; empty when it is ready."""


@runtime_checkable
class Doored(Protocol):
    """A provider whose calls people join with their own voice; the simulator's have no sound."""

    def door(self, ai: AiCall, *, person: int, name: str) -> Door:
        """The way into a call's room; nobody else comes in as this person."""
