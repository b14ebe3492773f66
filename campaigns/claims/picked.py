"""Taking a lead that somebody picked, ahead of agents: the same decision, without the queue."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns import callbacks, facts, numbers, phones, queue, standing
from campaigns.claims.ahead import AHEAD
from campaigns.claims.taking import attempt_of
from campaigns.eligibility import decide
from campaigns.models import Campaign, DialAttempt, Lead
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Picked:
    """An attempt to call a picked lead, or the refusals: `[{rule, message, until}]`."""

    attempt: DialAttempt | None
    refusals: list[dict[str, Any]] = field(default_factory=list)


def claim_picked(campaign_id: int, lead_id: int, *, now: datetime) -> Picked:
    """Takes one lead of a campaign without an agent, before its turn; every rule is asked.

    A lead that is in a call, or is called no more, is refused, and nothing of it changes. Raises
    DomainError "wrong_mode" for a campaign whose agents take their leads themselves.
    """
    campaign = Campaign.objects.select_related("organization").get(pk=campaign_id)
    if campaign.mode not in AHEAD:
        raise DomainError("In this mode agents take their leads themselves.", code="wrong_mode")
    entry = queue.of_lead(lead_id)
    number = numbers.lock(campaign.organization_id, _phone(lead_id))
    lead = Lead.objects.select_for_update().get(pk=lead_id, campaign=campaign)
    if lead.status not in standing.WAITING:
        return Picked(None, [_not_waiting(lead)])
    promised = bool(callbacks.owed([lead.pk]))
    known = facts.of_number(number, campaign=campaign, lead=lead, promised=promised, now=now)
    decision = decide(known, now)
    if not decision.allowed:
        return Picked(None, [refusal.as_dict() for refusal in decision.refusals])
    if entry:
        queue.remove(entry)
    attempt = attempt_of(None, number.phone, campaign, lead, now)
    numbers.hold(number, attempt)
    standing.claim(lead)
    return Picked(attempt)


def refusals_of(campaign_id: int, lead_id: int, *, now: datetime) -> list[dict[str, Any]]:
    """Every rule that would refuse a picked lead now; nothing is taken, and a claim asks again."""
    campaign = Campaign.objects.select_related("organization").get(pk=campaign_id)
    lead = Lead.objects.get(pk=lead_id, campaign=campaign)
    if lead.status not in standing.WAITING:
        return [_not_waiting(lead)]
    phones.read([lead])
    promised = bool(callbacks.owed([lead.pk]))
    known = facts.of_leads(campaign, [lead], promised=promised, now=now)
    return [refusal.as_dict() for refusal in decide(known[lead.pk], now).refusals]


def _phone(lead_id: int) -> str:
    """The number whose turn it is, read before the lead is locked: numbers come first."""
    return Lead.objects.get(pk=lead_id).number


def _not_waiting(lead: Lead) -> dict[str, Any]:
    said = "This lead is in a call now."
    if lead.status != Lead.Status.CLAIMED:
        said = f"This lead is {lead.get_status_display().lower()}."
    return {"rule": "not_waiting", "message": said, "until": None}
