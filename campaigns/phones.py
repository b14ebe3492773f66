"""A lead's numbers in the order in which they are tried, and which of them is next."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns import bans
from campaigns.bans import Person
from campaigns.eligibility import Decision, Refusal
from campaigns.models import Campaign, DialAttempt, Lead, LeadPhone

# What speaks against one number of a person, and not against the person.
OF_NUMBER: Final = frozenset({bans.NUMBER, "suppressed_prefix", bans.LISTED, "invalid_number"})


@dataclass(frozen=True, slots=True)
class Turn:
    """Another number's turn: its place, and whether the order began anew."""

    index: int
    number: str
    again: bool


def read(leads: Collection[Lead]) -> None:
    """Reads which numbers the leads are at, for `Lead.number`: one query where any is past its
    first."""
    past = [lead for lead in leads if lead.phone_index]
    if not past:
        return
    further = _further(lead.pk for lead in past)
    for lead in past:
        known = [lead.phone, *further[lead.pk]]
        lead.number = known[lead.phone_index] if lead.phone_index < len(known) else lead.phone


def after_outcome(campaign: Campaign, lead: Lead, outcome: str, now: datetime) -> Turn | None:
    """Whose turn it is after an outcome at which the campaign goes on to the next number.

    Passes over numbers that are not called and those that proved to be none; None when the lead
    has no other.
    """
    if outcome not in campaign.next_phone_on:
        return None
    known = [lead.phone, *_further([lead.pk])[lead.pk]]
    if len(known) == 1:
        return None
    dead = DialAttempt.objects.filter(lead=lead, outcome=DialAttempt.Outcome.INVALID_NUMBER)
    unusable = set(dead.values_list("phone", flat=True))
    return _turns(campaign, {lead: known}, unusable, now).get(lead.pk)


def instead(
    campaign: Campaign, leads: Iterable[Lead], decisions: Mapping[int, Decision], now: datetime
) -> dict[int, Turn]:
    """For leads of whom only the number is refused for good: another of their numbers."""
    barred = [lead for lead in leads if _is_barred(decisions[lead.pk].refusals)]
    if not barred:
        return {}
    further = _further(lead.pk for lead in barred)
    known = {lead: [lead.phone, *further[lead.pk]] for lead in barred if further[lead.pk]}
    return _turns(campaign, known, set(), now)


def _is_barred(refusals: Iterable[Refusal]) -> bool:
    return any(one.rule in OF_NUMBER and one.until is None for one in refusals)


def _further(lead_ids: Iterable[int]) -> dict[int, list[str]]:
    rows = LeadPhone.objects.filter(lead__in=list(lead_ids)).order_by("lead", "order", "id")
    found: dict[int, list[str]] = defaultdict(list)
    for lead_id, phone in rows.values_list("lead", "phone"):
        found[lead_id].append(phone)
    return found


def _turns(
    campaign: Campaign, known: Mapping[Lead, list[str]], unusable: set[str], now: datetime
) -> dict[int, Turn]:
    people = {Person(phone, lead.email) for lead, phones in known.items() for phone in phones}
    if not people:
        return {}
    spoken = bans.of_many(campaign.organization_id, people, campaign, now)
    found = {}
    for lead, phones in known.items():
        at = min(lead.phone_index, len(phones) - 1)
        for index in (*range(at + 1, len(phones)), *range(at)):
            phone = phones[index]
            if phone not in unusable and not _is_barred(spoken[Person(phone, lead.email)]):
                found[lead.pk] = Turn(index, phone, again=index < at)
                break
    return found
