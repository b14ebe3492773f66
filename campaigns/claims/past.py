"""Calls that are over when they are told of: they count, but decide nothing."""

from datetime import datetime

from accounts.models import User
from campaigns import numbers, standing
from campaigns.models import Campaign, DialAttempt, Lead, PhoneState


def record_past(
    agent: User,
    *,
    phone: str,
    lead: Lead | None,
    inbound: bool,
    started_at: datetime,
    ended_at: datetime,
    outcome: str,
    live_answer: bool,
    conversation: bool,
) -> DialAttempt:
    """Writes an attempt that was made without asking, with the agent's seat locked by the caller.

    An outgoing one counts against the caps of its number and its lead.
    """
    number = numbers.lock(agent.organization_id or 0, phone)
    state = PhoneState.objects.get(pk=number.pk)
    if lead is not None:
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
    attempt = DialAttempt.objects.create(
        organization_id=state.organization_id,
        campaign_id=lead.campaign_id if lead else None,
        lead=lead,
        agent=agent,
        phone=phone,
        mode=Campaign.Mode.MANUAL,
        inbound=inbound,
        reserved_at=started_at,
        dialed_at=None if inbound else started_at,
        ended_at=ended_at,
        outcome=outcome,
        live_answer=live_answer,
        conversation=conversation,
    )
    _count(attempt, state, lead)
    return attempt


def _count(attempt: DialAttempt, state: PhoneState, lead: Lead | None) -> None:
    """Counts a dial; what is told of late must not make a later one forgotten."""
    if attempt.dialed_at is not None:
        numbers.dialed(attempt, max(attempt.dialed_at, state.last_dialed_at or attempt.dialed_at))
        if lead is not None:
            standing.dialed(lead, max(attempt.dialed_at, lead.last_called_at or attempt.dialed_at))
    if attempt.conversation and attempt.ended_at is not None:
        ended_at = attempt.ended_at
        numbers.talked(attempt, max(ended_at, state.last_conversation_at or ended_at))
