"""Which static files never change, so that browsers may keep them for good."""

import re

_HASHED = re.compile(r"^.+/dist/assets/.+-[A-Za-z0-9_-]{8}\.\w+(\.\w+)?$")


def immutable(path: str, url: str) -> bool:
    """Whether Vite named the file after its content (WhiteNoise's test)."""
    return bool(_HASHED.match(url))
