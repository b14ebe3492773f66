"""Two wordings side by side: what was taken away and what was added, word by word. Pure."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from agentic.models import Wording

# Spaces belong to the word before: alone they would be found everywhere.
_WORD = re.compile(r"\S+\s*|\s+")
_LABELS: Final[dict[str, str]] = {
    "agent_text": "Who the voice is",
    "session_text": "How the talk goes",
    "disclosure": "Said first",
    "voicemail_text": "Message on voicemail",
    "questions": "Questions",
    "tools": "Tools",
    "voicemail": "When a machine answers",
    "voice": "Voice",
    "language": "Language",
    "model": "Model",
    "temperature": "Temperature",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Words that stayed (same), came (added) or went (removed)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs."""

    label: str
    parts: list[Part]


def changes(old: Wording | None, new: Wording) -> list[Change]:
    """The fields in which the wordings differ; all that are filled where there was none before."""
    found = []
    for name, label in _LABELS.items():
        before = _text(getattr(old, name)) if old else ""
        after = _text(getattr(new, name))
        if before != after:
            found.append(Change(label, list(parts(before, after))))
    return found


def parts(old: str, new: str) -> Iterator[Part]:
    """How one text became the other, in the order of reading."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield Part("same", "".join(before[a:b]))
            continue
        if a < b:
            yield Part("removed", "".join(before[a:b]))
        if c < d:
            yield Part("added", "".join(after[c:d]))


def _text(value: Any) -> str:
    """A field's value as people read it."""
    if isinstance(value, list):
        return "\n".join(_line(one) for one in value)
    return str(value)


def _line(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row).replace("_", " ")
    choices = f" ({', '.join(row['choices'])})" if row.get("choices") else ""
    must = ", must be asked" if row.get("required") else ""
    return f"{row['text']} [{row['kind'].replace('_', '/')}{must}]{choices}"
