"""Shape of an upload of people."""

import io
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts import importing
from accounts.models import Organization, User
from core.errors import InputError

MOST_BYTES = 512 * 1024
MOST_ROWS = 1000


class ImportForm(forms.Form):
    """A CSV file, whose people they are, and whether they are told."""

    organization = forms.ModelChoiceField(Organization.objects.none(), empty_label=None)
    file = forms.FileField(
        label="CSV file",
        help_text=f"The first line names the columns: {', '.join(importing.COLUMNS)}.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    invite = forms.BooleanField(
        label="Mail whoever is new the way to a password", required=False, initial=True
    )

    def __init__(self, user: User, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.user = user
        if user.is_superadmin:
            rows = Organization.objects.filter(archived_at=None).order_by("name")
            self.fields["organization"].queryset = rows  # type: ignore[attr-defined]  # of a model choice
        else:
            del self.fields["organization"]

    def owner(self) -> Organization:
        """Whose people they are."""
        if self.user.organization is not None and not self.user.is_superadmin:
            return self.user.organization
        found: Organization = self.cleaned_data["organization"]
        return found

    def clean_file(self) -> list[tuple[int, dict[str, str]]]:
        """The rows of the file."""
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise ValidationError("The file is larger than 512 KB.")
        try:
            text = given.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError("Save the file as UTF-8.") from error
        try:
            rows = list(importing.read(io.StringIO(text, newline="")))
        except InputError as error:
            raise ValidationError(error.message) from error
        if len(rows) > MOST_ROWS:
            raise ValidationError("The file has more than 1,000 rows.")
        return rows
