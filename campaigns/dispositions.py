"""Results that agents write down: eighteen to begin with, then whatever an organization makes.

The only module that writes `Disposition`.
"""

from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Organization, User
from campaigns.models import Disposition
from core import audit, realtime
from core.errors import InputError

_HOUR: Final = 3600


class Default(NamedTuple):
    """A result of the customer's own list, with what it does to the lead."""

    code: str
    label: str
    key: str
    retry_after_s: int = 0  # 0: the lead is finished
    success: bool = False
    contact: bool = False
    callback: bool = False
    do_not_call: bool = False


_AUDITED: Final = tuple(field.name for field in Disposition._meta.concrete_fields)
DEFAULTS: Final = (
    Default("lead", "Lead", "1", success=True, contact=True),
    Default("follow-ups", "Follow-Ups", "2", 24 * _HOUR, contact=True, callback=True),
    Default("lost", "Lost", "3", contact=True),
    Default("contact-discovery", "Contact Discovery", "4", contact=True),
    Default("not-an-rpc", "Not an RPC", "5", contact=True),
    Default("vm-rpc", "VM-RPC", "6", 4 * _HOUR),
    Default("vm-operator", "VM-Operator", "7", 4 * _HOUR),
    Default("not-answered", "Not Answered", "8", 2 * _HOUR),
    Default("busy", "Busy", "9", _HOUR // 2),
    Default("call-failed", "Call Failed", "0", _HOUR),
    Default("disconnected", "Disconnected", "x", _HOUR),
    Default("dnc", "DNC", "d", contact=True, do_not_call=True),
    Default("wrong-number", "Wrong Number", "w", contact=True),
    Default("invalid-number", "Invalid Number", "i"),
    Default("invalid-job-title", "Invalid Job Title", "j", contact=True),
    Default("invalid-country", "Invalid Country", "c", contact=True),
    Default("invalid-industry", "Invalid Industry", "n", contact=True),
    Default("invalid-emp-size", "Invalid EMP-Size", "e", contact=True),
)


@transaction.atomic
def ensure_defaults(organization: Organization) -> list[Disposition]:
    """The default results of an organization; makes those that it lacks, changes none."""
    codes = [default.code for default in DEFAULTS]
    found = Disposition.objects.filter(organization=organization)
    have = set(found.values_list("code", flat=True))
    Disposition.objects.bulk_create(
        _row(organization, order, default)
        for order, default in enumerate(DEFAULTS, 1)
        if default.code not in have
    )
    return list(found.filter(code__in=codes))


@transaction.atomic
def add(user: User, organization: Organization, *, label: str, **fields: Any) -> Disposition:
    """A result of the organization's own; raises InputError for a taken label or key."""
    code = slugify(label)[:32]
    last = Disposition.objects.filter(organization=organization).last()
    row = Disposition(
        organization=organization,
        code=code,
        label=label,
        order=last.order + 1 if last else 1,
        **fields,
    )
    if not code:
        raise InputError("Give the result a name.", errors={"label": ["Give it a name."]})
    if Disposition.objects.filter(organization=organization, code=code).exists():
        raise InputError("There is such a result.", errors={"label": ["There is such a result."]})
    kept = _keep(user, row)
    audit.record("disposition.added", row, after=audit.snapshot(row, _AUDITED), actor=user)
    return kept


@transaction.atomic
def change(user: User, disposition: Disposition, **fields: Any) -> Disposition:
    """Changes flags, label, key or order; calls that carry the result keep it."""
    row = Disposition.objects.select_for_update().get(pk=disposition.pk)
    with audit.changes("disposition.changed", row, _AUDITED, actor=user):
        for name, value in fields.items():
            setattr(row, name, value)
        return _keep(user, row)


def _row(organization: Organization, order: int, default: Default) -> Disposition:
    return Disposition(
        organization=organization,
        order=order,
        code=default.code,
        label=default.label,
        key=default.key,
        finished=not default.retry_after_s,
        retry_after_s=default.retry_after_s or _HOUR,
        success=default.success,
        contact=default.contact,
        callback=default.callback,
        do_not_call=default.do_not_call,
    )


def _keep(user: User, row: Disposition) -> Disposition:
    """Checks a result against its siblings, saves and records it."""
    row.key = row.key.strip().lower()
    if row.do_not_call:
        row.finished = True
    siblings = Disposition.objects.filter(organization=row.organization_id, is_active=True)
    if row.key and siblings.filter(key=row.key).exclude(pk=row.pk).exists():
        message = f"The key {row.key} belongs to another result."
        raise InputError(message, errors={"key": [message]})
    row.save()
    realtime.record(
        "disposition.changed",
        organization=row.organization_id,
        subject={"disposition": row.pk},
        data={"code": row.code},
        actor=user,
    )
    return row
