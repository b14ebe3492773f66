"""The rules that every organization begins with, by the ids of our reference: to be signed off.

Not legal advice: whoever runs the product checks them, signs them off, replaces or retires them.
This module gives an organization its first rules; from then on only `rules` writes them.
"""

from collections.abc import Iterator
from datetime import date, time
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization
from campaigns.models import CallingRule, Campaign, ConsentRecord

_K = CallingRule.Kind
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_P = Campaign.Purpose
# Nobody is guaranteed to be there for whoever answers.
_AHEAD: Final = (Campaign.Mode.POWER, Campaign.Mode.PREDICTIVE, Campaign.Mode.AI)
_AI: Final = (Campaign.Mode.AI,)
_MARKETING: Final = (_P.MARKETING,)
_OTHERS: Final = (_P.SERVICE, _P.DEBT, _P.SURVEY)
_WORKDAYS, _SATURDAYS, _SUNDAYS = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6), (7,)


class Default(NamedTuple):
    """A rule that every organization begins with."""

    code: str
    kind: str
    title: str
    source: str
    country: str = ""
    region: str = ""
    start: time | None = None
    end: time | None = None
    weekdays: tuple[int, ...] = ()
    days: str = CallingRule.Days.ANY
    limit: int | None = None
    period_s: int | None = None
    scope: str = CallingRule.Scope.NUMBER
    modes: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    consent: str = ""
    valid_from: date | None = None


def _hours(code: str, title: str, source: str, where: str, span: str, **more: Any) -> Default:
    """Hours such as "8-20"; where is "US" or "US-FL"."""
    country, _, region = where.partition("-")
    start, end = (time(int(text[:2]), int(text[2:])) for text in span.split("-"))
    return Default(code, _K.HOURS, title, source, country, region, start, end, **more)


def _state(region: str, name: str, span: str) -> Default:
    code, source = f"ST-{region}", f"{name}: telephone solicitation law of the state"
    return _hours(code, f"Calling hours of {name}", source, f"US-{region}", span)


def _three_a_day(region: str, name: str) -> Iterator[Default]:
    """Hours, and three calls to a number within any 24 hours."""
    hours = _state(region, name, "0800-2000")
    yield hours
    yield Default(
        f"{hours.code}-CAP", _K.CAP, f"Calls a day in {name}", hours.source, "US", region,
        limit=3, period_s=_DAY,
    )  # fmt: skip


def _quiet_days(region: str, name: str) -> Iterator[Default]:
    """No calls on Sundays and on the state's public holidays."""
    source = f"{name}: telephone solicitation law of the state"
    yield Default(
        f"ST-{region}-SUNDAY", _K.HOURS, f"Sundays in {name}", source, "US", region,
        weekdays=_SUNDAYS,
    )  # fmt: skip
    yield Default(
        f"ST-{region}-HOLIDAY", _K.HOURS, f"Public holidays in {name}", source, "US", region,
        days=CallingRule.Days.HOLIDAYS,
    )  # fmt: skip


_TSR: Final = "16 CFR 310.4(c), 47 CFR 64.1200(c)(1)"
_REG_F: Final = "12 CFR 1006.14(b)(2)"
_TEXAS: Final = "Texas: telephone solicitation law of the state"
_OFCOM: Final = "Ofcom, persistent misuse statement (2010 policy)"
_PECR: Final = "PECR 2003, regulations 19 and 21"
_CRTC: Final = "CRTC Unsolicited Telecommunications Rules"

