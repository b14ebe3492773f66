"""Finding calls: filters, and pages that stay fast however long the history is."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from calls.models import Call, CallQuerySet

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What the history is narrowed to; empty fields narrow nothing."""

    number: str = ""  # the beginning of an E.164 number, or its last digits
    agent: int | None = None
    campaign: int | None = None
    lead: int | None = None
    outcome: str = ""
    disposition: int | None = None
    direction: str = ""
    speaker: str = ""  # person or voice
    since: date | None = None  # days in the viewer's zone, both included
    until: date | None = None

    def apply(self, calls: CallQuerySet, zone: str) -> CallQuerySet:
        """The calls that match, unordered."""
        if self.number:
            calls = calls.filter(
                Q(number__startswith=self.number) | Q(number__endswith=self.number)
            )
        equal = {
            "agent": self.agent,
            "campaign": self.campaign,
            "lead": self.lead,
            "outcome": self.outcome,
            "disposition": self.disposition,
            "direction": self.direction,
        }
        calls = calls.filter(**{field: value for field, value in equal.items() if value})
        if self.speaker == "voice":
            calls = calls.filter(source="ai")
        elif self.speaker == "person":
            calls = calls.exclude(source="ai")
        if self.since:
            calls = calls.filter(reserved_at__gte=_midnight(self.since, zone))
        if self.until:
            calls = calls.filter(reserved_at__lt=_midnight(self.until + timedelta(days=1), zone))
        return calls


@dataclass(frozen=True, slots=True)
class Page:
    """Calls, newest first, and where the next page begins."""

    calls: list[Call]
    older: str | None


def page(user: Any, filters: Filters, *, after: str = "", size: int = PAGE) -> Page:
    """A page of the calls that the user sees; `after` is the `older` of the page before.

    Ordered by (reserved_at, id), so that paging never skips or repeats a call while others arrive.
    """
    calls = filters.apply(Call.objects.for_user(user), user.timezone)
    if cursor := _decode(after):
        at, pk = cursor
        calls = calls.filter(Q(reserved_at__lt=at) | Q(reserved_at=at, pk__lt=pk))
    rows = calls.select_related("agent", "ai", "campaign", "disposition", "lead", "recording")
    found = list(rows.order_by("-reserved_at", "-pk")[: size + 1])
    older = _encode(found[size - 1]) if len(found) > size else None
    return Page(found[:size], older)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _encode(call: Call) -> str:
    raw = f"{call.reserved_at.isoformat()}|{call.pk}"
    return base64.urlsafe_b64encode(raw.encode()).decode()


def _decode(cursor: str) -> tuple[datetime, int] | None:
    """The place that a cursor names; a broken one starts from the newest call."""
    try:
        at, pk = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return datetime.fromisoformat(at), int(pk)
    except (ValueError, binascii.Error):
        return None
