"""What is known of a lead, by the names that placeholders use."""

import re
from typing import Any, Final

from agentic.placeholders import FIELDS
from campaigns.models import Campaign, Lead

# Own fields are found by a look at so many of the latest leads.
_LOOKED_AT: Final = 200
# For a try without a list.
EXAMPLE: Final[dict[str, str]] = {
    "name": "Ann Example",
    "first_name": "Ann",
    "last_name": "Example",
    "job_title": "Head of Operations",
    "company": "Example Ltd.",
    "resource_name": "The Practical Guide",
    "email": "ann@example.test",
    "phone": "+12025550123",
    "timezone": "America/New_York",
}


def about(lead: Lead) -> dict[str, Any]:
    """The facts of a lead; what is not known is left out."""
    first, _, last = lead.name.strip().partition(" ")
    facts: dict[str, Any] = {key(name): value for name, value in lead.custom.items()}
    own = {name: getattr(lead, name, "") for name in FIELDS if name != "resource_name"}
    facts |= own | {"first_name": first, "last_name": last, "phone": lead.number}
    return {name: value for name, value in facts.items() if value not in (None, "")}


def own_fields(campaign: Campaign | None) -> list[str]:
    """The names of the facts that the campaign's lists brought beside the usual ones."""
    if campaign is None or not campaign.pk:
        return []
    latest = Lead.objects.filter(campaign=campaign).order_by("-pk")[:_LOOKED_AT]
    names = {key(name) for custom in latest.values_list("custom", flat=True) for name in custom}
    return sorted(names - FIELDS.keys())


def key(name: str) -> str:
    """A column's name as a placeholder spells it: "Resource Name" is resource_name."""
    word = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    return (word if word[:1].isalpha() else f"x_{word}")[:40]
