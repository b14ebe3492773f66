"""Shapes of what is sent about people, teams, organizations and roles."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q

from accounts import people, roles, zones
from accounts.models import Organization, Team, User
from accounts.organizations import Contract
from accounts.people import Profile
from accounts.teams import Hours, Roster
from core.errors import InputError

_DAY = timedelta(days=1)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_LIMITS = ("max_people", "max_agents", "max_managers", "max_qa")
_LIMIT: dict[str, Any] = {"required": False, "min_value": 0, "max_value": 100_000}


class RefusableForm(forms.Form):
    """A form that shows a verb's refusal at its fields."""

    def refuse(self, refusal: InputError) -> None:
        """Puts each sentence where it belongs."""
        if not refusal.errors:
            self.add_error(None, refusal.message)
        for field, sentences in refusal.errors.items():
            known = field if field in self.fields else None
            self.add_error(known, list(sentences))


class PersonForm(RefusableForm):
    """Who a person is; the choices are what the asker may give."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField()
    timezone = forms.ChoiceField(label="Time zone", help_text="How times are shown to them.")

    def __init__(self, by: User, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        roles = [(role.value, role.label) for role in people.roles_for(by)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]  # of a choice
        places = [(name, name.replace("_", " ")) for name in zones.names()]
        self.fields["timezone"].choices = places  # type: ignore[attr-defined]  # of a choice

    def wanted(self) -> Profile:
        """What the valid form says."""
        given = self.cleaned_data
        return Profile(given["email"], given["name"], given["role"], given["timezone"])


class InvitationForm(PersonForm):
    """A person who is not here yet; a superadmin chooses whose they are."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), required=False, empty_label="None: of the whole installation"
    )

    def __init__(self, by: User, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(by, data, initial=initial)
        self.by = by
        if by.is_superadmin:
            rows = Organization.objects.filter(archived_at=None).order_by("name")
            self.fields["organization"].queryset = rows  # type: ignore[attr-defined]  # of a model choice
        else:
            del self.fields["organization"]

    def home(self) -> Organization | None:
        """Whose the person will be."""
        found: Organization | None = self.cleaned_data.get("organization", self.by.organization)
        return found


class PeopleFilterForm(forms.Form):
    """Which people are shown."""

    q = forms.CharField(required=False, max_length=120)
    role = forms.ChoiceField(choices=[("", "Every role"), *User.Role.choices], required=False)
    status = forms.ChoiceField(choices=[("", "Every status"), *User.Status.choices], required=False)
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="Every team")
    organization = forms.ModelChoiceField(
        Organization.objects.none(), required=False, empty_label="Every organization"
    )

    def __init__(self, by: User, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        teams = Team.objects.for_user(by).filter(archived_at=None).order_by("name", "pk")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a model choice
        if by.is_superadmin:
            rows = Organization.objects.order_by("name")
            self.fields["organization"].queryset = rows  # type: ignore[attr-defined]  # of a model choice
        else:
            del self.fields["organization"]

    def narrow(self, found: Any) -> Any:
        """The people who are asked for; what makes no sense narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        if words := given.get("q"):
            found = found.filter(Q(name__icontains=words) | Q(email__icontains=words))
        for name in ("role", "status", "organization"):
            if given.get(name):
                found = found.filter(**{name: given[name]})
        if team := given.get("team"):
            inside = Q(pk__in=team.members.values("pk")) | Q(pk__in=team.managers.values("pk"))
            found = found.filter(inside)
        return found


class NewTeamForm(RefusableForm):
    """A team that is not here yet; its people are chosen next."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    organization = forms.ModelChoiceField(Organization.objects.none())

    def __init__(self, by: User, data: Any = None) -> None:
        super().__init__(data)
        self.by = by
        if by.is_superadmin:
            rows = Organization.objects.filter(archived_at=None).order_by("name")
            self.fields["organization"].queryset = rows  # type: ignore[attr-defined]  # of a model choice
        else:
            del self.fields["organization"]

    def home(self) -> Organization | None:
        """Whose the team will be."""
        found: Organization | None = self.cleaned_data.get("organization", self.by.organization)
        return found


class TeamForm(RefusableForm):
    """A team's name, hours and people; only a superadmin chooses who sees it."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    starts_at = forms.TimeField(label="Works from", required=False, widget=_CLOCK)
    ends_at = forms.TimeField(label="to", required=False, widget=_CLOCK)
    works_on = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        required=False,
        choices=list(enumerate(_DAYS, 1)),
        widget=forms.CheckboxSelectMultiple,
    )
    managers = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    members = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, by: User, team: Team, data: Any = None) -> None:
        self.team = team
        there = {"managers": team.managers.all(), "members": team.members.all()}
        hours = {name: getattr(team, name) for name in ("starts_at", "ends_at", "works_on")}
        super().__init__(data, initial={"name": team.name, **hours, **there})
        for field, role in (("managers", User.Role.MANAGER), ("members", User.Role.AGENT)):
            fit = Q(role=role) & ~Q(status=User.Status.SUSPENDED)
            rows = User.objects.filter(organization=team.organization_id)
            rows = rows.filter(fit | Q(pk__in=there[field].values("pk"))).order_by("name", "pk")
            self.fields[field].queryset = rows  # type: ignore[attr-defined]  # of a model choice
        if not by.is_superadmin:
            del self.fields["managers"]

    def wanted(self) -> Roster:
        """What the valid form says; managers that were not asked for stay."""
        given = self.cleaned_data
        managers = given.get("managers", self.team.managers.all())
        hours = Hours(given["starts_at"], given["ends_at"], tuple(given["works_on"]))
        return Roster(given["name"], tuple(managers), tuple(given["members"]), hours)


class OrganizationForm(RefusableForm):
    """What an organization may have, and until when: the last day counts, in its own zone."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    timezone = forms.ChoiceField(label="Time zone", initial="UTC")
    last_day = forms.DateField(
        label="Valid until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day on which its people may log in. Empty: no end.",
    )
    max_people = forms.IntegerField(label="People in all", **_LIMIT)
    max_agents = forms.IntegerField(label="Agents", **_LIMIT)
    max_managers = forms.IntegerField(label="Managers", **_LIMIT)
    max_qa = forms.IntegerField(label="Quality analysts", **_LIMIT)

    def __init__(self, organization: Organization | None = None, data: Any = None) -> None:
        super().__init__(data, initial=_said(organization) if organization else None)
        places = [(name, name.replace("_", " ")) for name in zones.names()]
        self.fields["timezone"].choices = places  # type: ignore[attr-defined]  # of a choice

    def wanted(self) -> Contract:
        """What the valid form says."""
        given = dict(self.cleaned_data)
        last = given.pop("last_day")
        end = None
        if last is not None:
            end = datetime.combine(last + _DAY, time(), ZoneInfo(given["timezone"]))
        return Contract(**given, valid_until=end and end.astimezone(UTC))


def _said(organization: Organization) -> dict[str, Any]:
    """An organization as its form shows it."""
    end = organization.valid_until
    shown = {name: getattr(organization, name) for name in ("name", "timezone", *_LIMITS)}
    local = end and end.astimezone(ZoneInfo(organization.timezone))
    return {**shown, "last_day": local and (local - timedelta(microseconds=1)).date()}


class MatrixForm(forms.Form):
    """Which permissions each role holds, and which roles must use a second factor."""

    seen = forms.CharField(max_length=16)
    second_factor = forms.MultipleChoiceField(choices=User.Role.choices, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        offered = [(name, name) for name in roles.OFFERED]
        for role in roles.ROLES:
            self.fields[role] = forms.MultipleChoiceField(choices=offered, required=False)

    def wanted(self) -> roles.Matrix:
        """What the valid form says."""
        given = self.cleaned_data
        granted = {role: frozenset(given[role]) for role in roles.ROLES}
        return roles.Matrix(granted, frozenset(given["second_factor"]))
