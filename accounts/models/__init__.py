"""Who works here: people, organizations, teams, logins, and the state of every agent."""

from accounts.models.logins import (
    ApiToken,
    LoginFailure,
    LoginSession,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
)
from accounts.models.people import (
    Organization,
    RolePolicy,
    SeededPermission,
    Team,
    User,
    UserManager,
    UserQuerySet,
)
from accounts.models.seats import (
    AgentSeat,
    AgentSession,
    AgentStateInterval,
    BreakReason,
    SeatQuerySet,
)
from accounts.models.telephony import CallerId, SipAccount

__all__ = [
    "AgentSeat",
    "AgentSession",
    "AgentStateInterval",
    "ApiToken",
    "BreakReason",
    "CallerId",
    "LoginFailure",
    "LoginSession",
    "Organization",
    "PasswordReset",
    "RecoveryCode",
    "RolePolicy",
    "SeatQuerySet",
    "SecondFactor",
    "SeededPermission",
    "SipAccount",
    "Team",
    "User",
    "UserManager",
    "UserQuerySet",
]
