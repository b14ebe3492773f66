"""Runs through lists, and each call of a voice."""

import uuid

from django.conf import settings
from django.db import models

from accounts.models import Organization
from agentic.models.campaigns import AgenticCampaign, PromptVersion, Trunk
from calls.models import Call
from campaigns.models import Campaign, CampaignScopedQuerySet, Disposition, Lead


class AgenticRun(models.Model):
    """A pass through a list, a selection, or a single prospect. `agentic.runs` writes it."""

    class Kind(models.TextChoices):
        """Whom it calls."""

        LIST = "list", "The whole list"
        SELECTION = "selection", "A selection"
        ONE = "one", "One prospect"

    class Status(models.TextChoices):
        """States of a run."""

        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        STOPPING = "stopping", "Stopping"
        BROKEN = "broken", "Stopped by failures"
        STOPPED = "stopped", "Stopped"
        FINISHED = "finished", "Finished"

    ACTIVE = (Status.RUNNING, Status.PAUSED, Status.STOPPING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="runs")
    # The campaign while the run is active: one at a time.
    live_campaign = models.BigIntegerField(null=True, unique=True)
    version = models.ForeignKey(PromptVersion, on_delete=models.PROTECT, related_name="runs")
    provider = models.CharField(max_length=16, choices=AgenticCampaign.Provider)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.LIST)
    status = models.CharField(max_length=16, choices=Status, default=Status.RUNNING)
    because = models.CharField(max_length=255, blank=True)  # why it paused or stopped
    seed = models.PositiveIntegerField(default=0)  # of simulated talks
    # The line and its failures since it last went well, for the circuit breaker.
    failures = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)  # when more may be launched

    objects = CampaignScopedQuerySet["AgenticRun"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["campaign", "started_at"], name="run_of_campaign")]

    def __str__(self) -> str:
        return f"run {self.public_id}"


class RunLead(models.Model):
    """A prospect that was picked for a run."""

    run = models.ForeignKey(AgenticRun, on_delete=models.CASCADE, related_name="picked")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    refusals = models.JSONField(default=list)  # why it was not called

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "lead"], name="prospect_is_picked_once")
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id}"


class AiCall(models.Model):
    """A call of a voice: what it was told to do, and what came of it.

    `agentic.runs` moves it up to the dial; from then on `calls.lifecycle` writes its Call's states.
    """

    class State(models.TextChoices):
        """States before the dial, then one for all of the Call's own."""

        QUEUED = "queued", "Queued"
        LAUNCHING = "launching", "Launching"
        DISPATCHED = "dispatched", "Dispatched"
        PLACED = "placed", "Placed"
        OVER = "over", "Over"

    class AnsweredBy(models.TextChoices):
        """Who or what picked up."""

        HUMAN = "human", "A person"
        VOICEMAIL = "voicemail", "Voicemail"
        IVR = "ivr", "A telephone menu"
        SCREENING = "screening", "Call screening"
        UNKNOWN = "unknown", "Unknown"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="ai_calls")
    run = models.ForeignKey(AgenticRun, on_delete=models.PROTECT, related_name="ai_calls")
    version = models.ForeignKey(PromptVersion, on_delete=models.PROTECT, related_name="ai_calls")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="ai")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="ai_calls")
    trunk = models.ForeignKey(Trunk, null=True, on_delete=models.PROTECT, related_name="ai_calls")
    provider = models.CharField(max_length=16, choices=AgenticCampaign.Provider)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    instructions = models.TextField(blank=True)  # as the model got them
    room = models.CharField(max_length=64, blank=True)  # at LiveKit
    answered_by = models.CharField(max_length=16, choices=AnsweredBy, blank=True)
    # What a tool or a later reading of the transcript found; a tool's word stands.
    disposition = models.ForeignKey(
        Disposition, null=True, on_delete=models.PROTECT, related_name="+"
    )
    disposed_by = models.CharField(max_length=16, blank=True)  # tool, guard, extraction, person
    callback_at = models.DateTimeField(null=True)
    opted_out = models.BooleanField(default=False)
    summary = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    problem = models.CharField(max_length=255, blank=True)
    usage = models.JSONField(default=dict)  # tokens and seconds, by model
    latencies_ms = models.JSONField(default=list)  # caller's end of speech to first audio, by turn
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, default="USD")
    taken_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_over_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    launched_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The reading of its transcript afterwards, as work.
    read_due_at = models.DateTimeField(null=True, db_index=True)
    read_tries = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    objects = CampaignScopedQuerySet["AiCall"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["trunk", "ended_at"], name="ai_call_on_trunk"),
            models.Index(fields=["campaign", "ended_at"], name="ai_call_of_campaign"),
            models.Index(fields=["run", "ended_at"], name="ai_call_of_run"),
            models.Index(fields=["state", "queued_at"], name="ai_call_to_reap"),
        ]

    def __str__(self) -> str:
        return f"AI call {self.public_id}"


class AiCommand(models.Model):
    """What a person asks of a voice in mid-call; whoever speaks for it looks here."""

    class Kind(models.TextChoices):
        """What is asked."""

        SAY = "say", "A message to the voice"
        HANG_UP = "hang_up", "Hang up"
        TAKE_OVER = "take_over", "Take over"

    ai_call = models.ForeignKey(AiCall, on_delete=models.CASCADE, related_name="commands")
    kind = models.CharField(max_length=16, choices=Kind)
    body = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ai_call", "done_at"], name="command_to_do")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.ai_call_id}"


class AiAnswer(models.Model):
    """What was answered to a question of the campaign."""

    ai_call = models.ForeignKey(AiCall, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=64)
    question = models.TextField()
    answer = models.TextField()
    source = models.CharField(max_length=16, default="tool")  # tool, extraction
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ai_call", "key"], name="one_answer_per_question")
        ]

    def __str__(self) -> str:
        return self.key


class ToolUse(models.Model):
    """A tool that a voice used in a call, or tried to. Append-only."""

    ai_call = models.ForeignKey(AiCall, on_delete=models.CASCADE, related_name="tool_uses")
    name = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    answer = models.TextField(blank=True)
    refused = models.BooleanField(default=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ProviderEvent(models.Model):
    """What the provider told of a call by webhook; each id once."""

    event_id = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=64)
    room = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.kind
