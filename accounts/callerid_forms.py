"""Shape of what is sent about caller IDs."""

from typing import Any

from django import forms

from accounts.models import Organization, User
from accounts.peopleforms import RefusableForm


class CallerIdForm(RefusableForm):
    """A number, whose it is, and what people call it."""

    organization = forms.ModelChoiceField(Organization.objects.none(), empty_label=None)
    number = forms.CharField(
        max_length=32,
        help_text="With its country code, such as +1 202 555 0100.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    label = forms.CharField(
        max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = Organization.objects.filter(archived_at=None).order_by("name")
        if not user.is_superadmin:
            open_ones = open_ones.filter(pk=user.organization_id or 0)
        self.fields["organization"].queryset = open_ones  # type: ignore[attr-defined]  # a ModelChoiceField
