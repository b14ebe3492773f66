"""The recording of a talk: both sides, from the answer on, kept with those of all other calls."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from livekit.agents import JobContext

if TYPE_CHECKING:
    from agentic.worker.talk import Talk

MIME = "audio/ogg"
_ROUNDED_S = 0.001
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
    parts = [(path, begun)]
    if talk.listener is not None:
        await talk.listener.aclose()
        # Unless it ended as it began.
        if talk.listener.path.stat().st_size:
            parts.append((talk.listener.path, talk.listener.begun))
    cut = await asyncio.to_thread(since, parts, talk.answered_at)
    if cut is not None:
        await talk.keep_recording(cut, MIME)


def since(parts: Sequence[tuple[Path, float]], answered_at: datetime) -> Path | None:
    """One recording without what came before the answer; None where nothing is left.

    The parts come with the times at which they began; where the next begins before one has ended,
    it goes on from that end.
    """
    target = parts[0][0].with_name("talk.ogg")
    begun = until = answered_at.timestamp()
    packets, copied = 0, None
    with av.open(str(target), "w", format="ogg") as result:
        for path, at in parts:
            with av.open(str(path)) as source:
                stream = source.streams.audio[0]
                copied = copied or result.add_stream_from_template(stream)
                for packet, starts, ends in _heard(source.demux(stream), at):
                    if starts < until - _ROUNDED_S:
                        continue
                    # Without a packet yet, the first one is the beginning.
                    begun = begun if packets else starts
                    packet.pts = packet.dts = round((starts - begun) / packet.time_base)
                    packet.stream = copied
                    result.mux(packet)
                    packets, until = packets + 1, ends
    return target if packets else None


def _heard(packets: Iterable[Any], at: float) -> Iterator[tuple[Any, float, float]]:
    """Packets of a part that began then, and the times from and until which each is heard."""
    for packet in packets:
        if packet.pts is not None and packet.time_base is not None:
            starts = at + float(packet.pts * packet.time_base)
            yield packet, starts, starts + float((packet.duration or 0) * packet.time_base)
