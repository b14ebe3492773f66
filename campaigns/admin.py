"""Django's admin of campaigns: everything to be seen, nothing to be changed past the verbs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from campaigns.models import (
    Callback,
    Campaign,
    DialAttempt,
    Disposition,
    Lead,
    LeadSheet,
    SuppressionEntry,
)


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Campaign)
class CampaignAdmin(_ReadOnly):
    """Campaigns."""

    list_display = ("name", "organization", "status", "mode", "created_at")
    list_filter = ("status", "mode")
    search_fields = ("name",)
    list_select_related = ("organization",)


@admin.register(Disposition)
class DispositionAdmin(_ReadOnly):
    """Results."""

    list_display = ("label", "organization", "key", "finished", "success", "is_active")
    list_select_related = ("organization",)


@admin.register(LeadSheet)
class LeadSheetAdmin(_ReadOnly):
    """Lists."""

    list_display = ("name", "campaign", "status", "rows_accepted", "rows_invalid", "created_at")
    list_filter = ("status",)
    list_select_related = ("campaign",)


@admin.register(Lead)
class LeadAdmin(_ReadOnly):
    """Leads."""

    list_display = ("name", "phone", "campaign", "status", "attempts", "next_attempt_at")
    list_filter = ("status",)
    search_fields = ("=phone", "=external_id")
    list_select_related = ("campaign",)
    raw_id_fields = ("sheet", "window_class")


@admin.register(DialAttempt)
class DialAttemptAdmin(_ReadOnly):
    """Decisions to dial."""

    list_display = ("phone", "campaign", "agent", "mode", "decision", "outcome", "reserved_at")
    list_filter = ("outcome", "mode")
    search_fields = ("=phone",)
    list_select_related = ("campaign", "agent")


@admin.register(Callback)
class CallbackAdmin(_ReadOnly):
    """Promises to call."""

    list_display = ("lead", "campaign", "owner", "due_at", "done_at")
    list_select_related = ("lead", "campaign", "owner")


@admin.register(SuppressionEntry)
class SuppressionEntryAdmin(_ReadOnly):
    """Numbers that are not called."""

    list_display = ("phone", "organization", "source", "created_at", "expires_at")
    search_fields = ("=phone",)
    list_select_related = ("organization",)
