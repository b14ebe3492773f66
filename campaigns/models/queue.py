"""The ready table, and every decision to dial."""

from django.conf import settings
from django.db import models

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet
from campaigns.models.campaign import Campaign, CampaignScopedQuerySet
from campaigns.models.lead import Lead, WindowClass


class WindowState(models.Model):
    """Whether a class of leads is open for a campaign under one version of its rules."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    window_class = models.ForeignKey(WindowClass, on_delete=models.CASCADE, related_name="+")
    rule_version = models.PositiveIntegerField()
    open_until = models.DateTimeField(null=True)  # open now, until then
    opens_at = models.DateTimeField(null=True)  # closed now, opens then; null: never

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "window_class"], name="one_state_per_class")
        ]

    def __str__(self) -> str:
        return f"class {self.window_class_id} of campaign {self.campaign_id}"


class QueueEntry(models.Model):
    """A lead in the ready table: decided dialable, waiting for a claim."""

    class Tier(models.IntegerChoices):
        """Lower first."""

        CALLBACK = 0, "Callback"
        RECYCLED = 1, "Recycled"
        NEW = 2, "New"

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="queue_entry")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="queue")
    phone = models.CharField(max_length=16)  # the lead's, which is locked before the lead
    owner = models.BigIntegerField(default=0)  # an agent's id, or 0 for anyone
    tier = models.PositiveSmallIntegerField(choices=Tier, default=Tier.NEW)
    rank = models.BigIntegerField(default=0)
    closes_at = models.DateTimeField(null=True)  # its calling window's end

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "owner", "tier", "rank", "id"], name="queue_order")
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id}"


class CampaignSlots(models.Model):
    """A campaign's lock for its filler; never the campaign row itself, which inserts wait for."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="slots")
    filled_at = models.DateTimeField(null=True)
    fill_after = models.DateTimeField(null=True)  # no new lead may be called before
    rule_version = models.PositiveIntegerField(default=0)  # the rules that it was filled under

    def __str__(self) -> str:
        return f"slots of campaign {self.campaign_id}"


class PhoneState(models.Model):
    """A number across all campaigns of an organization: serializes its calls."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    phone = models.CharField(max_length=16)
    live_attempt = models.BigIntegerField(null=True, unique=True)
    last_dialed_at = models.DateTimeField(null=True)
    last_conversation_at = models.DateTimeField(null=True)
    last_abandoned_at = models.DateTimeField(null=True)
    reassigned_on = models.DateField(null=True)  # someone else has the number since then

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "phone"], name="phone_state_is_unique")
        ]

    def __str__(self) -> str:
        return f"state of a number ({self.pk})"


class DialAttempt(models.Model):
    """One decision to dial, of any kind. Only `campaigns.claims` writes it."""

    class Outcome(models.TextChoices):
        """How a call ended on the line."""

        ANSWERED = "answered", "Answered"
        BUSY = "busy", "Busy"
        NO_ANSWER = "no_answer", "No answer"
        REJECTED = "rejected", "Rejected"
        INVALID_NUMBER = "invalid_number", "Invalid number"
        MACHINE = "machine", "Machine"
        ABANDONED = "abandoned", "Abandoned"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"
        UNKNOWN = "unknown", "Unknown"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.PROTECT, related_name="attempts"
    )
    lead = models.ForeignKey(
        Lead, null=True, on_delete=models.PROTECT, related_name="dial_attempts"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="dial_attempts"
    )
    # The agent while the attempt is live: at most one per agent, in the database.
    live_agent = models.BigIntegerField(null=True, unique=True)
    phone = models.CharField(max_length=16)
    mode = models.CharField(max_length=16, choices=Campaign.Mode)
    inbound = models.BooleanField(default=False)
    tier = models.PositiveSmallIntegerField(null=True)
    reserved_at = models.DateTimeField()
    dialed_at = models.DateTimeField(null=True)  # only this counts against caps
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    live_answer = models.BooleanField(default=False)
    conversation = models.BooleanField(default=False)
    abandoned = models.BooleanField(default=False)
    decision = models.CharField(max_length=16, blank=True)  # allowed, refused
    refusals = models.JSONField(default=list)
    rule_version = models.PositiveIntegerField(default=0)  # as eligibility.version makes it
    released_because = models.CharField(max_length=32, blank=True)  # given back undialed
    disposed_at = models.DateTimeField(null=True)  # the agent's result stands from here on
    corrected_at = models.DateTimeField(null=True)  # its end was put right by what came late

    objects = TenantQuerySet["DialAttempt"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "phone", "dialed_at"], name="attempt_of_phone"),
            models.Index(fields=["lead", "dialed_at"], name="attempt_of_lead"),
            models.Index(fields=["campaign", "reserved_at"], name="attempt_of_campaign"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class RecycleRun(models.Model):
    """Finished leads of a campaign that were sent through the list again, and which."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="recycle_runs")
    chosen = models.JSONField(default=dict)  # how the leads were chosen
    leads = models.PositiveIntegerField(default=0)
    last_lead = models.BigIntegerField(default=0)  # it goes on after this one
    due_at = models.DateTimeField(null=True, db_index=True)
    lease_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = CampaignScopedQuerySet["RecycleRun"].as_manager()

    def __str__(self) -> str:
        return f"recycle run {self.pk}"
