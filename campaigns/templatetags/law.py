"""How rules look on a page."""

from django import template

from campaigns.eligibility.limits import lasting
from campaigns.models import CallingRule, Campaign, ConsentRecord

register = template.Library()
_K = CallingRule.Kind
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@register.filter
def says(rule: CallingRule) -> str:
    """What a rule demands, in a sentence."""
    span, each = lasting(rule.period_s or 0), rule.get_scope_display().lower()
    said: dict[str, str] = {
        _K.CAP: f"At most {rule.limit} calls within {span} for each {each}",
        _K.SPACING: f"At least {span} between two calls to the same {each}",
        _K.CONVERSATION: f"No call for {span} after a conversation",
        _K.ABANDONED: f"No call for {span} after one that nobody took",
        _K.MACHINE: f"No call for {span} after a machine answered",
        _K.CONSENT: f"{_consent(rule)} consent on record",
        _K.LIST_AGE: f"A copy of the national list of {span} at most",
    }
    return _hours(rule) if rule.kind == _K.HOURS else said[rule.kind]


@register.filter
def concerns(rule: CallingRule) -> str:
    """Which calls a rule is about, or nothing for all."""
    modes = [str(Campaign.Mode(mode).label) for mode in rule.modes]
    purposes = [str(Campaign.Purpose(purpose).label) for purpose in rule.purposes]
    return "; ".join(filter(None, (", ".join(purposes), ", ".join(modes))))


def _consent(rule: CallingRule) -> str:
    known = ConsentRecord.Kind.values
    return str(ConsentRecord.Kind(rule.consent).label) if rule.consent in known else "Some"


def _hours(rule: CallingRule) -> str:
    days = ", ".join(_DAYS[day - 1] for day in sorted(rule.weekdays)) or "Every day"
    if rule.days != CallingRule.Days.ANY:
        days = rule.get_days_display() + (f", {days}" if rule.weekdays else "")
    if rule.start is None:
        return f"{days}: no calls"
    end = f"{rule.end:%H:%M}" if rule.end else "24:00"
    return f"{days}: {rule.start:%H:%M} to {end}"
