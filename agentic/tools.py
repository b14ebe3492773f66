"""What voices do in a call: decided by `agentic.toolbox`, done here, each use on record.

The same for every provider. A voice is only as trustworthy as what it was last told, so nothing
here takes its word for more than the call it is in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from agentic import handover, leadfacts, placeholders, toolbox
from agentic.models import AiAnswer, AiCall, ToolUse, Wording
from agentic.toolbox import Deed, Situation
from campaigns import consents, leads, retries, windows
from campaigns.models import Campaign, Disposition, SuppressionEntry
from core.errors import DomainError
from core.retry import retried

_LONGEST: Final = 1000
# Whose word about the result a tool does not change.
_STANDS: Final = frozenset({"guard", "person"})


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What the voice is told; `silent` when it says nothing to it."""

    text: str
    refused: bool = False
    ends_call: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool as a model sees it; `schema` is the JSON schema of its arguments."""

    name: str
    description: str
    schema: dict[str, Any]


def offered(wording: Wording, campaign: Campaign) -> list[Offered]:
    """The tools of a wording: those switched on, and those that always are.

    One that could not be used, such as answers without questions, is left out.
    """
    known = situation(wording, campaign, now=timezone.now(), zone="UTC")
    useless = {
        *(() if known.questions else ("record_answer",)),
        *(() if known.results else ("set_disposition",)),
        *(() if known.callback else ("schedule_callback",)),
    }
    return [
        Offered(tool.name, tool.description, toolbox.schema(tool, known))
        for tool in toolbox.offered(wording.tools)
        if tool.name not in useless
    ]


@retried
def use(pk: int, name: str, arguments: Mapping[str, Any], now: datetime) -> ToolAnswer:
    """Uses a tool in a live call, and writes that down, refused or not."""
    ai = _locked(pk)
    if ai.state == AiCall.State.OVER:
        return ToolAnswer("The call is over.", refused=True, silent=True)
    found = toolbox.consider(situation_of(ai, now), name, arguments)
    if isinstance(found, Deed):
        refused = _DO[found.name](ai, found, now)
        answer = ToolAnswer(refused or found.said, bool(refused), found.ends_call, found.silent)
    else:
        answer = ToolAnswer(found.said, refused=True)
    ToolUse.objects.create(
        ai_call=ai,
        name=name[:64],
        arguments=_short(arguments),
        answer=answer.text,
        refused=answer.refused,
        at=now,
    )
    return answer


def rehearse(
    situation: Situation, name: str, arguments: Mapping[str, Any]
) -> tuple[ToolAnswer, Situation]:
    """What using a tool would come to, and the situation after it; nothing is written."""
    found = toolbox.consider(situation, name, arguments)
    if not isinstance(found, Deed):
        return ToolAnswer(found.said, refused=True), situation
    if found.name == "mark_do_not_call":
        situation = replace(situation, opted_out=True, fixed=True)
    return ToolAnswer(found.said, ends_call=found.ends_call, silent=found.silent), situation


def situation_of(ai: AiCall, now: datetime) -> Situation:
    """What is known of a call when its voice reaches for a tool."""
    zones = windows.zones_of(ai.lead)
    return replace(
        situation(
            ai.version,
            ai.campaign,
            now=now,
            zone=zones[0] if zones else "UTC",
            known=leadfacts.about(ai.lead),
        ),
        opted_out=ai.opted_out,
        fixed=ai.opted_out or ai.disposed_by in _STANDS,
        opens=lambda at: retries.inside_window(ai.campaign, ai.lead, at),
    )


def situation(
    wording: Wording,
    campaign: Campaign,
    *,
    now: datetime,
    zone: str,
    known: Mapping[str, Any] | None = None,
) -> Situation:
    """What is known before a call, of its campaign, its wording and, in `known`, of its lead."""
    rows = list(campaign.dispositions.filter(is_active=True))
    callback = next((row.code for row in rows if row.callback), "")
    return Situation(
        now=now,
        zone=zone,
        switched_on=frozenset(wording.tools),
        questions=wording.questions,
        # A promise and a refusal have tools of their own, which do what they say.
        results={row.code: row.label for row in rows if not (row.callback or row.do_not_call)},
        callback=callback,
        voicemail=wording.voicemail,
        voicemail_text=placeholders.fill(wording.voicemail_text, known or {}),
    )


@retried
def opt_out(pk: int, *, by: str, now: datetime) -> bool:
    """Nobody calls this number any more, from this moment on; False where that was so already.

    `by` says who understood it: tool or guard.
    """
    ai = _locked(pk)
    if ai.opted_out:
        return False
    _opt_out(ai, by, now)
    return True


def _record_answer(ai: AiCall, deed: Deed, now: datetime) -> str:
    row = {**deed.values, "source": "tool", "at": now}
    key = row.pop("key")
    AiAnswer.objects.update_or_create(ai_call=ai, key=key, defaults=row)
    return ""


def _set_disposition(ai: AiCall, deed: Deed, now: datetime) -> str:
    ai.disposition = ai.campaign.dispositions.get(code=deed.values["code"])
    ai.disposed_by, ai.callback_at = "tool", None
    if deed.values["note"]:
        ai.summary = deed.values["note"]
    ai.save(update_fields=["disposition", "disposed_by", "callback_at", "summary"])
    return ""


def _schedule_callback(ai: AiCall, deed: Deed, now: datetime) -> str:
    ai.disposition = ai.campaign.dispositions.get(code=deed.values["code"])
    ai.disposed_by, ai.callback_at = "tool", deed.values["at"]
    ai.save(update_fields=["disposition", "disposed_by", "callback_at"])
    return ""


def _mark_do_not_call(ai: AiCall, deed: Deed, now: datetime) -> str:
    if not ai.opted_out:
        _opt_out(ai, "tool", now)
    return ""


def _confirm_email(ai: AiCall, deed: Deed, now: datetime) -> str:
    email = deed.values["email"]
    row = {"question": "E-mail address", "answer": email, "source": "tool", "at": now}
    AiAnswer.objects.update_or_create(ai_call=ai, key="email", defaults=row)
    leads.set_email(ai.lead, email)
    return ""


def _detected_voicemail(ai: AiCall, deed: Deed, now: datetime) -> str:
    ai.answered_by = AiCall.AnsweredBy.VOICEMAIL
    ai.save(update_fields=["answered_by"])
    return ""


def _send_to_human(ai: AiCall, deed: Deed, now: datetime) -> str:
    try:
        handover.request(ai, deed.values["reason"], now)
    except DomainError as refusal:
        return refusal.message
    return ""


def _end_call(ai: AiCall, deed: Deed, now: datetime) -> str:
    return ""


_DO: Final = {
    "record_answer": _record_answer,
    "set_disposition": _set_disposition,
    "schedule_callback": _schedule_callback,
    "mark_do_not_call": _mark_do_not_call,
    "confirm_email": _confirm_email,
    "detected_voicemail": _detected_voicemail,
    "send_to_human": _send_to_human,
    "end_call": _end_call,
}


def _opt_out(ai: AiCall, by: str, now: datetime) -> None:
    """Before anything else is written: whatever happens to this call, the wish holds."""
    consents.stop(
        ai.organization_id,
        ai.call.number,
        source=SuppressionEntry.Source.AI,
        reason="They told a voice not to call again.",
        lead=ai.call.lead,
        now=now,
    )
    refusing = Disposition.objects.filter(
        organization=ai.organization_id, do_not_call=True, is_active=True
    )
    chosen = refusing.filter(campaigns=ai.campaign).first() or refusing.first()
    ai.opted_out, ai.callback_at = True, None
    ai.disposition, ai.disposed_by = chosen, by
    ai.save(update_fields=["opted_out", "callback_at", "disposition", "disposed_by"])


def _short(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Arguments as they are kept: few and short, whatever a voice came up with."""
    return {str(key)[:64]: str(value)[:_LONGEST] for key, value in list(arguments.items())[:10]}


def _locked(pk: int) -> AiCall:
    AiCall.objects.select_for_update().only("pk").get(pk=pk)
    return AiCall.objects.select_related("call", "campaign__agentic", "lead", "version").get(pk=pk)
