"""Taking a lead or a number for a call, after a decision at that moment."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Min

from accounts.models import User
from campaigns import callbacks, callerids, facts, numbers, phones, queue, standing
from campaigns.claims import reasons
from campaigns.claims.reasons import Claim
from campaigns.eligibility import Decision, decide, decide_campaign, version
from campaigns.models import Campaign, DialAttempt, Lead, QueueEntry
from campaigns.numbers import Number
from campaigns.queue import Entry
from core import phone as telephone
from core import statements
from core.errors import DomainError

ANYONE = 0
# So many leads may turn out refused in one claim; then the agent asks again.
REFUSED_PER_CLAIM = 20

__all__ = ["Claim", "approve_dial", "claim_next", "claim_number"]


def claim_next(agent: User, campaign_ids: Sequence[int], *, now: datetime) -> Claim:
    """Takes the next lead of these campaigns for an agent whose seat the caller has locked.

    The agent's own callbacks come first, then what is due, then new leads. Without a lead the
    claim says why, and when to ask again.
    """
    campaigns = list(
        Campaign.objects.filter(
            organization=agent.organization_id, pk__in=campaign_ids
        ).select_related("organization")
    )
    open_now = {
        row.pk: row for row in campaigns if decide_campaign(facts.rules_of(row), now).allowed
    }
    if not open_now:
        return reasons.closed(campaigns, now)
    for count, entry in enumerate(_entries(agent, open_now, now), 1):
        attempt = take(agent, open_now[entry.campaign_id], entry, now)
        if attempt is not None:
            return Claim(attempt)
        if count == REFUSED_PER_CLAIM:
            return reasons.stale(now)
    return reasons.nothing(list(open_now.values()), now)


def claim_number(
    agent: User,
    *,
    phone: str,
    campaign: Campaign | None,
    lead: Lead | None = None,
    inbound: bool = False,
    now: datetime,
) -> DialAttempt:
    """Takes a typed number, or an incoming call, for an agent whose seat the caller has locked.

    An outbound number passes the same decision as a lead's; raises DomainError "not_allowed"
    with the refusals. A lead that waits for a call is taken with it.
    """
    if inbound and not _zones(phone):
        # Withheld numbers and extensions are many people's: nothing to hold.
        return attempt_of(agent, phone, campaign, lead, now, inbound=True)
    campaign = _fresh(campaign.pk) if campaign else None
    entry = queue.of_lead(lead.pk) if lead else None
    number = numbers.lock(_organization(agent), phone)
    lead = Lead.objects.select_for_update().get(pk=lead.pk) if lead else None
    if not inbound:
        _refuse(_decide(number, campaign, lead, now))
    attempt = attempt_of(agent, phone, campaign, lead, now, inbound=inbound)
    if number.live_attempt is None:
        numbers.hold(number, attempt)
    if lead and not inbound and lead.status in standing.WAITING:
        standing.claim(lead)
        if entry:
            queue.remove(entry)
    return attempt


def approve_dial(attempt: DialAttempt, *, now: datetime) -> str:
    """Decides again at the moment of dialing, and counts the dial; once, however often asked.

    Answers the number to show; empty when it was dialed before, or outside campaigns. Raises
    DomainError "not_allowed" with the refusals, having written nothing.
    """
    number = numbers.lock(attempt.organization_id, attempt.phone)
    lead = None
    if attempt.lead_id:
        lead = statements.get(Lead, attempt.lead_id, lock=True)
    current = statements.get(DialAttempt, attempt.pk, lock=True)
    if current.dialed_at is not None:
        attempt.dialed_at = current.dialed_at
        return ""
    if current.ended_at is not None or current.inbound:
        raise DomainError("This call is over.", code="illegal_move")
    campaign = _fresh(attempt.campaign_id)
    _refuse(_decide(number, campaign, lead, now, attempt_id=attempt.pk))
    attempt.dialed_at = now
    attempt.rule_version = version(campaign.rule_version) if campaign else version(0)
    statements.update(attempt, "dialed_at", "rule_version")
    numbers.dialed(attempt, now)
    shown = callerids.for_call(campaign, lead, attempt.phone)
    if lead:
        standing.dialed(lead, now, shown=shown)
    return shown


def _entries(agent: User, campaigns: dict[int, Campaign], now: datetime) -> Iterator[Entry]:
    """Locked entries for an agent, the best first; an empty table is filled once on the way."""
    filled: set[int] = set()
    while True:
        # An agent's own callbacks come before anyone's.
        places = [(campaign_id, agent.pk) for campaign_id in campaigns]
        places += [(campaign_id, ANYONE) for campaign_id in _in_turn(campaigns)]
        entry = next(filter(None, (queue.first(*place) for place in places)), None)
        if entry:
            yield entry
        elif not _fill(agent, campaigns, filled, now):
            return


def _fill(agent: User, campaigns: dict[int, Campaign], filled: set[int], now: datetime) -> bool:
    """Fills those tables that were not filled on this claim yet; whether any was."""
    todo = [row for row in campaigns.values() if row.pk not in filled and queue.wants(row, now)]
    for campaign in todo:
        filled.add(campaign.pk)
        queue.top_up(campaign.pk, now, agent_id=agent.pk)
    return bool(todo)


def _in_turn(campaigns: dict[int, Campaign]) -> list[int]:
    """Campaigns by the urgency of their first entries; equals by lot, so that none starves."""
    if len(campaigns) == 1:
        return list(campaigns)
    heads = QueueEntry.objects.filter(campaign__in=campaigns, owner=ANYONE).values_list("campaign")
    tiers = list(heads.annotate(Min("tier")))
    random.shuffle(tiers)
    return [campaign_id for campaign_id, _ in sorted(tiers, key=lambda row: row[1])]


def take(agent: User | None, campaign: Campaign, entry: Entry, now: datetime) -> DialAttempt | None:
    """Takes the lead of a locked entry; None when it may not be called: it then moved away.

    Without an agent it is dialed ahead of them.
    """
    number = numbers.lock(campaign.organization_id, entry.phone)
    lead = statements.get(Lead, entry.lead_id, lock=True)
    promised = entry.tier == QueueEntry.Tier.CALLBACK
    decision = decide(
        facts.of_number(number, campaign=campaign, lead=lead, promised=promised, now=now), now
    )
    if not decision.allowed and (
        turns := phones.instead(campaign, [lead], {lead.pk: decision}, now)
    ):
        standing.turn(turns)
        queue.return_to(entry, now)
        return None
    queue.remove(entry)
    if not decision.allowed:
        standing.refuse([lead], {lead.pk: decision}, now)
        return None
    attempt = attempt_of(agent, entry.phone, campaign, lead, now, tier=entry.tier)
    numbers.hold(number, attempt)
    standing.claim(lead)
    return attempt


def attempt_of(
    agent: User | None,
    phone: str,
    campaign: Campaign | None,
    lead: Lead | None,
    now: datetime,
    *,
    inbound: bool = False,
    tier: int | None = None,
) -> DialAttempt:
    """Writes the decision down."""
    attempt = DialAttempt(
        organization_id=campaign.organization_id if campaign else _organization(agent),
        campaign=campaign,
        lead=lead,
        agent=agent,
        live_agent=agent.pk if agent else None,
        phone=phone,
        mode=campaign.mode if campaign else Campaign.Mode.MANUAL,
        inbound=inbound,
        tier=tier,
        reserved_at=now,
        decision="" if inbound else "allowed",
        rule_version=version(campaign.rule_version if campaign else 0),
    )
    return statements.insert(attempt)


def _decide(
    number: Number,
    campaign: Campaign | None,
    lead: Lead | None,
    now: datetime,
    *,
    attempt_id: int | None = None,
) -> Decision:
    """The decision about a locked number."""
    known = facts.of_number(
        number,
        campaign=campaign,
        lead=lead,
        zones=() if lead else _zones(number.phone),
        promised=bool(lead and callbacks.owed([lead.pk])),
        attempt_id=attempt_id,
        now=now,
    )
    return decide(known, now)


def _organization(agent: User | None) -> int:
    if agent is None or agent.organization_id is None:
        raise DomainError("Only people of an organization make calls.", code="no_organization")
    return agent.organization_id


def _refuse(decision: Decision) -> None:
    if not decision.allowed:
        raise DomainError(
            decision.refusals[0].message,
            code="not_allowed",
            errors={"refusals": [refusal.as_dict() for refusal in decision.refusals]},
        )


def _fresh(campaign_id: int | None) -> Campaign | None:
    """A campaign as it is now, not as it was when the lead was reserved."""
    if campaign_id is None:
        return None
    return statements.get(Campaign, campaign_id, "organization")


def _zones(phone: str) -> tuple[str, ...]:
    """Where a number without a lead may ring."""
    try:
        return telephone.normalize(phone).zones
    except telephone.PhoneError:
        return ()
