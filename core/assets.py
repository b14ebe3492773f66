"""What Vite built: its manifest, and which static files never change."""

import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

type Manifest = dict[str, dict[str, Any]]

_HASHED = re.compile(r"^.+/dist/assets/.+-[A-Za-z0-9_-]{8}\.\w+(\.\w+)?$")
_read: dict[Path, tuple[int, Manifest]] = {}


def manifest() -> Manifest:
    """What was built, by source file; empty before the first build. Read again when it changes."""
    path = Path(settings.BASE_DIR) / "static" / "dist" / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
        if path not in _read or _read[path][0] != changed:
            _read[path] = (changed, json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
    return _read[path][1]


def immutable(path: str, url: str) -> bool:
    """Whether Vite named the file after its content: browsers may keep it (WhiteNoise's test)."""
    return bool(_HASHED.match(url))


@register()
def front_end_is_built(**_: Any) -> list[CheckMessage]:
    """Pages without it are words without looks, and the phone is missing."""
    if manifest():
        return []
    return [
        checks.Warning("The front end is not built.", hint="Run: npm run build", id="core.W002")
    ]
