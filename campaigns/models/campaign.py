"""A campaign: its purpose, people, dispositions and rules."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization, Team, User
from accounts.tenancy import TenantQuerySet


class Disposition(models.Model):
    """The result an agent writes down: data with flags, never a hard-coded name."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="dispositions"
    )
    code = models.SlugField(max_length=32)
    label = models.CharField(max_length=64)
    key = models.CharField(max_length=1, blank=True)  # keyboard
    order = models.PositiveSmallIntegerField(default=0)
    finished = models.BooleanField(default=True)  # else the lead is tried again
    retry_after_s = models.PositiveIntegerField(default=3600)
    success = models.BooleanField(default=False)
    contact = models.BooleanField(default=False)  # a person was reached
    callback = models.BooleanField(default=False)  # asks for a time
    do_not_call = models.BooleanField(default=False)  # suppresses the number
    is_active = models.BooleanField(default=True)

    objects = TenantQuerySet["Disposition"].as_manager()

    class Meta:
        ordering = ["order", "label"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="disposition_is_unique")
        ]

    def __str__(self) -> str:
        return self.label


class CampaignQuerySet(TenantQuerySet["Campaign"]):
    """Campaigns in words."""

    def visible_to(self, user: Any) -> "CampaignQuerySet":
        """Agents: assigned to them or a team of theirs; managers: their teams' and their own."""
        if user.role == User.Role.QA:
            return self.all()
        if user.role == User.Role.MANAGER:
            mine = Q(teams__managers=user) | Q(created_by=user) | Q(managers=user)
        else:
            mine = Q(agents=user) | Q(teams__members=user)
        return self.filter(pk__in=self.model.objects.filter(mine).values("pk"))

    def running(self) -> "CampaignQuerySet":
        """Those that may dial by status; dates are decided at dial time."""
        return self.filter(status=Campaign.Status.RUNNING)

    def for_agents(self) -> "CampaignQuerySet":
        """Those whose leads people call; the others are called by a voice."""
        return self.exclude(mode=Campaign.Mode.AI)


class Campaign(models.Model):
    """A purpose of calling: its list, its people, its rules."""

    class Status(models.TextChoices):
        """States of a campaign."""

        DRAFT = "draft", "Draft"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"
        ARCHIVED = "archived", "Archived"

    class Mode(models.TextChoices):
        """How numbers meet callers."""

        MANUAL = "manual", "Manual"
        PREVIEW = "preview", "Preview"
        PROGRESSIVE = "progressive", "Progressive"
        POWER = "power", "Power"
        PREDICTIVE = "predictive", "Predictive"
        AI = "ai", "AI"

    class Purpose(models.TextChoices):
        """Why people are called, on which rules and consent depend."""

        MARKETING = "marketing", "Telemarketing"
        SERVICE = "service", "Service"
        DEBT = "debt", "Debt collection"
        SURVEY = "survey", "Survey"

    class CallerIdChoice(models.TextChoices):
        """Which of the allowed numbers is shown."""

        FIXED = "fixed", "Always the same"
        AREA = "area", "Of the area that is called"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="campaigns"
    )
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.PROGRESSIVE)
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.MARKETING)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    caller_id = models.CharField(max_length=16, blank=True)  # E.164
    caller_id_choice = models.CharField(
        max_length=16, choices=CallerIdChoice, default=CallerIdChoice.FIXED
    )
    default_region = models.CharField(max_length=2, default="US")  # ISO 3166-1
    script = models.TextField(blank=True)
    delay_s = models.PositiveSmallIntegerField(default=10)  # between calls
    wrap_up_limit_s = models.PositiveSmallIntegerField(default=60)
    ring_time_s = models.PositiveSmallIntegerField(default=30)
    max_attempts = models.PositiveSmallIntegerField(default=3)  # per lead
    retry_after_s = models.PositiveIntegerField(default=3600)  # without a rule of its own
    window_start = models.TimeField(default="08:00")  # in the lead's zone
    window_end = models.TimeField(default="21:00")
    window_days = models.JSONField(default=list)  # ISO weekdays; empty: every day
    next_phone_on = models.JSONField(default=list, blank=True)  # outcomes: a lead's next number
    may_skip = models.BooleanField(default=True)  # preview: an agent may pass a lead by
    preview_limit_s = models.PositiveSmallIntegerField(default=0)  # 0: without a limit
    preview_gives_back = models.BooleanField(default=False)  # then; else it dials
    lead_filter = models.JSONField(default=dict, blank=True)  # only leads like this are called
    # In mode ai only leads of this list are called, and those without any; it is the first that
    # was imported, until another is chosen.
    active_sheet = models.ForeignKey(
        "campaigns.LeadSheet", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # For modes that dial ahead of the agents.
    lines_per_agent = models.DecimalField(max_digits=3, decimal_places=1, default=1)
    reserve_agent_first = models.BooleanField(default=True)
    rule_version = models.PositiveIntegerField(default=1)  # rises when a rule above changes
    dispositions = models.ManyToManyField(Disposition, related_name="campaigns", blank=True)
    teams = models.ManyToManyField(Team, related_name="campaigns", blank=True)
    agents = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="campaigns", blank=True)
    managers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="campaign_name_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(window_start__lt=models.F("window_end")),
                name="calling_window_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RetryRule(models.Model):
    """When a lead is tried again after what the line or the agent said, for one campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="retry_rules")
    outcome = models.CharField(max_length=16, blank=True)  # empty: of a disposition
    # The disposition's id, or 0: nullable columns do not make a key unique.
    disposition_key = models.BigIntegerField(default=0)
    delay_s = models.PositiveIntegerField()
    factor = models.DecimalField(max_digits=4, decimal_places=2, default=1)  # for each further try
    other_day_part = models.BooleanField(default=False)  # morning, afternoon, evening in turn
    finished = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "outcome", "disposition_key"], name="one_rule_per_result"
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome or self.disposition_key}: {self.delay_s} s"


class CampaignScopedQuerySet[M: models.Model](TenantQuerySet[M]):
    """Rows that belong to a campaign and are visible as it is."""

    def visible_to(self, user: Any) -> "CampaignScopedQuerySet[M]":
        """Rows of the campaigns that the user sees."""
        return self.filter(campaign__in=Campaign.objects.for_user(user).values("pk"))
