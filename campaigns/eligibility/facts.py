"""What a decision is about, and what it says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from campaigns.eligibility.rules import NO_RULES, Place, Ruleset
from campaigns.eligibility.windows import Window


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that says no, in a sentence, and when it will no longer (None: not by itself)."""

    rule: str
    message: str
    until: datetime | None = None
    version: int = 0  # of a rule that is a row

    def as_dict(self) -> dict[str, str | int | None]:
        """For JSON."""
        until = self.until.isoformat() if self.until else None
        said: dict[str, str | int | None] = {
            "rule": self.rule,
            "message": self.message,
            "until": until,
        }
        return {**said, "version": self.version} if self.version else said


@dataclass(frozen=True, slots=True)
class CampaignRules:
    """What a campaign demands. Its dates are days of `zone`, both included; so are its `shifts`
    hours of `zone`, of which one is enough: none means any."""

    running: bool
    zone: str
    starts_on: date | None
    ends_on: date | None
    window: Window
    max_attempts: int
    shifts: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What someone allowed and did not revoke."""

    purpose: str
    voice: str  # of ConsentRecord.Voice
    kind: str  # of ConsentRecord.Kind
    granted_at: datetime
    expires_at: datetime | None = None

    def holds(self, now: datetime, reassigned_on: date | None) -> bool:
        """Whether it is in force, given by whoever has the number now."""
        if reassigned_on and self.granted_at.astimezone(UTC).date() <= reassigned_on:
            return False
        return self.granted_at <= now and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to a number and to its lead, as far back as the rules in force ask."""

    dialed_at: datetime | None = None  # the number, last
    dials: tuple[datetime, ...] = ()
    lead_dialed_at: datetime | None = None
    lead_dials: tuple[datetime, ...] = ()
    talked_at: datetime | None = None
    lead_talked_at: datetime | None = None
    abandoned_at: datetime | None = None
    machine_at: datetime | None = None
    consents: tuple[Consent, ...] = ()
    reassigned_on: date | None = None  # someone else has the number since


NOTHING = Past()


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
    law: Ruleset = NO_RULES
    places: tuple[Place, ...] = ()  # where the lead lives, and where the number belongs
    mode: str = "manual"
    purpose: str = "marketing"  # the strictest, where nobody says why
    past: Past = NOTHING


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed when no rule refuses; otherwise every rule that does."""

    refusals: tuple[Refusal, ...]

    @property
    def allowed(self) -> bool:
        """Whether the number may be dialed."""
        return not self.refusals
