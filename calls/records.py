"""How a call comes on record: reserved for an agent, placed without one, or told of afterwards."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from calls import matching, news
from calls.models import Call
from campaigns.models import DialAttempt
from core import statements


def reserved(attempt: DialAttempt, now: datetime, **how: Any) -> Call:
    """The row of a call that is reserved, within the caller's transaction."""
    campaign, agent = attempt.campaign, how.get("agent")
    call = Call(
        **{"public_id": uuid4(), **how},
        attempt=attempt,
        organization_id=attempt.organization_id,
        campaign=campaign,
        lead=attempt.lead,
        team_id=matching.team_of(agent, attempt.campaign_id) if agent else None,
        caller_id=campaign.caller_id if campaign else "",
        reserved_at=now,
    )
    return statements.insert(call)


def place(attempt: DialAttempt, *, source: str, now: datetime) -> Call:
    """Puts a call that is made without an agent on record, within the caller's transaction.

    It has no lease before it is dialed: whoever claimed its attempt gives it back.
    """
    call = reserved(attempt, now, number=attempt.phone, source=source)
    news.tell(call, "reserved", now)
    return call


def record_past(attempt: DialAttempt, **facts: Any) -> Call:
    """Writes a call that is over already, as another softphone told of it."""
    return Call.objects.create(
        attempt=attempt,
        organization_id=attempt.organization_id,
        campaign=attempt.campaign,
        lead=attempt.lead,
        agent=attempt.agent,
        team_id=matching.team_of(attempt.agent, attempt.campaign_id),
        status=Call.Status.WRAPPED_UP,
        **facts,
    )
