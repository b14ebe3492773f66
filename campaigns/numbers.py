"""A telephone number across all campaigns of an organization: in one live call at most.

The only module that writes `PhoneState`.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from campaigns.models import DialAttempt, PhoneState


def ensure(organization_id: int, phones: Iterable[str]) -> dict[str, PhoneState]:
    """The states of numbers, made where missing; not locked."""
    wanted = set(phones)
    found = _read(organization_id, wanted)
    if missing := wanted - found.keys():
        rows = [PhoneState(organization_id=organization_id, phone=phone) for phone in missing]
        PhoneState.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _read(organization_id, missing)
    return found


def lock(organization_id: int, phone: str) -> PhoneState:
    """The state of a number, locked until the end of the transaction; made when missing."""
    locked = PhoneState.objects.select_for_update()
    state = locked.filter(organization_id=organization_id, phone=phone).first()
    if state is None:
        ensure(organization_id, [phone])
        state = locked.get(organization_id=organization_id, phone=phone)
    return state


def lock_known(organization_id: int, phone: str) -> None:
    """Locks the state of a number, if it has one, before the lead is locked."""
    rows = PhoneState.objects.select_for_update()
    rows.filter(organization_id=organization_id, phone=phone).first()


def hold(state: PhoneState, attempt: DialAttempt) -> None:
    """The number is in this attempt's call from now on. The state is locked and free."""
    PhoneState.objects.filter(pk=state.pk).update(live_attempt=attempt.pk)


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
