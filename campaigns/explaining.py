"""Why a campaign dials, or does not, at this moment: one verdict, and the counts behind it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count, Min

from campaigns import facts, leadfilter, queue, rules, windows
from campaigns.eligibility import decide_campaign
from campaigns.models import (
    Callback,
    Campaign,
    DialAttempt,
    Disposition,
    Lead,
    QueueEntry,
)
from campaigns.reports import Crew, crews

S = Lead.Status
# What a rule means to people; the names are those that decisions carry.
RULES: Final = {
    "calling_window": "Outside the calling hours at their place",
    "suppressed": "On the list of numbers that are not called",
    "suppressed_prefix": "Their number has a beginning that is not called",
    "suppressed_domain": "Their e-mail domain is not called",
    "national_list": "On a national list",
    "max_attempts": "Dialed as often as the campaign allows",
    "invalid_number": "No complete international number",
    "live_elsewhere": "Their number is in another call",
    "lead_filter": "Not chosen by the campaign's filter",
    "resting_list": "On a list that rests: another one is active",
    "campaign_dates": "Outside the campaign's dates",
    "team_hours": "None of the campaign's teams works now",
    "campaign_not_running": "The campaign does not run",
}


def labels(campaign: Campaign) -> dict[str, str]:
    """What the rules that refuse leads mean, those of the code and those that are rows."""
    rows = rules.titles(campaign.organization_id)
    return {**{code: f"{title} ({code})" for code, title in rows.items()}, **RULES}


@dataclass(frozen=True, slots=True)
class Cause:
    """Leads that wait or are over for one reason."""

    label: str
    leads: int
    due: bool = False  # some of them may be dialed now
    until: datetime | None = None  # when the first of them may; None: no time is known


@dataclass(slots=True)
class Explanation:
    """The verdict in a sentence, the advice that goes with it, and what was counted."""

    dialing: bool = False
    verdict: str = ""
    advice: str = ""
    next_at: datetime | None = None
    crew: Crew = field(default_factory=Crew)
    ready: int = 0
    claimed: int = 0
    waiting: list[Cause] = field(default_factory=list)  # will be dialed, not now
    over: list[Cause] = field(default_factory=list)  # will not be dialed again


def explain(campaign: Campaign, now: datetime) -> Explanation:
    """Looks at the campaign, its agents, its ready table and its leads, in this order.

    Reads the index of waiting leads once: a second or so for a million.
    """
    found = Explanation(crew=crews([campaign])[campaign.pk])
    found.ready = QueueEntry.objects.filter(campaign=campaign).count()
    found.claimed = Lead.objects.filter(campaign=campaign, status=S.CLAIMED).count()
    found.waiting = [*_new(campaign, now), *_retries(campaign, now)]
    found.over = _over(campaign)
    if not any(cause.due for cause in found.waiting):
        found.next_at = queue.next_due(campaign, now)
    found.dialing, found.verdict, found.advice = _verdict(campaign, found, now)
    return found


def _verdict(campaign: Campaign, found: Explanation, now: datetime) -> tuple[bool, str, str]:
    """The first obstacle on a lead's way to a call, or none."""
    refusals = decide_campaign(facts.rules_of(campaign), now).refusals
    if refusals:
        found.next_at = refusals[0].until
        return False, refusals[0].message, _ADVICE[refusals[0].rule]
    if not (found.waiting or found.over or found.ready or found.claimed):
        return False, "The campaign has no leads.", "Upload a list."
    if not (found.waiting or found.ready or found.claimed):
        return False, "Every lead has been worked through.", "Upload a further list."
    if not (found.crew.ready or found.crew.busy):
        return False, "No agent is ready for this campaign.", _NOBODY
    if found.ready or any(cause.due for cause in found.waiting):
        return True, "It is dialing: leads are ready, and so are agents.", ""
    if found.claimed:
        return True, "The last leads that may be called now are with agents.", ""
    return False, "No lead may be called at this moment.", "The reasons are below."


_ADVICE: Final = {
    "campaign_not_running": "Start it above.",
    "campaign_dates": "Change its dates in the editor.",
    "team_hours": "Change the hours of its teams, or its teams in the editor.",
}
_NOBODY: Final = (
    "Agents choose the campaign on their Dial page. Only assigned people and teams see it there."
)


def _new(campaign: Campaign, now: datetime) -> list[Cause]:
    """New leads: those of open hours may be dialed now, the others wait."""
    rows = Lead.objects.filter(campaign=campaign, status=S.NEW).values_list("window_class")
    counts: dict[int | None, int] = dict(rows.annotate(leads=Count("pk")).order_by())
    closed = windows.closed_now(campaign, [pk for pk in counts if pk], now)
    open_now = sum(leads for pk, leads in counts.items() if pk not in closed)
    never = sum(leads for pk, leads in counts.items() if pk in closed and closed[pk] is None)
    later = sum(counts[pk] for pk, at in closed.items() if at)
    opens_at = min((at for at in closed.values() if at), default=None)
    causes = (
        Cause("New, and may be dialed now", open_now, due=True),
        Cause("New, outside the calling hours at their place", later, until=opens_at),
        Cause("New, and no hour is known to be allowed", never),
    )
    return [cause for cause in causes if cause.leads]


def _retries(campaign: Campaign, now: datetime) -> list[Cause]:
    """Leads to be tried again, by what keeps them waiting; and those who were promised a call."""
    rows = Lead.objects.filter(campaign=campaign, status=S.RETRY, next_attempt_at__isnull=False)
    counted = rows.values_list("blocked_by").annotate(leads=Count("pk"), at=Min("next_attempt_at"))
    names = labels(campaign)
    causes = [
        _cause(names.get(rule, rule.replace("_", " ")) or "To be tried again", leads, at, now)
        for rule, leads, at in counted.order_by("-leads")
    ]
    left_out = Lead.objects.filter(
        campaign=campaign,
        status=S.RETRY,
        next_attempt_at=None,
        blocked_by__in=leadfilter.LEFT_OUT,
    )
    for rule, leads in left_out.values_list("blocked_by").annotate(leads=Count("pk")).order_by():
        causes.append(Cause(RULES[rule], leads))
    promised = Callback.objects.filter(campaign=campaign, done_at=None)
    owed = promised.aggregate(leads=Count("pk"), at=Min("next_at"))
    if owed["leads"]:
        causes.append(_cause("Promised to be called back", owed["leads"], owed["at"], now))
    return causes


def _cause(label: str, leads: int, at: datetime, now: datetime) -> Cause:
    return Cause(label, leads, due=at <= now, until=at if at > now else None)


def _over(campaign: Campaign) -> list[Cause]:
    """Leads that are not dialed again, by why."""
    rows = Lead.objects.filter(campaign=campaign, status__in=[S.FINISHED, S.SUPPRESSED])
    counted = rows.values_list("status", "finished_because").annotate(leads=Count("pk"))
    organization = campaign.organization_id
    results = Disposition.objects.filter(organization=organization).values_list("code", "label")
    labels = {**dict(DialAttempt.Outcome.choices), **dict(results)}
    causes = []
    for status, because, leads in counted.order_by("-leads"):
        known = because if because in RULES else "suppressed" if status == S.SUPPRESSED else ""
        label = RULES[known] if known else f"Result: {labels.get(because, because or 'none')}"
        causes.append(Cause(label, leads))
    return causes
