"""A stand-in for a LiveKit server: its API, its webhooks and the socket of its workers.

Real protobuf, real checks of tokens and grants, signed webhooks, and the errors of dials as the
server of version 1.13 gives them. Rooms have no media here (see `sfu`). The end of a number chooses
what becomes of a dial (`answers.becomes`).
"""

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from google.protobuf.message import Message
from livekit import api
from livekit.api.access_token import Claims
from livekit.protocol import agent, agent_dispatch, models, room, sip, webhook

from tests.standins.voice.answers import Dropped, TwirpError, becomes, telling
from tests.standins.voice.signing import KEY, SECRET, agent_token, signed

_LEFT = models.DisconnectReason


@dataclass
class Room:
    """A room and who is in it."""

    info: models.Room
    participants: dict[str, models.ParticipantInfo] = field(default_factory=dict)
    dispatches: list[agent_dispatch.AgentDispatch] = field(default_factory=list)


@dataclass
class Worker:
    """A registered worker and its socket."""

    socket: web.WebSocketResponse
    registered: agent.RegisterWorkerRequest
    pending: dict[str, asyncio.Future[agent.AvailabilityResponse]] = field(default_factory=dict)


class LiveKitServer:
    """The server; what it was asked stands in `requests` and `dials`."""

    def __init__(self, *, hook: str = "", answer_after_s: float = 0.05) -> None:
        self.hook_url, self.answer_after_s = hook, answer_after_s
        self.rooms: dict[str, Room] = {}
        self.requests: list[tuple[str, Message]] = []
        self.dials: list[sip.CreateSIPParticipantRequest] = []
        self.events: list[webhook.WebhookEvent] = []
        self.workers: dict[str, Worker] = {}
        self.jobs: dict[str, str] = {}  # by their ids: the rooms they are for, until they end
        self.trunks = {"ST_test"}
        self.broken = ""  # what every request is answered with: dropped, or a code of Twirp
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.app = web.Application()
        self.app.router.add_post("/twirp/livekit.{service}/{method}", self._twirp)
        self.app.router.add_get("/agent", self._worker)
        self._answers: dict[str, tuple[Any, Callable[..., Awaitable[Message]]]] = {
            "RoomService/CreateRoom": (room.CreateRoomRequest, self.create_room),
            "RoomService/ListRooms": (room.ListRoomsRequest, self.list_rooms),
            "RoomService/DeleteRoom": (room.DeleteRoomRequest, self.delete_room),
            "RoomService/ListParticipants": (room.ListParticipantsRequest, self.participants_of),
            "RoomService/RemoveParticipant": (room.RoomParticipantIdentity, self.remove),
            "RoomService/UpdateParticipant": (room.UpdateParticipantRequest, self.update),
            "AgentDispatchService/CreateDispatch": (
                agent_dispatch.CreateAgentDispatchRequest,
                self.create_dispatch,
            ),
            "SIP/CreateSIPParticipant": (sip.CreateSIPParticipantRequest, self.dial),
            "SIP/ListSIPOutboundTrunk": (sip.ListSIPOutboundTrunkRequest, self.list_trunks),
        }

    async def start(self) -> None:
        """Listens on a free port of loopback."""
        self._runner = web.AppRunner(self.app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Leaves at once."""
        for task in list(self._tasks):
            task.cancel()
        await self._runner.cleanup()

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Does something beside the answer."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def number(self, kind: str) -> str:
        """A new id."""
        return f"{kind}_{next(self._numbers):06d}"

    # --- Webhooks

    async def tell(self, event: str, **what: Any) -> None:
        """Signs an event and sends it."""
        told = webhook.WebhookEvent(
            event=event, id=f"EV_{uuid.uuid4().hex[:12]}", created_at=int(time.time()), **what
        )
        self.events.append(told)
        if self.hook_url:
            body, token = signed(told)
            await self.post(body, token)

    async def post(self, body: str, token: str) -> int:
        """Sends a body to the hook; returns the status of its answer."""
        headers = {"Authorization": token, "Content-Type": "application/webhook+json"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.hook_url, data=body.encode(), headers=headers) as answer,
        ):
            await answer.read()
            return answer.status

    # --- The API

    async def _twirp(self, request: web.Request) -> web.StreamResponse:
        name = f"{request.match_info['service']}/{request.match_info['method']}"
        try:
            kind, answer = self._known(name)
            asked = kind.FromString(await request.read())
            self.requests.append((name, asked))
            self._maybe_broken()
            result = await answer(asked, _claims(request))
            return web.Response(
                body=result.SerializeToString(), content_type="application/protobuf"
            )
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        except TwirpError as error:
            return telling(error)

    def _known(self, name: str) -> tuple[Any, Callable[..., Awaitable[Message]]]:
        if name not in self._answers:
            raise TwirpError("unimplemented", name)
        return self._answers[name]

    def _maybe_broken(self) -> None:
        if self.broken == "dropped":
            raise Dropped
        if self.broken:
            raise TwirpError(self.broken, "broken for a test")

    def _room(self, name: str) -> Room:
        if name not in self.rooms:
            raise TwirpError("not_found", "requested room does not exist")
        return self.rooms[name]

    async def create_room(self, asked: room.CreateRoomRequest, claims: Claims) -> models.Room:
        """Makes a room, and sends the voices that it asks for."""
        _need(bool(claims.video and claims.video.room_create), "roomCreate")
        if asked.name in self.rooms:
            return self.rooms[asked.name].info
        info = models.Room(
            sid=self.number("RM"),
            name=asked.name,
            empty_timeout=asked.empty_timeout,
            departure_timeout=asked.departure_timeout,
            max_participants=asked.max_participants,
            creation_time=int(time.time()),
        )
        made = self.rooms[asked.name] = Room(info)
        self.later(self.tell("room_started", room=info))
        for wanted in asked.agents:
            self.dispatch(made, wanted.agent_name, wanted.metadata, wanted.restart_policy)
        return info

    async def list_rooms(
        self, asked: room.ListRoomsRequest, claims: Claims
    ) -> room.ListRoomsResponse:
        """The rooms there are."""
        _need(bool(claims.video and claims.video.room_list), "roomList")
        return room.ListRoomsResponse(rooms=[each.info for each in self.rooms.values()])

    async def delete_room(
        self, asked: room.DeleteRoomRequest, claims: Claims
    ) -> room.DeleteRoomResponse:
        """Sends everybody away and tells of it."""
        _need(bool(claims.video and claims.video.room_create), "roomCreate")
        closed = self._room(asked.room)
        for identity in list(closed.participants):
            await self.leave(closed, identity, _LEFT.ROOM_DELETED)
        self.rooms.pop(asked.room, None)
        await self.tell("room_finished", room=closed.info)
        return room.DeleteRoomResponse()

    async def participants_of(
        self, asked: room.ListParticipantsRequest, claims: Claims
    ) -> room.ListParticipantsResponse:
        """Who is in a room."""
        _need(bool(claims.video and claims.video.room_admin), "roomAdmin")
        there = self._room(asked.room).participants.values()
        return room.ListParticipantsResponse(participants=there)

    async def remove(
        self, asked: room.RoomParticipantIdentity, claims: Claims
    ) -> room.RemoveParticipantResponse:
        """Sends one away."""
        _need(bool(claims.video and claims.video.room_admin), "roomAdmin")
        await self.leave(self._room(asked.room), asked.identity, _LEFT.PARTICIPANT_REMOVED)
        return room.RemoveParticipantResponse()

    async def update(
        self, asked: room.UpdateParticipantRequest, claims: Claims
    ) -> models.ParticipantInfo:
        """Changes what is told of one."""
        _need(bool(claims.video and claims.video.room_admin), "roomAdmin")
        there = self._room(asked.room).participants
        if asked.identity not in there:
            raise TwirpError("not_found", "participant does not exist")
        there[asked.identity].attributes.update(asked.attributes)
        return there[asked.identity]

    async def create_dispatch(
        self, asked: agent_dispatch.CreateAgentDispatchRequest, claims: Claims
    ) -> agent_dispatch.AgentDispatch:
        """Sends a voice into a room."""
        _need(bool(claims.video and claims.video.room_admin), "roomAdmin")
        return self.dispatch(
            self._room(asked.room), asked.agent_name, asked.metadata, asked.restart_policy
        )

    async def list_trunks(
        self, asked: sip.ListSIPOutboundTrunkRequest, claims: Claims
    ) -> sip.ListSIPOutboundTrunkResponse:
        """The trunks there are."""
        _need(bool(claims.sip and claims.sip.admin), "sip.admin")
        known = [sip.SIPOutboundTrunkInfo(sip_trunk_id=each) for each in sorted(self.trunks)]
        return sip.ListSIPOutboundTrunkResponse(items=known)

    # --- Who comes and goes

    async def join(self, where: Room, who: models.ParticipantInfo) -> None:
        """Somebody is in a room."""
        where.participants[who.identity] = who
        await self.tell("participant_joined", room=where.info, participant=who)

    async def leave(self, where: Room, identity: str, reason: Any) -> None:
        """Somebody leaves a room, or is sent away."""
        who = where.participants.pop(identity, None)
        if who is None:
            return
        who.state, who.disconnect_reason = models.ParticipantInfo.State.DISCONNECTED, reason
        if "sip.callStatus" in who.attributes:
            who.attributes["sip.callStatus"] = "hangup"
        await self.tell("participant_left", room=where.info, participant=who)

    # --- Telephones

    async def dial(
        self, asked: sip.CreateSIPParticipantRequest, claims: Claims
    ) -> sip.SIPParticipantInfo:
        """Rings a number, and answers when it does."""
        _need(bool(claims.sip and claims.sip.call), "sip.call")
        self.dials.append(asked)
        end = becomes(asked.sip_call_to)
        if end is not None and end.reason is None:
            raise end.error
        where = self._room(asked.room_name)
        who = self._phone(asked)
        await self.join(where, who)  # when it is dialed, not when it answers
        await asyncio.sleep(self.answer_after_s)
        if end is not None:
            await self.leave(where, who.identity, end.reason)
            raise end.error
        who.attributes["sip.callStatus"] = "active"
        return sip.SIPParticipantInfo(
            participant_id=who.sid,
            participant_identity=who.identity,
            room_name=asked.room_name,
            sip_call_id=who.attributes["sip.callID"],
        )

    def _phone(self, asked: sip.CreateSIPParticipantRequest) -> models.ParticipantInfo:
        return models.ParticipantInfo(
            sid=self.number("PA"),
            identity=asked.participant_identity,
            name=asked.participant_name,
            kind=models.ParticipantInfo.Kind.SIP,
            state=models.ParticipantInfo.State.ACTIVE,
            joined_at=int(time.time()),
            attributes={
                "sip.callID": self.number("SCL"),
                "sip.callStatus": "dialing",
                "sip.trunkID": asked.sip_trunk_id,
            },
        )

    # --- Voices

    def dispatch(
        self, where: Room, name: str, metadata: str, policy: Any
    ) -> agent_dispatch.AgentDispatch:
        """Offers a job to the workers of a name until one takes it."""
        sent = agent_dispatch.AgentDispatch(
            id=self.number("AD"), agent_name=name, room=where.info.name, metadata=metadata
        )
        sent.restart_policy = policy
        where.dispatches.append(sent)
        self.later(self._offer(where, sent))
        return sent

    async def _worker(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        name, worker = self.number("AW"), None
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.BINARY:
                continue
            told = agent.WorkerMessage.FromString(message.data)
            kind = told.WhichOneof("message")
            if kind == "register":
                worker = self.workers[name] = Worker(socket, told.register)
                known = agent.RegisterWorkerResponse(worker_id=name)
                await socket.send_bytes(agent.ServerMessage(register=known).SerializeToString())
            elif kind == "availability" and worker is not None:
                waiting = worker.pending.pop(told.availability.job_id, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(told.availability)
            elif kind == "update_job" and told.update_job.status > agent.JobStatus.JS_RUNNING:
                self.jobs.pop(told.update_job.job_id, None)
        self.workers.pop(name, None)
        return socket

    async def _offer(self, where: Room, sent: agent_dispatch.AgentDispatch) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for worker in list(self.workers.values()):
                fits = worker.registered.agent_name == sent.agent_name
                if fits and await self._accepted(worker, where, sent):
                    return
            await asyncio.sleep(0.05)

    async def _accepted(
        self, worker: Worker, where: Room, sent: agent_dispatch.AgentDispatch
    ) -> bool:
        job = agent.Job(
            id=self.number("AJ"),
            dispatch_id=sent.id,
            type=agent.JobType.JT_ROOM,
            room=where.info,
            metadata=sent.metadata,
            agent_name=sent.agent_name,
        )
        answer = worker.pending[job.id] = asyncio.get_running_loop().create_future()
        offer = agent.ServerMessage(availability=agent.AvailabilityRequest(job=job))
        await worker.socket.send_bytes(offer.SerializeToString())
        with suppress(TimeoutError):
            taken = await asyncio.wait_for(answer, 5)
            if taken.available:
                self.jobs[job.id] = where.info.name
                token = agent_token(taken.participant_identity, where.info.name)
                given = agent.ServerMessage(assignment=agent.JobAssignment(job=job, token=token))
                await worker.socket.send_bytes(given.SerializeToString())
                return True
        return False


def _claims(request: web.Request) -> Claims:
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        return api.TokenVerifier(KEY, SECRET).verify(shown)
    except jwt.PyJWTError as error:
        raise TwirpError("unauthenticated", str(error)) from error


def _need(holds: bool, what: str) -> None:  # a check reads better so
    if not holds:
        raise TwirpError("permission_denied", f"permissions denied: {what}")
