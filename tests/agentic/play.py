"""Plays simulated calls in no time: the clock jumps from one act to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from agentic import launching
from agentic.models import AgenticRun, AiCall
from agentic.providers.simulator.acts import Reply
from agentic.providers.simulator.player import Player
from calls.transcripts import Line


@dataclass
class Notes:
    """Hands that only note what a voice does and hears."""

    used: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    heard_lines: list[str] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)

    def use(self, pk: int, name: str, arguments: Mapping[str, Any], now: datetime) -> Reply:
        """Notes the tool."""
        self.used.append((name, dict(arguments)))
        return self.reply

    def heard(self, pk: int, line: Line) -> None:
        """Notes the line."""
        self.heard_lines.append(line.text)


def begin(player: Player, run: AgenticRun) -> list[AiCall]:
    """Claims, launches and dials what the run may call now."""
    now = timezone.now()
    AgenticRun.objects.filter(pk=run.pk).update(due_at=now)
    ids = launching.launch_due(now)
    for pk in ids:
        launching.launch(pk)
        player.begin(pk, now)
    return list(AiCall.objects.filter(pk__in=ids).order_by("pk"))


def go_on(
    player: Player, clock: time_machine.Traveller, seconds: float = 3600.0, *, most: int = 5000
) -> None:
    """Plays for so long, or until all calls are over."""
    until = timezone.now() + timedelta(seconds=seconds)
    for _ in range(most):
        due = player.step(timezone.now())
        if due is None or due > until:
            break
        clock.move_to(max(due, timezone.now()), tick=False)
    if player.talks:
        clock.move_to(until, tick=False)
        player.step(until)
