"""What is known about dialing a number, gathered from rows for `eligibility` to decide on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from campaigns import bans, leadfilter, lookback, numbers, ruleset, shifts, windows
from campaigns.bans import Person
from campaigns.eligibility import CampaignRules, Facts, Law, Place, Ruleset, law_for
from campaigns.lookback import Asked
from campaigns.models import Campaign, Lead
from campaigns.numbers import Number

_NOWHERE: Final = ("", "")


@dataclass(frozen=True, slots=True)
class Call:
    """What kind of call it would be; outside any campaign nobody says why, so that the strictest
    purpose is taken."""

    law: Ruleset
    mode: str
    purpose: str

    @classmethod
    def of(cls, campaign: Campaign | None, organization_id: int) -> Self:
        """A campaign's call, or one to a number that an agent typed."""
        if campaign is not None:
            return cls(ruleset.of_campaign(campaign), campaign.mode, campaign.purpose)
        found = ruleset.of_organization(organization_id)
        return cls(found, Campaign.Mode.MANUAL, Campaign.Purpose.MARKETING)

    def law_for(self, places: tuple[Place, ...]) -> Law:
        """The rules that it falls under at these places."""
        return law_for(self.law, places, self.mode, self.purpose)


def rules_of(campaign: Campaign) -> CampaignRules:
    """What a campaign demands; its dates are days in its organization's zone."""
    return CampaignRules(
        running=campaign.status == Campaign.Status.RUNNING,
        zone=campaign.organization.timezone,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        window=windows.window_of(campaign),
        max_attempts=campaign.max_attempts,
        shifts=shifts.of_campaign(campaign),
    )


def of_number(
    number: Number,
    *,
    campaign: Campaign | None,
    lead: Lead | None,
    now: datetime,
    zones: tuple[str, ...] = (),
    promised: bool = False,
    attempt_id: int | None = None,
) -> Facts:
    """About one locked number.

    `zones` are those of a number without a lead; `attempt_id` is the attempt that asks, whose
    own hold on the number does not count.
    """
    if lead is not None:
        lead.number = number.phone
    person = Person(number.phone, lead.email if lead else "")
    call = Call.of(campaign, number.organization_id)
    places = windows.places_of(lead) if lead else ruleset.with_number(_NOWHERE, number.phone)
    asked = Asked(number, call.law_for(places), *_dialed(lead))
    return Facts(
        phone=number.phone,
        rules=rules_of(campaign) if campaign else None,
        zones=windows.zones_of(lead) if lead else zones,
        attempts=lead.tries if lead else 0,
        promised=promised,
        bans=bans.of_one(number.organization_id, person, campaign, now)
        + leadfilter.refusals(campaign, lead, promised=promised),
        live_elsewhere=number.live_attempt not in (None, attempt_id),
        law=call.law,
        places=places,
        mode=call.mode,
        purpose=call.purpose,
        past=lookback.pasts(number.organization_id, [asked], now)[0],
    )


def of_leads(
    campaign: Campaign, leads: Collection[Lead], *, promised: bool, now: datetime
) -> dict[int, Facts]:
    """About many leads of one campaign, by lead id, in a fixed number of queries.

    Makes the states of their numbers, so that a claim finds them.
    """
    windows.read_zones(lead.window_class_id for lead in leads)
    states = numbers.ensure(campaign.organization_id, {lead.number for lead in leads})
    found = {phone: Number.of(state) for phone, state in states.items()}
    call = Call.of(campaign, campaign.organization_id)
    return _about(campaign, leads, found, call, promised=promised, now=now)


def glance(
    campaign: Campaign, leads: Collection[Lead], law: Ruleset, now: datetime
) -> dict[int, Facts]:
    """The same under whichever rules, without writing anything; numbers in a call count as free."""
    windows.read_zones(lead.window_class_id for lead in leads)
    found = numbers.known_many(campaign.organization_id, {lead.number for lead in leads})
    found = {phone: replace(number, live_attempt=None) for phone, number in found.items()}
    call = Call(law, campaign.mode, campaign.purpose)
    return _about(campaign, leads, found, call, promised=False, now=now)


def _about(
    campaign: Campaign,
    leads: Collection[Lead],
    states: Mapping[str, Number],
    call: Call,
    *,
    promised: bool,
    now: datetime,
) -> dict[int, Facts]:
    people = {lead.pk: Person(lead.number, lead.email) for lead in leads}
    known = bans.of_many(campaign.organization_id, people.values(), campaign, now)
    rules = rules_of(campaign)
    places = {lead.pk: windows.places_of(lead) for lead in leads}
    asked = [
        Asked(states[lead.number], call.law_for(places[lead.pk]), *_dialed(lead)) for lead in leads
    ]
    pasts = lookback.pasts(campaign.organization_id, asked, now)
    return {
        lead.pk: Facts(
            phone=lead.number,
            rules=rules,
            zones=windows.zones_of(lead),
            attempts=lead.tries,
            promised=promised,
            bans=known[people[lead.pk]] + leadfilter.refusals(campaign, lead, promised=promised),
            live_elsewhere=states[lead.number].live_attempt is not None,
            law=call.law,
            places=places[lead.pk],
            mode=call.mode,
            purpose=call.purpose,
            past=past,
        )
        for lead, past in zip(leads, pasts, strict=True)
    }


def _dialed(lead: Lead | None) -> tuple[int | None, datetime | None]:
    return (lead.pk, lead.last_called_at) if lead else (None, None)
