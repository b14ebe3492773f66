"""Promised calls, as people see to them: who keeps one, and which is called off."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from campaigns import callbacks, queue, standing
from campaigns.models import Callback, Lead
from core import audit, realtime
from core.errors import DomainError, InputError
from core.retry import retried

# After a promise was called off, the lead is an ordinary one again, but not within the hour.
_REST = timedelta(hours=1)


@retried
def give(promise: Callback, owner: User | None, *, by: User) -> Callback:
    """Lets another agent keep a promise, or (None) anyone.

    Raises InputError for somebody who may not call for its campaign, and DomainError "settled"
    for a promise that does not stand any more.
    """
    if owner is not None and not _may_keep(owner, promise):
        sentence = "They are not assigned to this campaign."
        raise InputError(sentence, errors={"owner": [sentence]})
    # Whoever it was ready for must not get it: it is placed again.
    queue.withdraw(promise.lead_id)
    row = _standing(promise)
    before = row.owner
    callbacks.give(row, owner)
    audit.record(
        "callback.given",
        row.lead,
        before={"owner": before.email if before else None},
        after={"owner": owner.email if owner else None},
        actor=by,
    )
    _tell(row, "callback.given", by)
    return row


@retried
def call_off(promise: Callback, *, by: User, now: datetime) -> None:
    """The promise is not kept; its lead goes on by the campaign's rules.

    Raises DomainError "settled" for a promise that does not stand any more.
    """
    queue.withdraw(promise.lead_id)
    lead = Lead.objects.select_for_update().get(pk=promise.lead_id)
    row = _standing(promise)
    callbacks.complete([lead.pk], now)
    if lead.status == Lead.Status.RETRY:
        standing.retry(lead, now + _REST)
    audit.record("callback.called_off", lead, before={"due_at": row.due_at}, actor=by)
    _tell(row, "callback.called_off", by)


def _standing(promise: Callback) -> Callback:
    rows = Callback.objects.select_for_update().filter(pk=promise.pk, done_at=None)
    row = rows.first()
    if row is None:
        raise DomainError("This promise is settled already.", code="settled")
    return row


def _may_keep(owner: User, promise: Callback) -> bool:
    campaign = promise.campaign
    assigned = campaign.agents.filter(pk=owner.pk)
    teams = campaign.teams.filter(members=owner, archived_at=None)
    return bool(owner.is_active and (assigned.exists() or teams.exists()))


def _tell(row: Callback, kind: str, by: Any) -> None:
    realtime.record(
        kind,
        organization=row.organization_id,
        topics=[f"campaign:{row.campaign_id}"],
        subject={"callback": row.pk, "lead": row.lead_id, "campaign": row.campaign_id},
        actor=by,
    )
