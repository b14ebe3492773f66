"""Whether a number may be dialed now: pure rules over facts and the clock."""

from campaigns.eligibility.deciding import (
    BUSY_ELSEWHERE,
    RULES_VERSION,
    decide,
    decide_campaign,
    version,
)
from campaigns.eligibility.facts import CampaignRules, Decision, Facts, Refusal
from campaigns.eligibility.windows import HORIZON_DAYS, Interval, Window, opening

__all__ = [
    "BUSY_ELSEWHERE",
    "HORIZON_DAYS",
    "RULES_VERSION",
    "CampaignRules",
    "Decision",
    "Facts",
    "Interval",
    "Refusal",
    "Window",
    "decide",
    "decide_campaign",
    "opening",
    "version",
]
