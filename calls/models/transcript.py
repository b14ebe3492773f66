"""What was said in a call, by line, by word, and as a whole."""

from django.db import models

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet
from calls.models.call import Call


class TranscriptLine(models.Model):
    """One turn of a speaker. Only `calls.transcripts` writes it."""

    class Speaker(models.TextChoices):
        """Who said it."""

        AGENT = "agent", "Agent"
        CUSTOMER = "customer", "Customer"
        SYSTEM = "system", "System"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="transcript")
    # Its place as its source counts, so that the same line told twice is one.
    seq = models.PositiveIntegerField()
    speaker = models.CharField(max_length=16, choices=Speaker)
    text = models.TextField()
    at = models.DateTimeField()
    start_ms = models.PositiveIntegerField(default=0)  # from the answer
    end_ms = models.PositiveIntegerField(default=0)
    interrupted = models.BooleanField(default=False)
    sentiment = models.CharField(max_length=16, blank=True)  # positive, neutral, negative
    confidence = models.FloatField(null=True)  # 0..1

    objects = TenantQuerySet["TranscriptLine"].as_manager()

    class Meta:
        ordering = ["start_ms", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["call", "seq"], name="transcript_line_is_unique")
        ]
        indexes = [models.Index(fields=["call", "start_ms"], name="line_of_call")]

    def __str__(self) -> str:
        return f"{self.speaker}: {self.text[:40]}"


class TranscriptSegment(models.Model):
    """A piece of a line with times of its own, as a transcriber tells it."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="transcript_segments")
    line = models.ForeignKey(
        TranscriptLine, null=True, on_delete=models.CASCADE, related_name="segments"
    )
    speaker = models.CharField(max_length=16, choices=TranscriptLine.Speaker)
    text = models.TextField()
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    confidence = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["call", "start_ms"], name="segment_of_call")]

    def __str__(self) -> str:
        return self.text[:40]


class CallTranscription(models.Model):
    """The transcript of a call as a whole."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="transcription")
    full_text = models.TextField(blank=True)
    language = models.CharField(max_length=16, default="en-US")
    confidence = models.FloatField(null=True)  # the mean of its lines
    words = models.PositiveIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(default=0)
    provider = models.CharField(max_length=32)  # who wrote it down
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    objects = TenantQuerySet["CallTranscription"].as_manager()

    def __str__(self) -> str:
        return f"transcription of {self.call_id}"


class TranscriptKeyword(models.Model):
    """A word that somebody looks for, found in a call."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="keywords")
    keyword = models.CharField(max_length=120)
    category = models.CharField(max_length=64, blank=True)
    occurrences = models.PositiveIntegerField(default=1)
    first_ms = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "keyword"], name="keyword_once_per_call")
        ]
        indexes = [models.Index(fields=["keyword"], name="calls_with_keyword")]

    def __str__(self) -> str:
        return self.keyword
