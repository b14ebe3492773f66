"""Beginnings of numbers and e-mail domains that are not called.

The only module that writes `SuppressionPattern`.
"""

import re
from datetime import datetime
from typing import Any, Final

from accounts.models import Organization
from campaigns import editing
from campaigns.models import Campaign, SuppressionEntry, SuppressionPattern
from core import audit, years
from core.errors import InputError
from core.retry import retried

_Kind = SuppressionPattern.Kind
# The shortest beginning: a country's code alone stops a whole country, which may be meant.
_PREFIX: Final = re.compile(r"\+[1-9]\d{0,14}")
_DOMAIN: Final = re.compile(r"(?=.{4,128}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_AUDITED: Final = ("kind", "pattern", "campaign_key", "reason", "expires_at")


@retried
def add(
    organization: Organization,
    kind: str,
    text: str,
    *,
    reason: str = "",
    campaign: Campaign | None = None,
    until: datetime | None = None,
    by: Any = None,
    now: datetime,
) -> SuppressionPattern:
    """Keeps all numbers of a beginning, or all people of a domain, from being called.

    Holds from the next decision on; the ready tables are decided anew. The same pattern again
    stands for the longer of both times. Raises InputError for what is neither.
    """
    pattern = read(kind, text)
    if not years.fits(until):
        raise InputError(years.SAID, errors={"until": [years.SAID]})
    if until is not None and until <= now:
        raise InputError("That time is over already.", errors={"until": ["Choose a later time."]})
    key = {
        "organization": organization,
        "kind": kind,
        "pattern": pattern,
        "campaign_key": campaign.pk if campaign else SuppressionEntry.EVERYWHERE,
    }
    row = SuppressionPattern(
        **key, reason=reason[:255], created_by=by, created_at=now, expires_at=until
    )
    SuppressionPattern.objects.bulk_create([row], ignore_conflicts=True)
    row = SuppressionPattern.objects.select_for_update().get(**key)
    if row.expires_at and (until is None or until > row.expires_at):
        row.expires_at, row.reason = until, reason[:255]
        row.save(update_fields=["expires_at", "reason"])
    audit.record("suppression.pattern_added", row, after=audit.snapshot(row, _AUDITED), actor=by)
    editing.rules_changed(organization.pk)
    return row


@retried
def lift(row: SuppressionPattern, *, because: str, by: Any) -> None:
    """Lets these numbers be called again, where nothing else keeps them from it.

    Raises InputError without a reason, as for a single number.
    """
    because = because.strip()
    if not because:
        raise InputError("Say why they may be called again.", errors={"because": ["Why?"]})
    known = SuppressionPattern.objects.select_for_update().filter(pk=row.pk).first()
    if known is None:
        return
    audit.record(
        "suppression.pattern_lifted",
        known,
        before=audit.snapshot(known, _AUDITED),
        after={"because": because[:255]},
        actor=by,
    )
    known.delete()
    editing.rules_changed(known.organization_id)


def read(kind: str, text: str) -> str:
    """The pattern that someone wrote, as it is stored. Raises InputError for what is none."""
    written = text.strip().lower()
    if kind == _Kind.PREFIX:
        digits = re.sub(r"[\s().-]", "", written)
        digits = "+" + digits.removeprefix("00") if digits.startswith("00") else digits
        if _PREFIX.fullmatch(digits):
            return digits
        said = "Write the beginning of a number with its country code, such as +44 7 or +1 900."
    else:
        domain = written.rpartition("@")[2].rstrip(".")
        if _DOMAIN.fullmatch(domain):
            return domain
        said = "Write a domain, such as example.com."
    raise InputError(said, code="no_pattern", errors={"pattern": [said]})
