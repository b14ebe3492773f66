"""Calls that are over when they are told of: they count, but decide nothing."""

from datetime import datetime

from accounts.models import User
from campaigns import numbers, standing
from campaigns.models import Campaign, DialAttempt, Lead


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
    state = numbers.lock(agent.organization_id or 0, phone)
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
    # What is told of late must not make a later call forgotten.
    if not inbound:
        numbers.dialed(attempt, max(started_at, state.last_dialed_at or started_at))
        if lead is not None:
            standing.dialed(lead, max(started_at, lead.last_called_at or started_at))
    if conversation:
        numbers.talked(attempt, max(ended_at, state.last_conversation_at or ended_at))
    return attempt
