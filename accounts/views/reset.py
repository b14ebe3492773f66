"""Pages of the way to a new password: by an invitation, or by a code that comes by mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passwords
from accounts.forms import NewPasswordForm
from core.errors import DomainError
from core.web import public


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("new_password")
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person chooses their first password."""
    user = passwords.invited(token)
    if user is None:
        return render(request, "accounts/invitation_ended.html", {"bare": True}, status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            passwords.accept(token, form.cleaned_data["new_password"])
        except DomainError as refusal:
            form.add_error("new_password", refusal.message)
        else:
            messages.success(request, "Your password is set. Log in with it now.")
            return redirect("accounts:login")
    context = {"form": form, "user_name": user.name, "email": user.email, "bare": True}
    status = 422 if form.errors else 200
    return render(request, "accounts/set_password.html", context, status=status)
