"""The audit log's seal: a chain of digests that whoever has only the database cannot forge.

The only module that writes `AuditEntry.seq`, its digest, and `AuditSeal`. Entries are numbered
after their commit, as events are (`core.outbox`): ids are not commit order. Each digest is keyed
by what `FIELD_KEYS` holds and covers the entry and the digest before it; a seal closes a batch,
and its digest is logged, so that the log of the process anchors the chain outside the database.
"""

import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from core import statements
from core.models import AuditEntry, AuditSeal, Sequence
from core.retry import retried

log = logging.getLogger("dialer.audit")

NAME = "audit"
BATCH = 500
_PURPOSE = b"dialer audit seal"
_COVERED = (
    *("seq", "id", "at", "organization_id", "actor_id", "actor_name", "acting_as", "action"),
    *("target_type", "target_id", "target_name", "before", "after", "address", "agent", "outcome"),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a look at the chain found; `problem` names the first entry that is not as sealed."""

    entries: int  # how many were proven
    last_seq: int
    digest: str  # of the last seal that was reached
    waiting: int  # entries that are not sealed yet
    problem: str = ""


class BrokenError(Exception):
    """The chain is not as it was sealed; the text says where."""


def seal(now: datetime) -> int:
    """Seals the next batch of committed entries; returns how many there were."""
    if not AuditEntry.objects.filter(seq=None).exists():
        return 0
    return _seal(now)


def catch_up(now: datetime) -> int:
    """Seals all that waits, in transactions of one batch each; returns how many entries."""
    sealed = 0
    while count := seal(now):
        sealed += count
        if count < BATCH:
            break
    return sealed


@retried
def _seal(now: datetime) -> int:
    # Whoever holds this row is the only one that seals: the chain cannot fork.
    counter, _ = Sequence.objects.select_for_update().get_or_create(name=NAME)
    waiting = list(AuditEntry.objects.filter(seq=None).order_by("id")[:BATCH])
    if not waiting:
        return 0
    key = _keys()[0]
    former = AuditSeal.objects.order_by("-last_seq").values_list("digest", flat=True).first() or ""
    for seq, entry in enumerate(waiting, counter.last + 1):
        entry.seq = seq
        entry.digest = former = _digest(key, former, entry)
        statements.update(entry, "seq", "digest")
    last = counter.last + len(waiting)
    closed = AuditSeal(last_seq=last, count=len(waiting), at=now)
    closed.digest = _seal_digest(key, former, closed)
    statements.insert(closed)
    Sequence.objects.filter(pk=counter.pk).update(last=F("last") + len(waiting))
    said = {"seq": last, "count": len(waiting), "digest": closed.digest}
    transaction.on_commit(lambda: log.info("audit sealed", extra=said))
    return len(waiting)


def verify(from_seq: int = 1, expected: str = "") -> Proof:
    """Proves the chain from a number on, which itself is trusted, to the last seal.

    `expected` is a seal's digest that someone kept elsewhere: it must be met on the way.
    """
    state = _Walk(expected=expected)
    try:
        state.begin(from_seq)
        while state.seals():
            pass
        state.end()
    except BrokenError as error:
        return state.proof(str(error))
    return state.proof()


class _Walk:
    """One way along the chain, seal by seal, in constant memory."""

    def __init__(self, expected: str) -> None:
        self.expected, self.met = expected, not expected
        self.last, self.former, self.proven = 0, "", 0
        self.digest = ""

    def begin(self, from_seq: int) -> None:
        """Goes to the last seal before the number; what lies before it is trusted."""
        before = AuditSeal.objects.filter(last_seq__lt=from_seq).order_by("-last_seq").first()
        if before is not None:
            self.last, self.former = before.last_seq, before.digest
            self._meet(before)

    def seals(self) -> bool:
        """Proves the batches of the next seals; False when there are no more."""
        found = list(AuditSeal.objects.filter(last_seq__gt=self.last).order_by("last_seq")[:100])
        for closed in found:
            self._batch(closed)
        return bool(found)

    def _batch(self, closed: AuditSeal) -> None:
        first, former = self.last + 1, self.former
        if closed.count != closed.last_seq - self.last:
            raise BrokenError(f"The seal of the entries from {first} on is missing or was changed.")
        expected = first
        for entry in _between(first, closed.last_seq):
            if entry.seq != expected:
                raise BrokenError(f"Entry {expected} is missing.")
            digest = _matching(former, entry)
            if digest is None:
                raise BrokenError(f"Entry {expected} (id {entry.pk}) is not as it was sealed.")
            former, expected = digest, expected + 1
        if expected != closed.last_seq + 1:
            raise BrokenError(f"Entry {expected} is missing.")
        if not any(
            hmac.compare_digest(closed.digest, _seal_digest(key, former, closed)) for key in _keys()
        ):
            raise BrokenError(f"The seal behind entry {closed.last_seq} was changed.")
        self.proven += closed.count
        self.last, self.former = closed.last_seq, closed.digest
        self._meet(closed)

    def _meet(self, closed: AuditSeal) -> None:
        self.digest = closed.digest
        self.met = self.met or hmac.compare_digest(closed.digest, self.expected)

    def end(self) -> None:
        """Looks behind the last seal, where nothing may be that says it is sealed."""
        numbered = AuditEntry.objects.aggregate(last=Max("seq"))["last"] or 0
        given = Sequence.objects.filter(name=NAME).values_list("last", flat=True).first() or 0
        while self.seals():  # what was sealed in the meantime
            pass
        if numbered > self.last:
            raise BrokenError(f"Entry {self.last + 1} stands behind the last seal.")
        if given > self.last:
            raise BrokenError(f"Entry {self.last + 1} and its seal are missing.")
        if not self.met:
            raise BrokenError(f"No seal up to entry {self.last} has the expected digest.")

    def proof(self, problem: str = "") -> Proof:
        """What was found so far."""
        waiting = AuditEntry.objects.filter(seq=None).count()
        return Proof(self.proven, self.last, self.digest, waiting, problem)


def _between(first: int, last: int) -> Iterator[AuditEntry]:
    """Sealed entries in order, a page at a time."""
    while first <= last:
        rows = list(
            AuditEntry.objects.filter(seq__gte=first, seq__lte=last).order_by("seq")[:BATCH]
        )
        yield from rows
        if len(rows) < BATCH:
            return
        first = (rows[-1].seq or last) + 1


def _matching(former: str, entry: AuditEntry) -> str | None:
    """The entry's digest, when one of the configured keys made it."""
    made = (_digest(key, former, entry) for key in _keys())
    return next((digest for digest in made if hmac.compare_digest(digest, entry.digest)), None)


def _digest(key: bytes, former: str, entry: AuditEntry) -> str:
    facts = {name: getattr(entry, name) for name in _COVERED}
    facts["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, f"entry\n{former}\n{text}".encode(), sha256).hexdigest()


def _seal_digest(key: bytes, former: str, closed: AuditSeal) -> str:
    at = closed.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = f"seal\n{former}\n{closed.last_seq}\n{closed.count}\n{at}"
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _keys() -> tuple[bytes, ...]:
    """The keys that seal (the first) and prove (any): changing keys breaks no older seal."""
    return _derived(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=4)
def _derived(keys: tuple[str, ...]) -> tuple[bytes, ...]:
    # Bound to its purpose: no digest tells anything about what encrypts fields.
    return tuple(
        HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
        for key in keys
    )
