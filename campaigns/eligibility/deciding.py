"""The decision: every rule is asked, and each that refuses is named."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from campaigns.eligibility import limits
from campaigns.eligibility.facts import CampaignRules, Decision, Facts, Refusal
from campaigns.eligibility.rules import Bound, Law, law_for
from campaigns.eligibility.windows import Window, opening, utc, zone_of

# Rises when the code below decides differently; see `version`.
RULES_VERSION = 3
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
        if facts.attempts >= facts.rules.max_attempts and not facts.promised:
            yield Refusal("max_attempts", f"The lead was dialed {facts.attempts} times already.")
    law = law_for(facts.law, facts.places, facts.mode, facts.purpose)
    yield from _hours_refusals(facts, law, now)
    yield from limits.refusals(law, facts, now)
    if facts.live_elsewhere:
        yield Refusal("live_elsewhere", "This number is in another call now.", now + BUSY_ELSEWHERE)


def _campaign_refusals(rules: CampaignRules, now: datetime) -> Iterator[Refusal]:
    if not rules.running:
        yield Refusal("campaign_not_running", "The campaign is not running.")
    zone = zone_of(rules.zone)
    if zone is None:
        if rules.starts_on or rules.ends_on or rules.shifts:
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
    yield from _shift_refusals(rules, now)


def _shift_refusals(rules: CampaignRules, now: datetime) -> Iterator[Refusal]:
    """Nobody of its teams works now."""
    spans = [opening(shift, (rules.zone,), now) for shift in rules.shifts]
    starts = [span[0] for span in spans if span]
    if rules.shifts and not any(start <= now for start in starts):
        said = "None of the campaign's teams works at this hour."
        yield Refusal("team_hours", said, min(starts, default=None))


def _hours_refusals(facts: Facts, law: Law, now: datetime) -> Iterator[Refusal]:
    """Each of the hours that are closed; all until the time at which all are open again."""
    window = facts.rules.window if facts.rules else None
    span = opening(window, facts.zones, now, law.hours)
    if span is not None and span[0] <= now:
        return
    until = span[0] if span else None
    if window is not None and not _is_open(window, facts, now):
        yield Refusal("calling_window", _window_says(window, facts.zones, until), until)
    for bound in law.hours:
        if not _is_open(None, facts, now, bound):
            yield _rule_refuses(bound, facts.zones, until)


def _is_open(window: Window | None, facts: Facts, now: datetime, *hours: Bound) -> bool:
    span = opening(window, facts.zones, now, hours)
    return span is not None and span[0] <= now


def _rule_refuses(bound: Bound, zones: tuple[str, ...], until: datetime | None) -> Refusal:
    rule = bound.rule
    if rule.start is None:
        said = "no calls on a day like this."
    else:
        end = f"{rule.end:%H:%M}" if rule.end else "midnight"
        said = f"only from {rule.start:%H:%M} to {end} where this number rings."
    if until is None and not _known(zones):
        said = _why_never(zones)
    return Refusal(rule.code, f"{rule.title or rule.code}: {said}", until, rule.version)


def _window_says(window: Window, zones: tuple[str, ...], until: datetime | None) -> str:
    if until is None:
        return _why_never(zones)
    hours = f"{window.start:%H:%M} to {window.end:%H:%M}"
    return f"It is outside the calling hours, {hours} where this number rings."


def _known(zones: tuple[str, ...]) -> bool:
    return bool(zones) and all(zone_of(zone) for zone in zones)


def _why_never(zones: tuple[str, ...]) -> str:
    if not _known(zones):
        return "The time zone of this number is not known, so no hour is sure to be allowed."
    return "No hour lies within the calling hours of every place where this number may ring."
