"""A stand-in for Gemini: its Live socket over TLS, and generateContent.

What it says is a script: each turn of the caller (heard by the loudness of the audio that comes in)
and each request for a turn takes the next line of it.
"""

import asyncio
import base64
import json
import math
import ssl
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.voice import certificate

RATE_IN, RATE_OUT, FRAME_MS = 16_000, 24_000, 40
LOUD, BEGIN_S, SILENT_S = 500, 0.15, 0.4
_AS_THEY_ARE = ("args", "response", "properties")


@dataclass
class Turn:
    """One line of the script: what is heard, what is said for how long, which tools are called."""

    heard: str = ""
    say: str = ""
    seconds: float = 0.6
    tools: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class Gemini:
    """The service; `scripts` holds a list of turns for each talk, in the order of the talks."""

    def __init__(self, *scripts: list[Turn], answer: Any = None) -> None:
        self.scripts = [list(script) for script in scripts]
        self.answer = answer or {}
        self.talks: list[_Talk] = []
        self.asked: list[dict[str, Any]] = []  # of generateContent
        self.refuses = False
        self.app = web.Application(client_max_size=64 << 20)
        self.app.router.add_get("/ws/{service}", self._live)
        self.app.router.add_get("/{version}/models/{model}", self._model)
        self.app.router.add_post("/{version}/models/{call}", self._generate)
        self.url, self.certificate = "", Path()

    async def start(self) -> None:
        """Listens on a free port of loopback, with a certificate of its own."""
        import tempfile

        self.certificate, key = certificate.make(Path(tempfile.mkdtemp()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._runner = web.AppRunner(self.app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.url = f"https://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Leaves."""
        await self._runner.cleanup()

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["model"]
        if not name.startswith("gemini-"):
            told = {"error": {"code": 404, "message": "no such model", "status": "NOT_FOUND"}}
            return web.json_response(told, status=404)
        return web.json_response({"name": f"models/{name}", "version": "1", "displayName": name})

    async def _generate(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        part = {"text": json.dumps(self.answer)}
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}
        return web.json_response({"candidates": [candidate], "modelVersion": "stand-in"})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if self.refuses:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        talk = _Talk(socket, self.scripts.pop(0) if self.scripts else [])
        self.talks.append(talk)
        async for message in socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await talk.told(_camel(json.loads(message.data)))
        talk.end()
        return socket


class _Talk:
    """One connection: what was heard and answered in it."""

    def __init__(self, socket: web.WebSocketResponse, script: list[Turn]) -> None:
        self._socket, self.script = socket, script
        self.setup: dict[str, Any] = {}
        self.prompts: list[str] = []  # what it was told to say
        self.responses: list[dict[str, Any]] = []  # of tools
        self.interrupted = 0
        self.spoke_at: list[float] = []  # when a turn's first audio left
        self.heard_until: list[float] = []  # when the last sound of what the caller said came
        self._speaking, self._loud_s, self._silent_s, self._loud_at = False, 0.0, 0.0, 0.0
        self._pending: set[str] = set()
        self._numbered = 0
        self._job: asyncio.Task[None] | None = None

    def end(self) -> None:
        """The connection is gone."""
        if self._job is not None:
            self._job.cancel()

    async def told(self, message: dict[str, Any]) -> None:
        """What the client sent."""
        if "setup" in message:
            self.setup = message["setup"]
            await self._send({"setupComplete": {}})
        elif realtime := message.get("realtimeInput"):
            for blob in [realtime["audio"]] if realtime.get("audio") else []:
                self._hear(_bytes(blob["data"]))
        elif content := message.get("clientContent"):
            texts = [
                p.get("text", "") for t in content.get("turns", []) for p in t.get("parts", [])
            ]
            self.prompts.append(" ".join(texts))
            if content.get("turnComplete"):
                self._next(heard=False)
        elif response := message.get("toolResponse"):
            self._answered(response["functionResponses"])

    def _answered(self, responses: list[dict[str, Any]]) -> None:
        self.responses += responses
        self._pending -= {each.get("id", "") for each in responses}
        silent = all(each.get("scheduling") == "SILENT" for each in responses)
        if not self._pending and not silent:
            self._next(heard=False)

    def _hear(self, pcm: bytes) -> None:
        samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
        seconds = len(samples) / RATE_IN
        loudness = math.sqrt(sum(each * each for each in samples) / max(1, len(samples)))
        if loudness > LOUD:
            self._loud_s, self._silent_s = self._loud_s + seconds, 0.0
            self._loud_at = time.time()
            if self._loud_s > BEGIN_S and not self._speaking:
                self._speaking = True
                if self._job is not None and not self._job.done():
                    self._job.cancel()
            return
        self._silent_s += seconds
        if self._silent_s > SILENT_S:
            self._loud_s = 0.0
            if self._speaking:
                self._speaking = False
                self.heard_until.append(self._loud_at)
                self._next(heard=True)

    def _next(self, *, heard: bool) -> None:
        if self._job is not None and not self._job.done():
            self._job.cancel()
        if self.script:
            self._job = asyncio.ensure_future(self._take(self.script.pop(0), heard=heard))

    async def _take(self, turn: Turn, *, heard: bool) -> None:
        try:
            if turn.heard and heard:
                for word in turn.heard.split():
                    await self._serve({"inputTranscription": {"text": f" {word}"}})
            if turn.tools:
                await self._call(turn)
            else:
                await self._speak(turn)
        except asyncio.CancelledError:
            self.interrupted += 1
            await self._serve({"interrupted": True})
            await self._serve({"turnComplete": True})

    async def _call(self, turn: Turn) -> None:
        calls = []
        for name, arguments in turn.tools:
            self._numbered += 1
            self._pending.add(f"call-{self._numbered}")
            calls.append({"id": f"call-{self._numbered}", "name": name, "args": arguments})
        await self._send({"toolCall": {"functionCalls": calls}})

    async def _speak(self, turn: Turn) -> None:
        pcm, words = _tone(turn.seconds), turn.say.split()
        step = RATE_OUT * 2 * FRAME_MS // 1000
        frames = [pcm[start : start + step] for start in range(0, len(pcm), step)]
        self.spoke_at.append(time.time())
        for number, frame in enumerate(frames):
            sound = {"mimeType": "audio/pcm;rate=24000", "data": base64.b64encode(frame).decode()}
            await self._serve({"modelTurn": {"parts": [{"inlineData": sound}]}})
            first = len(words) * number // len(frames)
            last = len(words) * (number + 1) // len(frames)
            if said := words[first:last]:
                await self._serve({"outputTranscription": {"text": " ".join(said) + " "}})
            # Somewhat faster than it is heard, as the service does.
            await asyncio.sleep(FRAME_MS / 1000 * 0.9)
        await self._serve({"generationComplete": True})
        used = {"promptTokenCount": 100, "responseTokenCount": 40, "totalTokenCount": 140}
        await self._send({"serverContent": {"turnComplete": True}, "usageMetadata": used})

    async def _serve(self, content: dict[str, Any]) -> None:
        await self._send({"serverContent": content})

    async def _send(self, message: dict[str, Any]) -> None:
        if not self._socket.closed:
            # The service sends JSON in binary frames.
            await self._socket.send_bytes(json.dumps(message).encode())


def _tone(seconds: float) -> bytes:
    count = int(seconds * RATE_OUT)
    turn = 2 * math.pi * 440 / RATE_OUT
    return struct.pack(f"<{count}h", *(int(9000 * math.sin(turn * i)) for i in range(count)))


def _bytes(text: str) -> bytes:
    """The client sends the alphabet of URLs; the service takes both."""
    plain = text.replace("+", "-").replace("/", "_")
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))


def _camel(value: Any) -> Any:
    """The client mixes snake_case with camelCase; the service takes both."""
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {_word(k): v if k in _AS_THEY_ARE else _camel(v) for k, v in value.items()}


def _word(key: str) -> str:
    first, *rest = key.split("_")
    return key if key in _AS_THEY_ARE else first + "".join(word.title() for word in rest)
