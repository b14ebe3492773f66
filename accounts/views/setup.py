"""The page of the first run; afterwards it does not exist."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import setup
from accounts.forms import SetupForm
from core.errors import DomainError
from core.web import public


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("token", "password")
def first_run(request: HttpRequest) -> HttpResponse:
    """Makes the first superadmin, by the token that the server's console shows."""
    if not setup.is_open():
        raise Http404
    form = SetupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            setup.appoint(said["token"], said["email"], said["name"], said["new_password"])
        except DomainError as refusal:
            problems = refusal.errors or {"__all__": [refusal.message]}
            for field, sentences in problems.items():
                form.add_error(None if field == "__all__" else field, sentences)
        else:
            messages.success(request, "Dialer is yours. Log in with your new password.")
            return redirect("accounts:login")
    context = {"form": form, "bare": True}
    return render(request, "accounts/setup.html", context, status=422 if form.errors else 200)
