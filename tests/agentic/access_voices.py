"""Who may open the routes about what voices say, and their lines."""

from typing import Any

from agentic import wording
from agentic.models import AgenticCampaign
from tests.access import MANAGER, QA, Cast, Route
from tests.campaigns.lists import imported
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


def draft(cast: Cast) -> dict[str, Any]:
    row = _voice(cast)
    AgenticCampaign.objects.filter(pk=row.pk).update(agent_text="You are Bea.")
    return {"pk": row.campaign_id}


def draft_module(cast: Cast) -> dict[str, Any]:
    return {"module": AgenticCampaign.objects.get(campaign=draft(cast)["pk"]).module}


def scenario(cast: Cast) -> dict[str, Any]:
    row = _voice(cast)
    source = "expect says: automated"
    made = wording.save_scenario(cast.manager, row, name="Yes", source=source)
    return {"pk": row.campaign_id, "scenario": made.pk}


def scenario_to_run(cast: Cast) -> dict[str, Any]:
    return {"pk": scenario(cast)["pk"]}


def module(cast: Cast) -> dict[str, Any]:
    return {"module": _voice(cast).module}


def _sheet(cast: Cast, content: str) -> dict[str, Any]:
    return {"pk": imported(_voice(cast).campaign, content).pk}


def sheet(cast: Cast) -> dict[str, Any]:
    return _sheet(cast, "Phone\n2125550123\n")


def empty_sheet(cast: Cast) -> dict[str, Any]:
    return _sheet(cast, "Phone\n12\n")


ROUTES: list[Route] = [
    Route("agentic-api:voices", {"GET": {MANAGER, QA}, "POST": {MANAGER}}),
    Route(
        "agentic-api:voice", {"GET": {MANAGER, QA}, "PATCH": {MANAGER}, "DELETE": {MANAGER}}, module
    ),
    Route("agentic-api:prompts", {"GET": {MANAGER, QA}, "PUT": {MANAGER}}, module),
    Route("agentic-api:publish", {"POST": {MANAGER}}, draft_module),
    Route("agentic-api:roll_back", {"POST": {MANAGER}}, module),
    Route("agentic-api:csv", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("agentic-api:csv_file", {"GET": {MANAGER}, "DELETE": {MANAGER}}, empty_sheet),
    Route("agentic-api:csv_preview", {"GET": {MANAGER}}, sheet),
    Route("agentic-api:csv_select", {"POST": {MANAGER}}, sheet),
    Route("agentic-api:leads", {"GET": {MANAGER, QA}}),
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
    Route("agentic:publish", {"POST": {MANAGER}}, draft),
    Route("agentic:roll_back", {"POST": {MANAGER}}, voice),
    Route("agentic:restore", {"POST": {MANAGER}}, version),
    Route("agentic:try", {"GET": {MANAGER, QA}}, voice),
    Route("agentic:try_say", {"POST": {MANAGER}}, voice),
    Route("agentic:scenarios", {"GET": {MANAGER, QA}}, voice),
    Route("agentic:scenarios_run", {"POST": {MANAGER}}, scenario_to_run),
    Route("agentic:scenarios_outcomes", {"GET": {MANAGER, QA}}, voice),
    Route("agentic:scenario_new", {"GET": {MANAGER}, "POST": {MANAGER}}, voice),
    Route("agentic:scenario", {"GET": {MANAGER}, "POST": {MANAGER}}, scenario),
    Route("agentic:scenario_delete", {"POST": {MANAGER}}, scenario),
]
