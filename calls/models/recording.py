"""A call's sound."""

import uuid

from django.db import models

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet
from calls.models.call import Call


class Recording(models.Model):
    """A call's sound: parts while they arrive, then one file in the storage `recordings`."""

    class Status(models.TextChoices):
        """States of a recording."""

        RECEIVING = "receiving", "Receiving"
        WAITING = "waiting", "Waiting to be joined"
        READY = "ready", "Ready"
        FAILED = "failed", "Unplayable"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="recording")
    status = models.CharField(max_length=16, choices=Status, default=Status.RECEIVING)
    file = models.CharField(max_length=255, blank=True)  # name in the storage
    mime = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(null=True)
    peaks = models.JSONField(default=list)  # 0..255
    segments = models.JSONField(default=dict)  # number -> {parts, start_ms, end_ms, mime}
    problem = models.CharField(max_length=255, blank=True)
    received_bytes = models.BigIntegerField(default=0)  # of all parts
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    # When the parts' files go, and when they went; their rows stay and answer late repeats.
    purge_at = models.DateTimeField(null=True, db_index=True)
    purged_at = models.DateTimeField(null=True)
    # The work of joining, as in LeadSheet.
    due_at = models.DateTimeField(null=True, db_index=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = TenantQuerySet["Recording"].as_manager()

    def __str__(self) -> str:
        return f"recording {self.public_id}"


class RecordingPart(models.Model):
    """About five seconds of a segment, as uploaded."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="parts")
    segment = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    mime = models.CharField(max_length=64)
    start_ms = models.PositiveIntegerField(default=0)  # of the segment, from the answer
    file = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "segment", "number"], name="recording_part_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.segment}/{self.number}"


class RecordingGap(models.Model):
    """Silence in the file where sound is missing."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="gaps")
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"gap {self.start_ms}-{self.end_ms} ms"
