"""What a voice may do in a call, and whether it may do so now. Pure.

Nothing that a voice says here is trusted: whoever speaks to it may have told it to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as NotValid

# How far ahead a call may be promised.
FURTHEST: Final = timedelta(days=90)
_YES: Final = frozenset({"yes", "y", "true", "ja", "oui", "si", "sí"})
_NO: Final = frozenset({"no", "n", "false", "nein", "non"})


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Nothing(_Arguments):
    """No arguments."""


class RecordAnswer(_Arguments):
    """An answer to one of the campaign's questions."""

    key: str = Field(max_length=64, description="The key of the question.")
    answer: str = Field(min_length=1, max_length=1000, description="What was answered.")


class SetDisposition(_Arguments):
    """The result of the call."""

    code: str = Field(max_length=32, description="One of the codes of results.")
    note: str = Field(default="", max_length=1000, description="One sentence for people.")


class ScheduleCallback(_Arguments):
    """When to call again."""

    when_local: str = Field(
        max_length=40,
        description="Date and time where the called person is, ISO 8601 without a zone, "
        "such as 2026-12-01T15:30.",
    )


class ConfirmEmail(_Arguments):
    """An e-mail address."""

    email: str = Field(max_length=254, description="The address as it was spelled.")


class SendToHuman(_Arguments):
    """Why a person should take over."""

    reason: str = Field(default="", max_length=300, description="Why, in one sentence.")


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a voice may do; `always` can not be switched off."""

    name: str
    description: str
    arguments: type[_Arguments]
    always: bool = False


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            "record_answer", "Write down the answer to a question, once it is clear.", RecordAnswer
        ),
        Tool(
            "set_disposition",
            "Write down the result of the call, once it is clear.",
            SetDisposition,
        ),
        Tool(
            "schedule_callback", "Promise another call at a time that they name.", ScheduleCallback
        ),
        Tool("confirm_email", "Keep an e-mail address that they confirmed.", ConfirmEmail),
        Tool(
            "send_to_human", "Ask a colleague to take over, after they agreed to it.", SendToHuman
        ),
        Tool(
            "mark_do_not_call",
            "They do not want to be called any more. Use it at once, then say goodbye.",
            Nothing,
            always=True,
        ),
        Tool(
            "detected_voicemail",
            "A machine has answered: a mailbox, or its beep. Say nothing before.",
            Nothing,
            always=True,
        ),
        Tool("end_call", "Hang up, after saying goodbye.", Nothing, always=True),
    )
}
SWITCHABLE: Final = tuple(name for name, tool in TOOLS.items() if not tool.always)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a call when a voice reaches for a tool."""

    now: datetime
    zone: str  # where the called person is; IANA
    switched_on: frozenset[str]
    questions: Sequence[Mapping[str, Any]] = ()
    results: Mapping[str, str] = field(default_factory=dict)  # code -> label, those it may set
    callback: str = ""  # the code of the result of a promised call; empty: none is promised
    voicemail: str = "hang_up"
    voicemail_text: str = ""
    opted_out: bool = False
    fixed: bool = False  # a person, or the law, has decided the result
    # The first time from then on at which they may be called.
    opens: Callable[[datetime], datetime] = lambda at: at


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done, with clean values, and what the voice is told."""

    name: str
    said: str
    values: Mapping[str, Any] = field(default_factory=dict)
    ends_call: bool = False
    silent: bool = False  # the voice says nothing to it


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, in words that help the voice to go on."""

    said: str


def offered(switched_on: Sequence[str]) -> list[Tool]:
    """The tools that a voice gets, in their order."""
    return [tool for tool in TOOLS.values() if tool.always or tool.name in switched_on]


def schema(tool: Tool, situation: Situation | None = None) -> dict[str, Any]:
    """The JSON schema of its arguments; closed lists where the situation knows them."""
    made = tool.arguments.model_json_schema()
    made.pop("title", None)
    properties = made.setdefault("properties", {})
    for one in properties.values():
        one.pop("title", None)
    if situation is not None and tool.name == "record_answer":
        properties["key"]["enum"] = [str(row["key"]) for row in situation.questions]
    if situation is not None and tool.name == "set_disposition":
        properties["code"]["enum"] = list(situation.results)
    return made


def consider(situation: Situation, name: str, arguments: Mapping[str, Any]) -> Deed | Refusal:
    """What using a tool comes to; nothing is done yet."""
    tool = TOOLS.get(name)
    if tool is None or not (tool.always or name in situation.switched_on):
        return Refusal("There is no such tool in this campaign.")
    try:
        given = tool.arguments.model_validate(dict(arguments))
    except NotValid as error:
        return Refusal(f"That cannot be used: {_first(error)}")
    if situation.opted_out and name not in _AFTER_NO:
        return Refusal("They do not want to be called any more. Say goodbye and end the call.")
    return _CONSIDER[name](situation, given)


