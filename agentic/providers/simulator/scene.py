"""What a simulated call is about, and the turns that all its scripts are made of. Pure."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agentic.providers.simulator.acts import Asking, Ends, Reply, Script, Speaks, Takes, Uses, Wait
from agentic.providers.simulator.fate import Fate


@dataclass(frozen=True, slots=True)
class Result:
    """A disposition that a voice may choose."""

    code: str
    success: bool = False
    finished: bool = True
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """The call's facts, as the voice was told them, and its lots."""

    lots: random.Random
    fate: Fate
    name: str
    email: str
    topic: str
    disclosure: str
    ring_s: int
    patience_s: int  # how long a call waits for a person to take it over
    silence_s: int  # after so long the voice asks whether anybody is there
    local_now: datetime  # where the called is
    questions: Sequence[Mapping[str, Any]] = ()
    tools: frozenset[str] = frozenset()
    results: Sequence[Result] = ()
    voicemail: str = "hang_up"
    voicemail_text: str = ""

    @property
    def first_name(self) -> str:
        """How friends call them; empty where nobody knows."""
        return self.name.split()[0] if self.name.split() else ""

    def says(self, *texts: str) -> Script:
        """The voice's turn, after the time that it takes to answer."""
        ms = self.lots.randint(280, 900)
        yield Takes(ms)
        yield Wait(ms / 1000)
        yield Speaks("agent", " ".join(filter(None, texts)))

    def hears(self, *choices: str) -> Script:
        """A turn of the called: one of these."""
        yield Wait(self.lots.uniform(0.2, 1.4))
        yield Speaks("customer", self.lots.choice(choices))

    def uses(self, name: str, **arguments: Any) -> Asking:
        """Uses a tool where it is switched on; what it said, else that it is refused."""
        if name not in self.tools:
            return Reply(refused=True)
        reply = yield Uses(name, arguments)
        return reply

    def decides(self, *like: str, **wanted: bool) -> Asking:
        """Sets a result that is as wanted: one with such a word in its code, else any of a talk."""
        fit = [
            result
            for result in self.results
            if all(getattr(result, name) == value for name, value in wanted.items())
        ]
        named = [result for result in fit if any(word in result.code for word in like)]
        # What stands for machines and lines is no result of a talk with a person.
        others = [result for result in fit if result.contact or result.success]
        for result in [*named, *others][:1]:
            return (yield from self.uses("set_disposition", code=result.code))
        return Reply(refused=True)

    def part(self, goodbye: str, answer: str = "Bye.") -> Script:
        """A polite end: the voice says goodbye and hangs up, unless the called is quicker."""
        yield from self.says(goodbye)
        yield from self.hears(answer)
        if self.lots.random() < 0.5:
            yield Ends("remote")
            return
        yield from self.uses("end_call")
        yield Ends("local")

    def another_day(self) -> datetime:
        """Ten to four on a working day, where the called is."""
        day = self.local_now + timedelta(days=self.lots.randint(1, 3))
        while day.isoweekday() > 5:
            day += timedelta(days=1)
        return day.replace(hour=self.lots.randint(10, 15), minute=0, second=0, microsecond=0)
