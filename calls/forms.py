"""Filters of the call history, as a form."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from calls.history import Filters
from calls.models import Call
from campaigns.models import Campaign, Disposition


class HistoryForm(forms.Form):
    """What to narrow the history to; choices are what the viewer may see."""

    number = forms.CharField(required=False, max_length=20, label="Number")
    agent = forms.ModelChoiceField(User.objects.none(), required=False, label="Agent")
    campaign = forms.ModelChoiceField(Campaign.objects.none(), required=False, label="Campaign")
    outcome = forms.ChoiceField(
        choices=[("", "Any outcome"), *Call.Outcome.choices], required=False, label="Outcome"
    )
    disposition = forms.ModelChoiceField(
        Disposition.objects.none(), required=False, label="Disposition"
    )
    direction = forms.ChoiceField(
        choices=[("", "Both directions"), *Call.Direction.choices],
        required=False,
        label="Direction",
    )
    speaker = forms.ChoiceField(
        choices=[("", "People and voices"), ("person", "People"), ("voice", "Voices")],
        required=False,
        label="Spoken by",
    )
    lead = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput()
    )
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, tuple[QuerySet[Any], str]] = {
            "agent": (User.objects.for_user(user).agents().order_by("name"), "Any agent"),
            "campaign": (Campaign.objects.for_user(user).order_by("name"), "Any campaign"),
            "disposition": (Disposition.objects.for_user(user), "Any disposition"),
        }
        for name, (queryset, empty) in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.empty_label = queryset, empty
        if user.role == User.Role.AGENT:
            del self.fields["agent"], self.fields["speaker"]

    def filters(self) -> Filters:
        """The filters of the fields that are valid; the others narrow nothing."""
        self.is_valid()
        data = self.cleaned_data
        ids = {
            name: row.pk for name in ("agent", "campaign", "disposition") if (row := data.get(name))
        }
        return Filters(
            number=data.get("number", "").replace(" ", ""),
            lead=data.get("lead"),
            outcome=data.get("outcome", ""),
            direction=data.get("direction", ""),
            speaker=data.get("speaker", ""),
            since=data.get("since"),
            until=data.get("until"),
            **ids,
        )
