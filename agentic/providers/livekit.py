"""LiveKit: rooms, telephone lines and the dispatch of voices, through its API alone.

A launch is one request that makes a room and sends a voice into it; the voice dials by itself
(`agentic.worker`). Nothing is ever asked twice: a repeated request could call somebody twice.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from django.conf import settings
from livekit import api

from agentic.models import AgenticCampaign, AiCall
from agentic.providers.base import Door, Problem, Standing
from core.errors import DomainError

AGENT = "dialer"  # the name under which our voices register
TIMEOUT_S = 10
EMPTY_S = 60  # a room that nobody comes to is closed after so long
DEPARTURE_S = 15  # and one that everybody left
MOST_PARTICIPANTS = 6  # the voice, the called, a person who takes over, and who listens
DOOR_OPEN = timedelta(minutes=2)  # whoever is in stays in
_PREFIX, _SIP = "call-", api.ParticipantInfo.Kind.SIP
_TIMED_OUT = 408

log = logging.getLogger(__name__)


class LiveKit:
    """The provider of real voices."""

    name = AgenticCampaign.Provider.LIVEKIT.value

    def launch(self, ai: AiCall) -> None:
        """Makes the room and sends a voice; returns also where nobody can tell whether it did.

        The voice asks for leave before it dials, so such a call is dialed once or never.
        """
        if found := self.problems():
            raise DomainError(f"{found[0].what} {found[0].fix}", code="not_configured")
        if ai.trunk is None or not ai.trunk.livekit_id:
            raise DomainError("The line has no trunk at LiveKit.", code="not_configured")
        request = api.CreateRoomRequest(
            name=room_of(ai),
            empty_timeout=EMPTY_S,
            departure_timeout=DEPARTURE_S,
            max_participants=MOST_PARTICIPANTS,
            agents=[
                api.RoomAgentDispatch(
                    agent_name=AGENT,
                    # No more than this: metadata shows up in logs and APIs.
                    metadata=json.dumps({"call": str(ai.public_id)}),
                    restart_policy=api.JobRestartPolicy.JRP_NEVER,
                )
            ],
        )
        try:
            ask(lambda client: client.room.create_room(request))
        except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
            if surely_not(error):
                raise DomainError(
                    f"LiveKit did not take the call: {said_by(error)}", code="launch_failed"
                ) from error
            log.warning("launch of %s is uncertain: %s", ai.public_id, said_by(error))

    def hang_up(self, ai: AiCall) -> None:
        """Closes the room and so frees the line; a room that is gone already is no error.

        Raises DomainError "provider_unreachable" where it cannot be known that it is closed.
        """
        request = api.DeleteRoomRequest(room=room_of(ai))
        try:
            ask(lambda client: client.room.delete_room(request))
        except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
            if not_found(error):
                return
            raise DomainError(
                f"LiveKit could not be told to hang up: {said_by(error)}",
                code="provider_unreachable",
                status=503,
            ) from error

    def standing(self, ai: AiCall) -> Standing:
        """What the participants of the room tell; unknown where LiveKit cannot be asked."""
        request = api.ListParticipantsRequest(room=room_of(ai))
        try:
            answer = ask(lambda client: client.room.list_participants(request))
        except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
            return Standing.GONE if not_found(error) else Standing.UNKNOWN
        lines = [each for each in answer.participants if each.kind == _SIP]
        if not lines:
            return Standing.WAITING
        if len(lines) == len(answer.participants):
            return Standing.ALONE
        talking = any(each.attributes.get("sip.callStatus") == "active" for each in lines)
        return Standing.TALKING if talking else Standing.DIALING

    def door(self, ai: AiCall, *, person: int, name: str) -> Door:
        """A token with which one person's browser joins the call's room, to talk and to listen."""
        grants = api.VideoGrants(
            room_join=True,
            room=room_of(ai),
            can_publish=True,
            can_subscribe=True,
            can_publish_data=False,
            can_publish_sources=["microphone"],
        )
        token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
        token = token.with_identity(identity_of(person)).with_name(name).with_ttl(DOOR_OPEN)
        return Door(_socket(settings.LIVEKIT_URL), token.with_grants(grants).to_jwt())

    def problems(self) -> list[Problem]:
        """Which settings are missing or wrong; nobody is asked over the network."""
        return missing()


def missing() -> list[Problem]:
    """Which settings a real voice still needs, and how each is set."""
    wanted = {
        "LIVEKIT_URL": "the address of your LiveKit project, such as wss://name.livekit.cloud",
        "LIVEKIT_API_KEY": "an API key of your LiveKit project",
        "LIVEKIT_API_SECRET": "the secret of that API key",
        "GOOGLE_API_KEY": "an API key for Gemini from Google AI Studio",
    }
    found = [
        Problem(f"{name} is not set.", f"Put {what} into the environment or the file .env.")
        for name, what in wanted.items()
        if not getattr(settings, name)
    ]
    url = settings.LIVEKIT_URL
    if url and (urlsplit(url).scheme not in ("ws", "wss", "http", "https") or "//" not in url):
        fix = "Write it with wss:// in front, as LiveKit shows it."
        found.append(Problem("LIVEKIT_URL is no address of a server.", fix))
    return found


def room_of(ai: AiCall) -> str:
    """The name of a call's room: always the same, so that it is made once."""
    return f"{_PREFIX}{ai.public_id}"


def call_of(room: str) -> UUID | None:
    """The id of the call that a room belongs to; None for a room of somebody else."""
    try:
        return UUID(room.removeprefix(_PREFIX)) if room.startswith(_PREFIX) else None
    except ValueError:
        return None


def identity_of(person: int) -> str:
    """As whom somebody of ours is in a room."""
    return f"person-{person}"


def _socket(url: str) -> str:
    """The address for a browser, which speaks to a socket."""
    return url.replace("http", "ws", 1) if url.startswith("http") else url


def client(timeout_s: float = TIMEOUT_S) -> api.LiveKitAPI:
    """A client that never repeats a request by itself, as LiveKit's own would on their cloud."""
    return api.LiveKitAPI(
        settings.LIVEKIT_URL,
        settings.LIVEKIT_API_KEY,
        settings.LIVEKIT_API_SECRET,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        failover=False,
    )


def ask[T](question: Callable[[api.LiveKitAPI], Awaitable[T]]) -> T:
    """Asks LiveKit one thing and waits for its answer; for code that runs in a thread."""

    async def run() -> T:
        async with client() as open_client:
            return await question(open_client)

    return asyncio.run(run())


def surely_not(error: BaseException) -> bool:
    """Whether an error proves that nothing was started; a lost answer proves nothing."""
    if isinstance(error, api.ServerError):
        return 400 <= error.status < 500 and error.status != _TIMED_OUT
    return isinstance(error, aiohttp.ClientConnectorError)


def not_found(error: BaseException) -> bool:
    """Whether the server says that there is no such thing."""
    return isinstance(error, api.ServerError) and error.code == "not_found"


def said_by(error: BaseException) -> str:
    """An error in words for logs and pages."""
    if isinstance(error, api.ServerError):
        return f"{error.code}: {error.message}"[:200]
    return (str(error) or type(error).__name__)[:200]