DEFAULTS: Final[tuple[Default, ...]] = (
    _hours("US-1", "Federal calling hours", _TSR, "US", "0800-2100"),
    Default(
        "US-7", _K.LIST_AGE, "Age of the National Do Not Call copy", "16 CFR 310.4(b)(3)", "US",
        period_s=31 * _DAY, purposes=_MARKETING,
    ),
    Default(
        "US-8", _K.CONSENT, "Consent to artificial voices, marketing", "FCC 24-17, TCPA", "US",
        modes=_AI, purposes=_MARKETING, consent=ConsentRecord.Kind.WRITTEN,
        valid_from=date(2024, 2, 8),
    ),
    Default(
        "US-8-OTHER", _K.CONSENT, "Consent to artificial voices, other calls", "FCC 24-17, TCPA",
        "US", modes=_AI, purposes=_OTHERS, consent=ConsentRecord.Kind.EXPRESS,
        valid_from=date(2024, 2, 8),
    ),
    Default(
        "US-10", _K.CAP, "Seven debt calls in seven days, a number", _REG_F, "US",
        limit=7, period_s=7 * _DAY, purposes=(_P.DEBT,), valid_from=date(2021, 11, 30),
    ),
    Default(
        "US-10-LEAD", _K.CAP, "Seven debt calls in seven days, a person", _REG_F, "US",
        limit=7, period_s=7 * _DAY, scope=CallingRule.Scope.LEAD, purposes=(_P.DEBT,),
        valid_from=date(2021, 11, 30),
    ),
    Default(
        "US-10-TALK", _K.CONVERSATION, "Rest after a talk about a debt", _REG_F, "US",
        period_s=7 * _DAY, scope=CallingRule.Scope.LEAD, purposes=(_P.DEBT,),
        valid_from=date(2021, 11, 30),
    ),
    *_three_a_day("FL", "Florida"),
    *_three_a_day("OK", "Oklahoma"),
    *_three_a_day("MD", "Maryland"),
    _state("WA", "Washington", "0800-2000"),
    _state("CT", "Connecticut", "0900-2000"),
    _hours("ST-TX", "Calling hours of Texas", _TEXAS, "US-TX", "0900-2100", weekdays=_SATURDAYS),
    _hours("ST-TX-SUNDAY", "Sundays in Texas", _TEXAS, "US-TX", "1200-2100", weekdays=_SUNDAYS),
    *_quiet_days("AL", "Alabama"),
    *_quiet_days("LA", "Louisiana"),
    *_quiet_days("MS", "Mississippi"),
    *_quiet_days("UT", "Utah"),
    _hours("UK-HOURS", "Calling hours in the United Kingdom", "DMA Code (practice, no statute)",
           "GB", "0800-2100"),
    Default(
        "UK-2", _K.ABANDONED, "Rest after an abandoned call", _OFCOM, "GB",
        period_s=72 * _HOUR, modes=_AHEAD,
    ),
    Default(
        "UK-3", _K.MACHINE, "Rest after an answering machine", _OFCOM, "GB",
        period_s=24 * _HOUR, modes=_AHEAD,
    ),
    Default(
        "UK-4", _K.LIST_AGE, "Age of the TPS and CTPS copies", _PECR, "GB",
        period_s=28 * _DAY, purposes=_MARKETING,
    ),
    Default(
        "UK-4-AI", _K.CONSENT, "Consent to automated marketing calls", _PECR, "GB",
        modes=_AI, purposes=_MARKETING, consent=ConsentRecord.Kind.EXPRESS,
    ),
    Default(
        "EU-2", _K.CONSENT, "Consent to artificial voices, anywhere", "ePrivacy directive, art. 13",
        modes=_AI, consent=ConsentRecord.Kind.EXPRESS,
    ),
    _hours("CA-1", "Canadian calling hours, Monday to Friday", _CRTC, "CA", "0900-2130",
           weekdays=_WORKDAYS),
    _hours("CA-1-WEEKEND", "Canadian calling hours, weekends", _CRTC, "CA", "1000-1800",
           weekdays=(6, 7)),
    Default(
        "CA-1-LIST", _K.LIST_AGE, "Age of the National DNCL copy", _CRTC, "CA",
        period_s=31 * _DAY, purposes=_MARKETING,
    ),
    Default(
        "CA-2", _K.CONSENT, "Consent to automated solicitation", _CRTC, "CA",
        modes=_AI, purposes=_MARKETING, consent=ConsentRecord.Kind.EXPRESS,
    ),
)  # fmt: skip


@transaction.atomic
def ensure(organization: Organization) -> int:
    """Gives an organization those of the rules that it never had; changes none. How many.

    The demo's hours stay off: its practice line rings nobody, and is tried out at any hour.
    """
    have = set(CallingRule.objects.filter(organization=organization).values_list("code", flat=True))
    now = timezone.now()
    rows = [
        CallingRule(
            organization=organization,
            created_at=now,
            is_active=not (organization.is_demo and default.kind == _K.HOURS),
            **{name: _plain(value) for name, value in default._asdict().items()},
        )
        for default in DEFAULTS
        if default.code not in have
    ]
    # Two who are first at once: the second finds the first one's rows.
    CallingRule.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _plain(value: object) -> object:
    """Tuples of words or numbers as lists, as rows keep them."""
    if not isinstance(value, tuple):
        return value
    return [str(one) if isinstance(one, str) else one for one in value]
