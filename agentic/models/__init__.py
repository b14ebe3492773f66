"""Calls without a person: what voices say, the runs they make, and their calls."""

from agentic.models.campaigns import AgenticCampaign, PromptVersion, Scenario, Trunk, Wording
from agentic.models.handovers import HandOver
from agentic.models.rehearsals import Rehearsal
from agentic.models.runs import (
    AgenticRun,
    AiAnswer,
    AiCall,
    AiCommand,
    ProviderEvent,
    RunLead,
    ToolUse,
)

__all__ = [
    "AgenticCampaign",
    "AgenticRun",
    "AiAnswer",
    "AiCall",
    "AiCommand",
    "HandOver",
    "PromptVersion",
    "ProviderEvent",
    "Rehearsal",
    "RunLead",
    "Scenario",
    "ToolUse",
    "Trunk",
    "Wording",
]
