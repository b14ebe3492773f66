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
from django.db.models.functions import Substr

from campaigns import areas, bans, facts, leadfilter, phones, ruleset, standing, windows
from campaigns.eligibility import Decision, Facts, Kind, Refusal, Ruleset, decide
from campaigns.eligibility.rules import LEAD
from campaigns.models import (
    Campaign,
    ConsentRecord,
    Lead,
    LeadPhone,
    ListedNumber,
    NationalList,
    PhoneState,
    SuppressionEntry,
    SuppressionPattern,
)

SAMPLES: Final = 3
# The facts of a lead by which the decision may differ.
_FACTS: Final = ("window_class", "timezone", "attempts", "attempts_before")
_ATTRIBUTES: Final = {"window_class": "window_class_id"}
# What tells where a lead without a class lives.
_OWN_WORDS: Final = ("country", "region")
# Rules about what happened to a number or a lead.
_PASTS: Final = frozenset({Kind.CAP, Kind.SPACING, Kind.CONVERSATION, Kind.ABANDONED, Kind.MACHINE})
_HAS_FURTHER: Final = Q(Exists(LeadPhone.objects.filter(lead=OuterRef("pk"))))
# SQLite nests conditions as deep as there are of them, and that only so far.
_TOGETHER: Final = 200
_AT_ONCE: Final = 1000


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


@dataclass(slots=True)
class Shift:
    """Leads whose fate a change of rules would change; `rule` is the one that would refuse."""

    before: When
    after: When
    rule: str
    leads: int = 0


@dataclass(frozen=True, slots=True)
class _Group:
    """Leads that the decision cannot tell apart, under whichever rules."""

    leads: int
    facts: Facts
    samples: tuple[int, ...]


def dry_run(campaign: Campaign, now: datetime) -> DryRun:
    """Decides every lead that waits as if the campaign ran, in a fixed number of queries.

    Callbacks count as leads like others; numbers that are in a call now as free. Leads whose
    numbers were called lately are looked at one by one, a thousand in a few queries.
    """
    law = ruleset.of_campaign(campaign)
    shares: dict[tuple[When, str], Share] = {}
    tomorrow = _tomorrow(campaign, now)
    for group in _groups(campaign, law, now):
        when, rule, at = _fate(decide(group.facts, now), now, tomorrow)
        share = shares.setdefault((when, rule), Share(when, rule))
        share.leads += group.leads
        share.samples = [*share.samples, *group.samples][:SAMPLES]
        if at is not None:
            share.first = min(share.first or at, at)
    order = list(When)
    found = sorted(shares.values(), key=lambda one: (order.index(one.when), -one.leads))
    return DryRun(found)


def compare(campaign: Campaign, law: Ruleset, now: datetime) -> list[Shift]:
    """How the fates of the leads that wait would change under other rules; nothing is done."""
    present = ruleset.of_campaign(campaign)
    # What is known must reach as far back as either asks.
    both = replace(law, rules=(*present.rules, *law.rules))
    tomorrow, shifts = _tomorrow(campaign, now), dict[tuple[When, When, str], Shift]()
    for group in _groups(campaign, both, now):
        before, after = (
            _fate(decide(replace(group.facts, law=one), now), now, tomorrow)
            for one in (present, law)
        )
        if before != after:
            key = (before[0], after[0], after[1])
            shifts.setdefault(key, Shift(*key)).leads += group.leads
    return sorted(shifts.values(), key=lambda one: -one.leads)


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


def _groups(campaign: Campaign, law: Ruleset, now: datetime) -> Iterator[_Group]:
    """All that wait by their facts; those whose numbers are suppressed or have a past, apart."""
    marks = _marks(campaign, now)
    waiting = Lead.objects.filter(campaign=campaign, status__in=standing.WAITING)
    told: dict[str, Case | Substr] = {name: condition for name, (condition, _) in marks.items()}
    if law.rules:
        told["area"] = Substr("phone", 1, areas.LENGTH)
    waiting = waiting.annotate(**told)
    names = (*_FACTS, *_places(waiting, law), *marks)
    model = _model(campaign, law)
    entries = SuppressionEntry.objects.in_force(campaign.organization_id, campaign.pk, now)
    for_good = entries.filter(expires_at=None).values("phone")
    apart: Counter[tuple[Any, ...]] = Counter()
    suppressed = Q(phone__in=for_good, phone_index=0)
    several = LeadPhone.objects.filter(lead__campaign=campaign).exists()
    over = suppressed & ~_HAS_FURTHER if several else suppressed
    for row in _counted(waiting.filter(over), names):
        apart[_key(row, names)] += row["leads"]
        yield _group(row, model, marks, Refusal(bans.NUMBER, "", None))
    single = waiting.exclude(over).defer(*leadfilter.unneeded(campaign))
    own = _with_a_past(campaign, law, single, entries, now)
    own |= _with_other_numbers(single, suppressed, marks) if several else set()
    for some in batched(sorted(own), _AT_ONCE, strict=False):
        leads = list(single.filter(pk__in=some))
        known = _known(campaign, leads, law, now)
        for lead in leads:
            apart[tuple(getattr(lead, _ATTRIBUTES.get(name, name)) for name in names)] += 1
            yield _Group(1, replace(known[lead.pk], rules=model.rules), (lead.pk,))
    for row in _counted(waiting, names):
        row["leads"] -= apart[_key(row, names)]
        if row["leads"]:
            yield _group(row, model, marks)


