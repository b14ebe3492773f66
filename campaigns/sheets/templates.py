"""How sheets of one shape are read, kept by name: whoever sends the next one maps nothing.

The only module that writes `SheetTemplate`.
"""

from collections.abc import Sequence

from django.utils import timezone

from accounts.models import User
from campaigns.models import LeadSheet, SheetTemplate
from campaigns.sheets.choices import Choices
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried


def matching(organization_id: int, names: Sequence[str]) -> SheetTemplate | None:
    """The newest template whose columns are these, in any order; None when there is none."""
    keys = {_key(name) for name in names}
    rows = SheetTemplate.objects.filter(organization=organization_id).order_by("-pk")
    return next((row for row in rows if row.columns.keys() == keys), None)


def template_named(organization_id: int, name: str) -> SheetTemplate:
    """The template of this name. Raises InputError without one."""
    found = SheetTemplate.objects.filter(organization=organization_id, name=name.strip()).first()
    if found is None:
        raise InputError("There is no such template.", errors={"template": ["There is none."]})
    return found


def fits(template: SheetTemplate, names: Sequence[str]) -> bool:
    """Whether it names any of these columns."""
    return any(_key(name) in template.columns for name in names)


def fields(template: SheetTemplate, names: Sequence[str], guessed: Sequence[str]) -> list[str]:
    """The field of each column by the template; what it does not name stays as it was guessed."""
    pairs = zip(names, guessed, strict=True)
    return [template.columns.get(_key(name), field) for name, field in pairs]


@retried
def save_template(
    user: User | None, sheet: LeadSheet, name: str, *, names: Sequence[str], mapping: Sequence[str]
) -> SheetTemplate:
    """Keeps how a sheet is read, in the place of a template of the same name. Raises InputError."""
    name = " ".join(name.split())[:120]
    if not name:
        raise InputError("Name the template.", errors={"save_as": ["Name the template."]})
    facts = {
        "columns": {_key(column): field for column, field in zip(names, mapping, strict=True)},
        "choices": Choices.of(sheet).for_template(),
    }
    template, _ = SheetTemplate.objects.update_or_create(
        organization_id=sheet.organization_id,
        name=name,
        defaults=facts,
        create_defaults={**facts, "created_by": user, "created_at": timezone.now()},
    )
    audit.record("sheet_template.saved", template, after=facts, actor=user)
    return template


@retried
def delete_template(user: User | None, template: SheetTemplate) -> None:
    """Forgets a template; sheets that were read by it stay as they are."""
    row = SheetTemplate.objects.select_for_update().filter(pk=template.pk).first()
    if row is None:
        raise DomainError("The template is gone already.", code="gone", status=404)
    audit.record("sheet_template.deleted", row, before={"columns": row.columns}, actor=user)
    row.delete()


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
