"""Shapes of what people send."""

from django import forms

from accounts import breaks
from core.errors import InputError


class LoginForm(forms.Form):
    """E-mail and password; whether they are right is for `logins` to say."""

    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A password that someone chooses; whether it is strong enough is for `passwords` to say."""

    new_password = forms.CharField(
        label="New password",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class EmailForm(forms.Form):
    """Whose password is forgotten."""

    email = forms.EmailField()


class OtpForm(forms.Form):
    """The code that came by mail."""

    otp = forms.CharField(max_length=20)


class CodeForm(forms.Form):
    """A code of an authenticator, or a recovery code."""

    code = forms.CharField(max_length=40)


class PasswordForm(forms.Form):
    """The present password, to prove who asks."""

    password = forms.CharField(strip=False, max_length=1024)


class ThemeForm(forms.Form):
    """How the pages look."""

    theme = forms.ChoiceField(choices=[(name, name) for name in ("light", "dark", "system")])


class BreakForm(forms.Form):
    """A break: its limit is typed in minutes."""

    label = forms.CharField(label="Break", max_length=64)
    limit = forms.IntegerField(
        label="Limit in minutes", min_value=1, max_value=1440, required=False
    )
    is_paid = forms.BooleanField(label="Paid time", required=False, initial=True)

    def wanted(self) -> breaks.Break:
        """What the valid form says."""
        given = self.cleaned_data
        limit_s = given["limit"] * 60 if given["limit"] else None
        return breaks.Break(given["label"], limit_s, is_paid=given["is_paid"])

    def refuse(self, refusal: InputError) -> None:
        """Shows a verb's refusal at its field."""
        self.add_error("label" if "label" in refusal.errors else None, refusal.message)
