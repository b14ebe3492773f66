"""The simulator: a voice, a line and people who pick up, all of them played.

A real provider in every way but the telephone network: what it does and hears goes through the
same code as any other voice's.
"""

from datetime import timedelta

from django.utils import timezone

from agentic.models import AgenticCampaign, AiCall, AiCommand
from agentic.providers.base import Problem, Standing
from calls import lease

# A player tells of its calls every few seconds.
_FRESH = timedelta(seconds=15)
_S = AiCall.State


class Simulator:
    """The provider that needs no account."""

    name = AgenticCampaign.Provider.SIMULATOR.value

    def launch(self, ai: AiCall) -> None:
        """Hands the call to the player of this process, and returns at once."""
        from agentic.providers.simulator.host import HOST

        HOST.wake(ai.pk)

    def hang_up(self, ai: AiCall) -> None:
        """Tells whichever player has the call; one that is gone has left no line behind."""
        asked = {"ai_call": ai, "kind": AiCommand.Kind.HANG_UP, "done_at": None}
        if ai.state == _S.PLACED and not AiCommand.objects.filter(**asked).exists():
            AiCommand.objects.create(**asked, at=timezone.now())

    def standing(self, ai: AiCall) -> Standing:
        """By its row: a player that lives tells of its calls."""
        if ai.state == _S.OVER:
            return Standing.GONE
        if ai.state != _S.PLACED:
            return Standing.WAITING
        until = ai.call.lease_until
        if until is None or until < timezone.now() + lease.span() - _FRESH:
            return Standing.UNKNOWN
        return Standing.TALKING if ai.call.answered_at else Standing.DIALING

    def problems(self) -> list[Problem]:
        """None: it needs nothing."""
        return []
