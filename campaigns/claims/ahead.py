"""Taking leads ahead of agents, for campaigns that dial more lines than people are free."""

from collections.abc import Iterator
from datetime import datetime
from math import floor
from typing import Final

from accounts.models import User
from campaigns import facts, queue
from campaigns.claims.taking import ANYONE, REFUSED_PER_CLAIM, take
from campaigns.eligibility import decide_campaign
from campaigns.models import Campaign, DialAttempt
from campaigns.queue import Entry
from core import statements
from core.errors import DomainError

_M = Campaign.Mode
# Modes in which a number is dialed before someone is there to speak.
AHEAD: Final = frozenset({_M.POWER, _M.PREDICTIVE, _M.AI})


def lines_free(campaign: Campaign, *, ready: int, live: int) -> int:
    """How many more lines may ring, with so many agents ready and so many lines in use.

    `lines_per_agent` for each agent who is ready; where an agent is reserved first, one for each,
    so that nobody who answers waits.
    """
    each = 1.0 if campaign.reserve_agent_first else float(campaign.lines_per_agent)
    return max(0, floor(ready * each) - live)


def claim_ahead(campaign_id: int, count: int, *, now: datetime) -> list[DialAttempt]:
    """Takes up to so many leads of a campaign without an agent, each after its decision.

    Fewer when the ready table, filled once on the way, has no more, or too many were refused.
    Callbacks of an agent stay for that agent. Raises DomainError "wrong_mode" for a campaign
    whose agents take their leads themselves.
    """
    campaign = statements.get(Campaign, campaign_id, "organization")
    if campaign.mode not in AHEAD:
        raise DomainError("In this mode agents take their leads themselves.", code="wrong_mode")
    if count < 1 or not decide_campaign(facts.rules_of(campaign), now).allowed:
        return []
    taken: list[DialAttempt] = []
    refused = 0
    for entry in _entries(campaign, now):
        attempt = take(None, campaign, entry, now)
        if attempt is None:
            refused += 1
        else:
            taken.append(attempt)
        if len(taken) == count or refused == REFUSED_PER_CLAIM:
            break
    return taken


def hand_to(attempt: DialAttempt, agent: User) -> None:
    """A live attempt that was made without an agent is this agent's from here on."""
    row = DialAttempt.objects.select_for_update().get(pk=attempt.pk)
    row.agent, row.live_agent = agent, agent.pk
    row.save(update_fields=["agent", "live_agent"])
    attempt.agent, attempt.live_agent = agent, agent.pk


def _entries(campaign: Campaign, now: datetime) -> Iterator[Entry]:
    """Locked entries of anyone, the best first; an empty table is filled once on the way."""
    filled = False
    while True:
        entry = queue.first(campaign.pk, ANYONE)
        if entry:
            yield entry
        elif filled or not queue.wants(campaign, now):
            return
        else:
            filled = True
            queue.top_up(campaign.pk, now)
