"""Runs for tests: begun by a manager, their calls ended as a test wants."""

from accounts.models import User
from agentic import launching, runs, sink
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from tests.agentic.voices import NOW

LIST = AgenticRun.Kind.LIST


def begin(user: User, limits: AgenticCampaign, **how: object) -> AgenticRun:
    return runs.start(user, limits.campaign, **{"kind": LIST, "seed": 1, **how})  # type: ignore[arg-type]


def over(run: AgenticRun, outcome: str = "no_answer") -> None:
    """Every call of a run is launched, dialed and ends in the same way."""
    for ai in AiCall.objects.filter(run=run, ended_at=None):
        launching.launch(ai.pk)
        sink.take(ai.pk, NOW)
        if outcome == "failed":
            sink.ended(ai.pk, NOW, sip_status=503)
        else:
            sink.ended(ai.pk, NOW, by="local", cause="no_answer")
