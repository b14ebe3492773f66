"""What is known about dialing a number, gathered from rows for `eligibility` to decide on."""

from collections.abc import Collection
from datetime import datetime

from campaigns import bans, numbers, windows
from campaigns.bans import Person
from campaigns.eligibility import CampaignRules, Facts
from campaigns.models import Campaign, Lead
from campaigns.numbers import Number


def rules_of(campaign: Campaign) -> CampaignRules:
    """What a campaign demands; its dates are days in its organization's zone."""
    return CampaignRules(
        running=campaign.status == Campaign.Status.RUNNING,
        zone=campaign.organization.timezone,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        window=windows.window_of(campaign),
        max_attempts=campaign.max_attempts,
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
    person = Person(number.phone, lead.email if lead else "")
    return Facts(
        phone=number.phone,
        rules=rules_of(campaign) if campaign else None,
        zones=windows.zones_of(lead) if lead else zones,
        attempts=lead.attempts if lead else 0,
        promised=promised,
        bans=bans.of_one(number.organization_id, person, campaign, now),
        live_elsewhere=number.live_attempt not in (None, attempt_id),
    )


def of_leads(
    campaign: Campaign, leads: Collection[Lead], *, promised: bool, now: datetime
) -> dict[int, Facts]:
    """About many leads of one campaign, by lead id, in a fixed number of queries.

    Makes the states of their numbers, so that a claim finds them.
    """
    people = {lead.pk: Person(lead.phone, lead.email) for lead in leads}
    windows.read_zones(lead.window_class_id for lead in leads)
    states = numbers.ensure(campaign.organization_id, {lead.phone for lead in leads})
    known = bans.of_many(campaign.organization_id, people.values(), campaign, now)
    rules = rules_of(campaign)
    return {
        lead.pk: Facts(
            phone=lead.phone,
            rules=rules,
            zones=windows.zones_of(lead),
            attempts=lead.attempts,
            promised=promised,
            bans=known[people[lead.pk]],
            live_elsewhere=states[lead.phone].live_attempt is not None,
        )
        for lead in leads
    }
