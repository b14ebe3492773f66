"""Calls of voices that people are asked to take over."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet
from agentic.models.runs import AiCall


class HandOverQuerySet(TenantQuerySet["HandOver"]):
    """Offers in words."""

    def visible_to(self, user: Any) -> "HandOverQuerySet":
        """One's own."""
        return self.filter(agent=user)


class HandOver(models.Model):
    """A person's desktop rings for a voice's call. Only `agentic.handover` writes it."""

    class State(models.TextChoices):
        """States of an offer."""

        OFFERED = "offered", "Offered"
        JOINING = "joining", "Accepted, joining"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Nobody accepted"
        MISSED = "missed", "Accepted, but did not join"
        WITHDRAWN = "withdrawn", "The call was over"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    ai_call = models.ForeignKey(AiCall, on_delete=models.PROTECT, related_name="hand_overs")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hand_overs"
    )
    # Until it is answered and joined: nobody is asked twice at a time, no call is offered to two.
    live_agent = models.BigIntegerField(null=True, unique=True)
    live_call = models.BigIntegerField(null=True, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.OFFERED)
    because = models.CharField(max_length=300, blank=True)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)

    objects = HandOverQuerySet.as_manager()

    def __str__(self) -> str:
        return f"hand-over {self.public_id}"