def _record_answer(situation: Situation, given: RecordAnswer) -> Deed | Refusal:
    question = next((row for row in situation.questions if row["key"] == given.key), None)
    if question is None:
        keys = ", ".join(str(row["key"]) for row in situation.questions) or "none"
        return Refusal(f"There is no such question. The keys are: {keys}.")
    kind, answer = question.get("kind", "text"), given.answer
    if kind == "yes_no":
        word = answer.casefold().rstrip(".!")
        if word not in _YES | _NO:
            return Refusal("This question is answered by yes or no. Ask again.")
        answer = "yes" if word in _YES else "no"
    elif kind == "choice":
        choices = {str(one).casefold(): str(one) for one in question.get("choices", [])}
        if answer.casefold() not in choices:
            return Refusal(f"The choices are: {', '.join(choices.values())}. Ask again.")
        answer = choices[answer.casefold()]
    elif kind == "number" and not _is_number(answer):
        return Refusal("This question is answered by a number. Ask again.")
    elif kind == "date" and not _is_date(answer):
        return Refusal("Give the date in full, such as 2026-12-01. Ask again.")
    values = {"key": given.key, "question": str(question.get("text", "")), "answer": answer}
    return Deed("record_answer", "Noted.", values)


def _set_disposition(situation: Situation, given: SetDisposition) -> Deed | Refusal:
    if situation.fixed:
        return Refusal("The result of this call is settled already.")
    if given.code not in situation.results:
        return Refusal(f"The codes are: {', '.join(situation.results)}.")
    return Deed("set_disposition", "Noted.", {"code": given.code, "note": given.note})


def _schedule_callback(situation: Situation, given: ScheduleCallback) -> Deed | Refusal:
    if situation.fixed or not situation.callback:
        return Refusal("No call can be promised here. Thank them and go on.")
    try:
        local = datetime.fromisoformat(given.when_local)
    except ValueError:
        return Refusal("Give date and time in full, such as 2026-12-01T15:30. Ask again.")
    at = local.replace(tzinfo=ZoneInfo(situation.zone)) if local.tzinfo is None else local
    if at <= situation.now:
        return Refusal("That time is past. Ask for another.")
    if at - situation.now > FURTHEST:
        return Refusal("That is too far ahead: at most 90 days. Ask for another time.")
    opens = situation.opens(at)
    if opens != at:
        instead = opens.astimezone(ZoneInfo(situation.zone))
        return Refusal(
            f"Nobody may be called then. The next time is {_spoken(instead)}. Ask again."
        )
    said = f"Promised for {_spoken(at.astimezone(ZoneInfo(situation.zone)))}, their time."
    return Deed("schedule_callback", said, {"at": at, "code": situation.callback})


def _confirm_email(situation: Situation, given: ConfirmEmail) -> Deed | Refusal:
    email = given.email.replace(" ", "")
    try:
        validate_email(email)
    except ValidationError:
        return Refusal("That is no e-mail address. Ask them to spell it.")
    return Deed("confirm_email", "Noted.", {"email": email})


def _send_to_human(situation: Situation, given: SendToHuman) -> Deed | Refusal:
    said = "A colleague is being asked. Tell them so, and keep talking until you are told more."
    return Deed("send_to_human", said, {"reason": given.reason})


def _mark_do_not_call(situation: Situation, given: Nothing) -> Deed | Refusal:
    said = "They will not be called any more. Say so, say goodbye, and end the call."
    return Deed("mark_do_not_call", said)


def _detected_voicemail(situation: Situation, given: Nothing) -> Deed | Refusal:
    if situation.voicemail == "message" and situation.voicemail_text:
        said = f"Say exactly this, then end the call: {situation.voicemail_text}"
        return Deed("detected_voicemail", said)
    return Deed("detected_voicemail", "", ends_call=True, silent=True)


def _end_call(situation: Situation, given: Nothing) -> Deed | Refusal:
    return Deed("end_call", "", ends_call=True, silent=True)


# What is left to do with someone who said no.
_AFTER_NO: Final = frozenset({"mark_do_not_call", "end_call", "detected_voicemail"})
_CONSIDER: Final[dict[str, Callable[[Situation, Any], Deed | Refusal]]] = {
    "record_answer": _record_answer,
    "set_disposition": _set_disposition,
    "schedule_callback": _schedule_callback,
    "confirm_email": _confirm_email,
    "send_to_human": _send_to_human,
    "mark_do_not_call": _mark_do_not_call,
    "detected_voicemail": _detected_voicemail,
    "end_call": _end_call,
}


def _first(error: NotValid) -> str:
    """What is wrong first, without repeating what was given."""
    found = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in found["loc"])
    return f"{place}: {found['msg']}." if place else f"{found['msg']}."


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text.replace(",", "").replace(" ", "")))
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _spoken(at: datetime) -> str:
    return f"{at:%A %d %B at %H:%M}"
