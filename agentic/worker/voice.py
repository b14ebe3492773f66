"""The voice: Gemini's realtime model with the wording of a version, and its tools."""

import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from google.genai import types
from livekit import rtc
from livekit.agents import Agent, AgentSession, function_tool, inference, room_io
from livekit.plugins import google

from agentic.tools import Offered, ToolAnswer
from agentic.worker.sink import Brief
from agentic.worker.telephone import IDENTITY
from core import config

type Use = Callable[[str, dict[str, Any]], Awaitable[ToolAnswer]]
_FRAME_MS = 10  # as WebRTC has them: longer ones keep the model waiting


def session() -> "AgentSession[None]":
    """A session that hears the caller from its first word on."""
    return AgentSession[None](
        # Gemini hears whose turn it is; when somebody speaks is measured here.
        vad=inference.VAD(model="silero"),
        # By default the caller is not heard in the first three seconds in which the voice speaks.
        aec_warmup_duration=None,
        # How long a silence may last is ours to say.
        user_away_timeout=None,
    )


def agent(brief: Brief, use: Use) -> Agent:
    """The agent of a call."""
    return Agent(
        instructions=brief.instructions,
        llm=model(brief),
        tools=[_tool(offer, use) for offer in brief.offers],
    )


def model(brief: Brief) -> google.realtime.RealtimeModel:
    """Gemini as the version wants it; a long talk must not end for want of memory."""
    return google.realtime.RealtimeModel(
        model=brief.model,
        voice=brief.voice,
        language=brief.language,
        temperature=brief.temperature,
        api_key=settings.GOOGLE_API_KEY,
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        context_window_compression=types.ContextWindowCompressionConfig(
            trigger_tokens=25_600,
            sliding_window=types.SlidingWindow(target_tokens=12_800),
        ),
    )


def room_options() -> room_io.RoomOptions:
    """The voice hears the called alone, and ends by our word only."""
    return room_io.RoomOptions(
        participant_identity=IDENTITY,
        participant_kinds=[rtc.ParticipantKind.PARTICIPANT_KIND_SIP],
        audio_input=room_io.AudioInputOptions(
            frame_size_ms=_FRAME_MS, noise_cancellation=_noise_cancellation()
        ),
        text_input=False,
        text_output=False,
        close_on_disconnect=False,
    )


def _noise_cancellation() -> rtc.NoiseCancellationOptions | None:
    """For telephones, where it is switched on; LiveKit Cloud alone can do it."""
    if not config.get("agentic.noise_cancellation"):
        return None
    # 105 MiB, and not installed unless somebody asks for it.
    plugin = importlib.import_module("livekit.plugins.noise_cancellation")
    options: rtc.NoiseCancellationOptions = plugin.BVCTelephony()
    return options


def _tool(offer: Offered, use: Use) -> Any:
    async def run(raw_arguments: dict[str, object]) -> str | None:
        answer = await use(offer.name, dict(raw_arguments))
        return None if answer.silent else answer.text

    schema = {
        "name": offer.name,
        "description": offer.description,
        "parameters": offer.schema,
    }
    return function_tool(run, raw_schema=schema)
