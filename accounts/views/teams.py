"""Pages of the teams: who works together, and which managers see them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import teams
from accounts.authentication import person
from accounts.models import Team, User
from accounts.peopleforms import NewTeamForm, TeamForm
from accounts.teams import Roster
from core.errors import DomainError, InputError
from core.web import requires

EDIT = "accounts.change_team"


@requires(EDIT)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The teams that the asker may edit; archived ones last."""
    rows = _mine(request).select_related("organization").prefetch_related("managers")
    rows = rows.annotate(size=Count("members", distinct=True))
    ordered = rows.order_by("archived_at", "organization__name", "name", "pk")
    # Databases disagree on where a missing time sorts.
    shown = sorted(ordered, key=lambda team: team.archived_at is not None)
    return render(request, "accounts/teams.html", {"teams": shown})


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new team; a manager who makes one leads it."""
    user = person(request)
    form = NewTeamForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid() and (team := _added(user, form)):
        messages.success(request, f"The team “{team.name}” is made. Choose its people.")
        return redirect("accounts:team", team.pk)
    status = 422 if form.errors else 200
    return render(request, "accounts/team_new.html", {"form": form}, status=status)


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One team's name and people."""
    team = _team(request, pk)
    form = TeamForm(person(request), team, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            teams.change(team, form.wanted())
        except InputError as refusal:
            form.refuse(refusal)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The team is saved.")
            return redirect("accounts:teams")
    context = {"team": team, "form": form}
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@requires(EDIT)
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a team away, or brings it back."""
    team, archived = _team(request, pk), request.POST.get("back") != "1"
    teams.archive(team, archived=archived)
    said = "is archived" if archived else "is back"
    messages.success(request, f"The team “{team.name}” {said}.")
    return redirect("accounts:teams")


def _added(user: User, form: NewTeamForm) -> Team | None:
    home, leads = form.home(), () if user.is_superadmin else (user,)
    if home is None:
        form.add_error(None, "Only people of an organization have teams.")
        return None
    try:
        return teams.add(home, Roster(form.cleaned_data["name"], managers=leads))
    except InputError as refusal:
        form.refuse(refusal)
        return None


def _mine(request: HttpRequest) -> Any:
    """All teams for a superadmin; for others those they lead: a team shows its people's calls."""
    user = person(request)
    rows = Team.objects.for_user(user)
    return rows if user.is_superadmin else rows.filter(managers=user)


def _team(request: HttpRequest, pk: int) -> Team:
    found: Team = get_object_or_404(_mine(request).select_related("organization"), pk=pk)
    return found
