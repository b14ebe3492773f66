"""Forms about who is not called."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign, SuppressionEntry, SuppressionPattern
from campaigns.nationallists import KNOWN


class SuppressionFilterForm(forms.Form):
    """Narrows the numbers that are not called."""

    q = forms.CharField(required=False, max_length=32, label="Number or its first digits")
    scope = forms.ChoiceField(required=False)
    source = forms.ChoiceField(
        required=False, choices=[("", "Any source"), *SuppressionEntry.Source.choices]
    )

    def __init__(self, campaigns: dict[int, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = [("", "Everywhere and campaigns"), ("0", "Everywhere"), *campaigns.items()]
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]  # a ChoiceField


class ScopeForm(forms.Form):
    """For whom a number is not called, and why."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), required=False, empty_label="Everywhere", label="Scope"
    )
    reason = forms.CharField(required=False, max_length=255)
    until = forms.DateField(
        required=False,
        label="Until",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day; empty: for good",
    )
    region = forms.CharField(
        label="Country",
        max_length=2,
        min_length=2,
        help_text="For numbers without +",
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Campaign.objects.for_user(user).exclude(status=Campaign.Status.ARCHIVED)
        own = rows.filter(organization=user.organization_id).order_by("name")
        self.fields["campaign"].queryset = own  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_until(self) -> datetime | None:
        """The end of that day where the person is who fills it in; None: for good."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError("That day is over already.")
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))

    def clean_region(self) -> str:
        """In capitals, as ISO writes it."""
        return str(self.cleaned_data["region"]).upper()


class SuppressForm(ScopeForm):
    """One number that is not called any more."""

    number = forms.CharField(max_length=64)
    field_order = ("number", "campaign", "reason", "until", "region")


class SuppressFileForm(ScopeForm):
    """A file of numbers that are not called any more."""

    file = forms.FileField(allow_empty_file=True)
    field_order = ("file", "campaign", "reason", "until", "region")


class LiftForm(forms.Form):
    """Why a number may be called again."""

    because = forms.CharField(max_length=255, label="Why may it be called again?")


class PatternForm(ScopeForm):
    """A beginning of numbers, or a domain, that is not called any more."""

    kind = forms.ChoiceField(choices=SuppressionPattern.Kind)
    pattern = forms.CharField(max_length=128, label="Beginning or domain")
    field_order = ("kind", "pattern", "campaign", "reason", "until")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        del self.fields["region"]


class NationalListForm(forms.Form):
    """A whole register as a file, and the day of the copy."""

    code = forms.CharField(
        max_length=16,
        label="List",
        widget=forms.TextInput(attrs={"list": "known-lists", "autocomplete": "off"}),
        help_text="Such as " + ", ".join(KNOWN),
    )
    name = forms.CharField(
        max_length=120, required=False, help_text="Only for a list with a code of your own"
    )
    as_of = forms.DateField(label="Day of the copy", widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(allow_empty_file=True)
