"""The person who takes a call over, in its room: awaited, and missed when they are gone."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import aiohttp
from livekit import api, rtc
from livekit.rtc.participant import UnpublishTrackError

from agentic.providers import livekit
from agentic.providers.livekit import identity_of

JOIN_WITHIN_S = 25.0
# A page that was loaded anew, or whose line broke, comes back within so long.
RETURN_WITHIN_S = 15.0
# Who takes over may be in the room before the voice was asked to expect them.
EXPECTED_WITHIN_S = 4.0
_LOOK_EVERY_S = 0.2

log = logging.getLogger(__name__)


class Colleague:
    """Somebody of ours, by their id; nobody else can come in as them."""

    def __init__(self, room: rtc.Room, person: int) -> None:
        self._room, self.identity = room, identity_of(person)

    @property
    def name(self) -> str:
        """What they are called; empty while they are not there."""
        there = self._room.remote_participants.get(self.identity)
        return there.name if there is not None else ""

    @property
    def is_heard(self) -> bool:
        """Whether they are in the room with a microphone: without one they could not talk."""
        there = self._room.remote_participants.get(self.identity)
        tracks = there.track_publications.values() if there is not None else ()
        return any(track.kind == rtc.TrackKind.KIND_AUDIO for track in tracks)

    async def comes(self, within_s: float, unless: Callable[[], bool]) -> bool:
        """Waits until they are heard; False when they are not in time, or it is for nothing."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while loop.time() < until and not unless():
            if self.is_heard:
                return True
            await asyncio.sleep(_LOOK_EVERY_S)
        return False


async def fall_silent(room: rtc.Room) -> None:
    """Takes the voice's own sound away, by which the page of a colleague sees that it has left."""
    for sid in list(room.local_participant.track_publications):
        with suppress(UnpublishTrackError):
            await room.local_participant.unpublish_track(sid)


async def send_away(room: str, identity: str) -> None:
    """Nobody listens to a call that is not theirs, as one who came too late."""
    asked = api.RoomParticipantIdentity(room=room, identity=identity)
    try:
        async with livekit.client() as client:
            await client.room.remove_participant(asked)
    except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("somebody could not be sent away: %s", livekit.said_by(error))
