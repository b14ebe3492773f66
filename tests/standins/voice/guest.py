"""Who is in a room by a connection of their own: a voice, or a person at a browser.

Speaks the protocol of `/rtc` in its version 0, with a connection for each direction.
"""

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from aiohttp import web
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from livekit.protocol import models, rtc

from tests.standins.voice.livekit import Room

if TYPE_CHECKING:
    from tests.standins.voice.sfu import Sfu

_LOUD = 1500


class Guest:
    """Somebody in a room, and the connections to them."""

    def __init__(
        self, sfu: "Sfu", where: Room, socket: web.WebSocketResponse, info: models.ParticipantInfo
    ) -> None:
        self._sfu, self.where, self._socket, self.info = sfu, where, socket, info
        self._offers, self._offering = 0, False
        self._to_hear: list[tuple[models.ParticipantInfo, MediaStreamTrack]] = []
        self.sound: MediaStreamTrack | None = None  # what they say
        self.loud: list[tuple[float, bool]] = []  # when they were heard, and whether loudly
        self.left_for = models.DisconnectReason.CLIENT_INITIATED
        self._down, self._up = RTCPeerConnection(), RTCPeerConnection()

    @property
    def is_voice(self) -> bool:
        """Whether no person speaks."""
        return self.info.kind == models.ParticipantInfo.Kind.AGENT

    async def send(self, **what: Any) -> None:
        """Tells them something."""
        if not self._socket.closed:
            await self._socket.send_bytes(rtc.SignalResponse(**what).SerializeToString())

    async def open(self) -> None:
        """Offers the connection on which they hear."""
        for name in ("_reliable", "_lossy"):
            self._down.createDataChannel(name, ordered=name == "_reliable")
        self._up.on("track", lambda track: self._sfu.later(self._listen(track)))
        self._down.on("connectionstatechange", self._go_on)
        await self._negotiate()

    async def close(self) -> None:
        """Ends both connections."""
        await self._down.close()
        await self._up.close()

    async def dismiss(self, reason: Any) -> None:
        """Sends them away for good."""
        action = rtc.LeaveRequest.Action.DISCONNECT
        await self.send(leave=rtc.LeaveRequest(reason=reason, action=action))
        await self._socket.close()

    async def hears(self, who: models.ParticipantInfo, sound: MediaStreamTrack) -> None:
        """Lets them hear somebody."""
        self._to_hear.append((who, sound))
        await self._go_on()

    async def subscribed(self) -> None:
        """Somebody listens; a voice is silent until it is told so."""
        for track in self.info.tracks:
            await self.send(track_subscribed=rtc.TrackSubscribed(track_sid=track.sid))

    async def told(self, message: rtc.SignalRequest) -> None:
        """What they sent."""
        kind = message.WhichOneof("message")
        if kind == "offer":
            await self._answer(message.offer)
        elif kind == "answer":
            await self._answered(message.answer)
        elif kind == "trickle":
            await self._trickle(message.trickle)
        elif kind == "add_track":
            await self._publish(message.add_track)
        elif kind == "mute":
            await self._mute(message.mute)
        elif kind == "ping_req":
            now = int(time.time() * 1000)
            pong = rtc.Pong(last_ping_timestamp=message.ping_req.timestamp, timestamp=now)
            await self.send(pong_resp=pong)
        elif kind == "leave":
            self.left_for = message.leave.reason or self.left_for
            await self._socket.close()

    async def _go_on(self) -> None:
        """One by one, once the way is there: else a sound would not find it."""
        if self._offering or not self._to_hear or self._down.connectionState != "connected":
            return
        who, sound = self._to_hear.pop(0)
        sender = self._down.addTransceiver(sound, direction="sendonly").sender
        sender._stream_id = f"{who.sid}|{who.tracks[-1].sid}"
        sender._track_id = who.tracks[-1].sid
        await self._negotiate()

    async def _negotiate(self) -> None:
        self._offering = True
        await self._down.setLocalDescription(await self._down.createOffer())
        self._offers += 1
        sdp = self._down.localDescription.sdp
        await self.send(offer=rtc.SessionDescription(type="offer", sdp=sdp, id=self._offers))

    async def _answered(self, answer: rtc.SessionDescription) -> None:
        await self._down.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        self._offering = False
        await self._go_on()

    async def _answer(self, offer: rtc.SessionDescription) -> None:
        await self._up.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await self._up.setLocalDescription(await self._up.createAnswer())
        sdp = self._up.localDescription.sdp
        await self.send(answer=rtc.SessionDescription(type="answer", sdp=sdp, id=offer.id))
        talks = any(each.currentDirection == "recvonly" for each in self._up.getTransceivers())
        if self.sound is not None and not talks:
            self.sound = None
            del self.info.tracks[:]
            await self._sfu.tell_room(self.where, self.info)

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
        await self._sfu.tell_room(self.where, self.info)

    async def _mute(self, wanted: rtc.MuteTrackRequest) -> None:
        for track in self.info.tracks:
            if track.sid == wanted.sid:
                track.muted = wanted.muted
        await self._sfu.tell_room(self.where, self.info)

    async def _listen(self, track: Any) -> None:
        heard = self._sfu.relay.subscribe(track, buffered=False)
        with suppress(MediaStreamError):
            while True:
                frame: Any = await heard.recv()
                if self.sound is None:
                    self.sound = track
                    await self._sfu.speaks(self)
                sound = frame.to_ndarray()
                self.loud.append((time.time(), bool(np.abs(sound).max() > _LOUD)))
