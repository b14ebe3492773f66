"""Shapes of what people send about themselves: their profile, their tokens."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts import apitokens, zones
from accounts.models import ApiToken, User
from core.errors import DomainError

_LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Until it is revoked")]


class ProfileForm(forms.Form):
    """One's own name, and the zone in which times are shown."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    timezone = forms.ChoiceField(label="Time zone", help_text="How times are shown to you.")

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"name": user.name, "timezone": user.timezone})
        # Whoever has a zone that is offered no more keeps it.
        names = dict.fromkeys((*zones.names(), user.timezone))
        places = [(name, name.replace("_", " ")) for name in names]
        self.fields["timezone"].choices = places  # type: ignore[attr-defined]  # of a choice field


class ChangePasswordForm(forms.Form):
    """The present password and the next one."""

    current_password = forms.CharField(
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        strip=False,
        max_length=1024,
        help_text="At least eight characters, and none that everybody uses.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def refuse(self, refusal: DomainError) -> None:
        """Shows a verb's refusal at its field."""
        fields = {"wrong_password": "current_password", "weak_password": "new_password"}
        self.add_error(fields.get(refusal.code), refusal.message)


class WhichLoginForm(forms.Form):
    """One of a person's logins."""

    login = forms.UUIDField()


class TokenForm(forms.Form):
    """A machine's token, made by whoever knows their password."""

    name = forms.CharField(
        label="What it is for",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "CRM import", "autocomplete": "off"}),
    )
    lasts = forms.ChoiceField(label="Works for", choices=_LIFETIMES, required=False, initial="90")
    scopes = forms.MultipleChoiceField(label="May", widget=forms.CheckboxSelectMultiple)
    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        offered = list(apitokens.offered(user).items())
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]  # of a choice field

    def expires_at(self) -> datetime | None:
        """When the valid form's token ends; None for never."""
        days = self.cleaned_data["lasts"]
        return timezone.now() + timedelta(days=int(days)) if days else None

    def refuse(self, refusal: DomainError) -> None:
        """Shows a verb's refusal at its fields."""
        if refusal.code == "wrong_password":
            self.add_error("password", refusal.message)
            return
        for name, sentences in refusal.errors.items():
            self.add_error(name if name in self.fields else None, sentences)
        if not refusal.errors:
            self.add_error(None, refusal.message)


class WhichTokenForm(forms.Form):
    """One of a person's tokens."""

    token = forms.ModelChoiceField(ApiToken.objects.none())

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        theirs = ApiToken.objects.filter(user=user)
        self.fields["token"].queryset = theirs  # type: ignore[attr-defined]  # of a model choice
