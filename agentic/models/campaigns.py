"""What a voice says and how, in versions, and the lines it dials on."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet
from campaigns.models import Campaign, CampaignScopedQuerySet


class Trunk(models.Model):
    """A line to the telephone network, with how much it carries."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    # The id of the outbound trunk at LiveKit; the simulator needs none.
    livekit_id = models.CharField(max_length=64, blank=True)
    max_calls = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(1)])
    calls_per_second = models.DecimalField(
        max_digits=5, decimal_places=2, default=1, validators=[MinValueValidator(0.01)]
    )
    is_active = models.BooleanField(default=True)
    # After many failures of the line itself, nothing is dialed on it for a while.
    rests_until = models.DateTimeField(null=True)
    rests_because = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet["Trunk"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="trunk_name_is_unique")
        ]

    def __str__(self) -> str:
        return self.name


class Wording(models.Model):
    """What a voice says and how: of a draft, and of each version that was published."""

    class Voicemail(models.TextChoices):
        """What happens when a machine answers."""

        HANG_UP = "hang_up", "Hang up"
        MESSAGE = "message", "Leave a message"
        CALL_BACK = "call_back", "Hang up and call again"

    agent_text = models.TextField(blank=True)  # who the voice is: role, manner, limits
    session_text = models.TextField(blank=True)  # how the talk goes
    # Spoken first; empty where the law asks for none and the manager took it away.
    disclosure = models.TextField(blank=True)
    voice = models.CharField(max_length=64, default="Leda")
    language = models.CharField(max_length=16, default="en-US")  # BCP 47
    model = models.CharField(max_length=64, default="gemini-3.8-live")
    temperature = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default="0.70",
        validators=[MinValueValidator(0), MaxValueValidator(2)],
    )
    # [{"key", "text", "kind": text|yes_no|choice|number|date, "choices": [...], "required"}]
    questions = models.JSONField(default=list, blank=True)
    tools = models.JSONField(default=list, blank=True)  # names of those switched on
    voicemail = models.CharField(max_length=16, choices=Voicemail, default=Voicemail.HANG_UP)
    voicemail_text = models.TextField(blank=True)

    class Meta:
        abstract = True


class AgenticCampaign(Wording):
    """A campaign that a voice calls for: its draft, its published version, its limits."""

    class Provider(models.TextChoices):
        """Who speaks."""

        SIMULATOR = "simulator", "Simulator"
        LIVEKIT = "livekit", "LiveKit and Gemini"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="agentic")
    module = models.SlugField(max_length=64)  # its short name for machines
    provider = models.CharField(max_length=16, choices=Provider, default=Provider.SIMULATOR)
    trunk = models.ForeignKey(
        Trunk, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns"
    )
    published = models.ForeignKey(
        "PromptVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    max_calls = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1)])
    calls_per_second = models.DecimalField(
        max_digits=5, decimal_places=2, default=1, validators=[MinValueValidator(0.01)]
    )
    max_length_s = models.PositiveIntegerField(
        default=600, validators=[MinValueValidator(30), MaxValueValidator(7200)]
    )
    silence_s = models.PositiveSmallIntegerField(default=15)  # of the called, then a question
    # Only as many calls at once as people are free to take one over.
    needs_closers = models.BooleanField(default=False)
    hand_over_wait_s = models.PositiveSmallIntegerField(default=25)
    cost_per_minute = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, default="USD")
    auto_next = models.BooleanField(default=True)  # goes on to the next prospect by itself
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignScopedQuerySet["AgenticCampaign"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "module"], name="agentic_module_is_unique"
            )
        ]
        permissions = [("run_agenticcampaign", "Can start and stop AI calls")]

    def __str__(self) -> str:
        return self.module


class PromptVersion(Wording):
    """What was published once: never changed, only followed by another or rolled back."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="prompt_versions")
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=255, blank=True)  # what is new in it
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField()
    rolled_back_at = models.DateTimeField(null=True)

    objects = CampaignScopedQuerySet["PromptVersion"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="prompt_version_is_unique")
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Scenario(models.Model):
    """A talk that a manager lets a wording go through before it is published."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=120)
    source = models.TextField()  # in the format of agentic.scenarios
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignScopedQuerySet["Scenario"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "name"], name="scenario_name_is_unique")
        ]

    def __str__(self) -> str:
        return self.name
