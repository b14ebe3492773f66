"""Settling an attempt: the number is free again, and the lead has its next time or its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from campaigns import callbacks, consents, numbers, phones, queue, retries, standing
from campaigns.models import Campaign, DialAttempt, Disposition, Lead, SuppressionEntry
from campaigns.retries import Plan
from core import statements
from core.errors import DomainError

_O = DialAttempt.Outcome


def settle(
    attempt: DialAttempt,
    *,
    outcome: str,
    now: datetime,
    live_answer: bool = False,
    conversation: bool = False,
    hold_until: datetime | None = None,
) -> None:
    """Ends an attempt with its outcome on the line; a second time changes nothing.

    The lead, unless the agent's result already placed it, is tried again inside an open window
    or finished, by the campaign's rules; not before `hold_until`, as after a presumed end.
    """
    lead = _end(
        attempt,
        now,
        outcome=outcome,
        live_answer=live_answer,
        conversation=conversation,
        abandoned=outcome == _O.ABANDONED,
    )
    if conversation:
        numbers.talked(attempt, now)
    if attempt.abandoned:
        numbers.abandoned(attempt, now)
    if lead and lead.status == Lead.Status.CLAIMED:
        _by_outcome(attempt, lead, now, reached=live_answer, not_before=hold_until)


def call_again(attempt: DialAttempt, *, now: datetime) -> None:
    """Tries the lead of an attempt that ended at another part of the day, in the transaction that
    settled it; not beyond its attempts, and not where a result or a later call placed it.
    """
    lead = _locked(attempt)
    settled = (Lead.Status.RETRY, Lead.Status.FINISHED)
    if lead and attempt.disposed_at is None and lead.status in settled:
        plan = retries.at_another_part(_campaign(lead), lead, now=now)
        _follow(lead, plan, keep_promise=True, now=now)


def release(
    attempt: DialAttempt,
    *,
    now: datetime,
    reason: str,
    delay_s: int = 0,
    refusals: Sequence[dict[str, Any]] = (),
) -> None:
    """Gives back a reservation that was never dialed; it comes again, after `delay_s`.

    `refusals` are those of a decision that came out otherwise at the moment of dialing. Raises
    DomainError "already_dialed" for one that was dialed and is still live.
    """
    if DialAttempt.objects.filter(pk=attempt.pk, ended_at=None, dialed_at__isnull=False).exists():
        raise DomainError("This number was dialed already.", code="already_dialed")
    refused = {"decision": "refused", "refusals": list(refusals)} if refusals else {}
    lead = _end(attempt, now, outcome=_O.CANCELED, released_because=reason[:32], **refused)
    if lead and lead.status == Lead.Status.CLAIMED:
        again = now + timedelta(seconds=delay_s)
        if delay_s:
            again = retries.inside_window(_campaign(lead), lead, again)
        _again(lead, again, keep_promise=True, now=now)


def dispose(
    attempt: DialAttempt,
    disposition: Disposition,
    *,
    now: datetime,
    callback_at: datetime | None = None,
    owner: User | None = None,
) -> None:
    """The agent's result overrides the line's: finished, tried again, called back, never again.

    A wish not to be called holds for the whole organization at once. A lead that was called
    again since stays where that call puts it. May come before or after `settle`.
    """
    if disposition.do_not_call:
        consents.stop(
            attempt.organization_id,
            attempt.phone,
            source=SuppressionEntry.Source.AGENT,
            reason=disposition.label,
            lead=attempt.lead,
            by=attempt.agent,
            now=now,
        )
    queue.withdraw(attempt.lead_id)
    lead = _locked(attempt)
    DialAttempt.objects.filter(pk=attempt.pk).update(disposed_at=now)
    attempt.disposed_at = now
    if lead and not _superseded(attempt, lead):
        _by_disposition(lead, disposition, now, callback_at, owner)


def correct(
    attempt: DialAttempt, *, outcome: str, now: datetime, live_answer: bool, conversation: bool
) -> None:
    """Puts an end right when the phone tells late how it went; the same again changes nothing.

    Requests may overtake each other, so each may know more than the one before. The lead moves by
    the true outcome, unless the agent's result or a later call placed it.
    """
    queue.withdraw(attempt.lead_id)
    numbers.lock_known(attempt.organization_id, attempt.phone)
    lead = _locked(attempt)
    attempt.refresh_from_db()
    told = (outcome, live_answer, conversation)
    known = (attempt.outcome, attempt.live_answer, attempt.conversation)
    if attempt.ended_at is None or told == known:
        return
    attempt.outcome, attempt.live_answer, attempt.conversation = told
    attempt.abandoned, attempt.corrected_at = outcome == _O.ABANDONED, now
    attempt.save(
        update_fields=["outcome", "live_answer", "conversation", "abandoned", "corrected_at"]
    )
    if conversation:
        numbers.talked(attempt, now)
    if attempt.abandoned:
        numbers.abandoned(attempt, now)
    settled = (Lead.Status.RETRY, Lead.Status.FINISHED)
    undisposed = attempt.disposed_at is None and not attempt.inbound
    if lead and undisposed and lead.status in settled and not _superseded(attempt, lead):
        _by_outcome(attempt, lead, now, reached=live_answer, not_before=lead.next_attempt_at)


def _end(attempt: DialAttempt, now: datetime, **result: object) -> Lead | None:
    """Ends a live attempt and frees its number; the locked lead it held, None if it was over."""
    numbers.lock_known(attempt.organization_id, attempt.phone)
    lead = _locked(attempt)
    live = DialAttempt.objects.filter(pk=attempt.pk, ended_at=None)
    if not live.update(ended_at=now, live_agent=None, **result):
        return None
    for name, value in {"ended_at": now, "live_agent": None, **result}.items():
        setattr(attempt, name, value)
    numbers.free(attempt)
    # An incoming call holds no lead, whoever else may hold it.
    return None if attempt.inbound else lead


def _by_outcome(
    attempt: DialAttempt,
    lead: Lead,
    now: datetime,
    *,
    reached: bool,
    not_before: datetime | None,
) -> None:
    """Places a lead by what the line said."""
    campaign, outcome = _campaign(lead), str(attempt.outcome)
    turn = phones.after_outcome(campaign, lead, outcome, now)
    plan = retries.after_outcome(campaign, lead, outcome, now=now, not_before=not_before, turn=turn)
    if turn and plan.at:
        standing.turn({lead.pk: turn})
    _follow(lead, plan, keep_promise=not reached, now=now)


def _by_disposition(
    lead: Lead,
    disposition: Disposition,
    now: datetime,
    callback_at: datetime | None,
    owner: User | None,
) -> None:
    """Places a lead by what the agent said."""
    if disposition.do_not_call:
        callbacks.complete([lead.pk], now)
        standing.suppress(lead)
    elif lead.status == Lead.Status.SUPPRESSED:
        return
    elif disposition.callback:
        due = callback_at or now + timedelta(seconds=disposition.retry_after_s)
        callbacks.create(lead, due_at=due, owner=owner, now=now)
        standing.retry(lead, None)
    else:
        plan = retries.after_disposition(_campaign(lead), lead, disposition, now=now)
        keep = plan.at is not None and not disposition.contact
        _follow(lead, plan, keep_promise=keep, now=now)


def _follow(lead: Lead, plan: Plan, *, keep_promise: bool, now: datetime) -> None:
    """Moves a lead as planned."""
    if plan.at is None:
        callbacks.complete([lead.pk], now)
        standing.finish(lead, plan.because)
    else:
        _again(lead, plan.at, keep_promise=keep_promise, now=now)


def _again(lead: Lead, at: datetime, *, keep_promise: bool, now: datetime) -> None:
    """Tries again: a promise that was not kept moves along, with its owner."""
    if not keep_promise:
        callbacks.complete([lead.pk], now)
    elif callbacks.postpone(lead.pk, at):
        standing.retry(lead, None)
        return
    standing.retry(lead, at)


def _locked(attempt: DialAttempt) -> Lead | None:
    """The attempt's lead, locked."""
    if attempt.lead_id is None:
        return None
    return statements.get(Lead, attempt.lead_id, lock=True)


def _campaign(lead: Lead) -> Campaign:
    return statements.get(Campaign, lead.campaign_id, "organization")


def _superseded(attempt: DialAttempt, lead: Lead) -> bool:
    """Whether the lead is another attempt's: taken again later, or held while it called in."""
    if attempt.inbound and lead.status == Lead.Status.CLAIMED:
        return True
    later = DialAttempt.objects.filter(lead=attempt.lead_id, pk__gt=attempt.pk, inbound=False)
    return later.exists()
