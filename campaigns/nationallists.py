"""Registers of numbers that are not called, as states keep them: copied, and how old the copy is.

The only module that writes `NationalList` and `ListedNumber`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.models import Organization
from campaigns import editing, suppressionlists
from campaigns.models import ListedNumber, NationalList
from campaigns.sheets import understood
from core import audit
from core.errors import InputError
from core.retry import retried

if TYPE_CHECKING:
    from django.core.files import File

CHUNK: Final = 5000
# Registers that are known, by our code for them: name and country.
KNOWN: Final[dict[str, tuple[str, str]]] = {
    "US-DNC": ("National Do Not Call Registry", "US"),
    "CA-DNCL": ("National Do Not Call List", "CA"),
    "GB-TPS": ("Telephone Preference Service", "GB"),
    "GB-CTPS": ("Corporate Telephone Preference Service", "GB"),
}
_CODE: Final = re.compile(r"[A-Z]{2}-[A-Z0-9-]{1,13}")


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a copy: the numbers it holds, and the rows that held none."""

    row: NationalList
    numbers: int
    invalid: int
    problems: list[tuple[int, str, str]]


def copy(
    file: "File[Any]",
    organization: Organization,
    code: str,
    *,
    as_of: date,
    name: str = "",
    by: Any = None,
    now: datetime,
) -> Copied:
    """Takes a file as the whole of a register, as it was on a day; what it had before is replaced.

    A number counts as listed from the moment it is read, and what is no longer on the list until
    the file has been read to its end: a copy that breaks off lets nobody through. Raises
    InputError for a file without numbers, an unknown code without a name, or a day to come.
    """
    row = _row(organization, code.strip().upper(), name.strip(), as_of, now)
    report = suppressionlists.Report()
    try:
        _read(file, row, report)
    except InputError:
        _forget_unread(row)
        raise
    _finish(row, row.edition + 1, as_of=as_of, by=by, now=now)
    return Copied(row, row.numbers, report.invalid, report.problems)


def _read(file: "File[Any]", row: NationalList, report: suppressionlists.Report) -> None:
    """Puts the numbers of a file on the list. Raises InputError for a file without any."""
    count = 0
    with understood(file) as table:
        numbers = suppressionlists.numbers(table, row.country, report)
        for chunk in batched(numbers, CHUNK, strict=False):
            count += _list(row, row.edition + 1, sorted(set(chunk)))
    if not count:
        raise InputError(
            "No row of this file holds a telephone number; the list stays as it was.",
            code="no_numbers",
        )


@retried
def drop(row: NationalList, *, by: Any) -> None:
    """Forgets a register and its numbers."""
    known = NationalList.objects.select_for_update().filter(pk=row.pk).first()
    if known is None:
        return
    audit.record(
        "national_list.dropped", known, before=audit.snapshot(known, ("code", "as_of")), actor=by
    )
    ListedNumber.objects.filter(list=known).delete()
    known.delete()
    editing.rules_changed(known.organization_id)


@retried
def _row(
    organization: Organization, code: str, name: str, as_of: date, now: datetime
) -> NationalList:
    """The register of this code; made when it is new."""
    if as_of > now.date():
        raise InputError(
            "A copy cannot be of a day to come.", errors={"as_of": ["Choose today or earlier."]}
        )
    if not _CODE.fullmatch(code):
        said = "Write a code such as US-DNC: the country, a dash, and the list."
        raise InputError(said, errors={"code": [said]})
    known, country = KNOWN.get(code, (name, code[:2]))
    if not known:
        raise InputError("Name this list.", errors={"name": ["This code is new: name its list."]})
    row = NationalList(organization=organization, code=code, name=name or known, country=country)
    NationalList.objects.bulk_create([row], ignore_conflicts=True)
    return NationalList.objects.get(organization=organization, code=code)


@retried
def _forget_unread(row: NationalList) -> None:
    """A register of which nothing was ever copied is none: nothing waits for its age."""
    if row.as_of is None and not ListedNumber.objects.filter(list=row).exists():
        NationalList.objects.filter(pk=row.pk, as_of=None).delete()


@retried
def _list(row: NationalList, edition: int, phones: Iterable[str]) -> int:
    """Puts numbers on the list, or marks them as still there."""
    rows = [ListedNumber(list=row, phone=phone, edition=edition) for phone in phones]
    # MariaDB knows by itself which key is meant, and refuses to be told.
    named = connection.features.supports_update_conflicts_with_target
    ListedNumber.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["edition"],
        unique_fields=["phone", "list"] if named else None,
    )
    return len(rows)


def _finish(row: NationalList, edition: int, *, as_of: date, by: Any, now: datetime) -> None:
    """Takes off what is not on the list any more, in chunks, and then notes the copy's day."""
    while _take_off(row, edition):
        pass
    _note(row, edition, as_of=as_of, by=by, now=now)


@retried
def _take_off(row: NationalList, edition: int) -> int:
    gone = ListedNumber.objects.filter(list=row).exclude(edition=edition)
    ids = list(gone.values_list("pk", flat=True)[:CHUNK])
    ListedNumber.objects.filter(pk__in=ids).delete()
    return len(ids)


@retried
def _note(row: NationalList, edition: int, *, as_of: date, by: Any, now: datetime) -> None:
    row.numbers = ListedNumber.objects.filter(list=row).count()
    row.edition, row.as_of, row.updated_at = edition, as_of, now
    row.save(update_fields=["numbers", "edition", "as_of", "updated_at", "name"])
    after = audit.snapshot(row, ("code", "as_of", "numbers", "edition"))
    audit.record("national_list.copied", row, after=after, actor=by)
    editing.rules_changed(row.organization_id)
