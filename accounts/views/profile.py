"""Pages of one's own profile: name and zone, password, where one is logged in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import profile, second_factor
from accounts.authentication import asker, forget, login_of, person, remember
from accounts.models import LoginSession
from accounts.profile_forms import ChangePasswordForm, ProfileForm, WhichLoginForm
from core.errors import DomainError, InputError
from core.web import requires


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Everything about oneself; a posted form changes name and zone."""
    user = person(request)
    form = ProfileForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            profile.change(user, form.cleaned_data["name"], form.cleaned_data["timezone"])
        except InputError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Your profile is changed.")
            return redirect("accounts:profile")
    return _page(request, form=form)


@requires()
@require_POST
@never_cache
@sensitive_post_parameters("current_password", "new_password")
def password(request: HttpRequest) -> HttpResponse:
    """Sets another password; every other login ends, this one goes on under a new name."""
    form = ChangePasswordForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        current, new = given["current_password"], given["new_password"]
        try:
            entry = profile.change_password(_here(request), current, new, **asker(request))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Your password is changed; every other login has ended.")
            response = redirect("accounts:profile")
            remember(request, response, entry)
            return response
    return _page(request, password_form=form)


@requires()
@require_POST
def end_login(request: HttpRequest) -> HttpResponse:
    """Ends another login of oneself."""
    form = WhichLoginForm(request.POST)
    if form.is_valid() and profile.end(_here(request), form.cleaned_data["login"]):
        messages.success(request, "That login has ended.")
    else:
        messages.info(request, "That login had ended already.")
    return redirect("accounts:profile")


@requires()
@require_POST
def leave_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every login of oneself, this one too."""
    profile.leave_everywhere(person(request))
    messages.success(request, "You are signed out everywhere.")
    response = redirect("home")  # which asks who comes
    forget(response)
    return response


def _here(request: HttpRequest) -> LoginSession:
    login = login_of(request)
    assert login is not None  # the gate asked for it
    return login


def _page(request: HttpRequest, **forms: Any) -> HttpResponse:
    user = person(request)
    context = {
        "form": ProfileForm(user),
        "password_form": ChangePasswordForm(),
        "places": profile.places(_here(request)),
        "has_factor": second_factor.has(user),
        "tokens": user.api_tokens.filter(revoked_at=None).count(),
        **forms,
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "accounts/profile.html", context, status=status)
