"""Shape of what is sent about caller IDs."""

from django import forms

from accounts.models import Organization
from accounts.peopleforms import RefusableForm


class CallerIdForm(RefusableForm):
    """A number, whose it is, and what people call it."""

    organization = forms.ModelChoiceField(
        Organization.objects.filter(archived_at=None).order_by("name"), empty_label=None
    )
    number = forms.CharField(
        max_length=32,
        help_text="With its country code, such as +1 202 555 0100.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    label = forms.CharField(
        max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
