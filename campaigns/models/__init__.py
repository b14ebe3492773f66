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
from campaigns.models.queue import CampaignSlots, DialAttempt, PhoneState, QueueEntry, WindowState

__all__ = [
    "Callback",
    "Campaign",
    "CampaignQuerySet",
    "CampaignScopedQuerySet",
    "CampaignSlots",
    "DialAttempt",
    "Disposition",
    "Lead",
    "LeadPhone",
    "LeadSheet",
    "PhoneState",
    "QueueEntry",
    "RetryRule",
    "SheetReject",
    "SuppressionEntry",
    "WindowClass",
    "WindowState",
]
