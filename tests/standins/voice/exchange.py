"""A telephone network before a LiveKit server, be the server real or stood in for.

All requests and sockets pass through it, but a dial: that rings a telephone of its own, which joins
the room as LiveKit's SIP service would. So the whole path is tried with no carrier, on any server.
What the server tells of itself comes to `hook`, is kept, and is passed on to `hook_url`.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web
from livekit import api
from livekit.api.access_token import Claims
from livekit.protocol import agent, models, sip

from tests.standins.voice.answers import Dropped, TwirpError, becomes, telling
from tests.standins.voice.participant import Participant

_DIAL = "/twirp/livekit.SIP/CreateSIPParticipant"
_KEPT = ("Authorization", "Content-Type")


class Exchange:
    """The network; what was asked of it stands in `dials`, what rang in `phones`, by their room."""

    def __init__(
        self, server: str, key: str, secret: str, *, answer_after_s: float = 0.4, hook_port: int = 0
    ) -> None:
        self._server = server.replace("ws", "http", 1) if server.startswith("ws") else server
        self.key, self.secret = key, secret
        self._answer_after_s, self._hook_port = answer_after_s, hook_port
        self.hook_url = ""
        self.dials: list[sip.CreateSIPParticipantRequest] = []
        self.phones: dict[str, Participant] = {}
        self.events: list[tuple[str, str]] = []  # what the server told, and its signature
        self.workers = 0
        self.assigned: list[str] = []  # the rooms for which voices were sent
        self.jobs: dict[str, str] = {}  # by their ids: the rooms they are for, until they end
        self._runners: list[web.AppRunner] = []

    async def start(self) -> None:
        """Listens on free ports of loopback, or for events on the one that the server knows."""
        self._client = aiohttp.ClientSession()
        self._api = api.LiveKitAPI(self._server, self.key, self.secret, failover=False)
        door = web.Application()
        door.router.add_route("*", "/{path:.*}", self._enter)
        self.url = f"ws://127.0.0.1:{await self._listen(door, 0)}"
        ear = web.Application()
        ear.router.add_post("/", self._told)
        self.hook = f"http://127.0.0.1:{await self._listen(ear, self._hook_port)}/"

    async def stop(self) -> None:
        """Leaves at once."""
        await self.clear()
        for runner in self._runners:
            await runner.cleanup()
        await self._api.aclose()
        await self._client.close()

    async def clear(self) -> None:
        """Forgets what was; whoever still holds a telephone hangs up."""
        for phone in self.phones.values():
            await phone.leave()
        self.phones.clear()
        self.dials.clear()
        self.events.clear()
        self.assigned.clear()

    async def _listen(self, app: web.Application, port: int) -> int:
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return int(runner.addresses[0][1])

    # --- What the server knows

    async def rooms(self) -> list[str]:
        """The rooms that are open."""
        found = await self._api.room.list_rooms(api.ListRoomsRequest())
        return [each.name for each in found.rooms]

    async def participants(self, room: str) -> list[models.ParticipantInfo]:
        """Who is in a room; nobody where there is none."""
        try:
            asked = api.ListParticipantsRequest(room=room)
            return list((await self._api.room.list_participants(asked)).participants)
        except api.ServerError as error:
            if error.code != "not_found":
                raise
            return []

    async def send(self, room: str, name: str, metadata: str) -> None:
        """Sends a voice into a room that is open."""
        asked = api.CreateAgentDispatchRequest(room=room, agent_name=name, metadata=metadata)
        await self._api.agent_dispatch.create_dispatch(asked)

    async def post(self, body: str, token: str) -> int:
        """Sends an event to the hook; returns the status of its answer."""
        headers = {"Authorization": token, "Content-Type": "application/webhook+json"}
        sent = self._client.post(self.hook_url, data=body.encode(), headers=headers)
        async with sent as answer:
            await answer.read()
            return answer.status

    # --- What passes through

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        if request.path == _DIAL:
            return await self._dialed(request)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request)
        sent = self._client.request(
            request.method,
            f"{self._server}{request.path_qs}",
            data=await request.read(),
            headers=_kept(request),
        )
        async with sent as answer:
            body, kind = await answer.read(), answer.content_type
            return web.Response(status=answer.status, body=body, content_type=kind)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        """Passes on what both sides of a socket say until either is done."""
        address = f"{self._server}{request.path_qs}"
        try:
            behind = await self._client.ws_connect(address, headers=_kept(request), max_msg_size=0)
        except aiohttp.WSServerHandshakeError as error:
            return web.Response(status=error.status, text=error.message)
        before = web.WebSocketResponse(max_msg_size=0)
        await before.prepare(request)
        working = request.path == "/agent"
        there = _pass(before, behind, self._of_worker if working else _nothing)
        back = _pass(behind, before, self._of_server if working else _nothing)
        await asyncio.gather(there, back)
        self.workers -= working
        return before

    def _of_worker(self, data: bytes) -> None:
        told = agent.WorkerMessage.FromString(data)
        if told.update_job.status > agent.JobStatus.JS_RUNNING:
            self.jobs.pop(told.update_job.job_id, None)

    def _of_server(self, data: bytes) -> None:
        told = agent.ServerMessage.FromString(data)
        kind = told.WhichOneof("message")
        if kind == "register":
            self.workers += 1
        elif kind == "assignment":
            job = told.assignment.job
            self.jobs[job.id] = job.room.name
            self.assigned.append(job.room.name)

    async def _told(self, request: web.Request) -> web.Response:
        event = await request.text(), request.headers.get("Authorization", "")
        self.events.append(event)
        return web.Response(status=await self.post(*event) if self.hook_url else 200)

    # --- Telephones

    async def _dialed(self, request: web.Request) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        grants = api.TokenVerifier(self.key, self.secret).verify(shown)
        asked = sip.CreateSIPParticipantRequest.FromString(await request.read())
        self.dials.append(asked)
        try:
            info = await self._ring(asked, grants)
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        except TwirpError as error:
            return telling(error)
        return web.Response(body=info.SerializeToString(), content_type="application/protobuf")

    async def _ring(
        self, asked: sip.CreateSIPParticipantRequest, grants: Claims
    ) -> sip.SIPParticipantInfo:
        """A telephone is in the room when it is dialed, and is heard when somebody picks it up."""
        if not (grants.sip and grants.sip.call):
            raise TwirpError("permission_denied", "permissions denied: sip.call")
        end = becomes(asked.sip_call_to)
        if end is not None and end.reason is None:
            raise end.error
        phone, who = Participant(), asked.participant_identity
        await phone.join(self.url, self._ticket(asked), silent=True)
        await asyncio.sleep(self._answer_after_s)
        if end is not None:
            await phone.leave(end.reason)
            raise end.error
        self.phones[asked.room_name] = phone
        await phone.publish()
        answered = api.UpdateParticipantRequest(
            room=asked.room_name, identity=who, attributes={"sip.callStatus": "active"}
        )
        await self._api.room.update_participant(answered)
        sid = phone.room.local_participant.sid
        return sip.SIPParticipantInfo(
            participant_id=sid, participant_identity=who, room_name=asked.room_name
        )

    def _ticket(self, asked: sip.CreateSIPParticipantRequest) -> str:
        status = {"sip.callStatus": "dialing", "sip.trunkID": asked.sip_trunk_id}
        token = api.AccessToken(self.key, self.secret).with_kind("sip").with_attributes(status)
        token.with_identity(asked.participant_identity)
        grants = api.VideoGrants(room_join=True, room=asked.room_name)
        return token.with_grants(grants).to_jwt()


async def _pass(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    note: Callable[[bytes], None],
) -> None:
    async for message in source:
        if sink.closed:
            break
        if message.type is WSMsgType.BINARY:
            note(message.data)
            await sink.send_bytes(message.data)
        elif message.type is WSMsgType.TEXT:
            await sink.send_str(message.data)
    await sink.close()


def _nothing(data: bytes) -> None:
    """No business of ours."""


def _kept(request: web.Request) -> dict[str, Any]:
    return {name: request.headers[name] for name in _KEPT if name in request.headers}
