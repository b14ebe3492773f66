"""Calling windows: leads that open and close together, and when each such class does.

The only module that writes `WindowClass` and `WindowState`.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min, OuterRef, Subquery

from campaigns import areas, eligibility, ruleset, shifts
from campaigns.eligibility import Place
from campaigns.models import Campaign, Lead, WindowClass, WindowState
from core import phone

# Rows of WindowClass never change, so what was once committed may be remembered.
_ids: dict[str, int] = {}
_zones: dict[int, tuple[str, ...]] = {}
_places: dict[int, Place] = {}


@dataclass(frozen=True, slots=True)
class Outlook:
    """The classes of new leads that are open now, and when the next of the others opens."""

    open: dict[int | None, datetime | None]  # class (None: not known) -> closes at
    opens_at: datetime | None


def class_for(zones: Iterable[str], country: str = "", region: str = "") -> WindowClass:
    """The class of leads in these zones and this place; made when it is new.

    `country` is ISO 3166-1, `region` ISO 3166-2 without the country. Cheap for a class that is
    known: it then comes without a query, with its key and place filled in.
    """
    names, place = sorted(set(zones)), (country.upper(), region.upper()[:6])
    key = hashlib.sha256(json.dumps([names, *place]).encode()).hexdigest()
    facts = {"zones": names, "country": place[0], "region": place[1]}
    if key in _ids:
        return WindowClass(pk=_ids[key], key=key, **facts)
    found = WindowClass.objects.filter(key=key).first()
    if found is None:
        # Two imports may meet the same new class: the second takes the first one's row.
        WindowClass.objects.bulk_create([WindowClass(key=key, **facts)], ignore_conflicts=True)
        found = WindowClass.objects.get(key=key)
    row_id = found.pk
    transaction.on_commit(lambda: _ids.update({key: row_id}))
    return found


def zones_of(lead: Lead) -> tuple[str, ...]:
    """Every plausible zone of a lead: its class's, or its own when it has no class; and those of
    the number whose turn it is, where that is not the first."""
    if lead.window_class_id is None:
        zones: tuple[str, ...] = (lead.timezone,) if lead.timezone else ()
    else:
        if lead.window_class_id not in _zones:
            read_zones([lead.window_class_id])
        zones = _zones[lead.window_class_id]
    if lead.number == lead.phone:
        return zones
    return tuple(dict.fromkeys((*zones, *phone.normalize(lead.number).zones)))


def places_of(lead: Lead) -> tuple[Place, ...]:
    """Every place whose rules a lead's calls fall under: where it lives, and its number's."""
    if lead.window_class_id is None:
        return ruleset.with_number(ruleset.place_of(lead), lead.number)
    if lead.window_class_id not in _places:
        read_zones([lead.window_class_id])
    return ruleset.with_number(_places[lead.window_class_id], lead.number)


def read_zones(class_ids: Iterable[int | None]) -> None:
    """Reads several classes at once, for `zones_of` and `places_of`."""
    missing = {pk for pk in class_ids if pk is not None and pk not in _zones}
    if missing:
        rows = WindowClass.objects.filter(pk__in=missing)
        for pk, zones, *place in rows.values_list("pk", "zones", "country", "region"):
            _zones[pk], _places[pk] = tuple(zones), areas.under_law((place[0], place[1]))


def forget() -> None:
    """Forgets what was remembered of the classes, for a database that begins anew."""
    _ids.clear()
    _zones.clear()
    _places.clear()
    ruleset.forget()
    shifts.forget()


def window_of(campaign: Campaign) -> eligibility.Window:
    """A campaign's calling hours."""
    return eligibility.Window(
        campaign.window_start, campaign.window_end, frozenset(campaign.window_days)
    )


def span_of(campaign: Campaign, lead: Lead, at: datetime) -> eligibility.Interval | None:
    """When the campaign's hours and all rules of hours allow a lead to be called: the span that
    holds `at`, else the next one; None when there is none within a week."""
    law = ruleset.law_of(campaign, places_of(lead))
    return eligibility.opening(window_of(campaign), zones_of(lead), at, law.hours)


