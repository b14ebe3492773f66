"""Forms of lists: what is chosen beside the columns, templates, the word to undo."""

from typing import Any

from django import forms

from campaigns.models import ConsentRecord, LeadSheet, SheetTemplate
from campaigns.sheets import Choices


class ChoicesForm(forms.Form):
    """How a list is imported, and under which name that is kept."""

    default_region = forms.CharField(
        label="Country of bare numbers",
        required=False,
        min_length=2,
        max_length=2,
        help_text="Two letters, such as US. Numbers with + tell their own.",
    )
    duplicates = forms.ChoiceField(
        label="A number is a duplicate when it is",
        choices=[
            (value, f"{label[0].lower()}{label[1:]}")
            for value, label in LeadSheet.Duplicates.choices
        ],
        required=False,
    )
    duplicate_days = forms.IntegerField(
        label="Lately means within days", min_value=1, max_value=3650, required=False
    )
    scrub = forms.BooleanField(
        label="Leave out whoever is not called",
        required=False,
        help_text="Else they are kept as leads that are never dialed.",
    )
    consent_voices = forms.MultipleChoiceField(
        label="Whoever said yes may be called by",
        choices=ConsentRecord.Voice.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody chosen: it stays a note on the lead.",
    )
    consent_kind = forms.ChoiceField(
        label="How strong", choices=[("", "—"), *ConsentRecord.Kind.choices], required=False
    )
    consent_source = forms.CharField(
        label="Given where", required=False, max_length=64, help_text="Such as the name of a form."
    )
    consent_proof = forms.CharField(
        label="Proof", required=False, max_length=255, help_text="Where it can be seen."
    )
    consent_granted_on = forms.DateField(
        label="Given on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For rows without a day of their own.",
    )
    consent_expires_on = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The first day without it; empty: until revoked.",
    )
    save_as = forms.CharField(
        label="Keep as a template named",
        required=False,
        max_length=120,
        help_text="The next list with these columns is mapped by itself.",
    )

    def __init__(self, sheet: LeadSheet, template: SheetTemplate | None, data: Any = None) -> None:
        self.known = Choices.read(template.choices) if template else Choices.of(sheet)
        known = self.known.as_json()
        consent = {f"consent_{name}": value for name, value in known.pop("consent").items()}
        super().__init__(data, initial=known | consent)
        self.fields["default_region"].widget.attrs["placeholder"] = sheet.campaign.default_region

    def given(self) -> Choices:
        """What was chosen; what was not sent stays."""
        data = self.cleaned_data
        return Choices(
            default_region=data["default_region"].upper(),
            duplicates=data["duplicates"] or self.known.duplicates,
            duplicate_days=data["duplicate_days"] or self.known.duplicate_days,
            scrub=data["scrub"],
            consent=self._consent(),
        )

    def _consent(self) -> dict[str, Any]:
        """As `Allowance` is kept."""
        said = {
            name.removeprefix("consent_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("consent_")
        }
        days = {
            name: said[name].isoformat() if said[name] else ""
            for name in ("granted_on", "expires_on")
        }
        return {**said, **days}


class TemplateForm(forms.Form):
    """By which template a list is mapped."""

    template = forms.ModelChoiceField(
        SheetTemplate.objects.none(), required=False, empty_label="None", label="Template"
    )

    def __init__(self, sheet: LeadSheet, data: Any = None) -> None:
        super().__init__(data)
        rows = SheetTemplate.objects.filter(organization=sheet.organization_id).order_by("name")
        self.fields["template"].queryset = rows  # type: ignore[attr-defined]  # a ModelChoiceField

    def chosen(self) -> SheetTemplate | None:
        """The template that was asked for."""
        return self.cleaned_data["template"] if self.is_valid() else None


class UndoForm(forms.Form):
    """The number of leads, typed to confirm."""

    leads = forms.CharField(
        label="Number of leads",
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def given(self) -> int | None:
        """The number, however its thousands are set apart; None for anything else."""
        digits = "".join(c for c in self.cleaned_data["leads"] if c not in " ,.'\u00a0\u202f")
        return int(digits) if digits.isascii() and digits.isdecimal() else None


class SheetFilterForm(forms.Form):
    """Narrows the lists that were uploaded."""

    q = forms.CharField(required=False, max_length=120, label="Name of the file or campaign")
    status = forms.ChoiceField(
        required=False, choices=[("", "Any status"), *LeadSheet.Status.choices]
    )
