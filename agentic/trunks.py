"""Lines that voices dial on: made, changed, put aside.

The only module that writes what people choose of a `Trunk`.
"""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Organization, User
from agentic.models import AiCall, Trunk
from campaigns.models import Campaign
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried

_AUDITED: Final = ("name", "livekit_id", "max_calls", "calls_per_second", "is_active")


def listed(user: Any) -> QuerySet[Trunk]:
    """The lines that the user sees with their live calls and campaigns, those in use first."""
    # Counted by an index of its own: a join would walk through every call of the line.
    calls = AiCall.objects.filter(trunk=OuterRef("pk"), ended_at=None).order_by()
    live = Subquery(calls.values("trunk").annotate(rows=Count("pk")).values("rows"))
    rows = Trunk.objects.for_user(user).annotate(live=Coalesce(live, 0))
    return rows.annotate(used_by=Count("campaigns")).order_by("-is_active", "name")


@retried
def add(user: User, *, organization: Organization | None = None, **fields: Any) -> Trunk:
    """A line of the user's organization; a superadmin names it. Raises InputError by field."""
    owner = organization or user.organization
    if owner is None:
        raise InputError("Name the organization.", errors={"organization": ["Name it."]})
    row = Trunk(organization=owner, **fields)
    _check(row)
    row.save()
    audit.record("trunk.created", row, after=audit.snapshot(row, _AUDITED), actor=user)
    return row


@retried
def change(user: User, trunk: Trunk, **fields: Any) -> Trunk:
    """Changes a line; its limits hold from the next call on. Raises InputError by field."""
    row = Trunk.objects.select_for_update().get(pk=trunk.pk)
    with audit.changes("trunk.changed", row, _AUDITED, actor=user):
        for name, value in fields.items():
            setattr(row, name, value)
        _check(row)
        row.save(update_fields=list(fields))
    return row


@retried
def archive(user: User, trunk: Trunk) -> Trunk:
    """Puts a line aside. Raises DomainError "trunk_in_use" while a running campaign dials on it."""
    running = trunk.campaigns.filter(campaign__status=Campaign.Status.RUNNING)
    if running.exists():
        raise DomainError("A running campaign dials on this line.", code="trunk_in_use")
    return change(user, trunk, is_active=False)


def _check(row: Trunk) -> None:
    row.name, row.livekit_id = row.name.strip(), row.livekit_id.strip()
    errors: dict[str, list[str]] = {}
    try:
        row.full_clean(exclude=["organization", "rests_until"], validate_constraints=False)
    except ValidationError as error:
        errors = dict(error.message_dict)
    same = Trunk.objects.filter(organization=row.organization_id, name=row.name).exclude(pk=row.pk)
    if same.exists():
        errors["name"] = ["There is a line of this name."]
    if errors:
        raise InputError("Some fields are not right.", errors=errors)
