"""Who may open the routes of AI calls."""

from typing import Any

from django.utils import timezone

from accounts import presence
from agentic import handover, sink
from agentic.models import AgenticRun, AiCall, HandOver
from tests.access import AGENT, MANAGER, NO_ROLE, QA, Cast, Route
from tests.agentic.access_voices import ROUTES as VOICES
from tests.agentic.voices import claimed
from tests.factories import AgenticFactory, CampaignFactory, RunFactory


def _run(cast: Cast) -> AgenticRun:
    """A run of a campaign of the cast's team."""
    campaign = CampaignFactory.create(organization=cast.organization, mode="ai")
    campaign.teams.add(cast.team)
    return RunFactory.create(campaign=AgenticFactory.create(campaign=campaign).campaign)


def _talk(cast: Cast) -> AiCall:
    """A call in which somebody has answered."""
    now, ai = timezone.now(), claimed(_run(cast), now=timezone.now())
    sink.take(ai.pk, now)
    sink.answered(ai.pk, now)
    return AiCall.objects.select_related("call", "campaign__agentic").get(pk=ai.pk)


def run(cast: Cast) -> dict[str, Any]:
    return {"ref": _run(cast).public_id}


def talk(cast: Cast) -> dict[str, Any]:
    return {"ref": _talk(cast).public_id}


def _offer(cast: Cast) -> HandOver:
    """The cast's agent is asked to take a call over."""
    ai, work = _talk(cast), CampaignFactory.create(organization=cast.organization)
    work.teams.add(cast.team)
    if not presence.current(cast.agent).call:
        presence.open_session(cast.agent)
        presence.ready(cast.agent, [work.pk])
        return handover.ask(cast.manager, ai)
    return HandOver.objects.filter(agent=cast.agent).latest("pk")


def offer(cast: Cast) -> dict[str, Any]:
    return {"ref": _offer(cast).public_id}


def taken(cast: Cast) -> dict[str, Any]:
    """A call that the cast's agent has taken over."""
    found = _offer(cast)
    if found.state == HandOver.State.OFFERED:
        handover.accept(cast.agent, found)
    return {"ref": found.ai_call.call.public_id}


ROUTES: list[Route] = [
    *VOICES,
    Route("agentic:runs", {"GET": {MANAGER, QA}}),
    Route("agentic:run_start", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("agentic:run", {"GET": {MANAGER, QA}}, run),
    *(
        Route(f"agentic:run_{verb}", {"POST": {MANAGER}}, run)
        for verb in ("pause", "resume", "next", "stop", "end")
    ),
    Route("agentic:call", {"GET": {MANAGER, QA}}, talk),
    Route("agentic:call_say", {"POST": {MANAGER}}, talk),
    Route("agentic:call_hang_up", {"POST": {MANAGER}}, talk),
    Route("agentic:call_colleague", {"POST": {MANAGER}}, talk),
    Route("agentic:offer", {"GET": {AGENT}}),
    Route("agentic:offer_accept", {"POST": {AGENT}}, offer),
    Route("agentic:offer_decline", {"POST": {AGENT}}, offer),
    Route("agentic:taken", {"GET": {AGENT}}, taken),
    Route("agentic:taken_hang_up", {"POST": {AGENT}}, taken),
    Route("agentic:taken_give_back", {"POST": {AGENT}}, taken),
    Route("agentic:taken_result", {"POST": {AGENT}}, taken),
    Route("agentic-api:door", {"POST": {AGENT}}, taken),
    Route("agentic-api:status", {"GET": {MANAGER, QA}}),
    Route("agentic-api:start_run", {"POST": {MANAGER}}),
    Route("agentic-api:start_call", {"POST": {MANAGER}}),
    Route("agentic-api:auto_next", {"POST": {MANAGER}}),
    Route("agentic-api:end_call", {"POST": {MANAGER}}),
    Route("agentic-api:stop_all", {"POST": {MANAGER}}),
    # Opened by LiveKit's signature alone.
    Route("agentic-api:livekit_webhook", {"POST": NO_ROLE}),
    Route("agentic:voice", {"GET": {MANAGER, QA}}),
    Route("agentic:voice_check", {"POST": {MANAGER}}),
]
