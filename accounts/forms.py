"""Shapes of what people send."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from accounts import breaks
from accounts.models import AgentSeat, BreakReason, Team, User
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


class SetupForm(NewPasswordForm):
    """Who becomes the first superadmin, and the server's token."""

    token = forms.CharField(label="Token of the server", max_length=100)
    name = forms.CharField(label="Your name", max_length=120)
    email = forms.EmailField(label="E-mail")


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


class DayForm(forms.Form):
    """A day in an address."""

    day_field = forms.DateField(required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({"day_field": data.get("day", "")})

    def day(self) -> date | None:
        """The day; None for none, or for what is no day."""
        found: date | None = self.cleaned_data["day_field"] if self.is_valid() else None
        return found if found is not None and 2000 <= found.year <= 2100 else None


class PeopleNowForm(forms.Form):
    """Which people are shown: of a team, in a state."""

    q = forms.CharField(required=False, max_length=120)
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="All teams")
    state = forms.ChoiceField(
        choices=[("", "Every state"), *AgentSeat.State.choices], required=False
    )

    def __init__(self, user: User, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        teams = Team.objects.for_user(user).filter(archived_at=None).order_by("name")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a model choice

    def narrow(self, seats: Any) -> Any:
        """The seats that are asked for; what makes no sense narrows nothing."""
        self.is_valid()
        if words := self.cleaned_data.get("q"):
            seats = seats.filter(user__name__icontains=words)
        if team := self.cleaned_data.get("team"):
            members = team.members.values("pk")
            seats = seats.filter(user__in=members)
        if state := self.cleaned_data.get("state"):
            seats = seats.filter(state=state)
        return seats


class MoveForm(forms.Form):
    """Where a supervisor moves an agent, and why."""

    to = forms.ChoiceField(choices=[(name, name) for name in ("ready", "break", "logout")])
    reason = forms.ModelChoiceField(
        BreakReason.objects.none(),
        label="Break",
        required=False,
        to_field_name="code",
        empty_label="Choose one",
    )
    because = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="The agent reads it; it stays in the audit log.",
    )

    def __init__(self, agent: User, data: Any = None) -> None:
        super().__init__(data)
        reasons = BreakReason.objects.filter(organization=agent.organization_id, is_active=True)
        ordered = reasons.order_by("position", "label")
        self.fields["reason"].queryset = ordered  # type: ignore[attr-defined]  # of a model choice

    def clean(self) -> None:
        """A break needs its name."""
        if self.cleaned_data.get("to") == "break" and not self.cleaned_data.get("reason"):
            self.add_error("reason", "Choose which break.")
