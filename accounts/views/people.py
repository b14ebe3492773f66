"""Pages of the people: find, invite, edit, suspend."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import people
from accounts.authentication import person
from accounts.models import Team, User
from accounts.peopleforms import InvitationForm, PeopleFilterForm, PersonForm
from core.errors import DomainError, InputError
from core.web import asks_for, requires

EDIT = "accounts.change_user"
PAGE = 50


@requires(EDIT)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Everyone whom the asker may edit, by name, with a filter."""
    user = person(request)
    filters = PeopleFilterForm(user, request.GET)
    found = filters.narrow(User.objects.managed_by(user))
    rows = _after(user, found, request.GET.get("after", "")).select_related("organization")
    shown = list(rows.prefetch_related("teams", "managed_teams").order_by("name", "pk")[: PAGE + 1])
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "filters": filters,
        "people": shown[:PAGE],
        "next": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "is_later": "after" in request.GET,
        "query": query.urlencode(),
    }
    part = asks_for(request, "people-rows")
    return render(
        request, "accounts/_people_rows.html" if part else "accounts/people.html", context
    )


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """A new person, who is mailed the way to their first password."""
    user = person(request)
    posted = request.POST if request.method == "POST" else None
    initial = {"role": User.Role.AGENT, "timezone": _zone(user), "organization": user.organization}
    form = InvitationForm(user, posted, initial=initial)
    if form.is_valid():
        try:
            invited = people.invite(form.wanted(), form.home(), by=user)
        except InputError as refusal:
            form.refuse(refusal)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{invited.name} gets an invitation by mail.")
            return redirect("accounts:person", invited.pk)
    status = 422 if form.errors else 200
    return render(request, "accounts/person_new.html", {"form": form}, status=status)


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, what they may, and whether they may log in."""
    user, shown = person(request), _person(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = PersonForm(user, posted, initial=vars(people.profile(shown)))
    if form.is_valid():
        try:
            people.change(shown, form.wanted(), by=user)
        except InputError as refusal:
            form.refuse(refusal)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The changes are saved.")
            return redirect("accounts:people")
    return render(request, "accounts/person.html", _shown(user, shown, form), status=_status(form))


@requires(EDIT)
@require_POST
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Shuts a person out at once."""
    shown = _person(request, pk)
    people.suspend(shown, by=person(request), note=request.POST.get("because", ""))
    messages.success(request, f"{shown.name} is suspended, and logged out everywhere.")
    return redirect("accounts:person", pk)


@requires(EDIT)
@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets a suspended person in again."""
    shown = _person(request, pk)
    people.reactivate(shown, by=person(request))
    messages.success(request, f"{shown.name} may log in again.")
    return redirect("accounts:person", pk)


@requires(EDIT)
@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Mails another invitation."""
    shown = _person(request, pk)
    people.invite_again(shown, by=person(request))
    messages.success(request, f"{shown.name} gets another invitation; the earlier one has ended.")
    return redirect("accounts:person", pk)


def _shown(user: User, shown: User, form: PersonForm) -> dict[str, Any]:
    teams = Team.objects.for_user(user).filter(Q(members=shown) | Q(managers=shown)).distinct()
    return {
        "shown": shown,
        "form": form,
        "teams": teams.order_by("name", "pk"),
        "now": timezone.now(),
    }


def _person(request: HttpRequest, pk: int) -> User:
    rows = User.objects.managed_by(request.user).select_related("organization")
    return get_object_or_404(rows, pk=pk)


def _after(user: User, found: Any, cursor: str) -> Any:
    """Those who come after the last one of the former page."""
    is_id = cursor.isascii() and cursor.isdecimal() and len(cursor) < 19
    last = User.objects.managed_by(user).filter(pk=cursor).first() if is_id else None
    if last is None:
        return found
    return found.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))


def _zone(user: User) -> str:
    return user.organization.timezone if user.organization else user.timezone


def _status(form: PersonForm) -> int:
    return 422 if form.errors else 200
