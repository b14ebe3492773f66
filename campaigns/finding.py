"""Finding campaigns and leads: filters, and pages that stay fast however long the list is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from campaigns import leadsearch
from campaigns.models import Callback, Campaign, ConsentRecord, Lead, SuppressionEntry

CAMPAIGNS_PAGE = 30
LEADS_PAGE = 50


@dataclass(frozen=True)
class Page[M]:
    """Rows, and where the next page begins."""

    rows: list[M]
    older: int | str | None


def campaigns(user: Any, *, search: str = "", status: str = "", after: str = "") -> Page[Campaign]:
    """Campaigns that the user sees, newest first; archived ones only when asked for."""
    found = Campaign.objects.for_user(user).select_related("organization").defer("script")
    if search:
        found = found.filter(name__icontains=search)
    if status:
        found = found.filter(status=status)
    else:
        found = found.exclude(status=Campaign.Status.ARCHIVED)
    return _page(found, after, CAMPAIGNS_PAGE)


def leads(campaign: Campaign, *, search: str = "", status: str = "", after: str = "") -> Page[Lead]:
    """Leads of a campaign, newest first; those searched for in the order of what was found."""
    if search:
        searched = leadsearch.within(campaign, search, status=status, after=after)
        return Page(searched.rows, searched.older)
    found = Lead.objects.filter(campaign=campaign)
    if status:
        found = found.filter(status=status)
    return _page(found.prefetch_related("window_class"), after, LEADS_PAGE)


def suppressions(
    user: Any, *, search: str = "", scope: str = "", source: str = "", after: str = ""
) -> Page[SuppressionEntry]:
    """Numbers that are not called, newest first, by the first digits in international form.

    `scope` is a campaign's id, "0" for the whole organization, or empty for all.
    """
    found = SuppressionEntry.objects.for_user(user).select_related("created_by", "organization")
    if scope.isdecimal():
        found = found.filter(campaign_key=int(scope))
    if source:
        found = found.filter(source=source)
    if digits := "".join(character for character in search if character.isdigit()):
        found = found.filter(phone__startswith=f"+{digits}")
    return _page(found, after, LEADS_PAGE)


def consents(user: Any, *, search: str = "", after: str = "") -> Page[ConsentRecord]:
    """The ledger of consent, newest first, by the first digits in international form."""
    found = ConsentRecord.objects.for_user(user).select_related(
        "created_by", "organization", "sheet"
    )
    if digits := "".join(character for character in search if character.isdigit()):
        found = found.filter(phone__startswith=f"+{digits}")
    return _page(found, after, LEADS_PAGE)


def callbacks(user: Any, *, whose: str = "", after: str = "") -> Page[Callback]:
    """Promises that stand, in the order in which they are due.

    An agent sees their own ("mine") and anyone's ("anyone"); others those of all agents.
    """
    found = Callback.objects.for_user(user).filter(done_at=None)
    mine, anyone = Q(owner=user), Q(owner=None)
    if whose in ("mine", "anyone"):
        found = found.filter(mine if whose == "mine" else anyone)
    elif user.role == User.Role.AGENT:
        found = found.filter(mine | anyone)
    if cursor := _due(after):
        at, pk = cursor
        found = found.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=pk))
    rows = list(
        found.select_related("lead__window_class", "campaign", "owner").order_by("due_at", "pk")[
            : LEADS_PAGE + 1
        ]
    )
    last = rows[LEADS_PAGE - 1] if len(rows) > LEADS_PAGE else None
    return Page(rows[:LEADS_PAGE], f"{last.due_at.isoformat()}_{last.pk}" if last else None)


def _due(cursor: str) -> tuple[datetime, int] | None:
    """The place that a cursor names; a broken one begins anew."""
    at, _, pk = cursor.partition("_")
    try:
        found = datetime.fromisoformat(at)
        return (found, int(pk)) if found.tzinfo else None
    except ValueError:
        return None


def _page[M: (Campaign, ConsentRecord, Lead, SuppressionEntry)](
    found: QuerySet[M], after: str, size: int
) -> Page[M]:
    if after.isdecimal():
        found = found.filter(pk__lt=int(after))
    rows = list(found.order_by("-pk")[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], rows[size - 1].pk if more else None)
