"""Stored secrets under a new key: each is written again with the first of `FIELD_KEYS`."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import models
from django.utils import timezone

from accounts.models import LoginSession, SecondFactor, SipAccount
from core import audit, crypto
from core.models import Letter
from core.retry import retried

# Every column that `core.crypto` encrypts. A test holds it against the models.
COLUMNS: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (SipAccount, "secret"),
    (LoginSession, "sip_secret"),
    (LoginSession, "successor"),
    (SecondFactor, "secret"),
    (Letter, "body"),
)
_BATCH: Final = 200


def rotate() -> Iterator[tuple[str, int, int]]:
    """Writes each column again; yields its name, how many were written and how many unreadable.

    Stopped and begun again it does no harm: each batch is a transaction, and what is written
    already is written once more. What no key reads stays as it is.
    """
    for model, column in COLUMNS:
        written = unreadable = after = 0
        while ids := _next(model, column, after):
            done, failed = _rewrite(model, column, ids)
            written, unreadable, after = written + done, unreadable + failed, ids[-1]
        yield f"{model.__name__}.{column}", written, unreadable
    _record()


def _next(model: type[models.Model], column: str, after: int) -> list[int]:
    rows = model._default_manager.filter(pk__gt=after).exclude(**{column: ""})
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])


@retried
def _rewrite(model: type[models.Model], column: str, ids: list[int]) -> tuple[int, int]:
    rows: Any = (
        model._default_manager.select_for_update().filter(pk__in=ids).exclude(**{column: ""})
    )
    done = failed = 0
    for row in rows.order_by("pk"):
        try:
            secret = crypto.decrypt(getattr(row, column))
        except crypto.UnreadableError:
            failed += 1
            continue
        setattr(row, column, crypto.encrypt(secret))
        row.save(update_fields=[column])
        done += 1
    return done, failed


@retried
def _record() -> None:
    audit.record("stored_secrets.rewritten", after={"at": timezone.now()})
