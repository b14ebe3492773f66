"""What a decision is about, and what it says."""

from dataclasses import dataclass
from datetime import date, datetime

from campaigns.eligibility.windows import Window


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that says no, in a sentence, and when it will no longer (None: not by itself)."""

    rule: str
    message: str
    until: datetime | None = None

    def as_dict(self) -> dict[str, str | None]:
        """For JSON."""
        until = self.until.isoformat() if self.until else None
        return {"rule": self.rule, "message": self.message, "until": until}


@dataclass(frozen=True, slots=True)
class CampaignRules:
    """What a campaign demands. Its dates are days of `zone`, both included."""

    running: bool
    zone: str
    starts_on: date | None
    ends_on: date | None
    window: Window
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about dialing one number; a call outside any campaign has no rules."""

    phone: str
    rules: CampaignRules | None
    zones: tuple[str, ...] = ()  # every plausible zone; empty: unknown
    attempts: int = 0
    promised: bool = False  # a callback, which is kept although the attempts are used up
    bans: tuple[Refusal, ...] = ()  # lists and patterns of numbers that are not called
    live_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed when no rule refuses; otherwise every rule that does."""

    refusals: tuple[Refusal, ...]

    @property
    def allowed(self) -> bool:
        """Whether the number may be dialed."""
        return not self.refusals
