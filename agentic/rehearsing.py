"""Scenarios gone through in a worker: started by people, gone on with after a kill, kept.

The only module that writes `Rehearsal`. Each scenario counts when it was gone through to its end;
whoever goes on begins with the one after it.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from agentic import scenarios, talking, wording
from agentic.models import AgenticCampaign, PromptVersion, Rehearsal, Wording
from agentic.talking import Brief, Hand, Turn, Voice
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried

# Longer than a model may take for one answer with all its tools.
SILENT_FOR: Final = timedelta(minutes=3)
MOST_TRIES: Final = 3
KEPT: Final = 20  # of a campaign
_S = Rehearsal.State


class _Lost(Exception):  # noqa: N818  # no error: another worker goes on
    """The rehearsal is another worker's, or was ended."""


@retried
def start(user: User, row: AgenticCampaign, now: datetime) -> Rehearsal:
    """Lets the draft go through all scenarios; a worker begins after the commit.

    Raises DomainError "no_scenarios", and "under_way" while the last ones are gone through.
    """
    AgenticCampaign.objects.select_for_update().only("pk").get(pk=row.pk)
    known = Rehearsal.objects.filter(campaign=row.campaign_id)
    if known.filter(due_at__isnull=False).exists():
        raise DomainError("The scenarios are being gone through already.", code="under_way")
    scripts = list(row.campaign.scenarios.order_by("name").values("name", "source"))
    if not scripts:
        raise DomainError("Write a scenario first.", code="no_scenarios")
    made = Rehearsal.objects.create(
        organization_id=row.organization_id,
        campaign_id=row.campaign_id,
        words=wording.words(row),
        fingerprint=fingerprint(row),
        scripts=scripts,
        started_by=user,
        started_at=now,
        alive_at=now,
        due_at=now,
    )
    old = known.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Rehearsal.objects.filter(pk__in=list(old)).delete()
    audit.record("scenarios.run", row, after={"scenarios": len(scripts)}, actor=user)
    return made


def due(now: datetime) -> list[int]:
    """Those that nobody has begun, and those whose worker is silent."""
    rows = Rehearsal.objects.filter(due_at__lte=now).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:20])


def run(pk: int, now: datetime) -> None:
    """Goes through the scenarios that are left; nothing where another does, or all is over."""
    row = _taken(pk, now)
    if row is None:
        return
    with suppress(_Lost):
        _go_on(row)


def latest(row: AgenticCampaign) -> Rehearsal | None:
    """The last one of a campaign."""
    return Rehearsal.objects.filter(campaign=row.campaign_id).order_by("-pk").first()


def of_wordings(campaign_id: int, wordings: Sequence[Wording]) -> list[Rehearsal | None]:
    """The last that went to its end with the very words of each."""
    rows = Rehearsal.objects.filter(campaign=campaign_id, state=_S.DONE).order_by("pk")
    by_words = {row.fingerprint: row for row in rows}
    return [by_words.get(fingerprint(each)) for each in wordings]


def fingerprint(one: Wording) -> str:
    """What two wordings share that say the same."""
    spelled = {name: field.to_python(getattr(one, name)) for name, field in _FIELDS.items()}
    told = json.dumps(spelled, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def passed(outcome: dict[str, Any]) -> bool:
    """Whether a scenario met all that was expected."""
    return not outcome["problem"] and all(each["met"] for each in outcome["findings"])


_FIELDS: Final = {field.name: field for field in Wording._meta.fields}


class _Heard:
    """A voice whose every answer tells that its worker lives."""

    def __init__(self, voice: Voice, row: Rehearsal) -> None:
        self._voice, self._row, self.label = voice, row, voice.label

    def reply(self, brief: Brief, turns: Sequence[Turn], hand: Hand) -> str:
        """The voice's answer."""
        _write(self._row)
        return self._voice.reply(brief, turns, hand)


def _taken(pk: int, now: datetime) -> Rehearsal | None:
    """The rehearsal for this worker alone; one that killed several is told as failed."""
    mine = Rehearsal.objects.filter(pk=pk, due_at__lte=now)
    often = mine.filter(tries__gte=MOST_TRIES)
    problem = "It was interrupted several times. Start it again."
    if often.update(state=_S.FAILED, due_at=None, problem=problem):
        return None
    if not mine.update(
        state=_S.RUNNING, tries=F("tries") + 1, alive_at=now, due_at=now + SILENT_FOR
    ):
        return None
    return Rehearsal.objects.select_related("campaign").get(pk=pk)


def _go_on(row: Rehearsal) -> None:
    speaker = _Heard(talking.voice(), row)
    try:
        for script in row.scripts[len(row.outcomes) :]:
            row.outcomes = [*row.outcomes, _gone_through(script, row, speaker)]
            _write(row, outcomes=row.outcomes, speaker=speaker.label)
    except DomainError as error:
        _write(row, state=_S.FAILED, problem=error.message[:255], due_at=None)
    else:
        _write(row, state=_S.DONE, due_at=None)


def _write(row: Rehearsal, **fields: Any) -> None:
    now = timezone.now()
    told = {"alive_at": now, "due_at": now + SILENT_FOR} | fields
    mine = Rehearsal.objects.filter(pk=row.pk, tries=row.tries, due_at__isnull=False)
    if not mine.update(**told):
        raise _Lost


def _gone_through(script: dict[str, str], row: Rehearsal, speaker: Voice) -> dict[str, Any]:
    told: dict[str, Any] = {"name": script["name"], "problem": "", "findings": [], "turns": []}
    try:
        read = scenarios.parse(script["source"])
    except InputError as error:
        return told | {"problem": " ".join(error.errors.get("source", [error.message]))}
    words = PromptVersion(**row.words)
    brief = talking.brief(words, row.campaign, now=timezone.now(), facts=read.facts)
    went = scenarios.run(read, brief, speaker)
    findings = [{**asdict(each.step), "met": each.met, "seen": each.seen} for each in went.findings]
    return told | {"findings": findings, "turns": talking.packed(went.turns)}
