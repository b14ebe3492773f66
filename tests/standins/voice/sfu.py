"""The stand-in for LiveKit with just enough signalling and sound for a real voice to join a room.

Speaks the protocol of `/rtc` in its version 0, with a connection for each direction. A dialed
number that answers becomes a phone in the room, which speaks when a test lets it, and hears.
"""

import asyncio
import fractions
import json
import time
from contextlib import suppress
from typing import Any

import aiohttp
import aioice.ice
import av
import numpy as np
from aiohttp import web
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from livekit import api
from livekit.api.access_token import Claims
from livekit.protocol import models, room, rtc, sip

from tests.standins.voice.livekit import LiveKitServer, Room
from tests.standins.voice.signing import KEY, SECRET

VERSION, RATE, FRAME = "1.13.5", 48_000, 960
_PITCH, _FORMANTS = 120, ((600, 90, 1.0), (1200, 110, 0.6), (2500, 160, 0.3))


def _loopback_only(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # as it is called
    return ["127.0.0.1"]


class Phone(MediaStreamTrack):
    """What the called says: silence, unless a test lets them speak."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._sound: Any = np.zeros(0, np.int16)
        self._count, self._begun = 0, 0.0

    def speak(self, seconds: float) -> None:
        """Speaks from now on for so long: vowels without words, which ears take for speech."""
        self._sound = np.concatenate([self._sound, _vowels(seconds)])

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms, when they are due."""
        now = time.time()
        self._begun = self._begun or now
        await asyncio.sleep(max(0.0, self._begun + self._count / RATE - now))
        chunk, self._sound = self._sound[:FRAME], self._sound[FRAME:]
        chunk = np.pad(chunk, (0, FRAME - len(chunk)))
        frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = RATE, self._count
        frame.time_base = fractions.Fraction(1, RATE)
        self._count += FRAME
        return frame


def _vowels(seconds: float) -> Any:
    """Overtones of a human pitch under the formants of a mouth, in four syllables a second."""
    times = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(_PITCH + 15 * np.sin(2 * np.pi * 3 * times)) / RATE
    sound = np.zeros_like(times)
    for overtone in range(1, 30):
        hertz = _PITCH * overtone
        loud = sum(much / (1 + ((hertz - at) / width) ** 2) for at, width, much in _FORMANTS)
        sound += loud * np.sin(overtone * phase)
    sound *= 0.55 + 0.45 * np.sin(2 * np.pi * 4 * times)
    return (9000 * sound / np.abs(sound).max()).astype(np.int16)


class Voice:
    """A voice in a room, and the connections to it."""

    def __init__(
        self, sfu: "Sfu", where: Room, socket: web.WebSocketResponse, info: models.ParticipantInfo
    ) -> None:
        self._sfu, self._where, self._socket, self.info = sfu, where, socket, info
        self._offers, self.live = 0, False
        self.loud: list[tuple[float, bool]] = []  # when it was heard, and whether it was loud
        self._down, self._up = RTCPeerConnection(), RTCPeerConnection()

    async def send(self, **what: Any) -> None:
        """Tells the voice something."""
        if not self._socket.closed:
            await self._socket.send_bytes(rtc.SignalResponse(**what).SerializeToString())

    async def open(self) -> None:
        """Offers the connection on which it hears."""
        for name in ("_reliable", "_lossy"):
            self._down.createDataChannel(name, ordered=name == "_reliable")
        self._up.on("track", lambda track: self._sfu.later(self._listen(track)))
        await self._negotiate()

    async def close(self) -> None:
        """Ends both connections."""
        await self._down.close()
        await self._up.close()

    async def hears(self, who: models.ParticipantInfo, phone: Phone) -> None:
        """Lets it hear a phone."""
        sender = self._down.addTransceiver(phone, direction="sendonly").sender
        sender._stream_id, sender._track_id = f"{who.sid}|{who.tracks[0].sid}", who.tracks[0].sid
        await self._negotiate()

    async def subscribed(self) -> None:
        """Somebody listens; a voice is silent until it is told so."""
        for track in self.info.tracks:
            await self.send(track_subscribed=rtc.TrackSubscribed(track_sid=track.sid))

    async def told(self, message: rtc.SignalRequest) -> None:
        """What the voice sent."""
        kind = message.WhichOneof("message")
        if kind == "offer":
            await self._answer(message.offer)
        elif kind == "answer":
            await self._down.setRemoteDescription(
                RTCSessionDescription(message.answer.sdp, "answer")
            )
        elif kind == "trickle":
            await self._trickle(message.trickle)
        elif kind == "add_track":
            await self._publish(message.add_track)
        elif kind == "ping_req":
            now = int(time.time() * 1000)
            pong = rtc.Pong(last_ping_timestamp=message.ping_req.timestamp, timestamp=now)
            await self.send(pong_resp=pong)
        elif kind == "leave":
            await self._socket.close()

    async def _negotiate(self) -> None:
        await self._down.setLocalDescription(await self._down.createOffer())
        self._offers += 1
        sdp = self._down.localDescription.sdp
        await self.send(offer=rtc.SessionDescription(type="offer", sdp=sdp, id=self._offers))

    async def _answer(self, offer: rtc.SessionDescription) -> None:
        await self._up.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await self._up.setLocalDescription(await self._up.createAnswer())
        sdp = self._up.localDescription.sdp
        await self.send(answer=rtc.SessionDescription(type="answer", sdp=sdp, id=offer.id))

    async def _trickle(self, told: rtc.TrickleRequest) -> None:
        init = json.loads(told.candidateInit)
        if not init.get("candidate"):
            return
        candidate = candidate_from_sdp(init["candidate"].split(":", 1)[1])
        candidate.sdpMid = init.get("sdpMid")
        candidate.sdpMLineIndex = init.get("sdpMLineIndex")
        subscriber = told.target == rtc.SignalTarget.SUBSCRIBER
        with suppress(InvalidStateError, ValueError, ConnectionError):
            await (self._down if subscriber else self._up).addIceCandidate(candidate)

    async def _publish(self, wanted: rtc.AddTrackRequest) -> None:
        track = models.TrackInfo(
            sid=self._sfu.number("TR"),
            type=wanted.type,
            name=wanted.name,
            source=wanted.source,
            mime_type="audio/opus",
        )
        self.info.tracks.append(track)
        await self.send(track_published=rtc.TrackPublishedResponse(cid=wanted.cid, track=track))

    async def _listen(self, track: Any) -> None:
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if not self.live:
                    self.live = True
                    if self._where.info.name in self._sfu.phones:
                        await self.subscribed()
                sound = frame.to_ndarray()
                self.loud.append((time.time(), bool(np.abs(sound).max() > 1500)))


class Sfu(LiveKitServer):
    """The server with rooms in which voices and phones hear each other."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        aioice.ice.get_host_addresses = _loopback_only
        self.voices: dict[str, list[Voice]] = {}
        self.phones: dict[str, Phone] = {}
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
        voice = Voice(self, where, socket, self._info(claims))
        await voice.send(join=self._welcome(where, voice.info))
        self.voices.setdefault(where.info.name, []).append(voice)
        await self.join(where, voice.info)
        await voice.open()
        left = models.DisconnectReason.CLIENT_INITIATED
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    await voice.told(rtc.SignalRequest.FromString(message.data))
        finally:
            self.voices[where.info.name].remove(voice)
            await self.leave(where, voice.info.identity, left)
            await voice.close()
        return socket

    def _info(self, claims: Claims) -> models.ParticipantInfo:
        may = models.ParticipantPermission(
            can_publish=True, can_subscribe=True, can_publish_data=True, agent=True
        )
        return models.ParticipantInfo(
            sid=self.number("PA"),
            identity=claims.identity,
            name=claims.name,
            state=models.ParticipantInfo.State.ACTIVE,
            kind=models.ParticipantInfo.Kind.AGENT,
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
        """Somebody is in a room, and the voices there are told."""
        await super().join(where, who)
        if who.kind != models.ParticipantInfo.Kind.AGENT:
            await self._tell(where, who)

    async def leave(self, where: Room, identity: str, reason: Any) -> None:
        """Somebody leaves, and the voices there are told."""
        who = where.participants.get(identity)
        await super().leave(where, identity, reason)
        if who is not None:
            await self._tell(where, who)

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
        await self._tell(where, who)
        for voice in self.voices.get(asked.room_name, []):
            await voice.hears(who, phone)
            if voice.live:
                await voice.subscribed()
        return info

    async def hang_up(self, name: str) -> None:
        """The called hangs up."""
        left = models.DisconnectReason.CLIENT_INITIATED
        await self.leave(self.rooms[name], "lead", left)

    async def person_joins(self, name: str) -> None:
        """Somebody joins from a browser."""
        who = models.ParticipantInfo(
            sid=self.number("PA"), identity="person-1", state=models.ParticipantInfo.State.ACTIVE
        )
        await self.join(self.rooms[name], who)

    async def delete_room(
        self, asked: room.DeleteRoomRequest, claims: Claims
    ) -> room.DeleteRoomResponse:
        """Sends everybody away."""
        away = rtc.LeaveRequest(
            reason=models.DisconnectReason.ROOM_DELETED,
            action=rtc.LeaveRequest.Action.DISCONNECT,
        )
        for voice in self.voices.get(asked.room, []):
            await voice.send(leave=away)
        return await super().delete_room(asked, claims)

    async def _tell(self, where: Room, who: models.ParticipantInfo) -> None:
        for voice in self.voices.get(where.info.name, []):
            await voice.send(update=rtc.ParticipantUpdate(participants=[who]))
