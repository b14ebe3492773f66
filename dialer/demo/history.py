"""A week of plausible calls, put on record as another softphone's calls are."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from calls import uploads
from calls.models import Call
from calls.uploads import Cdr
from campaigns.models import Lead
from dialer.demo.cast import ZONE, Cast
from dialer.demo.speech import conversation

DAYS = 7
CALLS_A_DAY = (9, 16)  # of one agent
RECORDED = 3  # of one agent: synthesizing takes a second each
# How calls end, how often, and what agents write down; answered ones last this many seconds.
ENDINGS = (
    ("answered", 38, ("Lead", "Lost", "Follow-Ups", "Not an RPC", "Contact Discovery", "")),
    ("no_answer", 34, ("Not Answered",)),
    ("busy", 12, ("Busy",)),
    ("rejected", 8, ("Disconnected", "")),
    ("invalid_number", 5, ("Invalid Number",)),
    ("failed", 3, ("Call Failed",)),
)
TALK_S = (14, 210)
RECORDED_TALK_S = (12, 45)


def write(cast: Cast, *, days: int = DAYS) -> int:
    """Writes the calls of the last days; none if there are any already. Returns how many."""
    if Call.objects.filter(agent__in=cast.agents, client_ref__startswith="demo-").exists():
        return 0
    chance = random.Random(20_26)  # noqa: S311 - made-up calls, no secret
    leads = list(Lead.objects.filter(campaign__in=cast.campaigns).order_by("pk")[:200])
    today = timezone.now().astimezone(ZoneInfo(ZONE))
    return sum(
        _day(agent, leads, today - timedelta(days=back), chance)
        for agent in cast.agents
        for back in range(1, days + 1)
    )


def _day(agent: User, leads: list[Lead], day: datetime, chance: random.Random) -> int:
    """An agent's calls from nine in the morning on; half as many on a weekend."""
    count = chance.randint(*CALLS_A_DAY) // (2 if day.isoweekday() > 5 else 1)
    at = day.replace(hour=9, minute=chance.randint(0, 20), second=chance.randint(0, 59))
    for number in range(count):
        recorded = day.isoweekday() == 3 and number < RECORDED * 2
        ends = _call(agent, chance.choice(leads), at, chance, recorded=recorded)
        at = ends + timedelta(seconds=chance.randint(20, 1500))
    return count


def _call(
    agent: User, lead: Lead, at: datetime, chance: random.Random, *, recorded: bool
) -> datetime:
    """Puts one call on record; returns when it ended."""
    weights = [weight for _, weight, _ in ENDINGS]
    status, _, words = chance.choices(ENDINGS, weights)[0]
    ring = timedelta(seconds=chance.uniform(3, 24))
    talk = chance.uniform(*(RECORDED_TALK_S if recorded else TALK_S))
    answered = at + ring if status == "answered" else None
    ended = at + ring + timedelta(seconds=talk if answered else 0)
    facts: dict[str, Any] = {"metadata": {"demo": True}, "answered_at": answered}
    file = None
    if answered and recorded:
        file = ContentFile(conversation(talk, lead.pk), name="demo.webm")
    cdr = Cdr(
        call_id=f"demo-{agent.pk}-{at:%Y%m%d%H%M%S}",
        destination=lead.phone,
        status=status,
        started_at=at,
        ended_at=ended,
        disposition=chance.choice(words),
        **facts,
    )
    uploads.receive_cdr(agent, cdr, file)
    return ended
