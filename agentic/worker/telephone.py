"""The dial: asked for once, and what became of it."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from google.protobuf.duration_pb2 import Duration
from livekit import api

from agentic.providers import livekit
from agentic.sink import Order

IDENTITY = "lead"
# After the longest talk the voice says goodbye; then the line is cut, whatever became of it.
CUT_AFTER_S = 45
# Somebody who takes the call over may take longer than a voice.
WITH_A_PERSON_S = 3600
_LOOK_EVERY_S, _MISSING_LOOKS = 1.0, 3
_RANG_OUT = {"canceled", "deadline_exceeded"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dialed:
    """Whether somebody picked up; if not, how the call ended, for `agentic.sink.ended`."""

    answered: bool
    how: dict[str, Any] = field(default_factory=dict)


async def dial(order: Order, room: str) -> Dialed:
    """Dials and waits until somebody picks up or nobody does; never dials again."""
    request = api.CreateSIPParticipantRequest(
        sip_trunk_id=order.trunk,
        sip_call_to=order.number,
        sip_number=order.caller_id,
        room_name=room,
        participant_identity=IDENTITY,
        wait_until_answered=True,
        ringing_timeout=Duration(seconds=order.ring_s),
        max_call_duration=Duration(seconds=order.most_s + CUT_AFTER_S + WITH_A_PERSON_S),
    )
    try:
        # A client of our own: the job's would repeat the request, and so dial again.
        async with livekit.client(order.ring_s + 10) as client:
            await client.sip.create_sip_participant(request)
    except api.ServerError as error:
        if (how := refused(error)) is not None:
            return Dialed(answered=False, how=how)
        return await _find_out(order, room, livekit.said_by(error))
    except aiohttp.ClientConnectorError as error:
        return Dialed(answered=False, how=_ours(livekit.said_by(error)))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return await _find_out(order, room, livekit.said_by(error))
    return Dialed(answered=True)


def refused(error: api.ServerError) -> dict[str, Any] | None:
    """How a dial ended by the server's own word; None where it cannot tell."""
    status = error.metadata.get("sip_status_code", "")
    if status.isdigit():
        return {"by": "remote", "sip_status": int(status)}
    if error.code in _RANG_OUT:
        return {"by": "system", "cause": "no_answer"}
    if livekit.surely_not(error):
        return _ours(livekit.said_by(error))
    return None


async def _find_out(order: Order, room: str, said: str) -> Dialed:
    """After an answer that was lost: whoever is in the room was dialed, and may still pick up."""
    log.warning("a dial is in doubt: %s", said)
    loop = asyncio.get_running_loop()
    until, missing = loop.time() + order.ring_s + 5, 0
    unknown = Dialed(answered=False, how={"by": "system", "cause": "unknown", "problem": said})
    while loop.time() < until:
        status = await _status(room)
        if status == "active":
            return Dialed(answered=True)
        missing = missing + 1 if status == "" else 0
        if missing >= _MISSING_LOOKS:
            break
        await asyncio.sleep(_LOOK_EVERY_S)
    return unknown


async def _status(room: str) -> str | None:
    """What the phone in the room does; empty where there is none, None where nobody can tell."""
    request = api.ListParticipantsRequest(room=room)
    try:
        async with livekit.client() as client:
            answer = await client.room.list_participants(request)
    except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
        return "" if livekit.not_found(error) else None
    for each in answer.participants:
        if each.identity == IDENTITY:
            return each.attributes.get("sip.callStatus", "dialing")
    return ""


async def free(room: str) -> bool:
    """Closes the room and so the line, tried a few times; whether it is known to be closed."""
    request = api.DeleteRoomRequest(room=room)
    for pause_s in (0.2, 1.0, 3.0, 0.0):
        try:
            async with livekit.client() as client:
                await client.room.delete_room(request)
        except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
            if livekit.not_found(error):
                return True
            log.warning("a room could not be closed: %s", livekit.said_by(error))
            await asyncio.sleep(pause_s)
        else:
            return True
    return False


def _ours(said: str) -> dict[str, Any]:
    """The line failed on our side: nobody was reached, and nobody rang."""
    return {"by": "system", "cause": "request_timeout", "problem": said}
