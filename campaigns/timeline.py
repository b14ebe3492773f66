"""A lead's story: what happened to it so far, and what happens next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns import callbacks, facts, leadfilter, numbers
from campaigns.eligibility import Refusal, decide
from campaigns.models import (
    Callback,
    Campaign,
    ConsentRecord,
    DialAttempt,
    Lead,
    SuppressionEntry,
)

S = Lead.Status
LONGEST: Final = 100  # moments of each kind
_GIVEN_BACK: Final = {
    "skipped": "The agent skipped it.",
    "preview_over": "The time for looking at it was over.",
    "expired": "The reservation ran out.",
    "refused": "The rules refused it at the moment of dialing.",
    "paused": "The campaign was paused.",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a lead."""

    at: datetime
    kind: str  # chooses its icon
    title: str
    detail: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What happens next in a sentence, when, and every rule that says no at this moment."""

    sentence: str
    at: datetime | None
    refusals: tuple[Refusal, ...]


def moments(lead: Lead) -> list[Moment]:
    """Import, reservations, promises, suppression and consent, the newest first, in a fixed number
    of queries. The calls themselves belong to the app above."""
    about_number = [*_suppressions(lead), *_consents(lead)]
    found = [_arrival(lead), *_attempts(lead), *_promises(lead), *about_number]
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def outlook(lead: Lead, now: datetime) -> Outlook:
    """What the rules say about the lead at this moment, and what the queue will do about it."""
    number = numbers.known(lead.organization_id, lead.number)
    promised = bool(callbacks.owed([lead.pk]))
    known = facts.of_number(number, campaign=lead.campaign, lead=lead, promised=promised, now=now)
    sentence, at = _next(lead, now)
    settled = lead.status in _SETTLED
    return Outlook(sentence, at, () if settled else decide(known, now).refusals)


_SETTLED: Final[dict[str, str]] = {
    S.SUPPRESSED: "It is not called: its number is on the list of those who are not called.",
    S.FINISHED: "It is not called again.",
    S.CLAIMED: "An agent has it now.",
}
_BY_VOICE: Final[dict[str, str]] = {
    S.CLAIMED: "A voice has it now.",
    S.QUEUED: "It is ready: a voice calls it next.",
}


def _next(lead: Lead, now: datetime) -> tuple[str, datetime | None]:
    by_voice = _BY_VOICE if lead.campaign.mode == Campaign.Mode.AI else {}
    if settled := _SETTLED.get(lead.status):
        return by_voice.get(lead.status, settled), None
    if lead.campaign.status != Campaign.Status.RUNNING:
        return "It waits until its campaign runs.", None
    if lead.status == S.QUEUED:
        return by_voice.get(S.QUEUED, "It is ready: one of the next agents gets it."), None
    if promise := Callback.objects.filter(open_key=lead.pk).select_related("owner").first():
        who = promise.owner.name if promise.owner else "anyone"
        return f"It was promised a call, by {who}.", promise.next_at
    if lead.status == S.RETRY and lead.next_attempt_at and lead.next_attempt_at > now:
        return "It is looked at again.", lead.next_attempt_at
    if lead.status == S.RETRY and lead.blocked_by in leadfilter.LEFT_OUT:
        return "It waits until the campaign's filter or active list chooses it.", None
    if lead.status == S.RETRY:
        return "It is due, and goes before new leads.", None
    return "It waits for its turn among the new leads.", None


def _arrival(lead: Lead) -> Moment:
    if lead.sheet is None:
        return Moment(lead.created_at, "added", "Added by a program")
    sheet = lead.sheet
    by = sheet.created_by.name if sheet.created_by else ""
    return Moment(
        lead.created_at, "imported", "Imported", f"{sheet.name}, row {lead.sheet_row}", by
    )


def _attempts(lead: Lead) -> Iterator[Moment]:
    rows = DialAttempt.objects.filter(lead=lead).select_related("agent").order_by("-pk")
    for attempt in rows[:LONGEST]:
        by = attempt.agent.name if attempt.agent else ""
        yield Moment(attempt.reserved_at, *_told(attempt), by)


def _told(attempt: DialAttempt) -> tuple[str, str, str]:
    """Kind, title and detail of an attempt."""
    if attempt.inbound:
        return "inbound", "Called in", attempt.get_outcome_display()
    if attempt.dialed_at is None:
        said = "; ".join(refusal["message"] for refusal in attempt.refusals)
        why = said or _GIVEN_BACK.get(attempt.released_because, "It was given back undialed.")
        if attempt.ended_at is None:
            return "reserved", "Reserved", "Not dialed yet."
        return "returned", "Given back undialed", why
    if attempt.ended_at is None:
        return "dialed", "Dialed", "In a call now."
    lasted = attempt.ended_at - attempt.dialed_at
    talked = f", {_span(lasted)} from dialing to its end" if attempt.live_answer else ""
    return "dialed", "Dialed", f"{attempt.get_outcome_display()}{talked}"


def _promises(lead: Lead) -> Iterator[Moment]:
    rows = Callback.objects.filter(lead=lead).select_related("owner").order_by("-pk")
    for row in rows[:LONGEST]:
        who = row.owner.name if row.owner else "anyone"
        said = f"For {who}. {row.note}"
        yield Moment(row.created_at, "promised", "Callback promised", said)
        if row.done_at:
            yield Moment(row.done_at, "settled", "The promise is settled")


def _suppressions(lead: Lead) -> Iterator[Moment]:
    rows = SuppressionEntry.objects.filter(
        organization=lead.organization_id,
        phone=lead.phone,
        campaign_key__in=[SuppressionEntry.EVERYWHERE, lead.campaign_id],
    ).select_related("created_by")
    for row in rows:
        scope = "in this campaign" if row.campaign_key else "everywhere"
        detail = f"{row.get_source_display()}, {scope}. {row.reason}"
        by = row.created_by.name if row.created_by else ""
        yield Moment(row.created_at, "suppressed", "Its number is not called", detail, by)


def _consents(lead: Lead) -> Iterator[Moment]:
    rows = ConsentRecord.objects.filter(
        organization=lead.organization_id, phone=lead.phone
    ).select_related("created_by")
    for row in rows.order_by("-pk")[:LONGEST]:
        what = f"{row.get_kind_display()} consent to {row.get_voice_display().lower()}"
        detail = f"{what}, {row.purpose}. {row.source}. {row.proof}".rstrip(". ") + "."
        by = row.created_by.name if row.created_by else ""
        yield Moment(row.granted_at, "allowed", "Consent given", detail, by)
        if row.revoked_at:
            yield Moment(row.revoked_at, "revoked", "Consent revoked", row.revoked_because)


def _span(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
