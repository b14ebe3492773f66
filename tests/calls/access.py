"""Who may open the routes of calls."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from calls.models import Call, Recording
from tests.access import AGENT, LOGGED_IN, MANAGER, NO_ROLE, Cast, Route
from tests.factories import AttemptFactory, CallFactory, CampaignFactory


def _call(cast: Cast) -> Call:
    """A call of the agent, of a team that the manager leads."""
    campaign = CampaignFactory.create(organization=cast.organization)
    attempt = AttemptFactory.create(campaign=campaign, agent=cast.agent)
    return CallFactory.create(attempt=attempt, team=cast.team)


def call(cast: Cast) -> dict[str, Any]:
    """A call's address."""
    return {"ref": _call(cast).public_id}


def segment(cast: Cast) -> dict[str, Any]:
    """The address of a segment of a call's recording."""
    return {**call(cast), "segment": 0}


def part(cast: Cast) -> dict[str, Any]:
    """The address of a part of a call's recording."""
    return {**segment(cast), "number": 0}


def recorded(cast: Cast) -> dict[str, Any]:
    """The address of a call that has a recording."""
    made = _call(cast)
    name = storages["recordings"].save("2026/03/02/call.webm", ContentFile(b"sound"))
    Recording.objects.create(
        call=made,
        organization=cast.organization,
        file=name,
        mime="audio/webm",
        status=Recording.Status.READY,
        created_at=timezone.now(),
    )
    return {"ref": made.public_id}


ROUTES = [
    Route("calls:dial", {"GET": {AGENT}}),
    Route("calls:live", {"GET": {MANAGER}}),
    Route("calls:live_rows", {"GET": {MANAGER}}),
    Route("calls:history", {"GET": LOGGED_IN}),
    Route("calls:today_card", {"GET": LOGGED_IN}),
    Route("calls:recent_fragment", {"GET": LOGGED_IN}),
    Route("calls:detail", {"GET": LOGGED_IN}, call),
    Route("calls:add_note", {"POST": LOGGED_IN}, call),
    Route("calls-api:calls", {"GET": LOGGED_IN, "POST": {AGENT}}),
    Route("calls-api:next", {"POST": {AGENT}}),
    Route("calls-api:recent", {"GET": LOGGED_IN}),
    Route("calls-api:call", {"GET": LOGGED_IN}, call),
    Route("calls-api:dial", {"POST": {AGENT}}, call),
    Route("calls-api:events", {"POST": {AGENT}}, call),
    Route("calls-api:release", {"POST": {AGENT}}, call),
    Route("calls-api:disposition", {"POST": {AGENT}}, call),
    Route("calls-api:recording", {"GET": LOGGED_IN}, recorded),
    Route("calls-api:segment", {"POST": {AGENT}}, segment),
    Route("calls-api:part", {"PUT": {AGENT}}, part),
    Route("calls-api:cdr_upload", {"POST": {AGENT}}),
    Route("calls-internal:grant", {"GET": NO_ROLE}),
]
