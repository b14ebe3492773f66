"""Leads, the sheets they came on, and the numbers that are not called."""

from datetime import datetime
from functools import cached_property
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import TenantQuerySet
from campaigns.models.campaign import Campaign, CampaignScopedQuerySet


class LeadSheet(models.Model):
    """An uploaded list and the work of importing it."""

    class Status(models.TextChoices):
        """States of an import."""

        UPLOADED = "uploaded", "Uploaded"
        WAITING = "waiting", "Waiting"
        IMPORTING = "importing", "Importing"
        DONE = "done", "Imported"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    class Duplicates(models.TextChoices):
        """Where a number must not be already."""

        CAMPAIGN = "campaign", "In this campaign"
        ORGANIZATION = "organization", "In any campaign"
        RECENT = "recent", "In any campaign, lately"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="sheets")
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=255)  # name in the storage "sheets"
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=Status, default=Status.UPLOADED)
    layout = models.JSONField(default=dict)  # format, encoding, delimiter, header row
    mapping = models.JSONField(default=dict)  # column index -> field
    default_region = models.CharField(max_length=2, blank=True)  # else the campaign's
    duplicates = models.CharField(max_length=16, choices=Duplicates, default=Duplicates.CAMPAIGN)
    duplicate_days = models.PositiveSmallIntegerField(default=30)  # what "lately" means
    scrub = models.BooleanField(default=False)  # leave suppressed numbers out altogether
    consent = models.JSONField(default=dict)  # what a yes in its column allows; empty: nothing
    share = models.PositiveSmallIntegerField(default=1)  # of the calls, beside other sheets
    problem = models.TextField(blank=True)
    rows_total = models.PositiveIntegerField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_accepted = models.PositiveIntegerField(default=0)
    rows_duplicate = models.PositiveIntegerField(default=0)
    rows_invalid = models.PositiveIntegerField(default=0)
    rows_suppressed = models.PositiveIntegerField(default=0)  # of those accepted
    rows_scrubbed = models.PositiveIntegerField(default=0)  # left out, as suppressed
    rows_removed = models.PositiveIntegerField(default=0)  # by undoing
    rows_consented = models.PositiveIntegerField(default=0)  # consents written into the ledger
    rows_stopped = models.PositiveIntegerField(default=0)  # numbers that asked not to be called
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # The work: due when not null; a worker holds it until the lease ends.
    due_at = models.DateTimeField(null=True, db_index=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = CampaignScopedQuerySet["LeadSheet"].as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def active(self) -> bool:
        """Whether it is the list from which a campaign in mode ai calls."""
        return self.campaign.active_sheet_id == self.pk


class SheetReject(models.Model):
    """A row of a sheet that became no lead; its cells are read from the sheet's file again."""

    class Kind(models.TextChoices):
        """How a row is counted."""

        DUPLICATE = "duplicate", "Duplicate"
        INVALID = "invalid", "Invalid"
        SUPPRESSED = "suppressed", "Not to be called"

    sheet = models.ForeignKey(LeadSheet, on_delete=models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    code = models.CharField(max_length=32)
    reason = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="row_is_rejected_once")
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


class WindowClass(models.Model):
    """Leads that open and close together: one distinct set of facts about time and place."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the facts
    zones = models.JSONField(default=list)  # every plausible IANA zone
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=6, blank=True)  # ISO 3166-2 without the country

    def __str__(self) -> str:
        return ", ".join(self.zones)


class Lead(models.Model):
    """A person on a list. It never changes campaign. Only `campaigns.claims` writes `status`."""

    class Status(models.TextChoices):
        """States of a lead."""

        NEW = "new", "New"
        QUEUED = "queued", "Queued"
        CLAIMED = "claimed", "Claimed"
        RETRY = "retry", "To retry"
        FINISHED = "finished", "Finished"
        SUPPRESSED = "suppressed", "Suppressed"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="leads")
    sheet = models.ForeignKey(LeadSheet, null=True, on_delete=models.PROTECT, related_name="leads")
    sheet_row = models.PositiveIntegerField(null=True)
    external_id = models.CharField(max_length=128, null=True)
    phone = models.CharField(max_length=16)  # E.164
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    company = models.CharField(max_length=255, blank=True)
    job_title = models.CharField(max_length=255, blank=True)
    job_level = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1
    region = models.CharField(max_length=64, blank=True)  # ISO 3166-2
    postal_code = models.CharField(max_length=16, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    timezone_source = models.CharField(max_length=16, blank=True)  # column, phone
    remarks = models.TextField(blank=True)
    custom = models.JSONField(default=dict)
    consent = models.BooleanField(null=True)
    caller_id = models.CharField(max_length=16, blank=True)  # that was shown; shown again
    phone_index = models.PositiveSmallIntegerField(default=0)  # 0: `phone`, then `phones` in order
    priority = models.SmallIntegerField(default=0)
    # Order of new leads: lower first; from priority and the place in the sheet.
    rank = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16, choices=Status, default=Status.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Of them, those before it was sent round again: they count for rules, not for the campaign.
    attempts_before = models.PositiveSmallIntegerField(default=0)
    last_called_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    blocked_by = models.CharField(max_length=64, blank=True)  # rule that refused while filling
    blocked_until = models.DateTimeField(null=True)
    finished_because = models.CharField(max_length=32, blank=True)
    window_class = models.ForeignKey(
        WindowClass, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CampaignScopedQuerySet["Lead"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "phone"], name="lead_phone_is_unique"),
            models.UniqueConstraint(fields=["sheet", "sheet_row"], name="sheet_row_imported_once"),
            models.UniqueConstraint(
                fields=["campaign", "external_id"], name="external_id_is_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "status", "window_class", "rank", "id"], name="lead_to_fill"
            ),
            models.Index(
                fields=["campaign", "status", "next_attempt_at", "id"], name="lead_to_retry"
            ),
            models.Index(fields=["organization", "phone"], name="lead_phone"),
            # A campaign's leads, the newest first.
            models.Index(fields=["campaign", "id"], name="lead_of_campaign"),
            # By which people look for leads, by the beginning. Whose campaign it is, is last: a
            # beginning that is common elsewhere is passed over without reading those leads.
            *(
                models.Index(
                    fields=["organization", field, "id", "campaign"], name=f"lead_to_find_{field}"
                )
                for field in ("name", "company", "email")
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Lead {self.pk}"

    @cached_property
    def number(self) -> str:
        """The number whose turn it is; `campaigns.phones.read` knows it of many at once."""
        if not self.phone_index:
            return self.phone
        further = list(self.phones.order_by("order", "id").values_list("phone", flat=True))
        return ([self.phone, *further][self.phone_index :] or [self.phone])[0]

    @property
    def tries(self) -> int:
        """The attempts that count against the campaign's: those of this round."""
        return max(0, self.attempts - self.attempts_before)


class LeadPhone(models.Model):
    """A further number of a lead, in the order to try."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="phones")
    phone = models.CharField(max_length=16)
    label = models.CharField(max_length=32, blank=True)
    order = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "phone"], name="lead_has_number_once")
        ]
        indexes = [models.Index(fields=["phone", "lead"], name="lead_by_further_phone")]

    def __str__(self) -> str:
        return f"further number {self.order} of lead {self.lead_id}"


class Callback(models.Model):
    """A promise to call at a time; `open_key` is the lead while the promise stands."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="callbacks")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="callbacks")
    open_key = models.BigIntegerField(null=True, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="callbacks"
    )
    due_at = models.DateTimeField()  # as promised
    next_at = models.DateTimeField()  # when the queue looks at it; later than promised if refused
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = CampaignScopedQuerySet["Callback"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "done_at", "next_at", "id"], name="callback_to_queue")
        ]

    def __str__(self) -> str:
        return f"callback {self.pk}"


