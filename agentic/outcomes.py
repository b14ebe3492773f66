"""What comes of a call: heard while it goes on, read from its transcript when it is over.

A tool, the guard, or a person has said what the result is? Then a later reading changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from agentic import extraction, guard, tools
from agentic.extraction import Reading
from agentic.models import AiAnswer, AiCall
from calls import lifecycle, transcripts
from calls.models import Call
from calls.transcripts import Line
from campaigns.models import Disposition
from core.errors import DomainError
from core.retry import retried

_MOST_TRIES: Final = 5
_PAUSE: Final = timedelta(seconds=20)
# While somebody reads it, nobody else does.
_LEASE: Final = timedelta(minutes=2)


def heard(pk: int, line: Line) -> bool:
    """A line of the called: a wish not to be called again holds at once, whatever the voice does.

    Returns whether it was one, and new.
    """
    if line.speaker != "customer" or not guard.says_no(line.text):
        return False
    return tools.opt_out(pk, by="guard", now=timezone.now())


def due(now: datetime) -> list[int]:
    """Calls that are over and were not read yet."""
    waiting = AiCall.objects.filter(read_due_at__lte=now, read_at=None)
    return list(waiting.order_by("read_due_at").values_list("pk", flat=True)[:100])


def read(pk: int, now: datetime) -> bool:
    """Reads a call that is over, and gives it its result; False where that is done, or by others.

    When the model fails, it is tried again later; in the end, what the tools wrote stands alone.
    """
    ai = _begin(pk, now)
    if ai is None:
        return False
    try:
        reading = extraction.read(ai)
    except DomainError as failure:
        if ai.read_tries < _MOST_TRIES:
            pause = _PAUSE * 2**ai.read_tries
            AiCall.objects.filter(pk=pk, read_at=None).update(read_due_at=now + pause)
            return False
        reading = Reading(problem=failure.message)
    _finish(pk, reading, now)
    return True


@retried
def _begin(pk: int, now: datetime) -> AiCall | None:
    AiCall.objects.select_for_update().only("pk").get(pk=pk)
    rows = AiCall.objects.select_related("call", "campaign", "version", "lead")
    ai = rows.get(pk=pk)
    if ai.read_at is not None or ai.read_due_at is None or ai.read_due_at > now:
        return None
    ai.read_due_at, ai.read_tries = now + _LEASE, ai.read_tries + 1
    ai.save(update_fields=["read_due_at", "read_tries"])
    transcripts.complete(ai.call, provider=ai.provider, language=ai.version.language, now=now)
    return ai


@retried
def _finish(pk: int, reading: Reading, now: datetime) -> None:
    AiCall.objects.select_for_update().only("pk").get(pk=pk)
    ai = AiCall.objects.select_related("call", "campaign", "disposition").get(pk=pk)
    if ai.read_at is not None:
        return
    for key, (question, answer) in reading.answers.items():
        # What was agreed in the call stays as it was said then.
        row = {"question": question, "answer": answer, "source": "extraction", "at": now}
        AiAnswer.objects.get_or_create(ai_call=ai, key=key, defaults=row)
    if ai.disposition is None and (chosen := _result(ai, reading)):
        ai.disposition, ai.disposed_by = chosen, "extraction"
    ai.summary = ai.summary or reading.summary
    ai.next_step = ai.next_step or reading.next_step
    ai.problem = ai.problem or reading.problem[:255]
    ai.read_at, ai.read_due_at = now, None
    _dispose(ai)
    ai.save(
        update_fields=[
            *("disposition", "disposed_by", "summary", "next_step", "problem"),
            *("read_at", "read_due_at"),
        ]
    )


def _result(ai: AiCall, reading: Reading) -> Disposition | None:
    """The result that was read, where the campaign has it; never one that needs a tool."""
    if ai.answered_by in (AiCall.AnsweredBy.VOICEMAIL, AiCall.AnsweredBy.IVR):
        return None
    rows = ai.campaign.dispositions.filter(is_active=True, callback=False, do_not_call=False)
    return rows.filter(code=reading.disposition).first() if reading.disposition else None


def _dispose(ai: AiCall) -> None:
    """Gives the call its result, unless a person who took it over has, or will."""
    call: Call = ai.call
    if ai.disposition is None or call.agent_id is not None or call.disposition_id is not None:
        return
    at = ai.callback_at
    if ai.disposition.callback and (at is None or at <= timezone.now()):
        # The time was agreed, and is over by now: it is due at once.
        at = timezone.now() + timedelta(seconds=1)
    lifecycle.wrap_up(call, disposition=ai.disposition.code, callback_at=at)
