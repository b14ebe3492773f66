"""One call of the voice: it dials, talks, listens for what people ask of it, and ends politely."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from livekit import rtc
from livekit.agents import CloseEvent, CloseReason, JobContext
from livekit.agents.voice import SpeechHandle

from agentic.models import AiCall, AiCommand, Wording
from agentic.sink import Order
from agentic.tools import ToolAnswer
from agentic.worker import hearing, manners, telephone, voice
from agentic.worker.colleague import (
    EXPECTED_WITHIN_S,
    JOIN_WITHIN_S,
    RETURN_WITHIN_S,
    Colleague,
    fall_silent,
    send_away,
)
from agentic.worker.listening import Listener
from agentic.worker.notes import Notes
from agentic.worker.sink import Brief, CallSink
from core.errors import DomainError

TICK_S, ORDERS_EVERY_S, ALIVE_EVERY_S, MEASURED_EVERY_S = 0.5, 1.0, 10.0, 5.0
READY_WITHIN_S = 10.0
# After its last word a voice waits so long for more, and at most so long for its goodbye.
LAST_WORD_S, GOODBYE_S = 1.2, 15.0
GREETING_AT_MOST_S, BEEP_S = 25.0, 1.5
IN_CIRCLES_AFTER = 3
_LEFT_BY = {
    rtc.DisconnectReason.CLIENT_INITIATED: "remote",
    rtc.DisconnectReason.USER_REJECTED: "remote",
    rtc.DisconnectReason.ROOM_DELETED: "local",
    rtc.DisconnectReason.PARTICIPANT_REMOVED: "local",
}
_By, _Voicemail = AiCall.AnsweredBy, Wording.Voicemail

log = logging.getLogger(__name__)


class Talk:
    """A call from the leave to dial until the line is free."""

    def __init__(self, ctx: JobContext, brief: Brief, order: Order, sink: CallSink) -> None:
        self._ctx, self._brief, self._order, self._sink = ctx, brief, order, sink
        self.session = voice.session()
        self.notes = Notes(self.session)
        self.ended = False
        self._answered_at: datetime | None = None
        self._by = ""  # who picked up
        self._leaving = self._asked = self._handed_over = False
        self._awaited: set[str] = set()  # who said that they take over
        self._colleague: Colleague | None = None  # who did
        self.listener: Listener | None = None
        self._room_closed = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._last: dict[str, float] = {}
        self.session.on("close", self._closed)
        ctx.room.on("participant_connected", self._came)
        ctx.room.on("participant_disconnected", self._left)
        ctx.room.on("participant_attributes_changed", self._changed)
        ctx.room.on("disconnected", self._disconnected)

    # --- The call

    async def run(self) -> None:
        """Gets ready, dials, and begins to speak; the rest happens by itself."""
        self._later(self._tend())
        starting = asyncio.create_task(self._start())
        try:
            await asyncio.wait_for(asyncio.shield(starting), READY_WITHIN_S)
        except (TimeoutError, rtc.ConnectError) as error:
            starting.cancel()
            await self.finish(by="system", cause="canceled", problem=f"Not ready: {error!r}")
            return
        if self.ended:
            return
        dialed = await telephone.dial(self._order, self._brief.room)
        if not dialed.answered:
            await self.finish(**dialed.how)
        elif not self.ended:
            await self._pick_up()
            with suppress(RuntimeError):  # the session may be closing already
                self._reply(manners.opening(self._brief.disclosure))

    async def finish(self, **how: Any) -> None:
        """The call is over: told first, so that it counts once, and then the line is freed."""
        if self.ended:
            return
        self.ended = True
        if self._by in (_By.VOICEMAIL, _By.IVR):
            how = {**how, "cause": "machine"}
        # What was said is read as soon as the call is over.
        with suppress(DatabaseError, InterfaceError, DomainError):
            await self._hand_in()
        await self._tell_end(how)
        await telephone.free(self._brief.room)
        self._ctx.shutdown(how.get("problem") or how.get("cause") or "over")

    async def close(self) -> None:
        """The last word, whatever ended the job: nothing that was said is lost."""
        for task in self._tasks:
            task.cancel()
        if not self.ended:
            self.ended = True
            by = "local" if self._room_closed else "system"
            await self._tell_end({"by": by, "problem": "The voice ended early."})
            await telephone.free(self._brief.room)
        await self._hand_in()
        await self._sink.measured(self.notes.usage(), self.notes.latencies_ms)

    async def keep_recording(self, path: Path, mime: str) -> None:
        """Stores the sound of the talk."""
        await self._sink.recorded(path, mime)

    @property
    def answered_at(self) -> datetime | None:
        """When somebody picked up."""
        return self._answered_at

    async def _start(self) -> None:
        await self.session.start(
            voice.agent(self._brief, self._use),
            room=self._ctx.room,
            room_options=voice.room_options(),
            session_host=False,
            record={"audio": True, "traces": False, "logs": False, "transcript": False},
        )

    async def _pick_up(self) -> None:
        if self._answered_at is None:
            self._answered_at = timezone.now()
            self.notes.answered(self._answered_at)
            await self._sink.answered(self._answered_at)

    async def _tell_end(self, how: dict[str, Any]) -> None:
        at = timezone.now()
        for pause_s in (1, 2, 4, 8, 0):
            try:
                await self._sink.ended(at, **how)
            except (DatabaseError, InterfaceError):
                log.exception("the end of a call could not be written")
                await asyncio.sleep(pause_s)
            else:
                return

    # --- What is done again and again

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self._look()
            except (DatabaseError, InterfaceError):
                log.exception("the database does not answer; the talk goes on")
            except (DomainError, RuntimeError):
                # Refused by a rule, or said to a session that just closed.
                log.exception("something could not be done; the talk goes on")

    async def _look(self) -> None:
        await self._hand_in()
        if self._due("alive", ALIVE_EVERY_S):
            await self._sink.alive()
        if self._due("orders", ORDERS_EVERY_S):
            for command in await self._sink.orders():
                await self._obey(command)
        if self._answered_at is None or self._handed_over:
            return
        if self._due("measured", MEASURED_EVERY_S):
            await self._sink.measured(self.notes.usage(), self.notes.latencies_ms)
        await self._classify()
        if not (self._leaving or self._awaited or self._by == _By.VOICEMAIL):
            self._mind_manners()

    async def _hand_in(self) -> None:
        lines = self.notes.taken()
        if not lines:
            return
        for line in lines:
            if line.speaker == "agent":
                self.notes.lost = self.notes.lost + 1 if hearing.is_lost(line.text) else 0
        try:
            await self._sink.said(lines)
        except (DatabaseError, InterfaceError):
            self.notes.put_back(lines)
            raise

    async def _classify(self) -> None:
        """A later word may correct an earlier one, as long as it is about who picked up."""
        lines = len(self.notes.heard)
        if self._by == _By.HUMAN and lines >= hearing.SURE_AFTER_LINES:
            return
        if self._by in (_By.VOICEMAIL, _By.IVR) and lines > 1:
            return
        found = hearing.picked_up(self.notes.latest)
        if found is not None and found != self._by:
            await self._is(found)

    async def _is(self, found: str) -> None:
        self._by = found
        await self._sink.classified(found)
        if found == _By.SCREENING:
            self._reply(manners.SCREENED)
        elif found in (_By.VOICEMAIL, _By.IVR) and not self._leaving:
            self._leaving = True
            self._later(self._leave_machine(found))

    def _mind_manners(self) -> None:
        assert self._answered_at is not None
        talked_s = (timezone.now() - self._answered_at).total_seconds()
        quiet_s = self.notes.quiet_s
        if quiet_s < 1:
            self._asked = self._asked and self.session.user_state != "speaking"
        if talked_s >= self._order.most_s:
            self._say_goodbye(manners.TIME_IS_UP)
        elif self.notes.lost >= IN_CIRCLES_AFTER:
            self._say_goodbye(manners.IN_CIRCLES)
        elif quiet_s >= self._brief.silence_s and self._asked:
            self._say_goodbye(manners.NOBODY_THERE)
        elif quiet_s >= self._brief.silence_s:
            self._asked = True
            self._reply(manners.STILL_THERE)

    # --- What is said

    def _reply(self, instructions: str) -> SpeechHandle:
        return self.session.generate_reply(instructions=instructions)

    def _say_goodbye(self, instructions: str) -> None:
        self._leaving = True
        self._later(self._goodbye(instructions))

    async def _goodbye(self, instructions: str) -> None:
        await self._spoken(instructions)
        await self.finish(by="local")

    async def _spoken(self, instructions: str) -> None:
        with suppress(TimeoutError, RuntimeError):
            await asyncio.wait_for(self._reply(instructions).wait_for_playout(), GOODBYE_S)

    async def _leave_machine(self, kind: str) -> None:
        """By the policy of the version: hang up, or speak after the beep."""
        with suppress(RuntimeError):
            await self.session.interrupt()
        speaks = self._brief.voicemail == _Voicemail.MESSAGE and self._brief.voicemail_text
        if kind == _By.VOICEMAIL and speaks:
            await self._quiet(BEEP_S, GREETING_AT_MOST_S)
            await self._spoken(manners.message(self._brief.voicemail_text))
        await self.finish(by="local", cause="machine")

    async def _quiet(self, for_s: float, at_most_s: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + at_most_s
        while self.notes.quiet_s < for_s and loop.time() < until:
            await asyncio.sleep(0.1)

    # --- What the model and people ask for

    async def _use(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        if name == "end_call" and self._awaited:
            return ToolAnswer(manners.STAY, refused=True)
        answer = await self._sink.use(name, arguments)
        if name == "detected_voicemail" and not answer.refused:
            # What follows is ours to do: after the beep, by the policy of the version.
            if self._by not in (_By.VOICEMAIL, _By.IVR):
                await self._is(_By.VOICEMAIL)
            return ToolAnswer("", silent=True)
        if answer.ends_call and not self._leaving:
            self._leaving = True
            self._later(self._leave_when_quiet())
        return answer

    async def _leave_when_quiet(self) -> None:
        """A goodbye may be on its way; it is heard to its end."""
        await self._quiet(LAST_WORD_S, GOODBYE_S)
        await self.finish(by="local")

    async def _obey(self, command: AiCommand) -> None:
        live = self._answered_at is not None and not self._leaving
        if not await self._sink.done(command):
            return
        if command.kind == AiCommand.Kind.HANG_UP:
            self._later(self.finish(by="local"))
        elif command.kind == AiCommand.Kind.SAY and live:
            self._reply(manners.from_a_person(command.body))
        elif command.kind == AiCommand.Kind.TAKE_OVER and live and command.by_id:
            self._later(self._hand_over(Colleague(self._ctx.room, command.by_id), command.by_id))

    async def _hand_over(self, colleague: Colleague, person: int) -> None:
        """Introduces who comes into the room and falls silent; the job goes on, and listens."""
        self._awaited.add(colleague.identity)
        try:
            came = await colleague.comes(JOIN_WITHIN_S, unless=lambda: self.ended)
            if not (came and await self._sink.joined(person)):
                await self._sink.missed(person)
                if came:
                    await send_away(self._brief.room, colleague.identity)
                return
        finally:
            self._awaited.discard(colleague.identity)
        self._colleague, self._leaving = colleague, True
        # Before the session's own recording ends, so that none of the call is missing.
        path = self._ctx.session_directory / "colleague.ogg"
        self.listener = Listener(self._ctx.room, (telephone.IDENTITY, colleague.identity), path)
        await self._spoken(manners.introduce(colleague.name))
        self._handed_over = True
        self.notes.say("A colleague took over.")
        await self.session.aclose()
        await fall_silent(self._ctx.room)

    async def _left_alone(self, colleague: Colleague) -> None:
        """Without the colleague nobody talks to the called."""
        if not await colleague.comes(RETURN_WITHIN_S, unless=lambda: self.ended):
            await self.finish(by="local")

    # --- What happens

    def _came(self, who: rtc.RemoteParticipant) -> None:
        if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD:
            self._later(self._admit(who.identity))

    async def _admit(self, identity: str) -> None:
        await asyncio.sleep(EXPECTED_WITHIN_S)
        theirs = self._colleague is not None and self._colleague.identity == identity
        if not theirs and identity not in self._awaited and not self.ended:
            await send_away(self._brief.room, identity)

    def _left(self, who: rtc.RemoteParticipant) -> None:
        # Before the answer the dial itself tells what became of it.
        if who.identity == telephone.IDENTITY and self._answered_at is not None:
            by = (
                _LEFT_BY.get(who.disconnect_reason, "system") if who.disconnect_reason else "system"
            )
            self._later(self.finish(by=by))
        elif self._colleague is not None and who.identity == self._colleague.identity:
            self._later(self._left_alone(self._colleague))

    def _changed(self, changed: dict[str, str], who: rtc.Participant) -> None:
        status = changed.get("sip.callStatus", "")
        if who.identity != telephone.IDENTITY or self.ended:
            return
        if status == "ringing":
            self._later(self._sink.rings(timezone.now()))
        elif status == "active":
            self._later(self._pick_up())

    def _disconnected(self, reason: Any) -> None:
        self._room_closed = reason == rtc.DisconnectReason.ROOM_DELETED

    def _closed(self, event: CloseEvent) -> None:
        # A model that fails after its colleague came is no longer needed.
        if event.reason == CloseReason.ERROR and self._colleague is None:
            said = getattr(event.error, "error", event.error)
            problem = f"The model failed: {said}"[:255]
            cause = "" if self._answered_at else "canceled"
            self._later(self.finish(by="system", cause=cause, problem=problem))

    def _due(self, what: str, every_s: float) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._last.get(what, -every_s) < every_s:
            return False
        self._last[what] = now
        return True

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
