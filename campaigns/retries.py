"""When a lead is tried again, and when no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns import eligibility, windows
from campaigns.models import Campaign, DialAttempt, Lead, RetryRule

_O = DialAttempt.Outcome
# Outcomes after which nobody calls again by himself, unless a campaign's rule says otherwise.
_FINAL: Final = {_O.ANSWERED, _O.INVALID_NUMBER}
# Seconds until the next try where neither a rule nor `campaign.retry_after_s` is meant.
_SOON: Final = {_O.BUSY: 600, _O.FAILED: 900, _O.CANCELED: 600}


@dataclass(frozen=True, slots=True)
class Plan:
    """Try again at a time, or (None) finish the lead, for the reason given."""

    at: datetime | None
    because: str = ""


def after_outcome(
    campaign: Campaign, lead: Lead, outcome: str, *, now: datetime, not_before: datetime | None
) -> Plan:
    """What a telephony outcome means for a lead: the campaign's rule, else a sensible default."""
    rule = RetryRule.objects.filter(campaign=campaign, outcome=outcome).first()
    if rule.finished if rule else outcome in _FINAL:
        return Plan(None, outcome)
    delay_s = rule.delay_s if rule else _SOON.get(_O(outcome), campaign.retry_after_s)
    return after_delay(campaign, lead, delay_s, now=now, not_before=not_before)


def after_delay(
    campaign: Campaign,
    lead: Lead,
    delay_s: int,
    *,
    now: datetime,
    not_before: datetime | None = None,
) -> Plan:
    """A next try after a delay, inside an open window; finished when the attempts are used up."""
    if lead.attempts >= campaign.max_attempts:
        return Plan(None, "max_attempts")
    at = max(now + timedelta(seconds=delay_s), not_before or now)
    return Plan(inside_window(campaign, lead, at))


def inside_window(campaign: Campaign, lead: Lead, at: datetime) -> datetime:
    """The first time from `at` on at which the lead's window is open; `at` if it never is."""
    span = eligibility.opening(windows.window_of(campaign), windows.zones_of(lead), at)
    return max(at, span[0]) if span else at
