"""A voice by rules, for trying a wording without a key: it asks the questions and uses the tools.

It knows no language: what it says beside the disclosure and the questions is fixed.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from agentic.talking import Brief, Hand, Turn

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_MACHINE = re.compile(r"leave (a|your) message|after the (tone|beep)|voice ?mail", re.IGNORECASE)
_PERSON = re.compile(r"\b(a|real|human) (person|human|colleague|being)\b|\boperator\b", re.I)
_NO_INTEREST = re.compile(r"\bnot interested\b|\bno interest\b|\bno,? thank", re.IGNORECASE)
_BYE = re.compile(r"\b(good)?bye\b|\bhang up\b", re.IGNORECASE)
_GOODBYE: Final = "Thank you for your time. Goodbye."


class RuleVoice:
    """Says what rules say."""

    label = "Simulator: rules, without a model"

    def reply(self, brief: "Brief", turns: "Sequence[Turn]", hand: "Hand") -> str:
        """The answer to the last line."""
        if not turns:
            name = str(brief.facts.get("first_name") or brief.facts.get("name") or "")
            return f"Am I speaking with {name}?" if name else "Do you have a moment?"
        line = turns[-1].text
        if hand.situation.opted_out:
            hand.use("end_call", {})
            return "You will not be called again. Goodbye."
        if _MACHINE.search(line):
            hand.use("detected_voicemail", {})
            return hand.situation.voicemail_text if hand.situation.voicemail == "message" else ""
        return self._offered(line, hand) or self._asked(brief, turns, hand)

    def _offered(self, line: str, hand: "Hand") -> str:
        """The answer where the line asks for a tool by itself."""
        if found := _EMAIL.search(line):
            return hand.use("confirm_email", {"email": found[0]}).answer + " Anything else?"
        if found := _WHEN.search(line):
            used = hand.use("schedule_callback", {"when_local": found[0]})
            return used.answer if used.refused else f"{used.answer} {_GOODBYE}"
        if _PERSON.search(line):
            used = hand.use("send_to_human", {"reason": line[:200]})
            return used.answer if used.refused else "I am asking a colleague. One moment, please."
        if _NO_INTEREST.search(line):
            self._decide(hand, "not_interested", "not-interested", "no_interest")
            hand.use("end_call", {})
            return _GOODBYE
        return ""

    def _asked(self, brief: "Brief", turns: "Sequence[Turn]", hand: "Hand") -> str:
        """Writes down the answer to the question asked last, and asks the next."""
        questions = brief.situation.questions
        before = turns[-2].text if len(turns) > 1 else ""
        asked = next((row for row in questions if row["text"] in before), None)
        if asked is not None:
            said = {"key": asked["key"], "answer": turns[-1].text}
            used = hand.use("record_answer", said)
            if used.refused and "Ask again" in used.answer:
                return f"{used.answer.removesuffix(' Ask again.')} {asked['text']}"
        following = _next(questions, asked, [turn.text for turn in turns if turn.by == "agent"])
        if following and not _BYE.search(turns[-1].text):
            return str(following["text"])
        self._decide(hand, "interested", "success", "completed")
        hand.use("end_call", {})
        return _GOODBYE

    def _decide(self, hand: "Hand", *codes: str) -> None:
        known = hand.situation.results
        if code := next((one for one in codes if one in known), ""):
            hand.use("set_disposition", {"code": code})


def _next(questions: Sequence[Any], asked: Any, said: Sequence[str]) -> Any:
    """The first question that was not asked yet."""
    return next(
        (
            row
            for row in questions
            if row is not asked and not any(row["text"] in text for text in said)
        ),
        None,
    )
