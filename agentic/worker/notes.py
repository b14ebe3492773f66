"""What was said and how quickly, collected while it is spoken and handed over in small batches."""

import time
from datetime import UTC, datetime
from typing import Any

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)

from calls.transcripts import Line

_SPEAKERS = {"user": "customer", "assistant": "agent"}


class Notes:
    """The lines, latencies and usage of one talk."""

    def __init__(self, session: "AgentSession[None]") -> None:
        self._session = session
        self._seq, self._answered_at = 0, 0.0
        self._lines: list[Line] = []
        self._stopped_at = 0.0  # when the caller fell silent and is not answered yet
        self._turn = (0.0, 0.0)  # when the caller began and ended their last turn
        self.latencies_ms: list[int] = []
        self.heard: list[str] = []  # of the caller, the last one as far as it is known
        self._open: dict[str, str] = {}
        self.lost = 0  # how often in a row the voice did not understand
        self.quiet_since = time.time()
        session.on("conversation_item_added", self._item)
        session.on("user_input_transcribed", self._hears)
        session.on("user_state_changed", self._user_state)
        session.on("agent_state_changed", self._agent_state)

    def answered(self, at: datetime) -> None:
        """From now on times count."""
        self._answered_at = self.quiet_since = at.timestamp()

    def say(self, text: str) -> None:
        """A line that nobody spoke."""
        self._add("system", text, time.time(), time.time())

    def taken(self) -> list[Line]:
        """The lines since the last asking."""
        lines, self._lines = self._lines, []
        return lines

    def put_back(self, lines: list[Line]) -> None:
        """Lines that could not be handed over."""
        self._lines = [*lines, *self._lines]

    @property
    def latest(self) -> list[str]:
        """What the caller said, with what they are saying now."""
        return [*self.heard, *self._open.values()]

    @property
    def quiet_s(self) -> float:
        """For how long nobody has spoken."""
        busy = self._session.agent_state in ("speaking", "thinking")
        if busy or self._session.user_state == "speaking":
            self.quiet_since = time.time()
        return time.time() - self.quiet_since

    def usage(self) -> dict[str, Any]:
        """What each model used so far."""
        used: dict[str, Any] = {}
        for each in self._session.usage.model_usage:
            facts = each.model_dump(exclude={"type", "provider", "model"})
            used[each.model or each.provider] = {key: fact for key, fact in facts.items() if fact}
        return used

    def _item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if item.type != "message" or item.role not in _SPEAKERS or not item.text_content:
            return
        text = " ".join(item.text_content.split())
        if not text:
            return
        begun = item.metrics.get("started_speaking_at") or item.created_at
        ended = item.metrics.get("stopped_speaking_at") or event.created_at
        speaker = _SPEAKERS[item.role]
        if speaker == "customer":
            # Its text comes with the answer to it; its time is when it was heard.
            begun, ended = self._turn[0] or begun, self._turn[1] or ended
            self._turn = (0.0, 0.0)
            self.heard.append(text)
            self._open.clear()
        self._add(speaker, text, begun, ended, interrupted=item.interrupted)

    def _add(
        self, speaker: str, text: str, begun: float, ended: float, *, interrupted: bool = False
    ) -> None:
        self._seq += 1
        line = Line(
            seq=self._seq,
            speaker=speaker,
            text=text,
            at=datetime.fromtimestamp(begun, UTC),
            start_ms=self._ms(begun),
            end_ms=self._ms(max(begun, ended)),
            interrupted=interrupted,
        )
        self._lines.append(line)

    def _hears(self, event: UserInputTranscribedEvent) -> None:
        if not event.is_final:
            self._open[event.item_id or ""] = event.transcript

    def _user_state(self, event: UserStateChangedEvent) -> None:
        self.quiet_since = event.created_at
        if event.new_state == "speaking":
            self._turn = (self._turn[0] or event.created_at, 0.0)
            self._stopped_at = 0.0
        elif event.old_state == "speaking":
            self._turn = (self._turn[0], event.created_at)
            self._stopped_at = event.created_at

    def _agent_state(self, event: AgentStateChangedEvent) -> None:
        self.quiet_since = event.created_at
        if event.new_state == "speaking" and self._stopped_at and self._answered_at:
            self.latencies_ms.append(self._ms(event.created_at) - self._ms(self._stopped_at))
            self._stopped_at = 0.0

    def _ms(self, at: float) -> int:
        return max(0, round((at - self._answered_at) * 1000)) if self._answered_at else 0
