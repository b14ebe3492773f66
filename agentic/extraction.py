"""Reads a transcript: answers, result, summary, next step.

By Gemini where there is a key, else by plain rules, which say less and never guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from pydantic import BaseModel, Field

from agentic.models import AiCall
from calls.models import TranscriptLine

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read; answers are key -> (question, answer)."""

    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    disposition: str = ""
    summary: str = ""
    next_step: str = ""
    problem: str = ""


class _Answer(BaseModel):
    key: str = Field(max_length=64)
    answer: str = Field(max_length=1000)


class Form(BaseModel):
    """What the model is asked to fill in."""

    answers: list[_Answer] = Field(default_factory=list, max_length=50)
    disposition: str = Field(default="", max_length=32)
    summary: str = Field(default="", max_length=1000)
    next_step: str = Field(default="", max_length=500)


def read(ai: AiCall) -> Reading:
    """Reads a call that is over. Raises DomainError "model_failed" when the model does not answer.

    A call in which nobody spoke has nothing to read.
    """
    lines = list(ai.call.transcript.all())
    if not any(line.speaker == TranscriptLine.Speaker.CUSTOMER for line in lines):
        return Reading()
    # What was made up for a first look goes to nobody, and costs nothing.
    if not settings.GOOGLE_API_KEY or ai.campaign.is_demo:
        return by_rules(lines)
    # Google's library takes a second and 80 MB to load, which no web process needs to spend.
    from agentic import gemini

    codes = ai.campaign.dispositions.filter(is_active=True, callback=False, do_not_call=False)
    talk = {
        "codes": dict(codes.values_list("code", "label")),
        "questions": [{"key": one["key"], "text": one["text"]} for one in ai.version.questions],
        "transcript": [{"speaker": line.speaker, "text": line.text} for line in lines],
    }
    return checked(ai, gemini.fill(Form, talk))


def by_rules(lines: Sequence[TranscriptLine]) -> Reading:
    """The last whole sentence of each side: what a person would look at first."""
    ends = []
    for speaker, who in (("customer", "They said last"), ("agent", "The voice said last")):
        said = [line.text.strip() for line in lines if line.speaker == speaker]
        if said and (sentences := [one for one in _SENTENCE.split(said[-1]) if one]):
            ends.append(f"{who}: {sentences[-1]}")
    return Reading(summary=" ".join(ends)[:1000])


def checked(ai: AiCall, form: Form) -> Reading:
    """Only answers to questions that the campaign asks; the rest is dropped."""
    texts: dict[str, str] = {str(one["key"]): str(one["text"]) for one in ai.version.questions}
    answers = {
        one.key: (texts[one.key], one.answer.strip())
        for one in form.answers
        if one.key in texts and one.answer.strip()
    }
    return Reading(answers, form.disposition, form.summary, form.next_step)
