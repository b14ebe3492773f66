"""A campaign made like another: its settings, rules and people, without its leads."""

from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from campaigns import editing, retries
from campaigns.models import Campaign
from core.errors import DomainError
from core.retry import retried

_OWN: Final = frozenset(
    {
        *("id", "organization", "name", "status", "rule_version", "created_by", "is_demo"),
        *("created_at", "updated_at", "archived_at", "starts_on", "ends_on", "active_sheet"),
    }
)
_MANY: Final = ("dispositions", "teams", "agents", "managers")


@retried
def copy_campaign(user: User, campaign: Campaign, *, name: str = "") -> Campaign:
    """A draft like the campaign, without leads and lists; its dates only where they lie ahead.

    Raises InputError where the settings do not hold any more, as a caller ID that is not allowed,
    and DomainError "not_copied" for a voice's campaign, which is more than its settings.
    """
    if campaign.mode == Campaign.Mode.AI:
        raise DomainError("A campaign of a voice is not copied; make a new one.", code="not_copied")
    fields: dict[str, Any] = {
        field.name: getattr(campaign, field.name)
        for field in Campaign._meta.concrete_fields
        if field.name not in _OWN
    }
    if not campaign.ends_on or campaign.ends_on >= timezone.now().date():
        fields |= {"starts_on": campaign.starts_on, "ends_on": campaign.ends_on}
    for relation in _MANY:
        fields[relation] = list(getattr(campaign, relation).all())
    # A filter by list would choose none of the copy's leads.
    conditions = [row for row in campaign.lead_filter.get("all", ()) if row.get("field") != "sheet"]
    fields["lead_filter"] = {"all": conditions} if conditions else {}
    made = editing.create_campaign(
        user, organization=campaign.organization, name=name or _free_name(campaign), **fields
    )
    retries.replace(made, retries.of_campaign(campaign), by=user)
    return made


def _free_name(campaign: Campaign) -> str:
    """The name with a number behind it that nobody has."""
    longest = Campaign._meta.get_field("name").max_length or 120
    same = Campaign.objects.filter(organization=campaign.organization_id)
    taken = {name.casefold() for name in same.values_list("name", flat=True)}
    number = 2
    while True:
        ending = f" ({number})"
        name = campaign.name[: longest - len(ending)] + ending
        if name.casefold() not in taken:
            return name
        number += 1
