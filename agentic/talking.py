"""A talk with a voice in text, without a phone: for a manager at a page, and for scenarios.

Nothing is written. The tools are those of a real call, tried on a situation in memory. With a key
Gemini speaks; without one simple rules do, and every page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol

from django.conf import settings

from agentic import guard, leadfacts, prompting, rulevoice, tools
from agentic.models import Wording
from agentic.toolbox import Situation
from campaigns.models import Campaign, Lead

MOST_TURNS: Final = 60
LONGEST_LINE: Final = 1000


@dataclass(frozen=True, slots=True)
class Use:
    """A tool that was used, or tried."""

    name: str
    arguments: dict[str, Any]
    answer: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one of the two said, and what the voice did meanwhile."""

    by: str  # caller, agent
    text: str
    uses: list[Use] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Brief:
    """What a voice knows before a talk."""

    instructions: str
    opening: str
    situation: Situation
    facts: dict[str, Any]
    temperature: float


class Voice(Protocol):
    """Whoever answers a line."""

    label: str

    def reply(self, brief: Brief, turns: Sequence[Turn], hand: "Hand") -> str:
        """The answer to the last line; tools are used by `hand`."""


class Hand:
    """Uses tools in memory, and remembers what for."""

    def __init__(self, situation: Situation) -> None:
        self.situation, self.uses, self.is_over = situation, list[Use](), False

    def use(self, name: str, arguments: dict[str, Any]) -> Use:
        """What using a tool comes to."""
        answer, self.situation = tools.rehearse(self.situation, name, arguments)
        used = Use(name, arguments, answer.text, answer.refused)
        self.uses.append(used)
        self.is_over = self.is_over or answer.ends_call
        return used


def voice() -> Voice:
    """Who speaks here: Gemini where there is a key, else rules."""
    if not settings.GOOGLE_API_KEY:
        return rulevoice.RuleVoice()
    # The client takes its time to load, which pages without a key are spared.
    from agentic.textvoice import TextVoice

    return TextVoice()


def brief(
    wording: Wording,
    campaign: Campaign,
    *,
    now: datetime,
    lead: Lead | None = None,
    facts: dict[str, Any] | None = None,
) -> Brief:
    """All that a voice is told, about a lead, given facts, or an example."""
    known = leadfacts.about(lead) if lead else dict(leadfacts.EXAMPLE if facts is None else facts)
    results = campaign.dispositions.filter(is_active=True, callback=False, do_not_call=False)
    zone = str(known.get("timezone") or "UTC")
    return Brief(
        prompting.instructions(
            wording, known, wording.questions, list(results), wording.disclosure
        ),
        prompting.opening(wording.disclosure, known),
        tools.situation(wording, campaign, now=now, zone=zone, known=known),
        known,
        float(wording.temperature),
    )


def begin(told: Brief, speaker: Voice) -> list[Turn]:
    """The talk's beginning: the disclosure, then what the voice says of itself."""
    hand = Hand(told.situation)
    text = speaker.reply(told, [], hand)
    opening = "" if told.opening and text.startswith(told.opening) else told.opening
    return [Turn("agent", " ".join(filter(None, (opening, text))), hand.uses)]


def go_on(told: Brief, turns: Sequence[Turn], line: str, speaker: Voice) -> list[Turn]:
    """The talk with a further line of the caller, and the voice's answer to it."""
    said = [*turns, Turn("caller", line.strip()[:LONGEST_LINE])]
    hand = Hand(_after(told.situation, turns))
    if guard.says_no(line):
        # As in a call: the wish holds, whatever the voice makes of it.
        hand.use("mark_do_not_call", {})
    text = speaker.reply(told, said, hand)
    return [*said, Turn("agent", text, hand.uses)]


def is_over(turns: Sequence[Turn]) -> bool:
    """Whether the voice has hung up, or the talk has lasted long enough."""
    ended = any(use.name == "end_call" and not use.refused for use in uses(turns))
    silent = any(use.name == "detected_voicemail" and not use.answer for use in uses(turns))
    return ended or silent or len(turns) >= MOST_TURNS


def uses(turns: Sequence[Turn]) -> list[Use]:
    """All tools of the talk, in order."""
    return [use for turn in turns for use in turn.uses]


def result(turns: Sequence[Turn]) -> str:
    """The code of the result that the voice set last; do_not_call after an opt-out."""
    done = [use for use in uses(turns) if not use.refused]
    if any(use.name == "mark_do_not_call" for use in done):
        return "do_not_call"
    codes = [str(use.arguments.get("code")) for use in done if use.name == "set_disposition"]
    promised = ["callback" for use in done if use.name == "schedule_callback"]
    return (promised or codes or [""])[-1]


def packed(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The talk as JSON holds it."""
    return [
        {
            "by": turn.by,
            "text": turn.text,
            "uses": [[use.name, use.arguments, use.answer, use.refused] for use in turn.uses],
        }
        for turn in turns
    ]


def unpacked(rows: Sequence[dict[str, Any]]) -> list[Turn]:
    """The talk again."""
    return [Turn(row["by"], row["text"], [Use(*use) for use in row["uses"]]) for row in rows]


def _after(situation: Situation, turns: Sequence[Turn]) -> Situation:
    refused = any(use.name == "mark_do_not_call" and not use.refused for use in uses(turns))
    return replace(situation, opted_out=True, fixed=True) if refused else situation
