"""Files of numbers that all allowed the same, for the ledger of consent."""

from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from accounts.models import Organization
from campaigns import consents, editing, suppressionlists
from campaigns.consents import Terms
from campaigns.sheets import understood
from core import audit
from core.retry import retried

if TYPE_CHECKING:
    from django.core.files import File

CHUNK: Final = 1000


def receive(
    file: "File[Any]",
    organization: Organization,
    terms: Terms,
    *,
    region: str,
    by: Any = None,
    now: datetime,
) -> suppressionlists.Report:
    """Writes down the same consent for every number of a file, a thousand at a time.

    Whoever ended such consent since it was granted is counted, and nothing is written of it.
    Raises InputError for terms that are none, and for a file without numbers, having changed
    nothing.
    """
    terms.check(now)
    report = suppressionlists.Report()
    with understood(file) as table:
        found = suppressionlists.numbers(table, region, report)
        for chunk in batched(found, CHUNK, strict=False):
            added, ended = consents.add_many(organization, chunk, terms, by=by, now=now)
            report.added += added
            report.ended += ended
            report.known += len(chunk) - added - ended
    _imported(organization, report, terms, by)
    return report


@retried
def _imported(
    organization: Organization, report: suppressionlists.Report, terms: Terms, by: Any
) -> None:
    counts = {
        "added": report.added,
        "known": report.known,
        "ended": report.ended,
        "invalid": report.invalid,
    }
    said = {"purpose": terms.purpose, "voice": terms.voice, "kind": terms.kind, **counts}
    audit.record("consent.imported", organization, after=said, organization=organization, actor=by)
    editing.rules_changed(organization.pk)
