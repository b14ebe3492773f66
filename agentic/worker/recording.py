"""The recording of a talk: both sides, from the answer on, kept with those of all other calls."""

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import av
from livekit.agents import JobContext

if TYPE_CHECKING:
    from agentic.worker.talk import Talk

MIME = "audio/ogg"
log = logging.getLogger(__name__)


async def keep(context: JobContext, talk: "Talk") -> None:
    """Stores what was recorded since the answer; LiveKit's cloud gets none of it."""
    try:
        report = context.make_session_report()
    except RuntimeError:
        return  # no session was ever begun
    # With a recording, the library would send it to LiveKit's own cloud after this.
    report.options.recording_options.update(
        {"audio": False, "traces": False, "logs": False, "transcript": False}
    )
    path, begun = report.audio_recording_path, report.audio_recording_started_at
    if path is None or begun is None or talk.answered_at is None or not path.exists():
        return
    cut = await asyncio.to_thread(since, path, begun, talk.answered_at)
    if cut is not None:
        await talk.keep_recording(cut, MIME)


def since(path: Path, begun: float, answered_at: datetime) -> Path | None:
    """The recording without what came before the answer; None where nothing is left."""
    skip_s = max(0.0, answered_at.timestamp() - begun)
    target = path.with_name("talk.ogg")
    packets = 0
    with av.open(str(path)) as source, av.open(str(target), "w", format="ogg") as result:
        stream = source.streams.audio[0]
        copied = result.add_stream_from_template(stream)
        first: int | None = None
        for packet in source.demux(stream):
            if packet.pts is None or packet.time_base is None:
                continue
            if float(packet.pts * packet.time_base) < skip_s:
                continue
            first = packet.pts if first is None else first
            packet.pts -= first
            packet.dts = packet.pts
            packet.stream = copied
            result.mux(packet)
            packets += 1
    return target if packets else None
