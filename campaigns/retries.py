"""When a lead is tried again, and when no more. The only module that writes `RetryRule`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from campaigns import pacing, windows
from campaigns.models import Campaign, DialAttempt, Disposition, Lead, RetryRule
from campaigns.pacing import Rule
from campaigns.phones import Turn
from core import audit
from core.errors import InputError

_O = DialAttempt.Outcome
# Outcomes after which nobody calls again by himself, unless a campaign's rule says otherwise.
_FINAL: Final = {_O.ANSWERED, _O.INVALID_NUMBER}
# Seconds until the next try where neither a rule nor `campaign.retry_after_s` is meant.
_SOON: Final = {_O.BUSY: 600, _O.FAILED: 900, _O.CANCELED: 600}
# Of these a campaign may have rules; others are no end that a line reports.
OUTCOMES: Final = (
    _O.NO_ANSWER,
    _O.BUSY,
    _O.REJECTED,
    _O.MACHINE,
    _O.FAILED,
    _O.CANCELED,
    _O.ABANDONED,
    _O.INVALID_NUMBER,
    _O.ANSWERED,
    _O.UNKNOWN,
)
MOST_FACTOR: Final = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """Try again at a time, or (None) finish the lead, for the reason given."""

    at: datetime | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A rule as someone gives it: after an outcome, or after the disposition of this id."""

    rule: Rule
    outcome: str = ""
    disposition: int = 0


def after_outcome(
    campaign: Campaign,
    lead: Lead,
    outcome: str,
    *,
    now: datetime,
    not_before: datetime | None,
    turn: Turn | None = None,
) -> Plan:
    """What a telephony outcome means for a lead: the campaign's rule, else a sensible default.

    Where another number has its `turn`, that one is tried at once; all of them once more after
    the rule's delay. An end by this number is none for the others.
    """
    row = RetryRule.objects.filter(campaign=campaign, outcome=outcome, disposition_key=0).first()
    rule = _rule(row) if row else default(campaign, outcome)
    if turn and not turn.again:
        rule = Rule(0)
    elif turn and rule.finished:
        rule = Rule(campaign.retry_after_s)
    return _plan(campaign, lead, rule, outcome, now=now, not_before=not_before)


def after_disposition(
    campaign: Campaign, lead: Lead, disposition: Disposition, *, now: datetime
) -> Plan:
    """What an agent's result means: the campaign's rule for it, else what the result says."""
    row = RetryRule.objects.filter(
        campaign=campaign, outcome="", disposition_key=disposition.pk
    ).first()
    usual = Rule(disposition.retry_after_s, finished=disposition.finished)
    return _plan(campaign, lead, _rule(row) if row else usual, disposition.code, now=now)


def at_another_part(campaign: Campaign, lead: Lead, *, now: datetime) -> Plan:
    """A try at another part of the day, whatever the campaign's rules say of such an end."""
    rule = Rule(campaign.retry_after_s, other_day_part=True)
    return _plan(campaign, lead, rule, "machine", now=now)


def default(campaign: Campaign, outcome: str) -> Rule:
    """What an outcome means to a campaign that has no rule for it."""
    delay_s = _SOON.get(_O(outcome), campaign.retry_after_s)
    return Rule(delay_s, finished=outcome in _FINAL)


def inside_window(campaign: Campaign, lead: Lead, at: datetime) -> datetime:
    """The first time from `at` on at which the lead's window is open; `at` if it never is."""
    return pacing.within(lambda time: windows.span_of(campaign, lead, time), at)


def of_campaign(campaign: Campaign) -> list[Given]:
    """The rules of a campaign, in order."""
    rows = RetryRule.objects.filter(campaign=campaign).order_by("disposition_key", "outcome")
    return [Given(_rule(row), row.outcome, row.disposition_key) for row in rows]


def replace(campaign: Campaign, given: Iterable[Given], *, by: Any) -> None:
    """These are the campaign's rules from now on; it is locked by the caller.

    What they decided before stands: a lead keeps the time that it has. Raises InputError.
    """
    wanted = sorted(given, key=lambda one: (one.disposition, one.outcome))
    _check(campaign, wanted)
    before = of_campaign(campaign)
    if before == wanted:
        return
    RetryRule.objects.filter(campaign=campaign).delete()
    RetryRule.objects.bulk_create(
        RetryRule(
            campaign=campaign,
            outcome=one.outcome,
            disposition_key=one.disposition,
            delay_s=one.rule.delay_s,
            factor=one.rule.factor,
            other_day_part=one.rule.other_day_part,
            finished=one.rule.finished,
        )
        for one in wanted
    )
    audit.record(
        "campaign.retries_changed",
        campaign,
        before={"rules": [_words(one) for one in before]},
        after={"rules": [_words(one) for one in wanted]},
        actor=by,
    )


def _check(campaign: Campaign, given: list[Given]) -> None:
    keys = [(one.outcome, one.disposition) for one in given]
    results = {one.disposition for one in given if one.disposition}
    own = Disposition.objects.filter(organization=campaign.organization_id, pk__in=results)
    known = own.count() == len(results)
    right = all(
        bool(one.outcome) != bool(one.disposition)
        and (not one.outcome or one.outcome in OUTCOMES)
        and 0 <= one.rule.delay_s <= pacing.LONGEST.total_seconds()
        and Decimal("0.1") <= one.rule.factor <= MOST_FACTOR
        for one in given
    )
    if not right or not known or len(set(keys)) != len(keys):
        sentence = "A retry rule is not right."
        raise InputError(sentence, errors={"retry_rules": [sentence]})


def _plan(
    campaign: Campaign,
    lead: Lead,
    rule: Rule,
    because: str,
    *,
    now: datetime,
    not_before: datetime | None = None,
) -> Plan:
    """A next try, inside an open window; finished by the rule, or when the attempts are used up."""
    at = pacing.next_try(
        rule,
        tries=lead.tries,
        cap=campaign.max_attempts,
        now=now,
        tried_at=lead.last_called_at or now,
        zones=windows.zones_of(lead),
        spans=lambda time: windows.span_of(campaign, lead, time),
        not_before=not_before,
    )
    if at is None:
        return Plan(None, because if rule.finished else "max_attempts")
    return Plan(at)


def _rule(row: RetryRule) -> Rule:
    return Rule(row.delay_s, Decimal(row.factor).normalize(), row.other_day_part, row.finished)


def _words(one: Given) -> dict[str, Any]:
    """For the audit log."""
    rule = one.rule
    said = {"after": one.outcome or f"result {one.disposition}", "delay_s": rule.delay_s}
    return {
        **said,
        "factor": str(rule.factor),
        "other_day_part": rule.other_day_part,
        "finished": rule.finished,
    }
