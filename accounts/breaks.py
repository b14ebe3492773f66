"""The breaks that an organization's agents may take: what they are called, how long, paid or not.

The only module that writes `BreakReason`.
"""

from dataclasses import dataclass

from django.db.models import Max
from django.utils.text import slugify

from accounts.models import BreakReason, Organization
from core import audit
from core.errors import InputError
from core.retry import retried

REASONS = {
    "lunch": "Lunch",
    "short": "Short break",
    "meeting": "Meeting",
    "training": "Training",
    "technical": "Technical problem",
}
_CODE = 32
_SHOWN = ("label", "limit_s", "is_paid", "is_active", "position")


@dataclass(frozen=True)
class Break:
    """What can be chosen of a break; `limit_s` in seconds, None without a limit."""

    label: str
    limit_s: int | None
    is_paid: bool


def ensure(organization: Organization) -> list[BreakReason]:
    """The organization's break reasons; the usual ones are added where they never were."""
    BreakReason.objects.bulk_create(
        [BreakReason(organization=organization, code=c, label=t) for c, t in REASONS.items()],
        ignore_conflicts=True,
    )
    rows = BreakReason.objects.filter(organization=organization)
    return list(rows.order_by("position", "label"))


@retried
def add(organization: Organization, wanted: Break) -> BreakReason:
    """A break more, last in the menu. Raises InputError for a label that is taken."""
    _demand_free(organization.pk, wanted.label)
    rows = BreakReason.objects.filter(organization=organization)
    last = rows.aggregate(last=Max("position"))["last"]
    reason = BreakReason.objects.create(
        organization=organization,
        code=_free_code(organization, wanted.label),
        label=wanted.label,
        limit_s=wanted.limit_s,
        is_paid=wanted.is_paid,
        position=0 if last is None else last + 1,
    )
    audit.record("break.added", reason, after=audit.snapshot(reason, _SHOWN))
    return reason


@retried
def change(reason: BreakReason, wanted: Break) -> BreakReason:
    """Gives a break another name, limit or pay; its code, and so the past, stays."""
    reason = BreakReason.objects.select_for_update().get(pk=reason.pk)
    _demand_free(reason.organization_id, wanted.label, other_than=reason)
    with audit.changes("break.changed", reason, _SHOWN):
        reason.label, reason.limit_s = wanted.label, wanted.limit_s
        reason.is_paid = wanted.is_paid
        reason.save(update_fields=["label", "limit_s", "is_paid"])
    return reason


@retried
def offer(reason: BreakReason, *, active: bool) -> BreakReason:
    """Offers a break to agents, or no longer; who is on it stays on it."""
    reason = BreakReason.objects.select_for_update().get(pk=reason.pk)
    with audit.changes("break.offered" if active else "break.withdrawn", reason, ["is_active"]):
        reason.is_active = active
        reason.save(update_fields=["is_active"])
    return reason


@retried
def raise_in_menu(reason: BreakReason) -> None:
    """Moves a break one place up in the menu; the first one stays."""
    rows = list(
        BreakReason.objects.select_for_update()
        .filter(organization=reason.organization_id)
        .order_by("position", "label", "pk")
    )
    place = rows.index(reason)
    if place == 0:
        return
    rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for position, row in enumerate(rows):
        row.position = position
    BreakReason.objects.bulk_update(rows, ["position"])
    audit.record("break.moved", reason, before={"position": place}, after={"position": place - 1})


def _demand_free(organization: int, label: str, *, other_than: BreakReason | None = None) -> None:
    rows = BreakReason.objects.filter(organization=organization, label__iexact=label)
    if other_than is not None:
        rows = rows.exclude(pk=other_than.pk)
    if rows.exists():
        problem = {"label": ["There is a break of this name."]}
        raise InputError("There is a break of this name.", errors=problem)


def _free_code(organization: Organization, label: str) -> str:
    """A code from the label that no break of the organization has or had."""
    stem = slugify(label)[: _CODE - 4].strip("-") or "break"
    begun = BreakReason.objects.filter(organization=organization, code__startswith=stem)
    taken = set(begun.values_list("code", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (stem, *numbered) if code not in taken)
