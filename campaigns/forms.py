"""Forms about campaigns, their results and their lists."""

from typing import Any

from django import forms
from django.db.models import Q

from accounts import callerids
from accounts.models import Organization, Team, User
from campaigns import retries
from campaigns.models import Campaign, DialAttempt, Disposition, Lead
from campaigns.sheets import Preview, columns, reading
from core.errors import InputError
from core.phone import format_for_people

DAYS = (
    (1, "Mon"),
    (2, "Tue"),
    (3, "Wed"),
    (4, "Thu"),
    (5, "Fri"),
    (6, "Sat"),
    (7, "Sun"),
)
# What can be dialed today; the others follow.
MODES = (Campaign.Mode.MANUAL, Campaign.Mode.PREVIEW, Campaign.Mode.PROGRESSIVE)

# Left empty, they stay as they are.
_OPTIONAL = ("purpose", "caller_id_choice", "preview_limit_s")


def add_refusal(form: forms.BaseForm, error: InputError) -> None:
    """Shows a verb's refusal at the fields that it names, else above the form."""
    named = {name: said for name, said in error.errors.items() if name in form.fields}
    for name, sentences in named.items():
        for sentence in sentences:
            form.add_error(name, sentence)
    if not named:
        form.add_error(None, error.message)


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """All that can be chosen of a campaign, but its status."""

    organization = forms.ModelChoiceField(Organization.objects.none(), required=False)
    retry_after_min = forms.IntegerField(
        label="Retry after",
        min_value=1,
        max_value=60 * 24 * 30,
        initial=60,
        help_text="Minutes until a lead is tried again, where its result says no other time.",
    )
    window_days = forms.TypedMultipleChoiceField(
        label="Days",
        choices=DAYS,
        coerce=int,
        required=False,
        help_text="None chosen: every day.",
        widget=forms.CheckboxSelectMultiple,
    )
    caller_id = forms.CharField(
        label="Caller ID",
        max_length=32,
        required=False,
        help_text="The number that the called person sees.",
    )

    next_phone_on = forms.MultipleChoiceField(
        label="Next number after",
        choices=[(str(one), DialAttempt.Outcome(one).label) for one in retries.OUTCOMES],
        required=False,
        help_text="After these, the next number of a lead that has several is dialed at once.",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Campaign
        fields = (
            "name",
            "mode",
            "purpose",
            "starts_on",
            "ends_on",
            "may_skip",
            "preview_limit_s",
            "preview_gives_back",
            "caller_id",
            "caller_id_choice",
            "default_region",
            "script",
            "delay_s",
            "wrap_up_limit_s",
            "ring_time_s",
            "max_attempts",
            "window_start",
            "window_end",
            "window_days",
            "dispositions",
            "teams",
            "agents",
        )
        labels = {
            "starts_on": "First day",
            "ends_on": "Last day",
            "default_region": "Default country",
            "delay_s": "Delay between calls",
            "wrap_up_limit_s": "Wrap-up limit",
            "ring_time_s": "Ring time",
            "max_attempts": "Attempts per lead",
            "window_start": "From",
            "window_end": "To",
            "caller_id_choice": "Number that is shown",
            "may_skip": "Agents may skip a lead",
            "preview_limit_s": "Time for the preview",
            "preview_gives_back": "Then give the lead back",
        }
        help_texts = {
            "name": "What agents see, such as “Autumn webinar, US”.",
            "mode": "Manual: the agent dials. Preview: the agent sees the lead first."
            " Progressive: dials when the agent is ready.",
            "purpose": "Calling rules and consent depend on it.",
            "caller_id_choice": "The nearest one of all allowed caller IDs, or always the same.",
            "preview_limit_s": "Seconds; 0 leaves it to the agent.",
            "preview_gives_back": "Otherwise it is dialed when the time is over.",
            "default_region": "Two letters; numbers without a country code are read as of there.",
            "delay_s": "Seconds before the next call is dialed.",
            "wrap_up_limit_s": "Seconds to write the result.",
            "ring_time_s": "Seconds until a call that nobody answers ends.",
            "script": "What the agent says; shown during the call. Words in braces are replaced by"
            " what the lead has: {name}, {first_name}, {company}, {job_title}, {job_level},"
            " {email}, {phone}, {region}, {country}, {timezone}, {remarks}, {attempts}, and columns"
            " of your own by their headers, such as {Old vendor}. What is missing is shown as"
            " [company?].",
        }
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "window_start": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "window_end": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "script": forms.Textarea(attrs={"rows": 6}),
            "dispositions": forms.CheckboxSelectMultiple,
            "teams": forms.CheckboxSelectMultiple,
            "agents": forms.CheckboxSelectMultiple,
        }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.instance.organization if self.instance.pk else user.organization
        fields: dict[str, Any] = self.fields
        if owner is None:
            fields["organization"].queryset = Organization.objects.filter(archived_at=None)
            fields["organization"].required = True
        else:
            del fields["organization"]
        fields["dispositions"].queryset = Disposition.objects.filter(
            organization=owner, is_active=True
        )
        fields["teams"].queryset = Team.objects.for_user(user).filter(
            organization=owner, archived_at=None
        )
        fields["agents"].queryset = _agents(user, owner, self.instance)
        for name in _OPTIONAL:
            fields[name].required = False
        # A voice's campaign stays one: without its voice it would be nothing.
        modes = (Campaign.Mode.AI,) if self.instance.mode == Campaign.Mode.AI else MODES
        fields["mode"].choices = [(mode.value, mode.label) for mode in modes]
        if owner is not None and (numbers := _numbers(owner, self.instance)):
            shown = fields["caller_id"]
            fields["caller_id"] = forms.ChoiceField(
                label=shown.label, help_text=shown.help_text, required=False, choices=numbers
            )
        if self.instance.pk:
            self.initial["retry_after_min"] = max(1, self.instance.retry_after_s // 60)

    def _post_clean(self) -> None:
        """The verb checks the whole; the instance stays as it is in the database."""

    def given(self) -> dict[str, Any]:
        """The fields as the verbs take them."""
        data = {**self.cleaned_data}
        data["retry_after_s"] = data.pop("retry_after_min") * 60
        data["window_days"] = sorted(data["window_days"])
        if self.instance.pk is None and not data["dispositions"]:
            del data["dispositions"]  # a new campaign has all of them
        for name in ("organization", *_OPTIONAL):
            if data.get(name) in (None, ""):
                data.pop(name, None)
        return data


def _numbers(owner: Organization, campaign: Campaign) -> list[tuple[str, str]]:
    """The caller IDs to choose from, with the one chosen before; empty where all are allowed."""
    rows = callerids.allowed(owner.pk)
    if not rows:
        return []
    words = {row.number: f"{format_for_people(row.number)} {row.label}".strip() for row in rows}
    if (old := campaign.caller_id) and old not in words:
        words[old] = f"{format_for_people(old)}, not allowed any more"
    return [("", "None"), *words.items()]


def _agents(user: User, owner: Organization | None, campaign: Campaign) -> Any:
    """Agents that the user may assign, and those who are assigned already."""
    seen = User.objects.for_user(user).agents().active().filter(organization=owner)
    if campaign._state.adding:
        return seen
    assigned = campaign.agents.values("pk")
    return User.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=assigned))


class DispositionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A result and what it does to the lead."""

    retry_after_min = forms.IntegerField(
        label="minutes until the next attempt", min_value=1, max_value=60 * 24 * 90, required=False
    )

    class Meta:
        model = Disposition
        fields = (
            "label",
            "key",
            "finished",
            "success",
            "contact",
            "callback",
            "do_not_call",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["retry_after_min"] = (self.instance.retry_after_s or 3600) // 60
        if not self.instance._state.adding:  # a row of the table, whose columns are its labels
            for field in self.fields.values():
                field.widget.attrs["aria-label"] = f"{self.instance.label}: {field.label}"

    def _post_clean(self) -> None:
        """The verb checks the whole; the instance stays as it is in the database."""

    def given(self) -> dict[str, Any]:
        """The fields as the verbs take them."""
        data = {**self.cleaned_data}
        minutes = data.pop("retry_after_min")
        if minutes:
            data["retry_after_s"] = minutes * 60
        return data


class UploadForm(forms.Form):
    """A list from the person's own machine."""

    file = forms.FileField(allow_empty_file=True)


class LayoutForm(forms.Form):
    """How a list is to be read."""

    encoding = forms.ChoiceField(choices=reading.ENCODINGS, required=False)
    delimiter = forms.ChoiceField(choices=reading.DELIMITERS, required=False)
    header_row = forms.TypedChoiceField(
        label="Column names",
        choices=[(0, "None in the file"), *((n, f"In row {n}") for n in range(1, 11))],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def given(self) -> dict[str, Any]:
        """What was chosen; what was not stays as it was recognized."""
        if not self.is_valid():
            return {}
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "") and name in self.data
        }


class MappingForm(forms.Form):
    """What each column of a list holds."""

    def __init__(self, preview: Preview, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview = preview
        for column in preview.columns:
            self.fields[f"field_{column.index}"] = forms.ChoiceField(
                label=column.name,
                choices=columns.FIELDS.items(),
                initial=column.field,
            )

    def given(self) -> list[str]:
        """A field for each column, in order."""
        return [self.cleaned_data[f"field_{column.index}"] for column in self.preview.columns]


class CampaignFilterForm(forms.Form):
    """Narrows the list of campaigns."""

    q = forms.CharField(required=False, max_length=120, label="Search")
    status = forms.ChoiceField(
        required=False, choices=[("", "All but archived"), *Campaign.Status.choices]
    )


class LeadFilterForm(forms.Form):
    """Narrows a campaign's leads."""

    q = forms.CharField(required=False, max_length=120, label="Number, name, company or e-mail")
    status = forms.ChoiceField(required=False, choices=[("", "Any status"), *Lead.Status.choices])


class CallbackFilterForm(forms.Form):
    """Whose promises are shown."""

    whose = forms.ChoiceField(
        required=False,
        choices=[("", "All that I see"), ("mine", "Mine"), ("anyone", "For anyone")],
    )
