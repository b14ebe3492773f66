"""The ready table: leads that were decided dialable, in the order in which they are claimed.

The only module that writes `QueueEntry` and `CampaignSlots`. A filler holds the campaign's slots
and never waits for a lead that someone else has locked.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from accounts.models import AgentSeat
from campaigns import candidates, facts, leadfilter, mix, standing, windows
from campaigns import phones as numbering
from campaigns.candidates import Candidate
from campaigns.eligibility import decide, decide_campaign, version
from campaigns.models import Campaign, CampaignSlots, Lead, LeadPhone, QueueEntry
from core import config, statements
from core.retry import retried

config.define(
    "queue.smallest", int, default=50, minimum=1, help="Leads kept ready for a campaign at least."
)
config.define(
    "queue.per_agent", int, default=6, minimum=1, help="Leads kept ready for each agent at work."
)
config.define(
    "queue.largest", int, default=1000, minimum=50, help="Leads kept ready for a campaign at most."
)
config.define(
    "queue.look_s",
    int,
    default=60,
    minimum=1,
    help="Seconds after which the filler looks for new leads again, though none was announced.",
)
# New leads are added when fewer than this part of the wanted number is left.
LOW_WATER = 0.75
# A head of refused leads is passed over in so many steps; the next fill goes on from there.
ROUNDS = 5
# So many leads that rules refused are decided again in one fill when the rules change.
RECONSIDERED = 20_000
# So many new leads are moved away at once that the campaign's filter leaves out.
SWEEP = 2000

log = logging.getLogger(__name__)

Tier = QueueEntry.Tier
_WORKING = (
    AgentSeat.State.READY,
    AgentSeat.State.RESERVED,
    AgentSeat.State.ON_CALL,
    AgentSeat.State.WRAP_UP,
)


_COLUMNS = "SELECT id, lead_id, campaign_id, phone, tier FROM campaigns_queueentry"
_FIRST = (
    f"{_COLUMNS} WHERE campaign_id = %s AND owner = %s"
    " ORDER BY tier, campaigns_queueentry.rank, id LIMIT 1"
)
_OF_LEAD = f"{_COLUMNS} WHERE lead_id = %s"
_REMOVE = "DELETE FROM campaigns_queueentry WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Entry:
    """A locked place in the ready table."""

    pk: int
    lead_id: int
    campaign_id: int
    phone: str
    tier: int


@dataclass(slots=True)
class _Filling:
    """One campaign being filled, with its slots locked."""

    campaign: Campaign
    crew: set[int]
    now: datetime
    total: int = 0
    urgent: int = 0  # entries before the new leads
    added: int = 0

    def room(self, tier: int) -> int:
        """How many more of a tier: what is promised or due may exceed the wanted number."""
        largest = int(config.get("queue.largest"))
        wanted = {
            Tier.CALLBACK: largest,
            Tier.RECYCLED: _wanted(self.crew) - self.urgent,
            Tier.NEW: _wanted(self.crew) - self.total,
        }
        return max(0, min(wanted[Tier(tier)], largest - self.total))


@retried
def fill(campaign_id: int, now: datetime) -> int:
    """Brings a campaign's ready table to its size and returns how many leads were added."""
    return top_up(campaign_id, now)


def fill_due(now: datetime) -> int:
    """Fills the running campaigns that need it, each in its own transaction.

    One that cannot be filled keeps no other from it.
    """
    added = 0
    for row in Campaign.objects.running().select_related("organization").defer("script"):
        try:
            added += fill(row.pk, now) if wants(row, now) else 0
        except Exception:
            log.exception("a ready table could not be filled", extra={"campaign": row.pk})
    return added


def hold(campaign_id: int) -> None:
    """Keeps everyone else from filling a campaign's table until the transaction ends."""
    _lock(campaign_id)


def top_up(campaign_id: int, now: datetime, *, agent_id: int | None = None) -> int:
    """Fills inside the caller's transaction; `agent_id` asks and so counts as being there."""
    slots = _lock(campaign_id)
    campaign = Campaign.objects.select_related("organization").get(pk=campaign_id)
    if not decide_campaign(facts.rules_of(campaign), now).allowed:
        _put_back(QueueEntry.objects.filter(campaign=campaign))
        return 0
    work = _Filling(campaign, _crew(campaign) | ({agent_id} if agent_id else set()), now)
    tidied = _tidy(work, slots)
    _count(work)
    _add(work, Tier.CALLBACK, lambda k: candidates.due_callbacks(campaign, work.crew, k, now))
    _add(work, Tier.RECYCLED, lambda k: candidates.due_retries(campaign, k, now))
    slots.fill_after = _add_new(work)
    slots.filled_at = now
    if tidied:
        slots.rule_version = version(campaign.rule_version)
    slots.save(update_fields=["filled_at", "fill_after", "rule_version"])
    return work.added


