"""Whether a real voice could speak now: each part is asked, and what fails names its remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from agentic.models import AgenticCampaign, Trunk
from core import config

_USUAL_MODEL = "gemini-3.8-live"
_LIVEKIT = AgenticCampaign.Provider.LIVEKIT


@dataclass(frozen=True, slots=True)
class Finding:
    """What one part says; `fix` is empty where nothing is to be done."""

    part: str
    said: str
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is to be done."""
        return not self.fix


def missing() -> list[Finding]:
    """Which settings are not there; nobody is asked."""
    from agentic.providers.livekit import LiveKit

    return [Finding("Settings", each.what, each.fix) for each in LiveKit().problems()]


def examine(user: Any = None) -> list[Finding]:
    """Asks LiveKit, its trunks and Gemini; for a person about their own lines, else about all."""
    found = missing()
    if found:
        return found
    rows, voices = Trunk.objects.all(), AgenticCampaign.objects.all()
    if user is not None:
        rows, voices = Trunk.objects.for_user(user), AgenticCampaign.objects.for_user(user)
    used = rows.filter(is_active=True, campaigns__provider=_LIVEKIT).distinct()
    return [
        Finding("Settings", "All four are set."),
        *_livekit(list(used)),
        *(_model(name) for name in _models(voices)),
        _noise(),
    ]


def _livekit(lines: list[Trunk]) -> Iterator[Finding]:
    import aiohttp
    from livekit import api

    from agentic.providers import livekit

    try:
        rooms = livekit.ask(lambda client: client.room.list_rooms(api.ListRoomsRequest()))
    except api.ServerError as error:
        fix = "Compare LIVEKIT_API_KEY and LIVEKIT_API_SECRET with those of your project."
        yield Finding("LiveKit", f"It refuses us: {livekit.said_by(error)}", fix)
        return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        fix = "Is LIVEKIT_URL right, and may this machine reach it?"
        yield Finding("LiveKit", f"It does not answer: {livekit.said_by(error)}", fix)
        return
    yield Finding("LiveKit", f"It answers, with {len(rooms.rooms)} rooms now.")
    asked = api.ListSIPOutboundTrunkRequest()
    try:
        answer = livekit.ask(lambda client: client.sip.list_outbound_trunk(asked))
    except (api.ServerError, aiohttp.ClientError, TimeoutError, OSError) as error:
        fix = (
            "The API key needs the right to administer SIP; on a server of your own, start its SIP."
        )
        yield Finding("Lines", f"They cannot be listed: {livekit.said_by(error)}", fix)
        return
    yield from _lines(lines, {each.sip_trunk_id for each in answer.items})


def _lines(lines: list[Trunk], known: set[str]) -> Iterator[Finding]:
    if not lines:
        fix = "Make a line, give it the id of an outbound trunk, and choose it in a campaign."
        yield Finding("Lines", "No campaign of a real voice has a line.", fix)
    for line in lines:
        part = f"Line {line.name}"
        if not line.livekit_id:
            fix = "Write the id of an outbound trunk (ST_…) into the line."
            yield Finding(part, "It has no trunk at LiveKit.", fix)
        elif line.livekit_id not in known:
            fix = f"The outbound trunks there are: {', '.join(sorted(known)) or 'none'}."
            yield Finding(part, f"LiveKit has no trunk {line.livekit_id}.", fix)
        else:
            yield Finding(part, f"LiveKit knows its trunk {line.livekit_id}.")


def _models(voices: QuerySet[AgenticCampaign]) -> list[str]:
    """The models of the wordings in force."""
    rows = voices.filter(provider=_LIVEKIT, published__isnull=False)
    return sorted(set(rows.values_list("published__model", flat=True))) or [_USUAL_MODEL]


def _model(name: str) -> Finding:
    import httpx2
    from google import genai
    from google.genai import errors, types

    how = types.HttpOptions(timeout=10_000)
    part = f"Model {name}"
    try:
        with genai.Client(api_key=settings.GOOGLE_API_KEY, http_options=how) as client:
            client.models.get(model=name)
    except errors.APIError as error:
        fix = "Is GOOGLE_API_KEY right, and does the model exist? Choose another in the wording."
        return Finding(part, f"Gemini refuses it: {error.message or error.code}", fix)
    except (httpx2.HTTPError, OSError) as error:
        fix = "May this machine reach generativelanguage.googleapis.com?"
        return Finding(part, f"Gemini does not answer: {error}", fix)
    return Finding(part, "Gemini has it.")


def _noise() -> Finding:
    said = "On." if config.get("agentic.noise_cancellation") else "Off; it needs LiveKit Cloud."
    return Finding("Noise cancellation", said)
