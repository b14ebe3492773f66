"""What people choose when they start a voice, or speak to it."""

from typing import Any

from django import forms

from agentic.models import AgenticCampaign, AgenticRun
from campaigns.models import Lead

MOST_LISTED = 200


class RunForm(forms.Form):
    """Whom to call: the whole list, some of it, or one prospect."""

    campaign = forms.ModelChoiceField(AgenticCampaign.objects.none(), to_field_name="campaign")
    kind = forms.ChoiceField(
        choices=AgenticRun.Kind, initial=AgenticRun.Kind.LIST, widget=forms.RadioSelect
    )
    leads = forms.ModelMultipleChoiceField(Lead.objects.none(), required=False)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = AgenticCampaign.objects.for_user(user).select_related("campaign", "published")
        self.fields["campaign"].queryset = rows.order_by("campaign__name")  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["leads"].queryset = Lead.objects.for_user(user)  # type: ignore[attr-defined]  # a ModelMultipleChoiceField

    def clean(self) -> dict[str, Any]:
        """Picked prospects belong to the campaign, and are as many as the kind says."""
        given: dict[str, Any] = super().clean() or {}
        chosen, picked = given.get("campaign"), list(given.get("leads") or [])
        kind = given.get("kind")
        if chosen and any(lead.campaign_id != chosen.campaign_id for lead in picked):
            self.add_error("leads", "These prospects are on another campaign's list.")
        if kind == AgenticRun.Kind.ONE and len(picked) != 1:
            self.add_error("leads", "Pick the one prospect to call.")
        if kind == AgenticRun.Kind.SELECTION and not picked:
            self.add_error("leads", "Pick the prospects to call.")
        return given


class SayForm(forms.Form):
    """A message to a voice."""

    text = forms.CharField(max_length=1000)
