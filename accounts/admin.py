"""Django's admin of people."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.http import HttpRequest

from accounts import people, sip
from accounts.models import BreakReason, Organization, SipAccount, Team, User

_WHO = ("email", "name", "role", "status", "organization", "timezone")


class _NormalizedEmail(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    def clean_email(self) -> str:
        # Stored in lower case, so uniqueness is to be checked in lower case.
        return str(self.cleaned_data["email"]).strip().lower()


class NewPersonForm(_NormalizedEmail, AdminUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    """A new person, with a password or without one."""

    class Meta:
        model = User
        fields = _WHO
        field_classes: dict[str, type[forms.Field]] = {}


class PersonForm(_NormalizedEmail, UserChangeForm):  # type: ignore[type-arg]  # not generic at run time
    """A person; the password has a page of its own."""

    class Meta:
        model = User
        fields = ("password", *_WHO, "is_demo")
        field_classes: dict[str, type[forms.Field]] = {}


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not generic at run time
    """A new password, which ends the logins that the old one opened."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        people.password_set(user)
        return user


@admin.register(User)
class PersonAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """People. Groups are not edited here: they follow the role."""

    form, add_form, change_password_form = PersonForm, NewPersonForm, PasswordForm
    add_form_template = None
    fieldsets = (
        (None, {"fields": ("password", *_WHO, "is_demo")}),
        ("On record", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": (*_WHO, "usable_password", "password1", "password2")},
        ),
    )
    readonly_fields = ("last_login", "created_at")
    list_display = ("email", "name", "role", "status", "organization", "last_login")
    list_filter = ("role", "status", "organization")
    list_select_related = ("organization",)
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Lets the person's permissions and logins follow."""
        super().save_related(request, form, formsets, change)
        people.changed(form.instance)


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Tenants."""

    list_display = ("name", "timezone", "is_demo", "archived_at")
    search_fields = ("name",)
    readonly_fields = ("created_at",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Gives a new one what each starts with."""
        super().save_related(request, form, formsets, change)
        if not change:
            people.founded(form.instance)


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A team of people of one organization."""

    class Meta:
        model = Team
        fields = ("organization", "name", "managers", "members", "archived_at")

    def clean(self) -> dict[str, Any] | None:
        """Refuses strangers: a manager would see their calls."""
        data = super().clean() or {}
        for field in ("managers", "members"):
            strangers = [
                person.name
                for person in data.get(field) or ()
                if person.organization_id != getattr(data.get("organization"), "pk", None)
            ]
            if strangers:
                self.add_error(field, f"Of another organization: {', '.join(strangers)}.")
        return data


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Teams."""

    form = TeamForm
    list_display = ("name", "organization", "archived_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("name",)
    filter_horizontal = ("managers", "members")


@admin.register(BreakReason)
class BreakReasonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Reasons to be away."""

    list_display = ("label", "code", "organization", "is_active")
    list_filter = ("organization", "is_active")
    list_select_related = ("organization",)


class SipAccountForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An account; its secret is written, never shown."""

    new_secret = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Only for a third-party PBX. Empty leaves it as it is.",
    )

    class Meta:
        model = SipAccount
        fields = ("user", "organization", "username", "extension", "ws_url", "realm")


@admin.register(SipAccount)
class SipAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Addresses on the telephone side."""

    form = SipAccountForm
    list_display = ("username", "extension", "user", "organization")
    list_filter = ("organization",)
    list_select_related = ("user", "organization")
    search_fields = ("username", "extension", "user__name")
    autocomplete_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: SipAccount, form: Any, change: bool) -> None:
        """Encrypts a secret that was given."""
        super().save_model(request, obj, form, change)
        if secret := form.cleaned_data["new_secret"]:
            sip.set_secret(obj, secret)
