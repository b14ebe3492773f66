"""What a run has come to: its calls by state and end, minutes and money."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from agentic.models import AgenticCampaign, AgenticRun, AiCall
from calls.models import Call
from campaigns.models import Campaign

_S, _C = AiCall.State, Call.Status


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls of a run; `minutes` were talked, `cost` is an estimate by the campaign's rate."""

    queued: int
    dialing: int
    talking: int
    over: int
    answered: int
    people: int
    machines: int
    failed: int
    not_reached: int
    opted_out: int
    taken_over: int
    talk_ms: int
    minutes: Decimal
    cost: Decimal

    @property
    def live(self) -> int:
        """Those that are not over."""
        return self.queued + self.dialing + self.talking


def of(run: AgenticRun) -> Counts:
    """The counts of a run as they are now, in one query."""
    live = Q(ended_at=None)
    answered = Q(call__answered_at__isnull=False)
    machine = Q(call__outcome=Call.Outcome.MACHINE)
    found = AiCall.objects.filter(run=run).aggregate(
        queued=Count("pk", filter=live & ~Q(state=_S.PLACED)),
        dialing=Count("pk", filter=live & Q(state=_S.PLACED) & ~answered),
        talking=Count("pk", filter=live & answered),
        over=Count("pk", filter=~live),
        answered=Count("pk", filter=answered),
        people=Count("pk", filter=~live & answered & ~machine),
        machines=Count("pk", filter=machine),
        failed=Count("pk", filter=Q(call__outcome__in=[Call.Outcome.FAILED, Call.Outcome.UNKNOWN])),
        not_reached=Count("pk", filter=~live & ~answered),
        opted_out=Count("pk", filter=Q(opted_out=True)),
        taken_over=Count("pk", filter=Q(taken_over_at__isnull=False)),
        talk_ms=Sum("call__talk_ms", default=0),
        cost=Sum("cost", default=Decimal(0)),
    )
    talked = Decimal(found["talk_ms"]) / 60_000
    return Counts(minutes=talked.quantize(Decimal("0.1")), **found)


def last_run(campaign: Campaign) -> AgenticRun | None:
    """The campaign's active run, else its last."""
    runs = AgenticRun.objects.filter(campaign=campaign).order_by("-started_at", "-pk")
    return runs.filter(live_campaign=campaign.pk).first() or runs.first()


def live_calls(user: Any, limits: AgenticCampaign) -> QuerySet[AiCall]:
    """The campaign's calls that go on, the newest first, as the user sees them."""
    rows = AiCall.objects.for_user(user).filter(campaign=limits.campaign_id, ended_at=None)
    return rows.select_related("call", "lead").order_by("-pk")
