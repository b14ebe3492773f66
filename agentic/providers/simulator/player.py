"""Plays many simulated calls at once: one heap of what happens next, one step at a time.

A call's own seconds count from its dial and pass as fast as `agentic.simulator_speed` says. What is
on record as a time is the clock on the wall; places in transcript and sound are the call's own.
A player lives in one process. When that dies, its calls end for want of a sign of life, as those
of any other voice do; nobody plays them on, and nothing is dialed again.
"""

import heapq
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from inspect import GEN_CREATED, getgeneratorstate
from itertools import count
from typing import Any, Protocol

from django.db import DatabaseError

from agentic import sink
from agentic.models import AiCommand
from agentic.providers.simulator import acts, casting, scripts
from agentic.providers.simulator.acts import Reply, Script
from agentic.providers.simulator.scene import Scene
from calls.transcripts import Line
from core import config
from core.errors import DomainError

# Between two looks at what people ask of the voices, and between two signs of life.
LOOK_EVERY = timedelta(seconds=0.5)
ALIVE_EVERY = timedelta(seconds=5)

log = logging.getLogger(__name__)


class Hands(Protocol):
    """What is done with what a voice does and hears."""

    def use(self, pk: int, name: str, arguments: Mapping[str, Any], now: datetime) -> Reply:
        """Uses a tool in a call."""

    def heard(self, pk: int, line: Line) -> None:
        """Looks at what the called said."""


@dataclass
class Talk:
    """One call that is being played."""

    pk: int
    scene: Scene
    scripts: list[Script]  # the last one is played; those below go on after it
    speed: float
    dialed_at: datetime
    most_s: int
    at_s: float = 0.0  # since the dial, in the call's own time
    answered_s: float | None = None
    seq: int = 0
    reply: Reply = field(default_factory=Reply)
    latencies_ms: list[int] = field(default_factory=list)
    spoken: acts.Speaks | None = None  # what is being said
    cut_off: bool = False
    place: int = -1  # of its next act on the heap

    def due(self) -> datetime:
        """When its next act is, by the clock on the wall."""
        return self.dialed_at + timedelta(seconds=self.at_s / self.speed)

    def ms(self, seconds: float) -> int:
        """A moment of the call as milliseconds from the answer."""
        return round((seconds - (self.answered_s or 0.0)) * 1000)


