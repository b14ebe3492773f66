"""Django's admin of calls: everything to be seen, nothing to be changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from calls.models import Call, CallEvent, Note, Recording


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


class EventLines(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """What happened, in the order in which it came in."""

    model = CallEvent
    fields = ("at", "received_at", "source", "kind", "seq", "data")
    ordering = ("pk",)
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Call)
class CallAdmin(_ReadOnly):
    """Calls, with what happened in them."""

    list_display = ("public_id", "organization", "agent", "status", "outcome", "reserved_at")
    list_filter = ("status", "outcome", "direction", "source")
    list_select_related = ("organization", "agent")
    search_fields = ("public_id", "number")
    date_hierarchy = None
    inlines = (EventLines,)


@admin.register(Recording)
class RecordingAdmin(_ReadOnly):
    """Recordings, and what became of the work of joining them."""

    list_display = ("public_id", "organization", "status", "duration_ms", "size", "due_at", "tries")
    list_filter = ("status",)
    list_select_related = ("organization",)


@admin.register(Note)
class NoteAdmin(_ReadOnly):
    """Notes."""

    list_display = ("organization", "author", "visibility", "created_at")
    list_filter = ("visibility",)
    list_select_related = ("organization", "author")
