"""New leads of several lists side by side: each list gets its share of the calls, priority first.

Where all shares are one, the lists follow each other instead, as their leads' ranks say.
"""

import heapq
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from campaigns import candidates
from campaigns.candidates import Candidate
from campaigns.models import Campaign, Lead, LeadSheet, QueueEntry
from campaigns.ranking import MOST_PRIORITY, rank
from core import audit
from core.errors import InputError
from core.retry import retried

MOST_SHARE: Final = 100
_LAST_ROW: Final = (1 << 24) - 1
_BAND: Final = 48  # bits of a rank below the priority
_WITHOUT_SHEET: Final = 0

type Classes = Mapping[int | None, datetime | None]
type Shares = Mapping[int, int]


def read(campaign: Campaign) -> Shares:
    """The shares of a campaign's lists."""
    return dict(LeadSheet.objects.filter(campaign=campaign).values_list("pk", "share"))


def new_leads(
    campaign: Campaign, classes: Classes, shares: Shares, limit: int, now: datetime
) -> list[Candidate]:
    """New leads of the open classes in the order in which they are claimed: by priority, then by
    the shares of their lists."""
    found = candidates.new_leads(campaign, classes, limit)
    if set(shares.values()) <= {1} or not found or found[0].rank < 0:
        return found
    priority = MOST_PRIORITY - (found[0].rank >> _BAND)
    lists = {
        sheet: _of_sheet(campaign, classes, priority, sheet, limit)
        for sheet in (_WITHOUT_SHEET, *shares)
    }
    merged = _merge({sheet: leads for sheet, leads in lists.items() if leads}, shares, limit)
    # In the ready table they stand as they came, else a list with early ranks would go first.
    place = ((MOST_PRIORITY - priority) << _BAND) + int(now.timestamp() * 1000)
    return [Candidate(pk, QueueEntry.Tier.NEW, place + offset) for offset, pk in enumerate(merged)]


def shares_of(campaign: Campaign) -> list[LeadSheet]:
    """The lists of a campaign whose leads may be called, the latest first."""
    rows = LeadSheet.objects.filter(campaign=campaign, rows_accepted__gt=0)
    return list(rows.exclude(status=LeadSheet.Status.UNDONE).order_by("-pk")[:20])


@retried
def set_shares(user: Any, campaign: Campaign, shares: Mapping[int, int]) -> None:
    """Changes the lists' shares; raises InputError for one that is none."""
    if not all(1 <= share <= MOST_SHARE for share in shares.values()):
        sentence = f"A share is a number from 1 to {MOST_SHARE}."
        raise InputError(sentence, errors={"shares": [sentence]})
    rows = LeadSheet.objects.select_for_update().filter(campaign=campaign, pk__in=shares)
    for sheet in rows.order_by("pk"):
        if sheet.share != shares[sheet.pk]:
            with audit.changes("sheet.share_changed", sheet, ("share",), actor=user):
                sheet.share = shares[sheet.pk]
                sheet.save(update_fields=["share"])


def _of_sheet(
    campaign: Campaign, classes: Classes, priority: int, sheet: int, limit: int
) -> list[int]:
    """The first new leads of one list and priority: an index dive for each class."""
    span = (rank(priority, sheet, 0), rank(priority, sheet, _LAST_ROW))
    rows = Lead.objects.filter(campaign=campaign, status=Lead.Status.NEW, rank__range=span)
    rows = rows.order_by("rank", "id")
    dives = [rows.filter(window_class=pk).values_list("rank", "pk")[:limit] for pk in classes]
    return [pk for _, pk in heapq.nsmallest(limit, (row for dive in dives for row in dive))]


def _merge(lists: Mapping[int, list[int]], shares: Mapping[int, int], limit: int) -> Iterable[int]:
    """So many from all lists, each as often as its share says, evenly spread."""
    turns = (
        ((place + 0.5) / shares.get(sheet, 1), sheet, pk)
        for sheet, leads in lists.items()
        for place, pk in enumerate(leads)
    )
    return [pk for _, _, pk in heapq.nsmallest(limit, turns)]