class Player:
    """The calls of one process. Not for several threads."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.talks: dict[int, Talk] = {}
        self._heap: list[tuple[datetime, int, int]] = []
        self._number = count()
        self._lines: dict[int, list[Line]] = {}
        self._houses = casting.Houses()
        self._look_at = self._alive_at = datetime.min.replace(tzinfo=UTC)

    def begin(self, pk: int, now: datetime) -> bool:
        """Dials a launched call; False where it may not be dialed, or another does."""
        order = sink.take(pk, now)
        if order is None:
            return False
        scene = casting.scene(pk, order.ring_s, now, self._houses)
        speed = float(config.get("agentic.simulator_speed"))
        talk = Talk(pk, scene, [scripts.dial(scene)], speed, now, order.most_s)
        self.talks[pk] = talk
        self._push(talk)
        return True

    def step(self, now: datetime) -> datetime | None:
        """Plays all that is due by now; returns when the next act is, None when nobody is left."""
        self._look(now)
        while self._heap and self._heap[0][0] <= now:
            _, place, pk = heapq.heappop(self._heap)
            talk = self.talks.get(pk)
            if talk is not None and talk.place == place:
                self._guarded(pk, partial(self._play, talk, now))
        self._flush()
        return self._heap[0][0] if self.talks and self._heap else None

    def close(self, now: datetime, problem: str) -> None:
        """Ends all calls, as when the process is about to end."""
        self._flush()
        for pk in list(self.talks):
            self._guarded(pk, partial(sink.ended, pk, now, problem=problem))
        self.talks.clear()

    def _play(self, talk: Talk, now: datetime) -> None:
        """Acts until one takes time, or the call is over."""
        self._finish_speaking(talk, now)
        while talk.pk in self.talks:
            act = self._next(talk)
            if isinstance(act, acts.Wait):
                talk.at_s += act.seconds
            elif isinstance(act, acts.Speaks):
                talk.spoken = act
                talk.at_s += act.seconds
            else:
                talk.reply = self._do(talk, act, now)
                continue
            self._push(talk)
            return

    def _next(self, talk: Talk) -> acts.Act:
        """What comes next; a script that is through gives back to the one below it."""
        talked_s = talk.at_s - talk.answered_s if talk.answered_s is not None else 0.0
        if talked_s > talk.most_s and not talk.cut_off:
            talk.cut_off, talk.scripts = True, [scripts.cut_off(talk.scene)]
        while talk.scripts:
            script, reply = talk.scripts[-1], talk.reply
            talk.reply = Reply()
            try:
                begun = getgeneratorstate(script) != GEN_CREATED
                return script.send(reply) if begun else next(script)
            except StopIteration:
                talk.scripts.pop()
        return acts.Ends("local")

    def _do(self, talk: Talk, act: acts.Act, now: datetime) -> Reply:
        """An act that takes no time; what a tool answers."""
        if isinstance(act, acts.Uses):
            self._flush()
            return self._hands.use(talk.pk, act.name, act.arguments, now)
        if isinstance(act, acts.Rings):
            sink.rings(talk.pk, now)
        elif isinstance(act, acts.Answers):
            talk.answered_s = talk.at_s
            sink.answered(talk.pk, now)
        elif isinstance(act, acts.Judges):
            sink.classified(talk.pk, act.answered_by)
        elif isinstance(act, acts.Takes):
            talk.latencies_ms.append(act.ms)
        elif isinstance(act, acts.Ends):
            self._end(talk, act, now)
        return Reply()

    def _end(self, talk: Talk, act: acts.Ends, now: datetime) -> None:
        self._flush()
        if talk.answered_s is not None:
            used = {"seconds": round(talk.at_s - talk.answered_s, 1), "turns": talk.seq}
            sink.measured(talk.pk, usage={"simulator": used}, latencies_ms=talk.latencies_ms)
        sink.ended(talk.pk, now, by=act.by, cause=act.cause, sip_status=act.sip_status)
        self.talks.pop(talk.pk, None)

    def _finish_speaking(self, talk: Talk, now: datetime) -> None:
        """A turn is on record when it has been said."""
        turn, talk.spoken = talk.spoken, None
        if turn is None:
            return
        talk.seq += 1
        line = Line(
            talk.seq,
            turn.speaker,
            turn.text,
            now,
            talk.ms(talk.at_s - turn.seconds),
            talk.ms(talk.at_s),
            turn.interrupted,
        )
        self._lines.setdefault(talk.pk, []).append(line)
        if turn.speaker == "customer":
            self._hands.heard(talk.pk, line)

    def _look(self, now: datetime) -> None:
        """What people ask of the voices, and whose calls others have ended."""
        if self.talks and now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            for command in sink.waiting_many(list(self.talks)):
                self._guarded(command.ai_call_id, partial(self._obey, command, now))
        if self.talks and now >= self._alive_at:
            self._alive_at = now + ALIVE_EVERY
            for pk in sink.alive_many(list(self.talks), now):
                self.talks.pop(pk, None)
                self._guarded(pk, partial(sink.settled, pk, now))

    def _obey(self, command: AiCommand, now: datetime) -> None:
        talk = self.talks.get(command.ai_call_id)
        if talk is None or not sink.done(command, now):
            return
        if command.kind == AiCommand.Kind.HANG_UP:
            self._interrupt(talk, now)
            self._end(talk, acts.Ends("local", "hung_up"), now)
        elif command.kind == AiCommand.Kind.TAKE_OVER:
            person = command.by.name if command.by else "a colleague"
            talk.scripts = [scripts.taken_over(talk.scene, person)]
            self._now(talk, now)
        elif command.by is None:
            self._now(talk, now)  # the house says that there is nothing more to wait for
        elif talk.answered_s is not None:
            talk.scripts.append(scripts.told(talk.scene, command.body))

    def _interrupt(self, talk: Talk, now: datetime) -> None:
        """What is being said breaks off: on record is what was heard of it."""
        left_s = max(0.0, (talk.due() - now).total_seconds() * talk.speed)
        talk.at_s -= left_s
        turn = talk.spoken
        if turn is not None and left_s:
            words = turn.text.split()
            heard = words[: int(len(words) * (1 - left_s / turn.seconds))]
            cut = replace(turn, text=" ".join(heard), interrupted=True)
            talk.spoken = cut if heard else None
        self._finish_speaking(talk, now)

    def _now(self, talk: Talk, now: datetime) -> None:
        """Cuts a wait short: what comes next is due at once, after the turn that is being said."""
        if talk.spoken is None:
            talk.at_s = min(talk.at_s, (now - talk.dialed_at).total_seconds() * talk.speed)
            self._push(talk)

    def _push(self, talk: Talk) -> None:
        talk.place = next(self._number)
        heapq.heappush(self._heap, (talk.due(), talk.place, talk.pk))

    def _flush(self) -> None:
        """Writes the turns that were said since the last time, of all calls together."""
        if self._lines:
            told, self._lines = self._lines, {}
            sink.said_many(told)

    def _guarded(self, pk: int, act: Callable[[], Any]) -> None:
        """One call that goes wrong ends by itself, for want of a sign of life; the others go on."""
        try:
            act()
        except (DomainError, DatabaseError):
            log.exception("a simulated call was lost", extra={"ai_call": pk})
            self.talks.pop(pk, None)
