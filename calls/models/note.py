"""What people write about calls and numbers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization, Team, User
from accounts.tenancy import TenantQuerySet
from calls.models.call import Call
from campaigns.models import Lead


class NoteQuerySet(TenantQuerySet["Note"]):
    """Notes in words."""

    def visible_to(self, user: Any) -> "NoteQuerySet":
        """One's own, everyone's, and those of the teams one works in or manages."""
        teams = Team.objects.filter(Q(members=user) | Q(managers=user)).values("pk")
        colleagues = User.objects.filter(teams__in=teams).values("pk")
        return self.filter(
            Q(author=user)
            | Q(visibility=Note.Visibility.PUBLIC)
            | Q(visibility=Note.Visibility.TEAM, author__in=colleagues)
        )


class Note(models.Model):
    """What someone wrote about a call or a number."""

    class Visibility(models.TextChoices):
        """Who reads it."""

        PRIVATE = "private", "Only me"
        TEAM = "team", "My team"
        PUBLIC = "public", "Everyone here"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notes"
    )
    call = models.ForeignKey(Call, null=True, on_delete=models.PROTECT, related_name="notes")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.PROTECT, related_name="notes")
    phone = models.CharField(max_length=32, blank=True)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    tags = models.JSONField(default=list)
    visibility = models.CharField(max_length=16, choices=Visibility, default=Visibility.TEAM)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "phone", "created_at"], name="note_of_number")
        ]

    def __str__(self) -> str:
        return self.title or self.body[:40]
