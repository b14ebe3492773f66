"""Whom we may dial: campaigns, sheets, leads, the ready table, and every decision to dial."""

from campaigns.models.campaign import (
    Campaign,
    CampaignQuerySet,
    CampaignScopedQuerySet,
    Disposition,
    RetryRule,
)
from campaigns.models.lead import (
    Callback,
    Lead,
    LeadPhone,
    LeadSheet,
    SheetReject,
    SuppressionEntry,
    WindowClass,
)
from campaigns.models.queue import (
    CampaignSlots,
    DialAttempt,
    PhoneState,
    QueueEntry,
    RecycleRun,
    WindowState,
)
from campaigns.models.rules import (
    CallingRule,
    ConsentRecord,
    ListedNumber,
    NationalList,
    SheetTemplate,
    SuppressionPattern,
)

__all__ = [
    "Callback",
    "CallingRule",
    "Campaign",
    "CampaignQuerySet",
    "CampaignScopedQuerySet",
    "CampaignSlots",
    "ConsentRecord",
    "DialAttempt",
    "Disposition",
    "Lead",
    "LeadPhone",
    "LeadSheet",
    "ListedNumber",
    "NationalList",
    "PhoneState",
    "QueueEntry",
    "RecycleRun",
    "RetryRule",
    "SheetReject",
    "SheetTemplate",
    "SuppressionEntry",
    "SuppressionPattern",
    "WindowClass",
    "WindowState",
]
