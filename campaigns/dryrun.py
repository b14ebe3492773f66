"""What would become of a list if its campaign ran now: counted by the decision, nothing is done.

The leads that wait are grouped by the facts that the decision looks at, and each group is decided
once: a list of a million rows has hundreds of groups.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from itertools import batched
from operator import or_
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models import When as Where

from campaigns import bans, facts, standing, windows
from campaigns.eligibility import CampaignRules, Decision, Facts, Refusal, decide
from campaigns.models import (
    Campaign,
    Lead,
    ListedNumber,
    NationalList,
    SuppressionEntry,
    SuppressionPattern,
)

SAMPLES: Final = 3
# The facts of a lead by which the decision may differ.
_FACTS: Final = ("window_class", "timezone", "attempts")
# SQLite nests conditions as deep as there are of them, and that only so far.
_TOGETHER: Final = 200


class When(StrEnum):
    """When leads may be dialed."""

    NOW = "now"
    TODAY = "today"  # later today, in the organization's zone
    LATER = "later"
    NEVER = "never"  # not by waiting


@dataclass(slots=True)
class Share:
    """Leads with one fate for one reason; `rule` is empty for those that may be dialed."""

    when: When
    rule: str
    leads: int = 0
    first: datetime | None = None  # the earliest time at which some of them may be dialed
    samples: list[int] = field(default_factory=list)  # ids of some of the leads


@dataclass(frozen=True, slots=True)
class DryRun:
    """The whole list, by fate."""

    shares: list[Share]

    @property
    def total(self) -> int:
        """All leads that wait."""
        return sum(share.leads for share in self.shares)

    def of(self, when: str) -> int:
        """How many leads have this fate."""
        return sum(share.leads for share in self.shares if share.when == when)


@dataclass(frozen=True, slots=True)
class _Group:
    """Leads that the decision cannot tell apart."""

    leads: int
    zones: tuple[str, ...]
    attempts: int
    bans: tuple[Refusal, ...]
    samples: tuple[int, ...]


def dry_run(campaign: Campaign, now: datetime) -> DryRun:
    """Decides every lead that waits as if the campaign ran, in a fixed number of queries.

    Callbacks count as leads like others; numbers that are in a call now as free.
    """
    rules = replace(facts.rules_of(campaign), running=True)
    tomorrow = _tomorrow(campaign, now)
    shares: dict[tuple[When, str], Share] = {}
    for group in _groups(campaign, now):
        decision = decide(_facts(group, rules), now)
        when, rule, at = _fate(decision, now, tomorrow)
        share = shares.setdefault((when, rule), Share(when, rule))
        share.leads += group.leads
        share.samples = [*share.samples, *group.samples][:SAMPLES]
        if at is not None:
            share.first = min(share.first or at, at)
    order = list(When)
    found = sorted(shares.values(), key=lambda one: (order.index(one.when), -one.leads))
    return DryRun(found)


def _fate(
    decision: Decision, now: datetime, tomorrow: datetime
) -> tuple[When, str, datetime | None]:
    """When a decision's leads may be dialed, and the rule that keeps them longest until then."""
    if decision.allowed:
        return When.NOW, "", None
    lasting = next((one for one in decision.refusals if one.until is None), None)
    if lasting is not None:
        return When.NEVER, lasting.rule, None
    longest = max(decision.refusals, key=lambda one: one.until or now)
    at = longest.until or now
    return When.TODAY if at < tomorrow else When.LATER, longest.rule, at


def _facts(group: _Group, rules: CampaignRules) -> Facts:
    return Facts(
        # Imported numbers are complete; the decision looks at nothing else of them.
        phone="+10000000",
        rules=rules,
        zones=group.zones,
        attempts=group.attempts,
        bans=group.bans,
    )