def wants(campaign: Campaign, now: datetime) -> bool:
    """Whether filling would do anything, found out without a lock."""
    if not decide_campaign(facts.rules_of(campaign), now).allowed:
        return False
    slots = CampaignSlots.objects.filter(campaign=campaign).first()
    if slots is None or slots.rule_version != version(campaign.rule_version):
        return True
    if candidates.anything_due(campaign.pk, now):
        return True
    table = QueueEntry.objects.filter(campaign=campaign).aggregate(
        size=Count("pk"), closes_at=Min("closes_at")
    )
    if table["closes_at"] and table["closes_at"] <= now:
        return True
    may_be_new = slots.fill_after is None or slots.fill_after <= now
    return may_be_new and table["size"] < LOW_WATER * _wanted(_crew(campaign))


def wake(campaign_id: int) -> None:
    """New leads may be there, after the current transaction: the filler looks at once."""
    slots = CampaignSlots.objects.filter(campaign_id=campaign_id)
    transaction.on_commit(lambda: slots.update(fill_after=None))


@retried
def clear(campaign: Campaign) -> int:
    """Empties a campaign's ready table, as when it is paused; returns how many leads went back."""
    slots = _lock(campaign.pk)
    slots.fill_after = None
    slots.save(update_fields=["fill_after"])
    return _put_back(QueueEntry.objects.filter(campaign=campaign))


def drop_numbers(
    organization_id: int,
    phones: Collection[str],
    *,
    campaign_id: int | None = None,
    for_good: bool = True,
) -> None:
    """Takes the leads of these numbers out of the ready tables, as suppressed or for a time."""
    leads = Lead.objects.filter(organization_id=organization_id, phone__in=phones)
    if campaign_id:
        leads = leads.filter(campaign_id=campaign_id)
    ids = list(leads.filter(status=Lead.Status.QUEUED).values_list("pk", flat=True))
    # Where a lead has other numbers, the next filling passes over to one of them.
    ready = QueueEntry.objects.filter(campaign__organization=organization_id, phone__in=phones)
    if campaign_id:
        ready = ready.filter(campaign=campaign_id)
    further = LeadPhone.objects.filter(lead__in=ids).values("lead")
    others = ready.exclude(lead_id__in=ids) | ready.filter(lead_id__in=further)
    for campaign in set(others.values_list("campaign", flat=True)):
        wake(campaign)
    _put_back(others, wait=True)
    if not for_good:
        _put_back(QueueEntry.objects.filter(lead_id__in=ids), wait=True)
        return
    entries = QueueEntry.objects.select_for_update().filter(lead_id__in=ids)
    taken = [entry.lead_id for entry in entries]
    QueueEntry.objects.filter(lead_id__in=taken).delete()
    for lead in Lead.objects.select_for_update().filter(pk__in=taken):
        standing.suppress(lead)


def return_to(entry: Entry, now: datetime) -> None:
    """Takes out an entry that the caller has locked; its lead is decided again at once."""
    remove(entry)
    standing.put_back([entry.lead_id], Lead.Status.RETRY)
    if entry.tier != Tier.CALLBACK:
        standing.due([entry.lead_id], now)


def withdraw(lead_id: int | None) -> None:
    """Takes a lead out of the ready table, if it is there, to be placed elsewhere."""
    _put_back(QueueEntry.objects.filter(lead=lead_id), wait=True)


def first(campaign_id: int, owner: int) -> Entry | None:
    """The first entry of an owner (0: anyone's) that nobody is taking now, locked."""
    found = statements.locked(_FIRST, [campaign_id, owner], skip=True)
    return Entry(*found[0]) if found else None


def of_lead(lead_id: int) -> Entry | None:
    """A lead's entry, locked."""
    found = statements.locked(_OF_LEAD, [lead_id])
    return Entry(*found[0]) if found else None


def remove(entry: Entry) -> None:
    """Takes out an entry that the caller has locked."""
    statements.run(_REMOVE, [entry.pk])


def ready_count(campaign_id: int) -> int:
    """How many leads of a campaign wait in the ready table."""
    return QueueEntry.objects.filter(campaign_id=campaign_id).count()


def next_due(campaign: Campaign, now: datetime) -> datetime | None:
    """When the next lead of a campaign may be called, looking forward; None: not by itself."""
    times = (candidates.next_time(campaign.pk, now), windows.next_opening(campaign, now))
    return min((at for at in times if at), default=None)


def _wanted(crew: Collection[int]) -> int:
    """How many leads should be ready."""
    wanted = max(config.get("queue.smallest"), config.get("queue.per_agent") * len(crew))
    return int(min(wanted, config.get("queue.largest")))


def _crew(campaign: Campaign) -> set[int]:
    """The agents at work on a campaign. SQLite cannot look into JSON lists, so Python does."""
    seats = AgentSeat.objects.filter(
        organization_id=campaign.organization_id, state__in=_WORKING
    ).values_list("user_id", "ready_for")
    return {user_id for user_id, ready_for in seats if campaign.pk in ready_for}


def _lock(campaign_id: int) -> CampaignSlots:
    """The campaign's slots, locked; made at the first time."""
    locked = CampaignSlots.objects.select_for_update()
    slots = locked.filter(campaign_id=campaign_id).first()
    if slots is None:
        row = CampaignSlots(campaign_id=campaign_id)
        CampaignSlots.objects.bulk_create([row], ignore_conflicts=True)
        slots = locked.get(campaign_id=campaign_id)
    return slots


