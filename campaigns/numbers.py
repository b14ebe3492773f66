"""A telephone number across all campaigns of an organization: in one live call at most.

The only module that writes `PhoneState`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Self

from django.db import connection

from campaigns.models import DialAttempt, PhoneState
from core import statements

_STATE: Final = (
    "SELECT id, live_attempt, last_dialed_at, last_conversation_at, last_abandoned_at,"
    " reassigned_on FROM campaigns_phonestate WHERE organization_id = %s AND phone = %s"
)
_HOLD: Final = "UPDATE campaigns_phonestate SET live_attempt = %s WHERE id = %s"

_FREE: Final = (
    "UPDATE campaigns_phonestate SET live_attempt = NULL"
    " WHERE organization_id = %s AND phone = %s AND live_attempt = %s"
)
_DIALED: Final = (
    "UPDATE campaigns_phonestate SET last_dialed_at = %s WHERE organization_id = %s AND phone = %s"
)
_TALKED: Final = _DIALED.replace("last_dialed_at", "last_conversation_at")
_ABANDONED: Final = _DIALED.replace("last_dialed_at", "last_abandoned_at")


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
    """A number and what is known of its calls; `lock` keeps it so until the transaction ends."""

    pk: int
    organization_id: int
    phone: str
    live_attempt: int | None = None
    dialed_at: datetime | None = None
    talked_at: datetime | None = None
    abandoned_at: datetime | None = None
    reassigned_on: date | None = None

    @classmethod
    def of(cls, state: PhoneState) -> Self:
        """A state that was read without a lock."""
        return cls(
            state.pk,
            state.organization_id,
            state.phone,
            state.live_attempt,
            state.last_dialed_at,
            state.last_conversation_at,
            state.last_abandoned_at,
            state.reassigned_on,
        )


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
    if not found:
        return None
    pk, live_attempt, dialed_at, talked_at, abandoned_at, reassigned_on = found[0]
    times = (_utc(dialed_at), _utc(talked_at), _utc(abandoned_at))
    return Number(pk, organization_id, phone, live_attempt, *times, reassigned_on)


def known(organization_id: int, phone: str) -> Number:
    """A number as it is now, not locked; one that was never called has no id."""
    state = PhoneState.objects.filter(organization=organization_id, phone=phone).first()
    return Number.of(state) if state else Number(0, organization_id, phone)


def known_many(organization_id: int, phones: Iterable[str]) -> dict[str, Number]:
    """The same of many numbers, in one query; those that were never called have no id."""
    wanted = set(phones)
    found = _read(organization_id, wanted)
    return {
        phone: Number.of(found[phone]) if phone in found else Number(0, organization_id, phone)
        for phone in wanted
    }


def hold(number: Number, attempt: DialAttempt) -> None:
    """The number, which is free, is in this attempt's call from now on."""
    statements.run(_HOLD, [attempt.pk, number.pk])


def dialed(attempt: DialAttempt, now: datetime) -> None:
    """The number was dialed."""
    _note(_DIALED, attempt, now)


def talked(attempt: DialAttempt, now: datetime) -> None:
    """Someone spoke with the person behind the number."""
    _note(_TALKED, attempt, now)


def abandoned(attempt: DialAttempt, now: datetime) -> None:
    """Someone answered, and nobody was there for them."""
    _note(_ABANDONED, attempt, now)


def reassigned(organization_id: int, phone: str, on: date) -> None:
    """Somebody else has the number since this day; an earlier day than is known changes nothing."""
    state = lock(organization_id, phone)
    if state.reassigned_on is None or state.reassigned_on < on:
        PhoneState.objects.filter(pk=state.pk).update(reassigned_on=on)


def free(attempt: DialAttempt) -> None:
    """The number may be called again, unless another attempt holds it."""
    statements.run(_FREE, [attempt.organization_id, attempt.phone, attempt.pk])


def _utc(stored: datetime | None) -> datetime | None:
    """A time as both engines keep it: without its zone."""
    return stored.replace(tzinfo=UTC) if stored else None


def _note(sql: str, attempt: DialAttempt, now: datetime) -> None:
    at = connection.ops.adapt_datetimefield_value(now)
    statements.run(sql, [at, attempt.organization_id, attempt.phone])


def _read(organization_id: int, phones: Iterable[str]) -> dict[str, PhoneState]:
    rows = PhoneState.objects.filter(organization_id=organization_id, phone__in=phones)
    return {row.phone: row for row in rows}
