"""Scenarios that a wording goes through, one after the other, and how they went."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import Organization
from campaigns.models import Campaign, CampaignScopedQuerySet


class Rehearsal(models.Model):
    """All scenarios of a campaign against one wording. Only `agentic.rehearsing` writes it."""

    class State(models.TextChoices):
        """States of a rehearsal."""

        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rehearsals")
    # What was said and asked when it was started, whatever is edited meanwhile.
    words = models.JSONField(encoder=DjangoJSONEncoder)
    fingerprint = models.CharField(max_length=64)  # of the words: those of a version are its own
    scripts = models.JSONField()  # [{"name", "source"}]
    # One for each script that was gone through: [{"name", "problem", "findings", "turns"}]
    outcomes = models.JSONField(default=list)
    speaker = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    problem = models.CharField(max_length=255, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)  # the last one alone may write
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()
    alive_at = models.DateTimeField()  # when a worker was last heard of
    due_at = models.DateTimeField(null=True, db_index=True)  # when another one takes it; null: over

    objects = CampaignScopedQuerySet["Rehearsal"].as_manager()

    def __str__(self) -> str:
        return f"rehearsal {self.pk}"
