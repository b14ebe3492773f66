"""Whether a campaign of a voice is right: its texts, its questions, its tools, its line."""

from typing import Final

from django.core.exceptions import ValidationError

from agentic import leadfacts, placeholders, questions, speech
from agentic.models import AgenticCampaign, Wording
from agentic.toolbox import SWITCHABLE
from core.errors import InputError

TEXTS: Final = ("agent_text", "session_text", "disclosure", "voicemail_text")
_SILENT: Final = "The voice does not say that it is one. In many places the law demands it."


def check(row: AgenticCampaign, *, whole: bool = False) -> None:
    """Checks all fields together, and normalizes questions and tools; `whole` before publishing.

    Raises InputError with sentences by field.
    """
    errors = _of_fields(row)
    own = leadfacts.own_fields(row.campaign)
    for name in TEXTS:
        if mistakes := placeholders.check(getattr(row, name), own):
            errors[name] = [str(mistake) for mistake in mistakes[:5]]
    row.questions, wrong = questions.parse(row.questions)
    if wrong:
        errors["questions"] = wrong
    if not isinstance(row.tools, list) or not set(row.tools) <= set(SWITCHABLE):
        errors["tools"] = [f"Choose from {', '.join(SWITCHABLE)}."]
    else:
        row.tools = [name for name in SWITCHABLE if name in row.tools]
    errors |= _of_names(row)
    if row.trunk and row.trunk.organization_id != row.organization_id:
        errors["trunk"] = ["Choose one of your own lines."]
    if whole:
        errors |= _missing(row)
    if errors:
        raise InputError("Some fields are not right.", errors=errors)


def warnings(wording: Wording) -> list[str]:
    """What may be said so, but should be looked at twice."""
    found = [] if wording.disclosure.strip() else [_SILENT]
    if wording.voicemail == Wording.Voicemail.MESSAGE and not wording.voicemail_text.strip():
        found.append("It leaves a message on voicemail, but the message is empty.")
    return found


def _of_names(row: AgenticCampaign) -> dict[str, list[str]]:
    """What no provider could speak with, and no machine could call it by."""
    found = {}
    if row.module.isdecimal():
        found["module"] = ["A short name has a letter; a number would be taken for an id."]
    known = {"voice": speech.VOICES, "language": speech.LANGUAGES, "model": speech.MODELS}
    for name, choices in known.items():
        if (chosen := getattr(row, name)) not in choices:
            found[name] = [f"“{chosen}” is not known; choose from {', '.join(choices)}."]
    return found


def _missing(row: AgenticCampaign) -> dict[str, list[str]]:
    """What a version cannot be without."""
    errors = {}
    if not row.agent_text.strip():
        errors["agent_text"] = ["Say who the voice is."]
    if not row.session_text.strip():
        errors["session_text"] = ["Say how the talk goes."]
    if row.voicemail == Wording.Voicemail.MESSAGE and not row.voicemail_text.strip():
        errors["voicemail_text"] = ["Write the message."]
    pieces = placeholders.pieces(row.disclosure, {})
    if bare := ", ".join(piece.field for piece in pieces if piece.kind == "missing"):
        errors["disclosure"] = [
            f"Where a list has no {bare}, this would not be said. Give each placeholder here a"
            ' fallback: {{ name | "there" }}.'
        ]
    return errors


def _of_fields(row: AgenticCampaign) -> dict[str, list[str]]:
    try:
        row.full_clean(exclude=["organization", "campaign", "trunk", "published"])
    except ValidationError as error:
        found: dict[str, list[str]] = dict(error.message_dict)
        if "__all__" in found:
            found["module"] = ["This short name is taken."]
            del found["__all__"]
        return found
    return {}