def _tidy(work: _Filling, slots: CampaignSlots) -> bool:
    """Takes out what must be decided again: changed rules, closed windows, absent owners.

    False when changed rules have more to be decided again than one transaction should hold.
    """
    entries = QueueEntry.objects.filter(campaign=work.campaign)
    if slots.rule_version != version(work.campaign.rule_version):
        _put_back(entries)
        return standing.reconsider(work.campaign.pk, work.now, RECONSIDERED)
    absent = Q(owner__gt=0) & ~Q(owner__in=work.crew)
    _put_back(entries.filter(Q(closes_at__lte=work.now) | absent))
    return True


def _put_back(entries: QuerySet[QueueEntry], *, wait: bool = False) -> int:
    """Takes entries out of the table without a call; those being claimed now stay out of it."""
    taken = list(entries.select_for_update(skip_locked=not wait))
    if not taken:
        return 0
    QueueEntry.objects.filter(pk__in=[entry.pk for entry in taken]).delete()
    new = [entry.lead_id for entry in taken if entry.tier == Tier.NEW]
    due = [entry.lead_id for entry in taken if entry.tier != Tier.NEW]
    standing.put_back(new, Lead.Status.NEW)
    standing.put_back(due, Lead.Status.RETRY)
    return len(taken)


def _count(work: _Filling) -> None:
    rows = QueueEntry.objects.filter(campaign=work.campaign).values_list("tier")
    sizes: dict[int, int] = dict(rows.annotate(Count("pk")))
    work.total = sum(sizes.values())
    work.urgent = work.total - sizes.get(Tier.NEW, 0)


def _add_new(work: _Filling) -> datetime | None:
    """Adds new leads of open windows; returns the time before which there are no more of them."""
    outlook = windows.outlook(work.campaign, work.now)
    shares, now = mix.read(work.campaign), work.now
    more = _add(
        work,
        Tier.NEW,
        lambda k: mix.new_leads(work.campaign, outlook.open, shares, k, now),
    )
    if more:
        return None
    look = work.now + timedelta(seconds=config.get("queue.look_s"))
    return min(look, outlook.opens_at or look)


def _add(work: _Filling, tier: int, find: Callable[[int], list[Candidate]]) -> bool:
    """Adds leads of a tier as long as there are some and room for them; False: there are none."""
    for _ in range(ROUNDS):
        room = work.room(tier)
        if not room:
            return True
        found = find(room)
        if not found or not _admit(work, found, tier):
            return bool(found)
    return True


def _admit(work: _Filling, found: Iterable[Candidate], tier: int) -> bool:
    """Decides a batch: into the table, or away from the index's head. False: all were locked."""
    places = {candidate.lead_id: candidate for candidate in found}
    status = Lead.Status.NEW if tier == Tier.NEW else Lead.Status.RETRY
    leads = list(
        Lead.objects.select_for_update(skip_locked=True)
        .filter(pk__in=places, status=status)
        .defer(*leadfilter.unneeded(work.campaign))
    )
    numbering.read(leads)
    known = facts.of_leads(work.campaign, leads, promised=tier == Tier.CALLBACK, now=work.now)
    decisions = {lead.pk: decide(known[lead.pk], work.now) for lead in leads}
    refused = [lead for lead in leads if not decisions[lead.pk].allowed]
    turns = numbering.instead(work.campaign, refused, decisions, work.now)
    if turns:
        standing.turn(turns)
        refused = [lead for lead in refused if lead.pk not in turns]
    if refused:
        standing.refuse(refused, decisions, work.now)
    if any(lead.blocked_by in leadfilter.LEFT_OUT for lead in refused):
        _sweep(work.campaign)
    _insert(work, [lead for lead in leads if decisions[lead.pk].allowed], places, tier)
    return bool(leads)


def _sweep(campaign: Campaign) -> None:
    """Where one new lead was left out, others are too: many at once, unlocked ones."""
    found = Lead.objects.select_for_update(skip_locked=True).filter(
        pk__in=candidates.left_out(campaign, SWEEP), status=Lead.Status.NEW
    )
    left: dict[str, list[Lead]] = {}
    for lead in found.defer(*leadfilter.unneeded(campaign)):
        for refusal in leadfilter.refusals(campaign, lead, promised=False)[:1]:
            left.setdefault(refusal.rule, []).append(lead)
    for rule, leads in left.items():
        standing.leave_out(leads, rule)


def _insert(
    work: _Filling, leads: Collection[Lead], places: Mapping[int, Candidate], tier: int
) -> None:
    if not leads:
        return
    standing.queue(leads)
    entries = []
    for lead in leads:
        entries.append(
            QueueEntry(
                lead=lead,
                campaign=work.campaign,
                phone=lead.number,
                owner=places[lead.pk].owner,
                tier=tier,
                rank=places[lead.pk].rank,
                closes_at=windows.closes_at(work.campaign, lead, work.now),
            )
        )
    QueueEntry.objects.bulk_create(entries)
    work.added += len(entries)
    work.total += len(entries)
    work.urgent += len(entries) if tier != Tier.NEW else 0