def _known(campaign: Campaign, leads: list[Lead], law: Ruleset, now: datetime) -> dict[int, Facts]:
    """The facts about single leads, each at the number that would be dialed."""
    phones.read(leads)
    known = facts.glance(campaign, leads, law, now)
    decisions = {lead.pk: decide(known[lead.pk], now) for lead in leads}
    turns = phones.instead(campaign, leads, decisions, now)
    turned = [lead for lead in leads if lead.pk in turns]
    for lead in turned:
        lead.number = turns[lead.pk].number
    return known | facts.glance(campaign, turned, law, now)


def _with_other_numbers(
    waiting: QuerySet[Lead], suppressed: Q, marks: dict[str, tuple[Case, Refusal]]
) -> set[int]:
    """Leads that are past their first number, or would pass over it."""
    barred = suppressed
    for name, (_, refusal) in marks.items():
        if refusal.rule in phones.OF_NUMBER and refusal.until is None:
            barred |= Q(**{name: 1})
    others = waiting.filter(Q(phone_index__gt=0) | barred & _HAS_FURTHER)
    return set(others.values_list("pk", flat=True))


def _model(campaign: Campaign, law: Ruleset) -> Facts:
    """What is the same for all leads."""
    return Facts(
        # Imported numbers are complete; the decision looks at nothing else of them.
        phone="+10000000",
        rules=replace(facts.rules_of(campaign), running=True),
        law=law,
        mode=campaign.mode,
        purpose=campaign.purpose,
    )


def _places(waiting: QuerySet[Lead], law: Ruleset) -> tuple[str, ...]:
    """What tells where a lead lives, beside its class: its number, and its own words."""
    if not law.rules:
        return ()
    return ("area", *_OWN_WORDS) if waiting.filter(window_class=None).exists() else ("area",)


def _with_a_past(
    campaign: Campaign,
    law: Ruleset,
    waiting: QuerySet[Lead],
    entries: QuerySet[SuppressionEntry],
    now: datetime,
) -> set[int]:
    """Leads whose facts are their own: suppressed for a time, called lately, or with consent."""
    found = set(waiting.filter(phone__in=entries.values("phone")).values_list("pk", flat=True))
    rules = law.for_call(campaign.mode, campaign.purpose)
    longest = max((rule.period_s for rule in rules if rule.kind in _PASTS), default=0)
    # A rest of days ends at a midnight, within a day of the hour of the talk.
    since = now - timedelta(seconds=longest, days=1)
    if longest:
        called = Q(last_dialed_at__gt=since) | Q(last_conversation_at__gt=since)
        states = PhoneState.objects.filter(
            called | Q(last_abandoned_at__gt=since), organization=campaign.organization_id
        )
        found |= set(waiting.filter(phone__in=states.values("phone")).values_list("pk", flat=True))
    if any(rule.scope == LEAD for rule in rules if rule.kind in _PASTS):
        found |= set(waiting.filter(last_called_at__gt=since).values_list("pk", flat=True))
    if any(rule.kind == Kind.CONSENT for rule in rules):
        given = ConsentRecord.objects.filter(
            organization=campaign.organization_id, revoked_at=None
        ).values("phone")
        found |= set(waiting.filter(phone__in=given).values_list("pk", flat=True))
    return found


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
    for rule, condition in leadfilter.marks(campaign).items():
        marks[rule] = (condition, Refusal(rule, "", None))
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


def _group(
    row: dict[str, Any], model: Facts, marks: dict[str, tuple[Case, Refusal]], *said: Refusal
) -> _Group:
    place = Lead(
        window_class_id=row["window_class"],
        timezone=row["timezone"],
        phone=row.get("area", ""),
        **{name: row.get(name, "") for name in _OWN_WORDS},
    )
    known = replace(
        model,
        zones=windows.zones_of(place),
        places=windows.places_of(place),
        attempts=max(0, row["attempts"] - row["attempts_before"]),
        bans=(*said, *(refusal for name, (_, refusal) in marks.items() if row[name])),
    )
    samples = (row["low"],) if row["low"] == row["high"] else (row["low"], row["high"])
    return _Group(row["leads"], known, samples)


def _tomorrow(campaign: Campaign, now: datetime) -> datetime:
    """The next midnight in the organization's zone."""
    local = now.astimezone(ZoneInfo(campaign.organization.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
