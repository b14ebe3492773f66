"""Who is at work: seats, shifts, and the time in each state."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from accounts.models.people import Organization, User
from accounts.tenancy import TenantQuerySet


class BreakReason(models.Model):
    """Why an agent is away."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    code = models.SlugField(max_length=32)
    label = models.CharField(max_length=64)
    # Seconds after which the break is overrun. Null: no limit.
    limit_s = models.PositiveIntegerField(null=True, blank=True)
    is_paid = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)  # its place in the menu

    objects = TenantQuerySet["BreakReason"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="break_reason_is_unique")
        ]

    def __str__(self) -> str:
        return self.label


class AgentSession(models.Model):
    """A shift: from an agent's login to their logout. `open_key` is the agent while it is open."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    open_key = models.BigIntegerField(null=True, unique=True)
    login_at = models.DateTimeField()
    logout_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=32, blank=True)

    objects = TenantQuerySet["AgentSession"].as_manager()

    def __str__(self) -> str:
        return f"session {self.pk}"


class SeatQuerySet(TenantQuerySet["AgentSeat"]):
    """Seats in words."""

    def visible_to(self, user: Any) -> "SeatQuerySet":
        """As the people who sit on them."""
        return self.filter(user__in=User.objects.for_user(user).values("pk"))


class AgentSeat(models.Model):
    """What an agent does now: one row per agent, owned by the server.

    Only `accounts.presence` writes it.
    """

    class State(models.TextChoices):
        """States of an agent."""

        OFFLINE = "offline", "Offline"
        READY = "ready", "Ready"
        RESERVED = "reserved", "Reserved"
        ON_CALL = "on_call", "On call"
        WRAP_UP = "wrap_up", "Wrap-up"
        BREAK = "break", "Break"
        IDLE = "idle", "Idle"
        LOST = "lost", "Connection lost"

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="seat")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="seats")
    state = models.CharField(max_length=16, choices=State, default=State.OFFLINE)
    since = models.DateTimeField()
    # Ids of the campaigns that the agent is ready for; campaigns are above this app.
    ready_for = models.JSONField(default=list)
    # The state to return to when a call or a lost connection ends.
    resume_state = models.CharField(max_length=16, choices=State, blank=True)
    break_reason = models.ForeignKey(
        BreakReason, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Its limit when it began. Null: no break, or none with a limit.
    break_limit_s = models.PositiveIntegerField(null=True)
    session = models.ForeignKey(
        AgentSession, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    call = models.UUIDField(null=True, unique=True)  # public id of the call on this seat
    wrap_up_until = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)  # a page of theirs was alive
    last_active_at = models.DateTimeField(null=True)  # the person did something
    leader = models.UUIDField(null=True)  # public id of the login whose pages hold the phone
    # Who put the agent into this state, and why; empty when it was the agent.
    moved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    moved_because = models.CharField(max_length=200, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organization", "state"], name="seat_state")]
        permissions = [("supervise_agentseat", "Can move other people's seats")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"

    @property
    def break_until(self) -> datetime | None:
        """When the present break reaches its limit; None without one."""
        if self.state != self.State.BREAK or self.break_limit_s is None:
            return None
        return self.since + timedelta(seconds=self.break_limit_s)


class AgentStateInterval(models.Model):
    """An agent was in one state from then to then. `open_key` is the agent while it lasts."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="intervals")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(AgentSession, null=True, on_delete=models.PROTECT, related_name="+")
    open_key = models.BigIntegerField(null=True, unique=True)
    state = models.CharField(max_length=16, choices=AgentSeat.State)
    # Of a break: its code, and what it was called, allowed and paid when it began.
    reason = models.CharField(max_length=64, blank=True)
    reason_label = models.CharField(max_length=64, blank=True)
    limit_s = models.PositiveIntegerField(null=True)
    is_paid = models.BooleanField(default=True)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField(null=True)

    objects = TenantQuerySet["AgentStateInterval"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "start_at"], name="interval_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state} from {self.start_at:%H:%M:%S}"
