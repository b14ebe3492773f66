"""Forms about rules and consent."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils import timezone

from accounts.models import User
from campaigns.models import CallingRule, Campaign, ConsentRecord

_K = CallingRule.Kind
_DAYS: Final = (
    (1, "Mon"), (2, "Tue"), (3, "Wed"), (4, "Thu"), (5, "Fri"), (6, "Sat"), (7, "Sun"),
)  # fmt: skip
# The fields that a kind of rule has beside those of all.
_OWN: Final[dict[str, frozenset[str]]] = {
    _K.HOURS: frozenset({"start", "end", "weekdays", "days"}),
    _K.CAP: frozenset({"limit", "hours", "scope"}),
    _K.SPACING: frozenset({"hours", "scope"}),
    _K.CONVERSATION: frozenset({"hours", "scope"}),
    _K.ABANDONED: frozenset({"hours"}),
    _K.MACHINE: frozenset({"hours"}),
    _K.CONSENT: frozenset({"consent"}),
    _K.LIST_AGE: frozenset({"hours"}),
}
_ALL_OWN: Final = frozenset().union(*_OWN.values())


class RuleForm(forms.Form):
    """What the next version of a rule says; the fields are those of its kind."""

    title = forms.CharField(max_length=120)
    source = forms.CharField(max_length=255, required=False, label="Where it is written")
    country = forms.CharField(max_length=2, required=False, help_text="Such as US; empty: any")
    region = forms.CharField(max_length=6, required=False, help_text="Such as FL; empty: all of it")
    start = forms.TimeField(
        required=False,
        label="Open from",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Empty: closed on these days",
    )
    end = forms.TimeField(
        required=False,
        label="Until",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    weekdays = forms.TypedMultipleChoiceField(
        required=False, coerce=int, choices=_DAYS, widget=forms.CheckboxSelectMultiple,
        help_text="None: every day",
    )  # fmt: skip
    days = forms.ChoiceField(choices=CallingRule.Days, label="Public holidays")
    limit = forms.IntegerField(min_value=1, max_value=1000, label="Calls at most")
    hours = forms.DecimalField(
        min_value=Decimal("0.25"),
        max_value=24 * 366,
        decimal_places=2,
        label="Within so many hours",
    )
    scope = forms.ChoiceField(choices=CallingRule.Scope, label="Counted for each")
    consent = forms.ChoiceField(choices=ConsentRecord.Kind, label="Consent at least")
    modes = forms.MultipleChoiceField(
        required=False, choices=Campaign.Mode, widget=forms.CheckboxSelectMultiple,
        label="Ways of dialing", help_text="None: all of them",
    )  # fmt: skip
    purposes = forms.MultipleChoiceField(
        required=False, choices=Campaign.Purpose, widget=forms.CheckboxSelectMultiple,
        help_text="None: all of them",
    )  # fmt: skip
    valid_from = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: today"
    )
    valid_until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day; empty: for good",
    )

    def __init__(self, rule: CallingRule, data: Any = None) -> None:
        initial = {name: getattr(rule, name, None) for name in self.base_fields}
        initial["hours"] = Decimal(rule.period_s or 0) / 3600 if rule.period_s else None
        initial |= {"valid_from": None, "valid_until": None}
        super().__init__(data, initial=initial)
        for name in _ALL_OWN - _OWN[rule.kind]:
            del self.fields[name]

    def terms(self) -> dict[str, Any]:
        """The fields as the verb takes them."""
        given = dict(self.cleaned_data)
        if "hours" in given:
            given["period_s"] = int(given.pop("hours") * 3600)
        return given


class NewRuleForm(RuleForm):
    """A rule of the organization's own."""

    code = forms.CharField(max_length=32, help_text="Such as HOUSE-1")


class CompareForm(forms.Form):
    """For which campaign a change is looked at."""

    # Not required: the version may be written without looking.
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), required=False, empty_label="Choose a campaign"
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Campaign.objects.for_user(user).exclude(status=Campaign.Status.ARCHIVED)
        self.fields["campaign"].queryset = rows.order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_campaign(self) -> Campaign:
        """The campaign, without which nothing can be compared."""
        campaign: Campaign | None = self.cleaned_data["campaign"]
        if campaign is None:
            raise forms.ValidationError("Choose a campaign.")
        return campaign


class BecauseForm(forms.Form):
    """Why something ends."""

    because = forms.CharField(max_length=255, label="Why does it end?")


class GrantForm(forms.Form):
    """What someone allowed."""

    number = forms.CharField(max_length=64)
    region = forms.CharField(
        label="Country", max_length=2, min_length=2, help_text="For numbers without +"
    )
    purpose = forms.ChoiceField(choices=Campaign.Purpose)
    voice = forms.ChoiceField(choices=ConsentRecord.Voice, label="Who may speak")
    kind = forms.ChoiceField(choices=ConsentRecord.Kind, label="How")
    source = forms.CharField(max_length=64, help_text="Such as the name of a form")
    proof = forms.CharField(max_length=255, required=False, help_text="Where it can be seen")
    given_on = forms.DateField(
        label="Given on", widget=forms.DateInput(attrs={"type": "date"}), help_text="The day"
    )
    until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day; empty: none",
    )

    def clean_given_on(self) -> datetime:
        """The beginning of that day where the person is who fills it in."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["given_on"], time.min))

    def clean_until(self) -> datetime | None:
        """The end of that day; None: never."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
