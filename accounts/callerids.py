"""The numbers that an organization may show on its calls. The only module that writes `CallerId`.

An organization without any may show what it likes.
"""

from django.db import IntegrityError, transaction

from accounts.models import CallerId, Organization
from core import audit, phone
from core.errors import InputError
from core.retry import retried


@retried
def add(organization: Organization, number: str, label: str = "") -> CallerId:
    """Allows a number. Raises InputError for what is no number, or one that is there."""
    try:
        found = phone.normalize(number).e164
    except phone.PhoneError as error:
        raise _misfit(error.message) from error
    try:
        with transaction.atomic():
            row = CallerId.objects.create(organization=organization, number=found, label=label)
    except IntegrityError as error:
        raise _misfit("The organization has this number already.") from error
    audit.record("caller_id.added", row, after={"number": found, "label": label})
    return row


@retried
def remove(row: CallerId) -> None:
    """Allows a number no longer; a campaign that shows it must choose another to be started."""
    audit.record("caller_id.removed", row, before={"number": row.number, "label": row.label})
    CallerId.objects.filter(pk=row.pk).delete()


def allowed(organization: int) -> list[CallerId]:
    """The numbers that an organization may show; empty when it may show any."""
    return list(CallerId.objects.filter(organization=organization).order_by("label", "number"))


def refusal(organization: int, number: str) -> str:
    """Why the organization may not show this number; empty when it may."""
    numbers = [row.number for row in allowed(organization)]
    if not number or not numbers or number in numbers:
        return ""
    return "Choose one of the organization's caller IDs."


def _misfit(sentence: str) -> InputError:
    return InputError(sentence, errors={"number": [sentence]})
