"""The system's own tables: events (outbox and feed), audit log, heartbeats, feature flags."""

from typing import Any, ClassVar, Never, NoReturn

from django.conf import settings
from django.db import models


class Event(models.Model):
    """Something that happened, told to whoever watches. Written by `core.realtime.record` alone."""

    class Severity(models.TextChoices):
        """How loudly the activity feed shows it."""

        INFO = "info", "Info"
        WARNING = "warning", "Warning"
        ERROR = "error", "Error"

    # Ids are not commit order; the sequencer numbers rows after their commit.
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", null=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=64)
    severity = models.CharField(max_length=16, choices=Severity, default=Severity.INFO)
    category = models.CharField(max_length=16, default="api")
    topics = models.JSONField(default=list)
    subject = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["category", "id"], name="event_category"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Sequence(models.Model):
    """The last number given by the sequencer: one row, locked while numbering."""

    name = models.CharField(max_length=32, unique=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.last}"


class Heartbeat(models.Model):
    """When a part of the system last showed that it lives."""

    name = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


class FeatureFlag(models.Model):
    """A switch by role, user and percentage; `core.flags.is_on` reads it."""

    name = models.CharField(max_length=64, unique=True)
    description = models.TextField(blank=True)
    enabled = models.BooleanField(default=False)
    rollout_percentage = models.PositiveSmallIntegerField(default=100)
    target_roles = models.JSONField(default=list, blank=True)
    target_users = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rollout_percentage__lte=100), name="rollout_is_a_percentage"
            )
        ]

    def __str__(self) -> str:
        return self.name


class WrittenError(Exception):
    """Someone tried to change or delete what stays as it was written."""


class Written[M: models.Model](models.QuerySet[M]):
    """Rows that are read and never changed; `core.audit` and `core.sealing` write statements."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise WrittenError(f"{self.model.__name__} rows stay as they are written.")

    create = bulk_create = get_or_create = update_or_create = _refuse
    update = bulk_update = delete = _raw_delete = _update = _refuse


class AuditEntry(models.Model):
    """Who did what, on which, and what it changed. Written by `core.audit` alone; append-only.

    Names are copied: an entry still reads when its person or its target is gone.
    """

    class Outcome(models.TextChoices):
        """How it went."""

        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"

    at = models.DateTimeField()
    organization_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=255, blank=True)
    # In whose place: the role or the token that the actor used.
    acting_as = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=64)
    target_type = models.CharField(max_length=64, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    target_name = models.CharField(max_length=255, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.DONE)
    # Its place in the sealed chain, and the HMAC over it and everything before it.
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = Written["AuditEntry"].as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["organization_id", "id"], name="audit_of_organization"),
            models.Index(fields=["actor_id", "id"], name="audit_of_actor"),
            models.Index(fields=["action", "id"], name="audit_of_action"),
            models.Index(fields=["target_type", "target_id", "id"], name="audit_of_target"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name or 'the system'}"

    def save(self, *_: Any, **__: Any) -> Never:
        """Refuses: `core.audit.record` writes entries."""
        raise WrittenError("Entries are written by core.audit, and stay as they are written.")

    def delete(self, *_: Any, **__: Any) -> Never:
        """Refuses."""
        raise WrittenError("Entries stay as they are written.")


class AuditSeal(models.Model):
    """The end of a sealed batch of audit entries: which one was last, and the chain's digest."""

    last_seq = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = Written["AuditSeal"].as_manager()

    def __str__(self) -> str:
        return f"seal up to {self.last_seq}"

    def save(self, *_: Any, **__: Any) -> Never:
        """Refuses: `core.sealing` writes seals."""
        raise WrittenError("Seals are written by core.sealing, and stay as they are written.")

    def delete(self, *_: Any, **__: Any) -> Never:
        """Refuses."""
        raise WrittenError("Seals stay as they are written.")


class Letter(models.Model):
    """A mail that waits to be sent, and is deleted then. Written by `core.letters` alone."""

    to = models.EmailField()
    subject = models.CharField(max_length=160)
    body = models.TextField()  # encrypted: it may hold a code or a link that opens something
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    # What no name tells: see `core.audit`.
    secret_fields: ClassVar = frozenset({"body"})

    def __str__(self) -> str:
        return f"letter {self.pk}"