class SuppressionQuerySet(TenantQuerySet["SuppressionEntry"]):
    """Numbers that are not called, in words."""

    def in_force(self, organization_id: int, campaign_id: int | None, now: datetime) -> Self:
        """Those that hold now: everywhere in the organization, and in the campaign."""
        keys = [self.model.EVERYWHERE, *([campaign_id] if campaign_id else [])]
        return self.filter(organization_id=organization_id, campaign_key__in=keys).filter(
            Q(expires_at=None) | Q(expires_at__gt=now)
        )


class SuppressionEntry(models.Model):
    """A number that is not called: in one campaign, or in the whole organization."""

    class Source(models.TextChoices):
        """Where the wish came from."""

        AGENT = "agent", "Agent"
        IMPORT = "import", "Import"
        API = "api", "API"
        MANAGER = "manager", "Manager"
        AI = "ai", "Artificial voice"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=16)
    # The campaign's id, or 0 for the organization: nullable columns do not make a key unique.
    EVERYWHERE = 0
    campaign_key = models.BigIntegerField(default=EVERYWHERE)
    source = models.CharField(max_length=16, choices=Source)
    reason = models.CharField(max_length=255, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "phone", "campaign_key"], name="suppressed_once"
            )
        ]

    def __str__(self) -> str:
        return f"suppression {self.pk}"
