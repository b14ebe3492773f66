"""Who may open the routes of AI calls."""

from tests.access import NO_ROLE, Route

ROUTES: list[Route] = [
    # Opened by LiveKit's signature alone.
    Route("agentic-api:livekit_webhook", {"POST": NO_ROLE}),
]
