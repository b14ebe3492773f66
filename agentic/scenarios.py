"""Scenarios: a talk written down line by line, with what is expected of the voice.

    # A comment.
    lead name: Ann Example
    caller: Yes, speaking.
    expect says: automated | assistant
    expect not says: discount
    expect tool: record_answer budget
    expect no tool: mark_do_not_call
    expect result: interested
    expect end

`says` and `not says` look at what the voice said since the last line of the caller (at its opening
before the first); the others look at the whole talk up to there. `|` separates words of which one
is enough, whatever their case. Words behind a tool's name must be among its arguments. Without any
`lead` line the talk is about an example.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from agentic import leadfacts, talking
from agentic.talking import Brief, Turn, Voice
from agentic.toolbox import TOOLS
from core.errors import InputError

MOST_LINES: Final = 200
LONGEST: Final = 40_000  # characters of a whole scenario
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_LINE = re.compile(
    r"(?P<kind>caller|expect (?:not says|says|no tool|tool|result)|lead [a-z][a-z0-9_]*)"
    r"\s*:\s*(?P<text>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A line: what the caller says, or what is expected."""

    number: int
    kind: str  # caller, says, not says, tool, no tool, result, end
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario that was read."""

    facts: dict[str, Any] | None
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an expectation was met."""

    step: Step
    met: bool
    seen: str  # what was there instead


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a scenario went."""

    turns: list[Turn]
    findings: list[Finding]

    @property
    def passed(self) -> bool:
        """Whether all expectations were met."""
        return all(finding.met for finding in self.findings)


def parse(source: str) -> Script:
    """The scenario of a text. Raises InputError that names each line that cannot be read."""
    facts: dict[str, Any] = {}
    steps: list[Step] = []
    wrong: list[str] = []
    for number, raw in enumerate(_lines(source), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        step = _step(number, line)
        if step is None:
            shown = _UNPRINTABLE.sub("\ufffd", line[:60])
            wrong.append(f"Line {number} is not understood: {shown}")
            continue
        wrong += _mistakes(step)
        if step.kind.startswith("lead "):
            facts[step.kind[5:]] = step.text
        else:
            steps.append(step)
    if not any(step.kind not in ("caller", "lead") for step in steps):
        wrong.append("Say what is expected: a line that begins with “expect”.")
    if wrong:
        raise _unreadable(wrong)
    return Script(_named(facts) if facts else None, steps)


def run(script: Script, brief: Brief, speaker: Voice) -> Outcome:
    """Lets a voice go through it; stops where it hangs up, and tells what was met."""
    turns = talking.begin(brief, speaker)
    findings: list[Finding] = []
    for step in script.steps:
        if step.kind != "caller":
            findings.append(_found(step, turns))
        elif not talking.is_over(turns):
            turns = talking.go_on(brief, turns, step.text, speaker)
    return Outcome(turns, findings)


def _lines(source: str) -> list[str]:
    """As a text box counts them. Raises InputError for more than anybody would write."""
    if len(source) > LONGEST:
        raise _unreadable([f"A scenario has at most {LONGEST} characters."])
    lines = re.split(r"\r\n|\r|\n", source.removeprefix("\ufeff"))
    if len(lines) > MOST_LINES:
        raise _unreadable([f"A scenario has at most {MOST_LINES} lines."])
    return lines


def _step(number: int, line: str) -> Step | None:
    if line.casefold() == "expect end":
        return Step(number, "end", "")
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    kind = match["kind"].casefold().removeprefix("expect ")
    return Step(number, kind, match["text"].strip())


def _mistakes(step: Step) -> list[str]:
    """What is wrong in a line that was understood."""
    found = []
    if _UNPRINTABLE.search(step.text):
        found.append("there is a character that cannot be shown")
    elif len(step.text) > talking.LONGEST_LINE:
        found.append(f"it has more than {talking.LONGEST_LINE} characters")
    elif step.kind in ("tool", "no tool") and step.text.split()[0] not in TOOLS:
        found.append(f"there is no tool {step.text.split()[0]}")
    elif step.kind in ("says", "not says") and not _words(step.text):
        found.append("no word is expected")
    elif step.kind == "lead timezone" and step.text not in available_timezones():
        found.append("there is no such time zone")
    return [f"Line {step.number}: {problem}." for problem in found]


def _words(text: str) -> list[str]:
    """The words of which one is enough."""
    return [word.strip().casefold() for word in text.split("|") if word.strip()]


def _unreadable(wrong: list[str]) -> InputError:
    return InputError("The scenario cannot be read.", errors={"source": wrong[:10]})


def _named(facts: dict[str, Any]) -> dict[str, Any]:
    """First and last name follow from the name."""
    first, _, last = str(facts.get("name", "")).partition(" ")
    zone = {"timezone": leadfacts.EXAMPLE["timezone"]}
    return zone | {"first_name": first, "last_name": last} | facts


def _found(step: Step, turns: Sequence[Turn]) -> Finding:
    said = turns[-1].text if turns else ""
    done = [use for use in talking.uses(turns) if not use.refused]
    if step.kind in ("says", "not says"):
        there = any(word in said.casefold() for word in _words(step.text))
        return Finding(step, there == (step.kind == "says"), said)
    if step.kind in ("tool", "no tool"):
        name, *words = step.text.split()
        there = any(use.name == name and _among(words, use.arguments) for use in done)
        listed = ", ".join(f"{use.name} {_spelled(use.arguments)}".strip() for use in done)
        return Finding(step, there == (step.kind == "tool"), listed or "no tool")
    if step.kind == "result":
        result = talking.result(turns)
        return Finding(step, result == step.text.strip(), result or "no result")
    return Finding(step, talking.is_over(turns), "the talk goes on")


def _among(words: Sequence[str], arguments: dict[str, Any]) -> bool:
    spelled = _spelled(arguments).casefold()
    return all(word.casefold() in spelled for word in words)


def _spelled(arguments: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in arguments.items())
