"""A provider for tests that notes what it was asked, and fails as it is told to."""

from dataclasses import dataclass, field

from agentic.models import AiCall
from agentic.providers import Door, Problem, Standing
from core.errors import DomainError


@dataclass
class StandIn:
    """Sends no voice at all."""

    name: str = "simulator"
    error: Exception | None = None
    found: Standing = Standing.UNKNOWN
    missing: list[Problem] = field(default_factory=list)
    launched: list[int] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)

    def launch(self, ai: AiCall) -> None:
        """Notes the call, then fails where it shall."""
        self.launched.append(ai.pk)
        if self.error:
            raise self.error

    def hang_up(self, ai: AiCall) -> None:
        """Notes the call."""
        self.freed.append(ai.pk)

    def standing(self, ai: AiCall) -> Standing:
        """What the test says."""
        return self.found

    def problems(self) -> list[Problem]:
        """What the test says."""
        return self.missing


class StandInWithDoor(StandIn):
    """People join its calls with their own voice."""

    def door(self, ai: AiCall, *, person: int, name: str) -> Door:
        """A way in that tells whom it lets in."""
        return Door("wss://rooms.example.test", f"{ai.pk}/{person}/{name}")


NOTHING_STARTED = DomainError("The server said no.", code="launch_failed")
IN_DOUBT = DomainError("The server did not answer.", code="launch_unknown")
