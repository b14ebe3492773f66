"""Who may open the routes about what voices say, and their lines."""

from typing import Any

from agentic.models import AgenticCampaign
from tests.access import MANAGER, QA, Cast, Route
from tests.factories import AgenticFactory, CampaignFactory, TrunkFactory


def _voice(cast: Cast) -> AgenticCampaign:
    campaign = CampaignFactory.create(
        organization=cast.organization, mode="ai", created_by=cast.manager
    )
    return AgenticFactory.create(campaign=campaign)


def voice(cast: Cast) -> dict[str, Any]:
    return {"pk": _voice(cast).campaign_id}


def version(cast: Cast) -> dict[str, Any]:
    return {"pk": _voice(cast).campaign_id, "number": 1}


def line(cast: Cast) -> dict[str, Any]:
    return {"pk": TrunkFactory.create(organization=cast.organization).pk}


ROUTES: list[Route] = [
    Route("agentic:list", {"GET": {MANAGER, QA}}),
    Route("agentic:create", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("agentic:preview_new", {"POST": {MANAGER}}),
    Route("agentic:trunks", {"GET": {MANAGER, QA}}),
    Route("agentic:trunk_new", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("agentic:trunk", {"GET": {MANAGER}, "POST": {MANAGER}}, line),
    Route("agentic:trunk_archive", {"POST": {MANAGER}}, line),
    Route("agentic:detail", {"GET": {MANAGER, QA}}, voice),
    Route("agentic:edit", {"GET": {MANAGER}, "POST": {MANAGER}}, voice),
    Route("agentic:preview", {"POST": {MANAGER}}, voice),
    Route("agentic:status", {"POST": {MANAGER}}, voice),
    Route("agentic:versions", {"GET": {MANAGER, QA}}, voice),
    Route("agentic:publish", {"POST": {MANAGER}}, voice),
    Route("agentic:roll_back", {"POST": {MANAGER}}, voice),
    Route("agentic:restore", {"POST": {MANAGER}}, version),
]
