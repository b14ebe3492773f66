"""Whether a number may be dialed now: pure rules over facts and the clock."""

from campaigns.eligibility.deciding import (
    BUSY_ELSEWHERE,
    RULES_VERSION,
    decide,
    decide_campaign,
    version,
)
from campaigns.eligibility.facts import (
    NOTHING,
    CampaignRules,
    Consent,
    Decision,
    Facts,
    Past,
    Refusal,
)
from campaigns.eligibility.rules import (
    NO_RULES,
    Bound,
    Kind,
    Law,
    Place,
    Register,
    Rule,
    Ruleset,
    law_for,
)
from campaigns.eligibility.windows import HORIZON_DAYS, Interval, Window, opening

__all__ = [
    "BUSY_ELSEWHERE",
    "HORIZON_DAYS",
    "NOTHING",
    "NO_RULES",
    "RULES_VERSION",
    "Bound",
    "CampaignRules",
    "Consent",
    "Decision",
    "Facts",
    "Interval",
    "Kind",
    "Law",
    "Past",
    "Place",
    "Refusal",
    "Register",
    "Rule",
    "Ruleset",
    "Window",
    "decide",
    "decide_campaign",
    "law_for",
    "opening",
    "version",
]
