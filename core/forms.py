"""Filters of the audit log, as a form."""

from typing import Any

from django import forms

from core import auditlog
from core.models import AuditEntry

_DAY = forms.DateInput(attrs={"type": "date"})


class AuditForm(forms.Form):
    """What to narrow the log to."""

    person = forms.CharField(
        required=False,
        max_length=255,
        label="Who",
        widget=forms.TextInput(attrs={"placeholder": "E-mail"}),
    )
    # Any word will do: one that no entry has finds none.
    noun = forms.CharField(required=False, max_length=64, label="What", widget=forms.Select)
    target = forms.CharField(
        required=False,
        max_length=255,
        label="On",
        widget=forms.TextInput(attrs={"placeholder": "Name or number"}),
    )
    outcome = forms.ChoiceField(
        choices=[("", "Any outcome"), *AuditEntry.Outcome.choices], required=False, label="Outcome"
    )
    since = forms.DateField(required=False, label="From", widget=_DAY)
    until = forms.DateField(required=False, label="To", widget=_DAY)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(noun, noun.replace("_", " ").capitalize()) for noun in auditlog.nouns(user)]
        select = self.fields["noun"].widget
        assert isinstance(select, forms.Select)
        select.choices = [("", "Anything"), *words]

    def filters(self) -> auditlog.Filters:
        """The filters of the fields that are valid; the others narrow nothing."""
        self.is_valid()
        return auditlog.Filters(**self.cleaned_data)
