"""The decision: every rule is asked, and each that refuses is named."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from campaigns.eligibility.facts import CampaignRules, Decision, Facts, Refusal
from campaigns.eligibility.windows import opening, utc, zone_of

# Rises when the code below decides differently; see `version`.
RULES_VERSION = 1
# A number that is in a call now is looked at again after this time.
BUSY_ELSEWHERE = timedelta(seconds=60)
_EPOCH_VERSIONS = 1_000_000
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def decide(facts: Facts, now: datetime) -> Decision:
    """Applies every rule to the facts; what is not known counts against dialing."""
    return Decision(tuple(_refusals(facts, now)))


def decide_campaign(rules: CampaignRules, now: datetime) -> Decision:
    """The rules that do not depend on a lead: status and dates."""
    return Decision(tuple(_campaign_refusals(rules, now)))


def version(campaign_version: int) -> int:
    """One number for the rules in code and those of a campaign; both only rise."""
    return RULES_VERSION * _EPOCH_VERSIONS + campaign_version


def _refusals(facts: Facts, now: datetime) -> Iterator[Refusal]:
    if not _E164.fullmatch(facts.phone):
        yield Refusal("invalid_number", "This is not a complete international number.")
    yield from facts.bans
    if facts.rules:
        yield from _campaign_refusals(facts.rules, now)
        yield from _lead_refusals(facts, facts.rules, now)
    if facts.live_elsewhere:
        yield Refusal("live_elsewhere", "This number is in another call now.", now + BUSY_ELSEWHERE)


def _campaign_refusals(rules: CampaignRules, now: datetime) -> Iterator[Refusal]:
    if not rules.running:
        yield Refusal("campaign_not_running", "The campaign is not running.")
    zone = zone_of(rules.zone)
    if zone is None:
        if rules.starts_on or rules.ends_on:
            yield Refusal("campaign_dates", "The time zone of the campaign's dates is unknown.")
        return
    today = now.astimezone(zone).date()
    if rules.starts_on and today < rules.starts_on:
        starts_at = utc(rules.starts_on, time.min, zone, later=True)
        yield Refusal(
            "campaign_dates", f"The campaign starts on {rules.starts_on:%d %B %Y}.", starts_at
        )
    if rules.ends_on and today > rules.ends_on:
        yield Refusal("campaign_dates", f"The campaign ended on {rules.ends_on:%d %B %Y}.")


def _lead_refusals(facts: Facts, rules: CampaignRules, now: datetime) -> Iterator[Refusal]:
    if facts.attempts >= rules.max_attempts and not facts.promised:
        yield Refusal("max_attempts", f"The lead was dialed {facts.attempts} times already.")
    span = opening(rules.window, facts.zones, now)
    if span is None:
        yield Refusal("calling_window", _why_never(facts.zones))
    elif span[0] > now:
        window = rules.window
        yield Refusal(
            "calling_window",
            f"It is outside the calling hours, {window.start:%H:%M} to {window.end:%H:%M}"
            " where this number rings.",
            span[0],
        )


def _why_never(zones: tuple[str, ...]) -> str:
    if not zones or any(zone_of(zone) is None for zone in zones):
        return "The time zone of this number is not known, so no hour is sure to be allowed."
    return "No hour lies within the calling hours of every place where this number may ring."
