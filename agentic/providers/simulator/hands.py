"""What a simulated voice does and hears goes the same way as any other voice's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agentic import outcomes, tools
from agentic.providers.simulator.acts import Reply
from calls.transcripts import Line


class Tools:
    """The tools of real calls, and the ears that all calls have."""

    def use(self, pk: int, name: str, arguments: Mapping[str, Any], now: datetime) -> Reply:
        """Uses a tool in a call."""
        answer = tools.use(pk, name, arguments, now)
        return Reply(answer.text, answer.refused, answer.ends_call)

    def heard(self, pk: int, line: Line) -> None:
        """Looks at what the called said."""
        outcomes.heard(pk, line)