def closes_at(campaign: Campaign, lead: Lead, now: datetime) -> datetime | None:
    """When a lead that may be called now may be no more, by the clock; None: never."""
    law = ruleset.law_of(campaign, places_of(lead))
    window = window_of(campaign)
    if window.always and not law.hours:
        return None
    span = eligibility.opening(window, zones_of(lead), now, law.hours)
    return span[1] if span else None


def outlook(campaign: Campaign, now: datetime) -> Outlook:
    """Which classes with new leads are open, from the stored states, which it keeps up to date.

    Leads without a class count as open: their own zone is looked at when they are decided.
    The caller holds the campaign's slots.
    """
    classes = _waiting(campaign)
    known = [pk for pk in classes if pk is not None]
    states = _current(campaign, known, now)
    found: dict[int | None, datetime | None] = {
        pk: states[pk].open_until for pk in known if states[pk].open_until
    }
    if None in classes:
        found[None] = None
    later = [states[pk].opens_at for pk in known if pk not in found]
    return Outlook(found, min((at for at in later if at), default=None))


def closed_now(
    campaign: Campaign, classes: Iterable[int], now: datetime
) -> dict[int, datetime | None]:
    """Which of the classes are closed, and when each opens; None: at no hour that is known.

    Nothing is stored, so that it holds for a campaign that is not being filled, too.
    """
    known = list(classes)
    read_zones(known)
    found = {pk: _open(campaign, pk, now) for pk in known}
    return {pk: opens_at for pk, (open_until, opens_at) in found.items() if open_until is None}


def next_opening(campaign: Campaign, now: datetime) -> datetime | None:
    """When the next class of new leads opens, as far as the stored states know."""
    states = WindowState.objects.filter(
        campaign=campaign, open_until=None, opens_at__gt=now, window_class__in=_waiting(campaign)
    )
    found: datetime | None = states.aggregate(at=Min("opens_at"))["at"]
    return found


def _waiting(campaign: Campaign) -> list[int | None]:
    """The classes that have new leads, of which None are those without a class.

    An index dive for each class that exists. A DISTINCT or EXISTS would do as well, but MariaDB
    answers those by a walk through all new leads, which takes a second over a million.
    """
    new = Lead.objects.filter(campaign=campaign, status=Lead.Status.NEW)
    one = Subquery(new.filter(window_class=OuterRef("pk")).order_by().values("pk")[:1])
    known = WindowClass.objects.alias(one=one).filter(one__isnull=False).order_by("pk")
    found: list[int | None] = list(known.values_list("pk", flat=True))
    return [None, *found] if new.filter(window_class=None).exists() else found


def _current(campaign: Campaign, classes: list[int], now: datetime) -> dict[int, WindowState]:
    """The states of the classes, computed again where rules or hours have passed them by."""
    version = eligibility.version(campaign.rule_version)
    states = {
        state.window_class_id: state
        for state in WindowState.objects.filter(campaign=campaign, window_class__in=classes)
    }
    stale = [pk for pk in classes if pk not in states or _stale(states[pk], version, now)]
    if not stale:
        return states
    read_zones(stale)
    changed: list[WindowState] = []
    added: list[WindowState] = []
    for pk in stale:
        state = states.get(pk) or WindowState(campaign=campaign, window_class_id=pk)
        state.rule_version = version
        state.open_until, state.opens_at = _open(campaign, pk, now)
        (changed if state.pk else added).append(state)
        states[pk] = state
    WindowState.objects.bulk_update(changed, ["rule_version", "open_until", "opens_at"])
    WindowState.objects.bulk_create(added)
    return states


def _stale(state: WindowState, version: int, now: datetime) -> bool:
    passed = state.open_until or state.opens_at
    return state.rule_version != version or (passed is not None and passed <= now)


def _open(
    campaign: Campaign, class_id: int, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """(open until, None) when open, (None, opens at) when closed, (None, None) for never.

    Where a number belongs is not known of a class: such rules keep single leads away later.
    """
    place = _places[class_id]
    law = ruleset.law_of(campaign, (place,) if place[0] else ())
    span = eligibility.opening(window_of(campaign), _zones[class_id], now, law.hours)
    if span is None:
        return None, None
    start, end = span
    return (end, None) if start <= now else (None, start)
