"""Rules as rows, the consent they ask for, and whole lists of numbers that are not called."""

from django.conf import settings
from django.db import models

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet


class CallingRule(models.Model):
    """One rule about when, how often or to whom an organization may call; data, with dates.

    Empty places, modes and purposes mean any. A rule is never edited: its next version replaces it.
    """

    class Kind(models.TextChoices):
        """What a rule limits."""

        HOURS = "hours", "Calling hours"
        CAP = "cap", "Calls in a rolling time"
        SPACING = "spacing", "Time between calls"
        CONVERSATION = "conversation", "Rest after a conversation"
        ABANDONED = "abandoned", "Rest after an abandoned call"
        MACHINE = "machine", "Rest after a machine"
        CONSENT = "consent", "Consent"
        LIST_AGE = "list_age", "Age of a national list"

    class Scope(models.TextChoices):
        """What is counted."""

        NUMBER = "number", "Number"
        LEAD = "lead", "Lead"

    class Days(models.TextChoices):
        """On which days hours hold."""

        ANY = "any", "Every day"
        HOLIDAYS = "holidays", "Public holidays only"
        ORDINARY = "ordinary", "Not on public holidays"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)  # of the law's row: US-1
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=Kind)
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=255, blank=True)  # where the rule is written
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1
    region = models.CharField(max_length=6, blank=True)  # ISO 3166-2 without the country
    modes = models.JSONField(default=list, blank=True)  # of Campaign.Mode
    purposes = models.JSONField(default=list, blank=True)  # of Campaign.Purpose
    # hours: open from start to end on these days; without a start closed on them.
    start = models.TimeField(null=True, blank=True)
    end = models.TimeField(null=True, blank=True)
    weekdays = models.JSONField(default=list, blank=True)  # ISO; empty: every day
    days = models.CharField(max_length=16, choices=Days, default=Days.ANY)
    # cap, spacing and rests: so many, in so long.
    limit = models.PositiveSmallIntegerField(null=True, blank=True)
    period_s = models.PositiveIntegerField(null=True, blank=True)
    scope = models.CharField(max_length=16, choices=Scope, default=Scope.NUMBER)
    consent = models.CharField(max_length=16, blank=True)  # of ConsentRecord.Kind, at least
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)  # included
    is_active = models.BooleanField(default=True)
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    signed_off_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = TenantQuerySet["CallingRule"].as_manager()

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code", "version"], name="rule_version_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class ConsentRecord(models.Model):
    """What someone allowed by a number, when, how it is proven, and since when no more."""

    class Kind(models.TextChoices):
        """How strong a consent is, the weaker first."""

        EXPRESS = "express", "Express"
        WRITTEN = "written", "Express written"

    class Voice(models.TextChoices):
        """Who may speak."""

        PERSON = "person", "A person"
        AI = "ai", "An artificial voice"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=16)
    purpose = models.CharField(max_length=16)  # of Campaign.Purpose
    voice = models.CharField(max_length=16, choices=Voice)
    kind = models.CharField(max_length=16, choices=Kind)
    source = models.CharField(max_length=64)
    proof = models.CharField(max_length=255, blank=True)  # where it can be seen
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=255, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    sheet = models.ForeignKey(  # that it came on
        "campaigns.LeadSheet", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = TenantQuerySet["ConsentRecord"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["organization", "phone"], name="consent_of_number")]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class SuppressionPattern(models.Model):
    """Numbers that begin so, or leads whose e-mail is of this domain: they are not called."""

    class Kind(models.TextChoices):
        """What is compared."""

        PREFIX = "prefix", "Beginning of a number"
        DOMAIN = "domain", "E-mail domain"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    pattern = models.CharField(max_length=128)  # +4477, example.com
    campaign_key = models.BigIntegerField(default=0)  # as in SuppressionEntry
    reason = models.CharField(max_length=255, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet["SuppressionPattern"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "pattern", "campaign_key"],
                name="pattern_is_suppressed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern}"


class NationalList(models.Model):
    """A register of numbers that are not called, bought or fetched, with its age."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)  # US-DNC, GB-TPS
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)  # ISO 3166-1
    as_of = models.DateField(null=True)  # the day of the copy
    numbers = models.PositiveBigIntegerField(default=0)
    edition = models.PositiveIntegerField(default=0)  # rows of others are of older copies
    updated_at = models.DateTimeField(null=True)

    objects = TenantQuerySet["NationalList"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="national_list_is_unique")
        ]

    def __str__(self) -> str:
        return self.name


class ListedNumber(models.Model):
    """A number on a national list."""

    list = models.ForeignKey(NationalList, on_delete=models.CASCADE, related_name="rows")
    phone = models.CharField(max_length=16)
    edition = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone", "list"], name="number_is_listed_once")
        ]

    def __str__(self) -> str:
        return f"listed number {self.pk}"


class SheetTemplate(models.Model):
    """How sheets of one shape are read: columns by their headers, and the choices around them."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    columns = models.JSONField(default=dict)  # header in small letters -> field
    choices = models.JSONField(default=dict)  # region, duplicates, scrub
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = TenantQuerySet["SheetTemplate"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="template_name_is_unique")
        ]

    def __str__(self) -> str:
        return self.name
