"""Shapes of what people send."""

from django import forms


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


class ThemeForm(forms.Form):
    """How the pages look."""

    theme = forms.ChoiceField(choices=[(name, name) for name in ("light", "dark", "system")])
