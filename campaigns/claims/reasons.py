"""What a claim answers, and why it may have no lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns import facts, leadfilter, queue, windows
from campaigns.eligibility import decide_campaign
from campaigns.models import Campaign, DialAttempt, Lead

S = Lead.Status
# After a claim that met only refused leads, the agent may ask again at once.
_AGAIN = timedelta(seconds=1)
# While others hold the last leads, one may come back at any time.
_OTHERS = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """A lead to call, as an attempt; or a reason for machines and people, and when to ask again."""

    attempt: DialAttempt | None
    code: str = ""
    message: str = ""
    next_at: datetime | None = None


def closed(campaigns: Sequence[Campaign], now: datetime) -> Claim:
    """None of the campaigns may call now, whatever their leads."""
    if not campaigns:
        return Claim(None, "no_campaign", "Choose a campaign to call for.")
    refusals = [decide_campaign(facts.rules_of(row), now).refusals for row in campaigns]
    times = [first[0] for first in refusals if first[0].rule != "campaign_not_running"]
    if not times:
        return Claim(None, "campaign_paused", _paused(campaigns))
    opens = min((refusal.until for refusal in times if refusal.until), default=None)
    chosen = next((refusal for refusal in times if refusal.until == opens), times[0])
    return Claim(None, chosen.rule, chosen.message, opens)


def stale(now: datetime) -> Claim:
    """Too many leads turned out refused at once."""
    message = "The leads that were ready may no longer be called; others are being looked for."
    return Claim(None, "queue_stale", message, now + _AGAIN)


def nothing(campaigns: Sequence[Campaign], now: datetime) -> Claim:
    """The campaigns may call, but have no lead to call now."""
    next_at = min((at for row in campaigns if (at := queue.next_due(row, now))), default=None)
    leads = Lead.objects.filter(campaign__in=campaigns)
    if leads.filter(status__in=[S.QUEUED, S.CLAIMED]).exists():
        others = now + _OTHERS
        message = "Every lead that may be called now is with someone else."
        return Claim(None, "nothing_due", message, min(next_at or others, others))
    if any(windows.next_opening(row, now) for row in campaigns):
        return Claim(None, "outside_window", "It is outside the calling hours.", next_at)
    if next_at:
        return Claim(None, "nothing_due", "No lead is due yet.", next_at)
    if (waiting := leads.filter(status__in=[S.NEW, S.RETRY])).exists():
        if not waiting.exclude(blocked_by__in=leadfilter.LEFT_OUT).exists():
            return Claim(None, "list_finished", "The campaign's filter chooses no further lead.")
        message = "The remaining leads cannot be called: no calling hours are known for them."
        return Claim(None, "outside_window", message)
    return Claim(None, "list_finished", "Every lead of the list has been worked through.")


def _paused(campaigns: Sequence[Campaign]) -> str:
    if len(campaigns) == 1:
        return f"The campaign is {campaigns[0].get_status_display().lower()}."
    return "None of the campaigns is running."
