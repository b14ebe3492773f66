"""The servers beyond ours that pages speak to, as their content policy names them. Pure."""

from urllib.parse import urlsplit

# Its cloud leads a browser on to the nearest of its regions.
_CLOUD = ".livekit.cloud"


def sources(url: str) -> list[str]:
    """The origins of a LiveKit server: its socket, and where its client asks why one was closed.

    None for an empty address or one that is none.
    """
    found = urlsplit(url)
    if found.scheme not in ("ws", "wss", "http", "https") or not found.netloc:
        return []
    secure = "s" if found.scheme in ("wss", "https") else ""
    host = f"*{_CLOUD}" if (found.hostname or "").endswith(_CLOUD) else found.netloc
    return [f"ws{secure}://{host}", f"http{secure}://{host}"]
