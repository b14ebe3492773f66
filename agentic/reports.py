"""What a run's page shows of its calls: the last words of each, and the results given."""

from django.db.models import Count, OuterRef, QuerySet, Subquery

from agentic.models import AgenticRun, AiCall
from calls.models import Call, TranscriptLine

SHOWN = 100
_S = AiCall.State


def results(run: AgenticRun) -> list[tuple[str, int]]:
    """How often each result was given, the most frequent first."""
    rows = AiCall.objects.filter(run=run, disposition__isnull=False)
    counted = rows.values_list("disposition__label").annotate(times=Count("pk"))
    return list(counted.order_by("-times", "disposition__label"))


def calls(run: AgenticRun) -> QuerySet[AiCall]:
    """The calls of a run, each with its last words."""
    said = TranscriptLine.objects.filter(call=OuterRef("call")).order_by("-seq")
    rows = AiCall.objects.filter(run=run).select_related("call__agent", "lead", "disposition")
    return rows.annotate(
        last_words=Subquery(said.values("text")[:1]),
        last_speaker=Subquery(said.values("speaker")[:1]),
    )


def live_calls(run: AgenticRun) -> list[AiCall]:
    """Those that go on, the oldest first."""
    return list(calls(run).filter(ended_at=None).order_by("pk")[:SHOWN])


def past_calls(run: AgenticRun) -> list[AiCall]:
    """The latest that are over."""
    return list(calls(run).filter(ended_at__isnull=False).order_by("-ended_at", "-pk")[:SHOWN])


def state_of(ai: AiCall) -> str:
    """What a call is doing, in the words of its call from the dial on."""
    if ai.state in (_S.PLACED, _S.OVER):
        return Call.Status(ai.call.status).label
    return _S(ai.state).label
