"""The stand-in for LiveKit with just enough signalling and sound for a real voice to join a room.

Speaks the protocol of `/rtc` in its version 0. A dialed number that answers becomes a phone in the
room, which speaks when a test lets it, and hears; people join from a browser, or by a program.
"""

import time
from typing import Any

import aiohttp
import aioice.ice
from aiohttp import web
from aiortc.contrib.media import MediaRelay
from livekit import api
from livekit.api.access_token import Claims
from livekit.protocol import models, room, rtc, sip

from tests.standins.voice.guest import Guest
from tests.standins.voice.livekit import LiveKitServer, Room
from tests.standins.voice.phone import Phone
from tests.standins.voice.signing import KEY, SECRET

VERSION = "1.13.5"
_LEFT = models.DisconnectReason


def _loopback_only(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # as it is called
    return ["127.0.0.1"]


@web.middleware
async def _from_anywhere(request: web.Request, handler: Any) -> web.StreamResponse:
    """Browsers of other origins may ask why a socket was refused."""
    try:
        answer: web.StreamResponse = await handler(request)
    except web.HTTPNotFound as error:
        answer = web.Response(status=404, text=error.reason)
    if not answer.prepared:
        answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


class Sfu(LiveKitServer):
    """The server with rooms in which voices, people and phones hear each other."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        aioice.ice.get_host_addresses = _loopback_only
        self.relay = MediaRelay()
        self.guests: dict[str, list[Guest]] = {}
        self.phones: dict[str, Phone] = {}
        self.app.middlewares.append(_from_anywhere)
        self.app.router.add_get("/rtc", self._rtc)
        self.app.router.add_get("/rtc/validate", self._validate)

    async def _validate(self, request: web.Request) -> web.Response:
        return web.Response(text="success")

    async def _rtc(self, request: web.Request) -> web.WebSocketResponse:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        claims = api.TokenVerifier(KEY, SECRET).verify(request.query.get("access_token") or shown)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert claims.video
        where = self.rooms[claims.video.room]
        guest = Guest(self, where, socket, self._info(claims))
        if request.query.get("reconnect") == "1":
            # Whoever was away is gone, and comes in anew.
            again = rtc.LeaveRequest(action=rtc.LeaveRequest.Action.RECONNECT)
            await guest.send(leave=again)
            return socket
        await self._enter(guest)
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    await guest.told(rtc.SignalRequest.FromString(message.data))
        finally:
            self.guests[where.info.name].remove(guest)
            if where.participants.get(guest.info.identity) is guest.info:
                await self.leave(where, guest.info.identity, guest.left_for)
            await guest.close()
        return socket

    async def _enter(self, guest: Guest) -> None:
        """Lets somebody in, who hears all that are there; whoever is there twice leaves once."""
        where = guest.where
        there = self.guests.setdefault(where.info.name, [])
        for each in list(there):
            if each.info.identity == guest.info.identity:
                await self.leave(where, each.info.identity, _LEFT.DUPLICATE_IDENTITY)
                await each.dismiss(_LEFT.DUPLICATE_IDENTITY)
        await guest.send(join=self._welcome(where, guest.info))
        there.append(guest)
        await self.join(where, guest.info)
        await guest.open()
        for each in there:
            if each is not guest and each.sound is not None:
                await guest.hears(each.info, self.relay.subscribe(each.sound, buffered=False))
                await each.subscribed()
        if phone := self.phones.get(where.info.name):
            await self._hears_phone(guest, phone)

    async def speaks(self, guest: Guest) -> None:
        """Somebody begins to speak: the others hear them, and are waited for no longer."""
        name = guest.where.info.name
        assert guest.sound is not None
        others = [each for each in self.guests[name] if each is not guest]
        for each in others:
            await each.hears(guest.info, self.relay.subscribe(guest.sound, buffered=False))
        if others or name in self.phones:
            await guest.subscribed()

    async def _hears_phone(self, guest: Guest, phone: Phone) -> None:
        who = guest.where.participants.get("lead")
        if who is not None and who.tracks:
            await guest.hears(who, self.relay.subscribe(phone, buffered=False))

    def _info(self, claims: Claims) -> models.ParticipantInfo:
        kinds = models.ParticipantInfo.Kind
        kind = {"agent": kinds.AGENT, "sip": kinds.SIP}.get(claims.kind, kinds.STANDARD)
        may = models.ParticipantPermission(
            can_publish=True, can_subscribe=True, can_publish_data=True, agent=kind == kinds.AGENT
        )
        return models.ParticipantInfo(
            sid=self.number("PA"),
            identity=claims.identity,
            name=claims.name,
            state=models.ParticipantInfo.State.ACTIVE,
            kind=kind,
            attributes=claims.attributes or {},
            joined_at=int(time.time()),
            permission=may,
        )

    def _welcome(self, where: Room, who: models.ParticipantInfo) -> rtc.JoinResponse:
        edition = models.ServerInfo.Edition.Standard
        return rtc.JoinResponse(
            room=where.info,
            participant=who,
            other_participants=list(where.participants.values()),
            server_version=VERSION,
            subscriber_primary=True,
            ping_interval=25,
            ping_timeout=60,
            server_info=models.ServerInfo(
                edition=edition, version=VERSION, protocol=16, agent_protocol=1
            ),
        )

    async def join(self, where: Room, who: models.ParticipantInfo) -> None:
        """Somebody is in a room, and the others there are told."""
        await super().join(where, who)
        await self.tell_room(where, who)

    async def update(
        self, asked: room.UpdateParticipantRequest, claims: Claims
    ) -> models.ParticipantInfo:
        """Changes what is told of one, and the others there are told."""
        who = await super().update(asked, claims)
        await self.tell_room(self.rooms[asked.room], who)
        return who

    async def leave(self, where: Room, identity: str, reason: Any) -> None:
        """Somebody leaves, and the others there are told."""
        who = where.participants.get(identity)
        await super().leave(where, identity, reason)
        if who is not None:
            await self.tell_room(where, who)

    async def dial(
        self, asked: sip.CreateSIPParticipantRequest, claims: Claims
    ) -> sip.SIPParticipantInfo:
        """Rings; who answers is heard."""
        info = await super().dial(asked, claims)
        where = self.rooms[asked.room_name]
        who = where.participants[asked.participant_identity]
        who.tracks.append(
            models.TrackInfo(
                sid=self.number("TR"),
                type=models.TrackType.AUDIO,
                source=models.TrackSource.MICROPHONE,
                mime_type="audio/opus",
                name="phone",
            )
        )
        phone = self.phones[asked.room_name] = Phone()
        await self.tell_room(where, who)
        for guest in self.guests.get(asked.room_name, []):
            await self._hears_phone(guest, phone)
            if guest.sound is not None:
                await guest.subscribed()
        return info

    async def hang_up(self, name: str) -> None:
        """The called hangs up."""
        await self.leave(self.rooms[name], "lead", _LEFT.CLIENT_INITIATED)

    async def remove(
        self, asked: room.RoomParticipantIdentity, claims: Claims
    ) -> room.RemoveParticipantResponse:
        """Sends one away."""
        await self.dismiss(asked.room, asked.identity, _LEFT.PARTICIPANT_REMOVED)
        return await super().remove(asked, claims)

    async def dismiss(self, name: str, identity: str, reason: Any) -> None:
        """The connection of one ends, who may come again."""
        for guest in list(self.guests[name]):
            if guest.info.identity == identity:
                await guest.dismiss(reason)

    async def delete_room(
        self, asked: room.DeleteRoomRequest, claims: Claims
    ) -> room.DeleteRoomResponse:
        """Sends everybody away."""
        away = rtc.LeaveRequest(
            reason=_LEFT.ROOM_DELETED, action=rtc.LeaveRequest.Action.DISCONNECT
        )
        for guest in self.guests.get(asked.room, []):
            await guest.send(leave=away)
        return await super().delete_room(asked, claims)

    async def tell_room(self, where: Room, who: models.ParticipantInfo) -> None:
        """Tells everybody else how somebody is now."""
        for guest in self.guests.get(where.info.name, []):
            if guest.info is not who:
                await guest.send(update=rtc.ParticipantUpdate(participants=[who]))
