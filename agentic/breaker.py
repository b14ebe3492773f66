"""The circuit breaker: when the line itself fails again and again, the run ends and the line rests.

Busy, unanswered and wrong numbers are no failures; what the line said of itself is, and an end
that nobody can tell.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from agentic import limits  # noqa: F401  # defines what is read here
from agentic.models import AgenticRun, AiCall, Trunk
from calls.models import Call
from core import config

# The reason that a call's record has when no voice could be sent.
NOT_LAUNCHED = "not_launched"
_FAILED = frozenset({Call.Outcome.FAILED, Call.Outcome.UNKNOWN})


def spike(ends: Iterable[tuple[str, str]]) -> str:
    """A sentence when too many of the last ends are failures, else nothing.

    Each end is the outcome of a call and its reason, the newest first.
    """
    last = list(ends)[: config.get("agentic.breaker_calls")]
    failures = sum(outcome in _FAILED or reason == NOT_LAUNCHED for outcome, reason in last)
    if failures < config.get("agentic.breaker_failures"):
        return ""
    return f"{failures} of the last {len(last)} calls failed on the line."


def look(run: AgenticRun) -> str:
    """The sentence about a run's last calls; nothing when they went as calls go."""
    over = AiCall.objects.filter(run=run, ended_at__isnull=False).order_by("-ended_at", "-pk")
    ends = over.values_list("call__outcome", "call__end_reason")
    return spike(ends[: config.get("agentic.breaker_calls")])


def rest(trunk: Trunk, because: str, now: datetime) -> None:
    """Nothing is dialed on a line for a while; the caller has locked it."""
    trunk.rests_until = now + timedelta(seconds=config.get("agentic.trunk_rest_s"))
    trunk.rests_because = because[:255]
    trunk.save(update_fields=["rests_until", "rests_because"])
