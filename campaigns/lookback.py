"""What happened to numbers and leads lately, as far back as the rules they fall under look."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns.eligibility import Consent, Law, Past
from campaigns.models import ConsentRecord, DialAttempt
from campaigns.numbers import Number

# What is read beyond a rule's time; the rules themselves say what they count of it.
_LONGEST_CALL: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A number that is asked about, with its lead, and the rules of the call."""

    number: Number
    law: Law
    lead_id: int | None = None
    lead_dialed_at: datetime | None = None

    def number_since(self, now: datetime) -> datetime | None:
        """From when on the number's calls matter; None when there can be none."""
        return _since(self.number.dialed_at, self.law.number_s, now)

    def lead_since(self, now: datetime) -> datetime | None:
        """The same of the lead's."""
        return _since(self.lead_dialed_at, self.law.lead_s, now)


@dataclass(frozen=True, slots=True)
class _Dial:
    at: datetime
    ended_at: datetime
    outcome: str
    conversation: bool


type _Dials = dict[str | int | None, list[_Dial]]


def pasts(organization_id: int, asked: Collection[Asked], now: datetime) -> list[Past]:
    """What there is to know of each, in their order, in three queries at most.

    None where nothing was dialed lately and no rule asks for consent, which is most often so.
    """
    if not asked:
        return []
    of_numbers = _of_numbers(organization_id, asked, now)
    of_leads = _of_leads(asked, now)
    given = _consents(organization_id, {one.number.phone for one in asked if one.law.asks_consent})
    return [_past(one, of_numbers, of_leads, given, now) for one in asked]


def _since(last: datetime | None, seconds: int, now: datetime) -> datetime | None:
    """The beginning of a rolling time, if something happened within it, and a day before: a rest
    counts from the end of a call, and one of days from a midnight."""
    since = now - timedelta(seconds=seconds) - _LONGEST_CALL
    return since if seconds and last is not None and last > since else None


def _of_numbers(organization_id: int, asked: Iterable[Asked], now: datetime) -> _Dials:
    since = {one.number.phone: at for one in asked if (at := one.number_since(now))}
    if not since:
        return {}
    rows = DialAttempt.objects.filter(organization=organization_id, phone__in=since)
    return _dials(rows.filter(dialed_at__gt=min(since.values())).values_list("phone", *_DIAL))


def _of_leads(asked: Iterable[Asked], now: datetime) -> _Dials:
    since = {one.lead_id: at for one in asked if one.lead_id and (at := one.lead_since(now))}
    if not since:
        return {}
    rows = DialAttempt.objects.filter(lead__in=since)
    return _dials(rows.filter(dialed_at__gt=min(since.values())).values_list("lead", *_DIAL))


_DIAL = ("dialed_at", "ended_at", "outcome", "conversation")


def _dials(rows: Iterable[tuple[object, ...]]) -> _Dials:
    found: _Dials = defaultdict(list)
    for whose, at, ended_at, outcome, conversation in rows:
        found[whose].append(_Dial(at, ended_at or at, outcome, conversation))  # type: ignore[index,arg-type]  # columns as named
    return found


def _consents(organization_id: int, phones: Collection[str]) -> dict[str, list[Consent]]:
    """What stands, by number."""
    found: dict[str, list[Consent]] = defaultdict(list)
    if not phones:
        return found
    rows = ConsentRecord.objects.filter(
        organization=organization_id, phone__in=phones, revoked_at=None
    )
    names = ("purpose", "voice", "kind", "granted_at", "expires_at")
    for phone, *values in rows.values_list("phone", *names):
        found[phone].append(Consent(*values))
    return found


def _past(
    one: Asked, of_numbers: _Dials, of_leads: _Dials, given: dict[str, list[Consent]], now: datetime
) -> Past:
    number = one.number
    dials = of_numbers.get(number.phone, ()) if one.number_since(now) else ()
    of_lead = of_leads.get(one.lead_id, ()) if one.lead_since(now) else ()
    machine = DialAttempt.Outcome.MACHINE
    return Past(
        dialed_at=number.dialed_at,
        dials=tuple(dial.at for dial in dials),
        lead_dialed_at=one.lead_dialed_at,
        lead_dials=tuple(dial.at for dial in of_lead),
        talked_at=number.talked_at,
        lead_talked_at=max((d.ended_at for d in of_lead if d.conversation), default=None),
        abandoned_at=number.abandoned_at,
        machine_at=max((d.ended_at for d in dials if d.outcome == machine), default=None),
        consents=tuple(given.get(number.phone, ())),
        reassigned_on=number.reassigned_on,
    )
