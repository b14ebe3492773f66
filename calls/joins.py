"""Starts the process that joins a recording, and keeps it within limits."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from calls.segments import Joined, Segment, UnplayableError

TIMEOUT_S = 600


def join_apart(
    segments: Sequence[Segment], output: Path, *, timeout_s: float = TIMEOUT_S
) -> Joined:
    """Joins in a child process: a crash or a runaway parse costs one job.

    Raises UnplayableError when nothing could be read, or the process failed.
    """
    job = {"output": str(output), "segments": [asdict(segment) for segment in segments]}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "calls.joining"],
            input=json.dumps(job, default=str),
            text=True,
            capture_output=True,
            timeout=timeout_s,
            check=True,
            cwd=settings.BASE_DIR,
            # What parses hostile media has no business with the installation's secrets.
            env={"PATH": os.environ.get("PATH", "")},
        )
    except subprocess.CalledProcessError as error:
        raise UnplayableError(_last_line(error.stderr) or f"exit {error.returncode}") from error
    except subprocess.TimeoutExpired as error:
        raise UnplayableError("It took too long to read.") from error
    result = json.loads(done.stdout)
    return Joined(**result | {"gaps": [(start, end) for start, end in result["gaps"]]})


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else ""