def _groups(campaign: Campaign, now: datetime) -> Iterator[_Group]:
    """All that wait by their facts, those whose numbers are suppressed apart."""
    marks = _marks(campaign, now)
    waiting = Lead.objects.filter(campaign=campaign, status__in=standing.WAITING)
    waiting = waiting.annotate(**{name: condition for name, (condition, _) in marks.items()})
    names = (*_FACTS, *marks)
    entries = SuppressionEntry.objects.in_force(campaign.organization_id, campaign.pk, now)
    for_good = entries.filter(expires_at=None).values("phone")
    apart: Counter[tuple[Any, ...]] = Counter()
    for row in _counted(waiting.filter(phone__in=for_good), names):
        apart[_key(row, names)] += row["leads"]
        yield _group(row, marks, Refusal(bans.NUMBER, "", None))
    passing = entries.exclude(phone__in=for_good)
    ends = dict(passing.values_list("phone").annotate(Max("expires_at")).order_by())
    # Those who are suppressed for a time only are few: each has an end of its own.
    for lead in waiting.filter(phone__in=passing.values("phone")).values("pk", "phone", *names):
        apart[_key(lead, names)] += 1
        one = {**lead, "leads": 1, "low": lead["pk"], "high": lead["pk"]}
        yield _group(one, marks, Refusal(bans.NUMBER, "", ends.get(lead["phone"])))
    for row in _counted(waiting, names):
        row["leads"] -= apart[_key(row, names)]
        if row["leads"]:
            yield _group(row, marks)


def _marks(campaign: Campaign, now: datetime) -> dict[str, tuple[Case, Refusal]]:
    """Conditions that set leads apart by what is not called, each with what it means for them."""
    marks: dict[str, tuple[Case, Refusal]] = {}
    for_good: dict[str, list[Q]] = {kind: [] for kind in bans.PATTERNS}
    for row in bans.in_force(campaign.organization_id, campaign, now):
        if row.expires_at is None:
            for_good[row.kind].append(_falls_under(row))
        else:
            refusal = Refusal(bans.PATTERNS[row.kind], "", row.expires_at)
            marks[f"pattern_{row.pk}"] = (_whether(_falls_under(row)), refusal)
    for kind, conditions in for_good.items():
        for number, some in enumerate(batched(conditions, _TOGETHER, strict=False)):
            refusal = Refusal(bans.PATTERNS[kind], "", None)
            marks[f"{kind}_{number}"] = (_whether(reduce(or_, some)), refusal)
    lists = NationalList.objects.filter(organization=campaign.organization_id)
    if bans.listed_apply(campaign) and lists.exists():
        listed = ListedNumber.objects.filter(list__in=lists, phone=OuterRef("phone"))
        marks["listed"] = (_whether(Exists(listed)), Refusal(bans.LISTED, "", None))
    return marks


def _falls_under(pattern: SuppressionPattern) -> Q:
    if pattern.kind == SuppressionPattern.Kind.PREFIX:
        return Q(phone__startswith=pattern.pattern)
    domain = pattern.pattern
    return Q(email__iendswith=f"@{domain}") | Q(email__iendswith=f".{domain}", email__contains="@")


def _whether(condition: Q | Exists) -> Case:
    return Case(Where(condition, then=1), default=0)


def _counted(rows: QuerySet[Lead], names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    counted = rows.values(*names).annotate(leads=Count("pk"), low=Min("pk"), high=Max("pk"))
    yield from counted.order_by(*names)


def _key(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _group(row: dict[str, Any], marks: dict[str, tuple[Case, Refusal]], *said: Refusal) -> _Group:
    place = Lead(window_class_id=row["window_class"], timezone=row["timezone"])
    return _Group(
        leads=row["leads"],
        zones=windows.zones_of(place),
        attempts=row["attempts"],
        bans=(*said, *(refusal for name, (_, refusal) in marks.items() if row[name])),
        samples=(row["low"],) if row["low"] == row["high"] else (row["low"], row["high"]),
    )


def _tomorrow(campaign: Campaign, now: datetime) -> datetime:
    """The next midnight in the organization's zone."""
    local = now.astimezone(ZoneInfo(campaign.organization.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
