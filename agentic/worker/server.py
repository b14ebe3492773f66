"""The program that waits for calls at LiveKit: one process for each, warm before it comes."""

import json
import logging
import os
import ssl

import django
from django.conf import settings
from livekit import rtc
from livekit.agents import AgentServer, JobContext, JobProcess, JobRequest

DRAIN_S = 3600
_TALK = "talk"

log = logging.getLogger(__name__)


def prewarm(process: JobProcess) -> None:
    """Everything that takes its time, before a call is there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialer.settings")
    django.setup()
    # What is imported in mid-call makes speech stutter.
    import anyio._backends._asyncio
    from google.genai import types

    from agentic.worker import recording, talk

    assert talk
    assert recording
    assert anyio
    types.LiveConnectConfig.model_rebuild()
    ssl.create_default_context()
    # The first use of libsoxr on two threads at once ends the process.
    for rate, to in ((24_000, 16_000), (24_000, 48_000)):
        silence = rtc.AudioFrame(b"\0\0" * (rate // 50), rate, 1, rate // 50)
        rtc.AudioResampler(rate, to, num_channels=1).push(silence)


async def accept(request: JobRequest) -> None:
    """Takes a job; the room shows who speaks."""
    await request.accept(name="Voice", identity=f"voice-{request.id}")


async def entry(context: JobContext) -> None:
    """One call: where leave to dial is given to another, nothing happens."""
    from agentic.worker.sink import OrmSink
    from agentic.worker.talk import Talk

    sink = OrmSink(_call_in(context.job.metadata))
    brief = await sink.load()
    order = await sink.take() if brief is not None else None
    if brief is None or order is None:
        context.shutdown("not to be dialed")
        return
    talk = context.proc.userdata[_TALK] = Talk(context, brief, order, sink)
    await talk.run()


async def session_end(context: JobContext) -> None:
    """Runs for every job, whatever ended it: keeps what was said and the sound of it."""
    from agentic.worker import recording

    talk = context.proc.userdata.pop(_TALK, None)
    if talk is None:
        return
    await talk.close()
    await recording.keep(context, talk)


def load(server: AgentServer) -> float:
    """How full a worker is: calls count, whatever they cost at the moment."""
    from agentic import limits  # noqa: F401  # defines what is read here
    from core import config

    return len(server.active_jobs) / int(config.get("agentic.worker_max_calls"))


def server() -> AgentServer:
    """The worker as the settings want it."""
    from agentic.providers.livekit import AGENT

    made = AgentServer(
        setup_fnc=prewarm,
        load_fnc=load,
        load_threshold=0.99,
        num_idle_processes=2,
        preload_modules=["google.genai", "django", "livekit.plugins.google"],
        drain_timeout=DRAIN_S,
        session_end_timeout=60,
        initialize_process_timeout=60,
        ws_url=settings.LIVEKIT_URL,
        api_key=settings.LIVEKIT_API_KEY,
        api_secret=settings.LIVEKIT_API_SECRET,
        host="127.0.0.1",
        port=int(os.environ.get("VOICE_HEALTH_PORT", "0")),
    )
    made.rtc_session(entry, agent_name=AGENT, on_request=accept, on_session_end=session_end)
    return made


def _call_in(metadata: str) -> str:
    try:
        return str(json.loads(metadata)["call"])
    except (ValueError, KeyError, TypeError):
        log.warning("a job without a call came")
        return ""
