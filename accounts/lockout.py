"""How often one may guess. The only module that writes `LoginFailure`.

A guess is written down before it is judged, and crossed out when it was right. So parallel guesses
see each other without a lock: of those that pass, each sees all that passed before.
"""

import hashlib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import LoginFailure
from core import config

BATCH = 2_000
# No limit looks further back.
LONGEST = timedelta(hours=24)


class Purpose(StrEnum):
    """What is guessed at, or asked for; each has limits of its own."""

    LOGIN = "login"  # a password
    CODE = "code"  # a second factor's code
    ASK = "ask"  # a mail with a reset code
    RESET = "reset"  # that code


class By(StrEnum):
    """Whose guesses count together."""

    PAIR = "pair"  # of this account from this address
    ACCOUNT = "account"  # of this account from anywhere
    ADDRESS = "address"  # from this address; counts the distinct accounts


_MINUTES, _HOUR = timedelta(minutes=15), timedelta(hours=1)
_DEFAULTS: dict[Purpose, dict[By, tuple[int, timedelta]]] = {
    # An office behind one address is not shut out by one who forgot a password.
    Purpose.LOGIN: {
        By.PAIR: (5, _MINUTES),
        By.ACCOUNT: (20, _HOUR),
        By.ADDRESS: (100, _HOUR),
    },
    Purpose.CODE: {By.PAIR: (5, _MINUTES), By.ACCOUNT: (10, _HOUR)},
    Purpose.ASK: {By.ACCOUNT: (5, _HOUR), By.ADDRESS: (20, _HOUR)},
    Purpose.RESET: {By.ACCOUNT: (5, _HOUR), By.ADDRESS: (100, _HOUR)},
}


@dataclass(frozen=True)
class Guess:
    """A guess on record. `admitted`: it may be judged; `last`: no other will be, if it is wrong."""

    row: LoginFailure
    admitted: bool
    last: bool = False


def _define() -> None:
    for purpose, limits in _DEFAULTS.items():
        for by, (count, window) in limits.items():
            name, what = f"lockout.{purpose}_{by}", f"{purpose!s} by {by!s}"
            config.define(
                f"{name}_count",
                int,
                default=count,
                minimum=1,
                help=f"Wrong guesses ({what}) after which no other is judged.",
            )
            config.define(
                f"{name}_window_s",
                timedelta,
                default=window,
                minimum=1,
                maximum=LONGEST.total_seconds(),
                help=f"How long a wrong guess ({what}) counts.",
            )


_define()


def attempt(purpose: Purpose, account: str, address: str | None) -> Guess:
    """Writes a guess down, and says whether it may be judged.

    `account` is what was typed, whoever that is. Guesses over a limit are not judged and do not
    count, so that a lock ends when its window does. Call it outside of a transaction: what is not
    committed, a parallel guess does not see.
    """
    row = LoginFailure.objects.create(
        purpose=purpose,
        account=digest(purpose, account),
        address=network(address),
        at=timezone.now(),
    )
    left = min(_left(row))
    if left <= 0:
        row.delete()
        return Guess(row, admitted=False)
    return Guess(row, admitted=True, last=left == 1)


def right(guess: Guess) -> None:
    """Crosses a right guess out, and with it what its account got wrong from its address."""
    row = guess.row
    _rows(row).filter(account=row.account, address=row.address).delete()


def forget(purpose: Purpose, account: str) -> None:
    """Crosses out all that an account got wrong, from anywhere."""
    LoginFailure.objects.filter(purpose=purpose, account=digest(purpose, account)).delete()


def prune(now: datetime) -> int:
    """Deletes what no limit counts any more; returns how many rows."""
    deleted = 0
    old = LoginFailure.objects.filter(at__lt=now - LONGEST).order_by("at")
    while rows := list(old.values_list("pk", flat=True)[:BATCH]):
        deleted += LoginFailure.objects.filter(pk__in=rows).delete()[0]
    return deleted


def digest(purpose: Purpose, account: str) -> str:
    """An account as it is stored: people type passwords into the wrong field."""
    return hashlib.sha256(f"{purpose}:{account.strip().lower()}".encode()).hexdigest()


def network(address: str | None) -> str | None:
    """What an address counts as: whoever has one of IPv6 has the 2**64 around it."""
    if not address:
        return None
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


def _left(row: LoginFailure) -> Iterator[int]:
    """How many guesses each limit leaves, this one among them."""
    for by in _DEFAULTS[Purpose(row.purpose)]:
        if by == By.ADDRESS and row.address is None:
            continue
        name = f"lockout.{row.purpose}_{by}"
        since = row.at - config.get(f"{name}_window_s")
        others = _rows(row).filter(at__gt=since).exclude(pk=row.pk)
        yield config.get(f"{name}_count") - _count(others, row, by)


def _count(others: QuerySet[LoginFailure], row: LoginFailure, by: By) -> int:
    if by == By.ADDRESS:
        return others.filter(address=row.address).values("account").distinct().count()
    of: dict[str, Any] = {"account": row.account}
    if by == By.PAIR:
        of["address"] = row.address
    return others.filter(**of).count()


def _rows(row: LoginFailure) -> QuerySet[LoginFailure]:
    return LoginFailure.objects.filter(purpose=row.purpose)
