"""Calls, and what was told of them."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization, Team, User
from accounts.tenancy import TenantQuerySet
from campaigns.models import Campaign, DialAttempt, Disposition, Lead


class CallQuerySet(TenantQuerySet["Call"]):
    """Calls in words."""

    def visible_to(self, user: Any) -> "CallQuerySet":
        """Agents: their own; managers: managed teams' and assigned campaigns'; qa: all."""
        if user.role == User.Role.QA:
            return self.all()
        if user.role == User.Role.MANAGER:
            return self.filter(
                Q(team__in=user.managed_teams.values("pk"))
                | Q(campaign__in=Campaign.objects.for_user(user).values("pk"))
            )
        return self.filter(agent=user)

    def live(self) -> "CallQuerySet":
        """Not ended yet."""
        return self.filter(status__in=Call.LIVE)

    def ended(self) -> "CallQuerySet":
        """Over on the line."""
        return self.filter(status__in=[Call.Status.ENDED, Call.Status.WRAPPED_UP])

    def dialed(self) -> "CallQuerySet":
        """Those that reached the line."""
        return self.filter(attempt__dialed_at__isnull=False)


class Call(models.Model):
    """A call, on record from the claim on. Only `calls.lifecycle` writes `status`."""

    class Status(models.TextChoices):
        """States of a call."""

        RESERVED = "reserved", "Reserved"
        DIALING = "dialing", "Dialing"
        RINGING = "ringing", "Ringing"
        IN_CALL = "in_call", "In call"
        ON_HOLD = "on_hold", "On hold"
        ENDED = "ended", "Ended"
        WRAPPED_UP = "wrapped_up", "Wrapped up"

    class Direction(models.TextChoices):
        """Who called whom."""

        OUTBOUND = "outbound", "Outbound"
        INBOUND = "inbound", "Inbound"

    Outcome = DialAttempt.Outcome
    LIVE = (
        Status.RESERVED,
        Status.DIALING,
        Status.RINGING,
        Status.IN_CALL,
        Status.ON_HOLD,
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    attempt = models.OneToOneField(DialAttempt, on_delete=models.PROTECT, related_name="call")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.PROTECT, related_name="calls"
    )
    lead = models.ForeignKey(Lead, null=True, on_delete=models.PROTECT, related_name="calls")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="calls"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="calls")
    # While live: the agent, so that nobody is in two calls.
    live_agent = models.BigIntegerField(null=True, unique=True)
    direction = models.CharField(max_length=16, choices=Direction, default=Direction.OUTBOUND)
    status = models.CharField(max_length=16, choices=Status, default=Status.RESERVED)
    outcome = models.CharField(max_length=16, choices=DialAttempt.Outcome, blank=True)
    disposition = models.ForeignKey(
        Disposition, null=True, on_delete=models.PROTECT, related_name="calls"
    )
    number = models.CharField(max_length=32)  # E.164, or what the line showed
    peer_name = models.CharField(max_length=120, blank=True)
    caller_id = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=16, default="softphone")  # softphone, upload, ai
    client_ref = models.CharField(max_length=128, null=True)  # an uploader's own id
    reserved_at = models.DateTimeField()
    dialed_at = models.DateTimeField(null=True)
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wrapped_up_at = models.DateTimeField(null=True)
    talk_ms = models.PositiveIntegerField(default=0)  # answer to end
    hold_ms = models.PositiveIntegerField(default=0)
    held_since = models.DateTimeField(null=True)
    wrap_up_ms = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    wrap_up_until = models.DateTimeField(null=True)
    end_presumed = models.BooleanField(default=False)  # reaped, not reported
    corrected_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, blank=True)  # agent, customer, system
    sip_status = models.PositiveSmallIntegerField(null=True)
    end_reason = models.CharField(max_length=64, blank=True)
    metadata = models.JSONField(default=dict)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "client_ref"], name="upload_is_one_call")
        ]
        indexes = [
            models.Index(fields=["organization", "reserved_at"], name="call_of_organization"),
            models.Index(fields=["agent", "reserved_at"], name="call_of_agent"),
            models.Index(fields=["team", "reserved_at"], name="call_of_team"),
            models.Index(fields=["campaign", "reserved_at"], name="call_of_campaign"),
            models.Index(fields=["lead", "reserved_at"], name="call_of_lead"),
            models.Index(fields=["organization", "number", "reserved_at"], name="call_of_number"),
            models.Index(fields=["status", "lease_until"], name="call_to_reap"),
        ]
        permissions = [
            ("listen_recording", "Can listen to recordings"),
            ("view_live_calls", "Can watch live calls"),
            ("upload_cdr", "Can upload calls of another softphone"),
        ]

    def __str__(self) -> str:
        return f"call {self.public_id}"


class CallEvent(models.Model):
    """Something that happened in a call, as its source told it. Append-only."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(max_length=16)  # phone, server, edge
    client_id = models.CharField(max_length=64)
    page = models.CharField(max_length=64, blank=True)
    seq = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "source", "client_id"], name="call_event_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of call {self.call_id}"
