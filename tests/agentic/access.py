"""Who may open the routes of AI calls."""

from tests.access import MANAGER, NO_ROLE, QA, Route
from tests.agentic.access_voices import ROUTES as VOICES

ROUTES: list[Route] = [
    *VOICES,
    Route("agentic-api:status", {"GET": {MANAGER, QA}}),
    Route("agentic-api:start_run", {"POST": {MANAGER}}),
    Route("agentic-api:start_call", {"POST": {MANAGER}}),
    Route("agentic-api:auto_next", {"POST": {MANAGER}}),
    Route("agentic-api:end_call", {"POST": {MANAGER}}),
    Route("agentic-api:stop_all", {"POST": {MANAGER}}),
    # Opened by LiveKit's signature alone.
    Route("agentic-api:livekit_webhook", {"POST": NO_ROLE}),
]
