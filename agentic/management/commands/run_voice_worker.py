"""Runs the voice: waits at LiveKit for calls and speaks in them."""

import asyncio
import contextlib
import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agentic.providers.livekit import missing


class Command(BaseCommand):
    """One worker; SIGTERM lets it finish its calls."""

    help = "Speaks in AI calls by LiveKit and Gemini. Ends after its last call when it is told to."

    def handle(self, *args: Any, **options: Any) -> None:
        """Waits for calls until SIGTERM or SIGINT, then for the end of those that go on."""
        if problems := missing():
            said = "\n".join(f"{each.what} {each.fix}" for each in problems)
            raise CommandError(f"The voice cannot speak yet.\n{said}")
        # Gemini itself hears whose turn it is; the models for it would double the memory.
        os.environ.setdefault("LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE", "0")
        try:
            from agentic.worker import server
        except ImportError as error:
            raise CommandError(f"Install requirements-voice.txt: {error}") from error
        asyncio.run(_serve(server.server()))
        self.stdout.write("The voice has ended.")


async def _serve(worker: Any) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(worker.run())
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        with contextlib.suppress(TimeoutError):
            await worker.drain()
        await worker.aclose()
    told.cancel()
    await running
