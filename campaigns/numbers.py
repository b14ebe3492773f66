"""A telephone number across all campaigns of an organization: in one live call at most.

The only module that writes `PhoneState`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from campaigns.models import DialAttempt, PhoneState
from core import statements

_STATE: Final = (
    "SELECT id, live_attempt FROM campaigns_phonestate WHERE organization_id = %s AND phone = %s"
)
_HOLD: Final = "UPDATE campaigns_phonestate SET live_attempt = %s WHERE id = %s"


def ensure(organization_id: int, phones: Iterable[str]) -> dict[str, PhoneState]:
    """The states of numbers, made where missing; not locked."""
    wanted = set(phones)
    found = _read(organization_id, wanted)
    if missing := wanted - found.keys():
        rows = [PhoneState(organization_id=organization_id, phone=phone) for phone in missing]
        PhoneState.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _read(organization_id, missing)
    return found


@dataclass(frozen=True, slots=True)
class Number:
    """A number whose state is locked until the end of the transaction."""

    pk: int
    organization_id: int
    phone: str
    live_attempt: int | None


def lock(organization_id: int, phone: str) -> Number:
    """Locks a number's state, and makes it when it is missing."""
    if (found := lock_known(organization_id, phone)) is None:
        ensure(organization_id, [phone])
        found = lock_known(organization_id, phone)
    assert found is not None
    return found


def lock_known(organization_id: int, phone: str) -> Number | None:
    """Locks a number's state, if it has one."""
    found = statements.locked(_STATE, [organization_id, phone])
    return Number(found[0][0], organization_id, phone, found[0][1]) if found else None


def hold(number: Number, attempt: DialAttempt) -> None:
    """The number, which is free, is in this attempt's call from now on."""
    statements.run(_HOLD, [attempt.pk, number.pk])


def dialed(attempt: DialAttempt, now: datetime) -> None:
    """The number was dialed."""
    _of(attempt).update(last_dialed_at=now)


def talked(attempt: DialAttempt, now: datetime) -> None:
    """Someone spoke with the person behind the number."""
    _of(attempt).update(last_conversation_at=now)


def free(attempt: DialAttempt) -> None:
    """The number may be called again, unless another attempt holds it."""
    _of(attempt).filter(live_attempt=attempt.pk).update(live_attempt=None)


def _of(attempt: DialAttempt) -> QuerySet[PhoneState]:
    return PhoneState.objects.filter(organization_id=attempt.organization_id, phone=attempt.phone)


def _read(organization_id: int, phones: Iterable[str]) -> dict[str, PhoneState]:
    rows = PhoneState.objects.filter(organization_id=organization_id, phone__in=phones)
    return {row.phone: row for row in rows}
