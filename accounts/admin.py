"""Django's admin of people."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.http import HttpRequest

from accounts import people
from accounts.models import BreakReason, Organization, SipAccount, Team, User


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not generic at run time
    """A new password, which ends the logins that the old one opened."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        people.password_set(user)
        return user


@admin.register(User)
class PersonAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """People to look at: they are edited on the product's own pages, all but the password."""

    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "status", "organization", "timezone")}),
        ("On record", {"fields": ("is_demo", "last_login", "created_at")}),
    )
    readonly_fields = (*fieldsets[0][1]["fields"], *fieldsets[1][1]["fields"])
    list_display = ("email", "name", "role", "status", "organization", "last_login")
    list_filter = ("role", "status", "organization")
    list_select_related = ("organization",)
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Quotas and invitations are the product's own pages'."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People stay on record; they are suspended."""
        return False


class _OnlyShown(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Rows to look at; the product's own pages change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody, here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody, here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody, here."""
        return False


@admin.register(Organization)
class OrganizationAdmin(_OnlyShown):
    """Tenants."""

    list_display = ("name", "timezone", "is_demo", "archived_at")
    search_fields = ("name",)


@admin.register(Team)
class TeamAdmin(_OnlyShown):
    """Teams."""

    list_display = ("name", "organization", "archived_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(BreakReason)
class BreakReasonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Reasons to be away."""

    list_display = ("label", "code", "organization", "is_active")
    list_filter = ("organization", "is_active")
    list_select_related = ("organization",)


@admin.register(SipAccount)
class SipAccountAdmin(_OnlyShown):
    """Addresses on the telephone side; of a secret not even the encrypted text is shown."""

    fields = ("user", "organization", "username", "extension", "ws_url", "realm")
    list_display = ("username", "extension", "user", "organization")
    list_filter = ("organization",)
    list_select_related = ("user", "organization")
    search_fields = ("username", "extension", "user__name")
