"""The questions of a campaign: how they are written down, and whether they are right. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agentic.placeholders import clean

KINDS: Final[dict[str, str]] = {
    "text": "Text",
    "yes_no": "Yes or no",
    "choice": "One of several",
    "number": "A number",
    "date": "A date",
}
MOST: Final = 20
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")


def parse(rows: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The questions as they are kept, and what is wrong with them, a sentence each."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return [], ["Questions are a list."]
    problems = [f"A campaign has at most {MOST} questions."] if len(rows) > MOST else []
    kept: list[dict[str, Any]] = []
    for number, row in enumerate(rows[:MOST], 1):
        if not isinstance(row, Mapping):
            problems.append(f"Question {number} is not an object.")
            continue
        found, said = _question(row, {one["key"] for one in kept})
        kept.append(found)
        problems += [f"Question {number}: {sentence}" for sentence in said]
    return kept, problems


def key_of(text: str) -> str:
    """A key for a question without one: its first words."""
    words = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    return (words if words[:1].isalpha() else f"q_{words}")[:40].strip("_")


def _question(row: Mapping[str, Any], taken: set[str]) -> tuple[dict[str, Any], list[str]]:
    text, kind = clean(row.get("text")), str(row.get("kind") or "text")
    key = str(row.get("key") or "").strip() or _free(key_of(text), taken)
    choices = row.get("choices") or []
    listed = isinstance(choices, Sequence) and not isinstance(choices, str)
    found: dict[str, Any] = {
        "key": key,
        "text": text,
        "kind": kind,
        "choices": [clean(one) for one in choices if clean(one)][:MOST] if listed else [],
        "required": bool(row.get("required")),
    }
    problems = []
    if not text:
        problems.append("Say what is asked.")
    if not _KEY.fullmatch(key):
        problems.append("A key has small letters, digits and _, and begins with a letter.")
    elif key in taken:
        problems.append(f"The key {key} is taken.")
    if kind not in KINDS:
        problems.append(f"Its kind is one of {', '.join(KINDS)}.")
    if kind == "choice" and len(found["choices"]) < 2:
        problems.append("Name at least two choices.")
    if kind != "choice":
        found["choices"] = []
    return found, problems


def _free(key: str, taken: set[str]) -> str:
    number, found = 2, key or "question"
    while found in taken:
        found, number = f"{key}_{number}", number + 1
    return found
