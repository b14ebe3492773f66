"""What became of a run: its calls counted, its minutes and its cost, from the rows themselves."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from agentic.models import AgenticRun, AiCall
from calls.models import Call, TranscriptLine
from calls.outcomes import Outcome

SHOWN = 100
_S = AiCall.State


@dataclass(frozen=True, slots=True)
class Totals:
    """A run in numbers; `cost` is that of calls that are over, by the campaign's price."""

    live: int
    over: int
    talking: int
    answered: int
    machines: int
    not_reached: int
    opted_out: int
    taken_over: int
    talk_ms: int
    cost: Decimal
    currency: str


def totals(run: AgenticRun) -> Totals:
    """Counts a run's calls in one query."""
    calls = AiCall.objects.filter(run=run)
    over = Q(state=_S.OVER)
    answered = Q(call__answered_at__isnull=False)
    machine = Q(call__outcome=Outcome.MACHINE)
    found = calls.aggregate(
        live=Count("pk", filter=~over),
        over=Count("pk", filter=over),
        talking=Count("pk", filter=~over & answered),
        answered=Count("pk", filter=answered & ~machine),
        machines=Count("pk", filter=machine),
        not_reached=Count("pk", filter=over & ~answered),
        opted_out=Count("pk", filter=Q(opted_out=True)),
        taken_over=Count("pk", filter=Q(taken_over_at__isnull=False)),
        talk_ms=Sum("call__talk_ms"),
        cost=Sum("cost"),
    )
    talk_ms = found.pop("talk_ms") or 0
    cost = found.pop("cost") or Decimal(0)
    currency = calls.values_list("currency", flat=True).first() or ""
    return Totals(**found, talk_ms=talk_ms, cost=cost, currency=currency)


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
